//! Which profile is meant.

/// Which profile is meant, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) chosen_by: String,
    /// Named by the person for this very repository: environment keys then do not count.
    pub(crate) explicit: bool,
}

impl Choice {
    /// The profile in words, for messages.
    #[must_use]
    pub(crate) fn in_words(&self) -> String {
        format!("profile {:?}", self.name)
    }
}
