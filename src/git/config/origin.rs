//! Where an entry of git's configuration is set.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::platform;

/// Where an entry is set, as `git config --show-scope --show-origin` says it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// `system`, `global`, `local`, `worktree` or `command`.
    pub(crate) scope: String,
    place: Place,
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    /// In git's words: `command line`, which the environment's entries are, too.
    Other(String),
}

impl Origin {
    pub(super) fn parse(scope: &[u8], origin: &[u8]) -> Self {
        let place = match origin.strip_prefix(b"file:") {
            Some(file) => Place::File(path(file)),
            None => {
                let origin = String::from_utf8_lossy(origin);
                Place::Other(origin.trim_end_matches(':').to_owned())
            }
        };
        Self {
            scope: String::from_utf8_lossy(scope).into_owned(),
            place,
        }
    }

    /// The file; a repository's own is relative to the current folder.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(file) => Some(file),
            Place::Other(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File(file) => write!(f, "{}", file.display()),
            Place::Other(place) => f.write_str(place),
        }
    }
}

/// A path as git writes it.
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    let path = platform::os_string(bytes);
    path.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned().into())
        .into()
}
