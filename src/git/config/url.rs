//! Which keys of a section hold for a URL.
//!
//! Source: git's `Documentation/config/http.adoc` (`http.<url>.*`), and real git, which the tests compare
//! with: scheme and port are equal (the scheme's own port may be left out), a `*` stands for one whole
//! label of the host, the path matches up to a `/`, a user name must be equal if the key has one.
//! Host, path and user decide in this order which of several matches is the better one.

use super::entry::Entry;
use super::value::Value;

/// The keys of a section that hold for a URL.
pub(crate) struct UrlConfig<'c> {
    /// In git's order, each with its lower-case name.
    values: Vec<(&'c str, Value<'c>)>,
}

impl<'c> UrlConfig<'c> {
    pub(super) fn new(entries: impl Iterator<Item = &'c Entry>, section: &str, url: &str) -> Self {
        let url = NormalUrl::parse(url.as_bytes(), b".-_[:]");
        let mut best: Vec<(&str, Match)> = Vec::new();
        let mut values = Vec::new();
        for entry in entries.filter(|entry| entry.section.eq_ignore_ascii_case(section)) {
            let found = match &entry.subsection {
                None => Some(Match::default()),
                Some(prefix) => url
                    .as_ref()
                    .zip(NormalUrl::parse(prefix, b".-_[:]*"))
                    .and_then(|(url, prefix)| url.matches(&prefix)),
            };
            let Some(found) = found else { continue };
            // A value counts unless a better match for its key stands in front of it.
            match best.iter_mut().find(|(name, _)| *name == entry.name) {
                Some((_, best)) if found < *best => continue,
                Some((_, best)) => *best = found,
                None => best.push((&entry.name, found)),
            }
            values.push((entry.name.as_str(), Value::new(entry)));
        }
        Self { values }
    }

    /// The value of a key of the section, such as `proxy`.
    #[must_use]
    pub(crate) fn value(&self, name: &str) -> Option<Value<'c>> {
        self.values(name).pop()
    }

    /// All values of a key, in the order in which git takes them: general ones may come before those
    /// that match better, never after.
    #[must_use]
    pub(crate) fn values(&self, name: &str) -> Vec<Value<'c>> {
        let values = self.values.iter();
        values
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
            .collect()
    }
}

/// How well a key's URL matches; the order of the fields is the order of their weight.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    host: usize,
    /// Bytes of the path that match, with a slash at the end.
    path: usize,
    user: bool,
}

/// A URL, or the subsection of a key, in the form in which git compares them.
struct NormalUrl {
    scheme: Vec<u8>,
    user: Option<Vec<u8>>,
    host: Vec<u8>,
    /// Empty if it is the scheme's own.
    port: Vec<u8>,
    /// From the first slash to the end, query included.
    path: Vec<u8>,
}

impl NormalUrl {
    /// `marks` are what its host may hold beside letters and digits.
    fn parse(text: &[u8], marks: &[u8]) -> Option<Self> {
        let end = text.windows(3).position(|window| window == b"://")?;
        let (scheme, rest) = (text[..end].to_ascii_lowercase(), &text[end + 3..]);
        let is_scheme = |c: &u8| c.is_ascii_alphanumeric() || b"+-.".contains(c);
        if !scheme.first()?.is_ascii_alphabetic() || !scheme.iter().all(is_scheme) {
            return None;
        }
        let end = position(rest, |c| b"/?#".contains(&c)).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, address) = match position(authority, |c| c == b'@') {
            Some(at) => (Some(user(&authority[..at])?), &authority[at + 1..]),
            None => (None, authority),
        };
        let (host, port) = split_port(address);
        let is_host = |c: &u8| c.is_ascii_alphanumeric() || marks.contains(c);
        if !host.iter().all(is_host) || (host.is_empty() && scheme != b"file") {
            return None;
        }
        let port = self::port(&scheme, port)?;
        if scheme == b"file" && !port.is_empty() {
            return None;
        }
        Some(Self {
            user,
            host: host.to_ascii_lowercase(),
            port,
            path: self::path(path)?,
            scheme,
        })
    }

    /// How well the URL is matched by a key's.
    fn matches(&self, prefix: &Self) -> Option<Match> {
        let is_same_user = prefix.user.is_none() || prefix.user == self.user;
        let is_same_place = prefix.scheme == self.scheme && prefix.port == self.port;
        if !is_same_user || !is_same_place || !has_host(&self.host, &prefix.host) {
            return None;
        }
        Some(Match {
            host: prefix.host.len(),
            path: common_path(&self.path, &prefix.path)?,
            user: prefix.user.is_some(),
        })
    }
}

/// The name in front of a password.
fn user(text: &[u8]) -> Option<Vec<u8>> {
    // A password is not compared, but must be well-formed.
    let mut parts = text.splitn(2, |c| *c == b':');
    let name = unescaped(parts.next()?)?;
    if let Some(password) = parts.next() {
        unescaped(password)?;
    }
    Some(name)
}

fn split_port(address: &[u8]) -> (&[u8], &[u8]) {
    let last = address.iter().rposition(|c| *c == b':' || *c == b']');
    match last {
        Some(at) if address[at] == b':' => (&address[..at], &address[at + 1..]),
        _ => (address, b""),
    }
}

/// The port without leading zeros; empty for the scheme's own.
fn port(scheme: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let zeros = text.iter().take_while(|c| **c == b'0').count();
    let digits = &text[zeros..];
    match (scheme, digits) {
        (_, b"") if zeros == 0 => Some(Vec::new()),
        (b"http", b"80") | (b"https", b"443") => Some(Vec::new()),
        _ if digits.iter().all(u8::is_ascii_digit) => {
            let number: u16 = std::str::from_utf8(digits).ok()?.parse().ok()?;
            (number > 0).then(|| digits.to_vec())
        }
        _ => None,
    }
}

/// The path with `.` and `..` resolved; a query and a fragment are a part of it.
fn path(text: &[u8]) -> Option<Vec<u8>> {
    let end = position(text, |c| b"?#".contains(&c)).unwrap_or(text.len());
    let (path, query) = text.split_at(end);
    let mut segments: Vec<Vec<u8>> = Vec::new();
    let mut parts = path
        .strip_prefix(b"/")
        .unwrap_or(path)
        .split(|c| *c == b'/')
        .peekable();
    while let Some(part) = parts.next() {
        let part = unescaped(part)?;
        let is_last = parts.peek().is_none();
        match part.as_slice() {
            b"." | b".." => {
                if part.len() == 2 {
                    segments.pop()?;
                }
                if is_last {
                    segments.push(Vec::new());
                }
            }
            _ => segments.push(part),
        }
    }
    let mut normal = Vec::new();
    for segment in segments {
        normal.push(b'/');
        normal.extend(segment);
    }
    normal.extend(unescaped(query)?);
    Some(normal)
}

/// Percent escapes in one form: upper case, and only where they are needed.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    const NEVER_BARE: &[u8] = b" <>\"%{}|\\^`";
    const RESERVED: &[u8] = b":/?#[]@!$&'()*+,;=";
    let mut normal = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let (byte, was_escaped) = if first == b'%' {
            let digits = after.get(..2).and_then(|d| std::str::from_utf8(d).ok())?;
            if !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
                return None;
            }
            rest = &after[2..];
            (u8::from_str_radix(digits, 16).ok()?, true)
        } else {
            rest = after;
            (first, false)
        };
        let is_odd = byte <= 0x1f || byte >= 0x7f || NEVER_BARE.contains(&byte);
        if is_odd || (was_escaped && RESERVED.contains(&byte)) {
            normal.extend(format!("%{byte:02X}").bytes());
        } else {
            normal.push(byte);
        }
    }
    Some(normal)
}

/// Compares hosts label by label; a `*` in the key stands for one whole label.
fn has_host(host: &[u8], pattern: &[u8]) -> bool {
    // "h." is "h".
    let mut labels = host
        .strip_suffix(b".")
        .unwrap_or(host)
        .split(|c| *c == b'.');
    let mut patterns = pattern
        .strip_suffix(b".")
        .unwrap_or(pattern)
        .split(|c| *c == b'.');
    loop {
        match (labels.next(), patterns.next()) {
            (None, None) => return true,
            (Some(label), Some(pattern)) if pattern == b"*" || pattern == label => {}
            _ => return false,
        }
    }
}

/// The length of the path that matches, its final slash included.
fn common_path(path: &[u8], prefix: &[u8]) -> Option<usize> {
    let prefix = prefix.strip_suffix(b"/").unwrap_or(prefix);
    let rest = path.strip_prefix(prefix)?;
    let ends_there = rest.is_empty() || rest.starts_with(b"/");
    ends_there.then_some(prefix.len() + 1)
}

fn position(text: &[u8], wanted: impl Fn(u8) -> bool) -> Option<usize> {
    text.iter().position(|c| wanted(*c))
}
