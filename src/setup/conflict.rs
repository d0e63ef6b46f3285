//! A setting that is there and says something else.

/// Something that is there and says otherwise.
#[derive(Debug)]
pub(crate) struct Conflict {
    /// The file, as it is shown.
    pub(crate) file: String,
    /// What is the matter, in words.
    pub(crate) why: String,
    /// `- what is there` and `+ what was asked for`.
    pub(crate) lines: Vec<String>,
}
