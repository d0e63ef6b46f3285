//! A value of git's configuration, read by git's rules.

use std::path::{Path, PathBuf};

use super::entry::Entry;
use super::error::Error;
use super::origin::{Origin, path};
use crate::platform;

/// One value. No `Debug`: it may be a password or a token.
#[derive(Clone, Copy)]
pub(crate) struct Value<'c> {
    entry: &'c Entry,
}

impl<'c> Value<'c> {
    pub(super) fn new(entry: &'c Entry) -> Self {
        Self { entry }
    }

    /// The key as git writes it, for messages.
    #[must_use]
    pub(crate) fn key(&self) -> String {
        let Entry {
            section,
            subsection,
            name,
            value: _,
            origin: _,
        } = self.entry;
        match subsection {
            None => format!("{section}.{name}"),
            Some(subsection) => {
                format!("{section}.{}.{name}", String::from_utf8_lossy(subsection))
            }
        }
    }

    /// Whether its key has a subsection, such as a URL.
    pub(crate) fn has_subsection(&self) -> bool {
        self.entry.subsection.is_some()
    }

    /// Where it is set; none where git was not asked for it.
    pub(crate) fn origin(&self) -> Option<&'c Origin> {
        self.entry.origin.as_ref()
    }

    /// The value's bytes.
    /// Fails if the key stands without a value.
    pub(crate) fn bytes(&self) -> Result<&'c [u8], Error> {
        let value = self.entry.value.as_deref();
        value.ok_or_else(|| self.is_not("followed by a value"))
    }

    /// The value's text.
    /// Fails if the key stands without a value, or the value is not UTF-8.
    pub(crate) fn text(&self) -> Result<&'c str, Error> {
        std::str::from_utf8(self.bytes()?).map_err(|_| self.is_not("text in UTF-8"))
    }

    /// A file's path; `~/` is the home directory.
    /// Fails if there is no value or no home directory.
    pub(crate) fn path(&self, home: Option<&Path>) -> Result<PathBuf, Error> {
        let bytes = self.bytes()?;
        match (bytes.strip_prefix(b"~/"), home) {
            (None, _) => Ok(path(bytes)),
            (Some(rest), Some(home)) => Ok(platform::below(home, path(rest))),
            (Some(_), None) => Err(self.is_not("a path that can be found: HOME is not set")),
        }
    }

    /// A switch: `true`, `yes`, `on`, a number other than 0, or the bare key; or their opposites.
    /// Fails if it is none of them.
    pub(crate) fn boolean(&self) -> Result<bool, Error> {
        let Some(value) = &self.entry.value else {
            return Ok(true);
        };
        truth(value).ok_or_else(|| self.is_not("a boolean"))
    }

    /// A whole number; `k`, `m` and `g` behind it multiply by 1024 and its powers.
    /// Fails if it is none, or does not fit.
    pub(crate) fn integer(&self) -> Result<i64, Error> {
        number(self.bytes()?).ok_or_else(|| self.is_not("a whole number"))
    }

    /// This value is refused; `expected` says what it should be.
    #[must_use]
    pub(crate) fn is_not(&self, expected: &'static str) -> Error {
        Error::Value {
            key: self.key(),
            expected,
        }
    }
}

/// A boolean in git's notation (git-config(1), "VALUES"); an empty text is false. None if it is none of the words and
/// not a number.
pub(crate) fn truth(text: &[u8]) -> Option<bool> {
    let is = |words: &[&str]| {
        let mut words = words.iter();
        words.any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
    };
    if is(&["true", "yes", "on"]) {
        return Some(true);
    }
    if is(&["false", "no", "off", ""]) {
        return Some(false);
    }
    let number = i32::try_from(number(text)?).ok()?;
    Some(number != 0)
}

/// C's notation, as git takes it: blanks and a sign in front, `0x` and `0` for bases 16 and 8.
fn number(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (text, factor) = match text.char_indices().next_back()? {
        (end, 'k' | 'K') => (&text[..end], 1 << 10),
        (end, 'm' | 'M') => (&text[..end], 1 << 20),
        (end, 'g' | 'G') => (&text[..end], 1 << 30),
        _ => (text, 1),
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
    let (digits, base) = match digits {
        _ if is_hexadecimal => (&digits[2..], 16),
        _ if digits.starts_with('0') && digits.len() > 1 => (&digits[1..], 8),
        _ => (digits, 10),
    };
    // Rust would take one more sign.
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    i64::from_str_radix(digits, base)
        .ok()?
        .checked_mul(sign)?
        .checked_mul(factor)
}
