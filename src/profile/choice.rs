use std::fmt;

/// Which profile is meant, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) chosen_by: String,
    /// Named by the person for this very repository: environment keys then do not count.
    pub(crate) explicit: bool,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "profile {:?}", self.name)
    }
}
