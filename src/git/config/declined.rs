//! Why git's configuration is not read in this process.

use std::borrow::Cow;
#[cfg(unix)]
use std::path::Path;

/// Why git is asked instead: a path and a rule, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declined(Cow<'static, str>);

impl Declined {
    pub(crate) const fn of(why: &'static str) -> Self {
        Self(Cow::Borrowed(why))
    }

    #[cfg(unix)]
    pub(crate) fn at(path: &Path, why: &str) -> Self {
        Self(Cow::Owned(format!("{} {why}", path.display())))
    }

    #[cfg(unix)]
    pub(super) fn set(variable: &str) -> Self {
        Self(Cow::Owned(format!("{variable} is set")))
    }

    /// The same with the file it is about, if it names none yet.
    #[cfg(unix)]
    pub(super) fn in_file(self, file: &Path) -> Self {
        match self.0 {
            Cow::Borrowed(why) => Self(Cow::Owned(format!("{}: {why}", file.display()))),
            names_one => Self(names_one),
        }
    }

    pub(crate) fn why(&self) -> &str {
        &self.0
    }
}
