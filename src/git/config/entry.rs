//! One entry of git's configuration, and its key.

pub(super) struct Entry {
    /// In lower case.
    pub(super) section: String,
    /// As it is written.
    pub(super) subsection: Option<Vec<u8>>,
    /// In lower case.
    pub(super) name: String,
    /// None for a key without `=`, which means true.
    pub(super) value: Option<Vec<u8>>,
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
