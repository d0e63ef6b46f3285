//! What decides which files git reads.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::git::config::declined::Declined;

pub(crate) struct Surroundings<'a> {
    /// The environment.
    pub(crate) variables: &'a dyn Fn(&str) -> Option<OsString>,
    /// The current folder, links followed.
    pub(crate) folder: &'a Path,
    /// Where this git has the system's file.
    pub(crate) system: &'a Path,
}

impl Surroundings<'_> {
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        (self.variables)(name)
    }

    /// Git's `~`; none if `HOME` is not set.
    pub(super) fn home(&self) -> Result<Option<PathBuf>, Declined> {
        self.absolute("HOME")
    }

    /// The path in a variable; none if it is not set.
    pub(super) fn absolute(&self, name: &str) -> Result<Option<PathBuf>, Declined> {
        match self.variable(name).map(PathBuf::from) {
            Some(path) if !path.is_absolute() => Err(Declined::of(
                "HOME, or a path that stands for it, is relative",
            )),
            path => Ok(path),
        }
    }
}
