//! One entry of git's configuration, and its key.

use super::origin::Origin;

pub(super) struct Entry {
    /// In lower case, as git compares it.
    pub(super) section: String,
    /// As it is written in the file.
    pub(super) subsection: Option<Vec<u8>>,
    /// In lower case, as git compares it.
    pub(super) name: String,
    /// None for a key without `=`, which means true.
    pub(super) value: Option<Vec<u8>>,
    /// None where git was not asked for it.
    pub(super) origin: Option<Origin>,
}

impl Entry {
    /// Reads `key LF value`, or `key` alone.
    pub(super) fn parse(entry: &[u8], origin: Option<Origin>) -> Option<Self> {
        let (key, value) = match entry.iter().position(|byte| *byte == b'\n') {
            Some(end) => (&entry[..end], Some(entry[end + 1..].to_vec())),
            None => (entry, None),
        };
        let key = Key::parse(key)?;
        Some(Self {
            section: key.section,
            subsection: key.subsection.map(<[u8]>::to_vec),
            name: key.name,
            value,
            origin,
        })
    }

    /// Whether this is `section.name`, without a subsection.
    #[cfg(unix)]
    pub(super) fn is(&self, section: &str, name: &str) -> bool {
        self.subsection.is_none() && self.section == section && self.name == name
    }
}

/// `section[.subsection].name`; the subsection may hold dots.
pub(super) struct Key<'k> {
    pub(super) section: String,
    pub(super) subsection: Option<&'k [u8]>,
    pub(super) name: String,
}

impl<'k> Key<'k> {
    pub(super) fn parse(key: &'k [u8]) -> Option<Self> {
        let first = key.iter().position(|byte| *byte == b'.')?;
        let last = key.iter().rposition(|byte| *byte == b'.')?;
        let lower = |part: &[u8]| String::from_utf8_lossy(part).to_ascii_lowercase();
        Some(Self {
            section: lower(&key[..first]),
            subsection: (first < last).then(|| &key[first + 1..last]),
            name: lower(&key[last + 1..]),
        })
    }
}
