//! The entries of `GIT_CONFIG_COUNT` and of `git -c`, which git hands on in `GIT_CONFIG_PARAMETERS`.
//!
//! Source: git-config(1), "ENVIRONMENT". The two forms of the parameters are tried in the tests: `'key=value'` before
//! git 2.31, `'key'='value'` since then.

use std::os::unix::ffi::OsStrExt as _;
use std::rc::Rc;

use super::surroundings::Surroundings;
use crate::git::config::declined::Declined;
use crate::git::config::entry::{Entry, Key};
use crate::git::config::origin::{Origin, Source};

/// More of them make git slow itself.
const MOST: usize = 1000;

/// All of them, in git's order.
pub(super) fn entries(around: &Surroundings<'_>) -> Result<Vec<Entry>, Declined> {
    let mut entries = Vec::new();
    let source = Source::command_line();
    if let Some(count) = around.variable("GIT_CONFIG_COUNT") {
        let count: Option<usize> = count.to_str().and_then(|count| count.parse().ok());
        let count = count.filter(|count| *count <= MOST);
        let count = count.ok_or(Declined::of("GIT_CONFIG_COUNT is odd"))?;
        for number in 0..count {
            let part = |part| around.variable(&format!("GIT_CONFIG_{part}_{number}"));
            let (Some(key), Some(value)) = (part("KEY"), part("VALUE")) else {
                return Err(Declined::of("GIT_CONFIG_COUNT counts more than there is"));
            };
            let value = Some(value.as_bytes().to_vec());
            entries.push(entry(key.as_bytes(), value, &source)?);
        }
    }
    if let Some(parameters) = around.variable("GIT_CONFIG_PARAMETERS") {
        let mut rest = parameters.as_bytes();
        while !rest.is_empty() {
            let (key, value) = parameter(&mut rest).ok_or(ODD)?;
            entries.push(entry(&key, value, &source)?);
            if entries.len() > MOST {
                return Err(ODD);
            }
        }
    }
    Ok(entries)
}

const ODD: Declined = Declined::of("GIT_CONFIG_PARAMETERS is odd");

/// One parameter and the blank behind it.
fn parameter(rest: &mut &[u8]) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let word = quoted(rest)?;
    let pair = match rest.strip_prefix(b"=") {
        Some(after) => {
            *rest = after;
            let value = match rest.first() {
                Some(b'\'') => Some(quoted(rest)?),
                _ => None,
            };
            (word, value)
        }
        None => match word.iter().position(|byte| *byte == b'=') {
            Some(at) => (word[..at].to_vec(), Some(word[at + 1..].to_vec())),
            None => (word, None),
        },
    };
    if !rest.is_empty() {
        *rest = rest.strip_prefix(b" ")?;
        // A blank at the end is for another one.
        rest.first()?;
    }
    Some(pair)
}

/// A word in single quotes, in which `'\''` and `'\!'` stand for one character.
fn quoted(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let mut text = rest.strip_prefix(b"'")?;
    let mut word = Vec::new();
    loop {
        let end = text.iter().position(|byte| *byte == b'\'')?;
        word.extend_from_slice(&text[..end]);
        text = &text[end + 1..];
        match text {
            [b'\\', escaped @ (b'\'' | b'!'), b'\'', after @ ..] => {
                word.push(*escaped);
                text = after;
            }
            _ => break,
        }
    }
    *rest = text;
    Some(word)
}

fn entry(key: &[u8], value: Option<Vec<u8>>, source: &Rc<Source>) -> Result<Entry, Declined> {
    let odd = || Declined::of("a key of the environment is odd");
    let key = Key::parse(key).ok_or_else(odd)?;
    let is_word = |text: &str| text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    let is_named = key.name.starts_with(|c: char| c.is_ascii_alphabetic()) && is_word(&key.name);
    let is_section = !key.section.is_empty() && is_word(&key.section);
    let is_line = key.subsection.is_none_or(|name| !name.contains(&b'\n'));
    if !is_named || !is_section || !is_line {
        return Err(odd());
    }
    Ok(Entry {
        section: key.section,
        subsection: key.subsection.map(<[u8]>::to_vec),
        name: key.name,
        value,
        origin: Some(Origin::new(source, None)),
    })
}
