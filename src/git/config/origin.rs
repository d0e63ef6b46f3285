//! Where an entry of git's configuration is set.

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::platform;

/// Where an entry is set, as `git config --show-scope --show-origin` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    source: Rc<Source>,
    /// Counted from 1; none where git was asked, which does not say it.
    line: Option<u32>,
}

/// A file of git's configuration, or what else it comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    scope: String,
    place: Place,
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    /// In git's words: `command line`, which the environment's entries are, too.
    Other(String),
}

/// Of what is read in this process.
#[cfg(unix)]
impl Source {
    pub(super) fn file(scope: &str, file: PathBuf) -> Rc<Self> {
        Rc::new(Self {
            scope: scope.to_owned(),
            place: Place::File(file),
        })
    }

    /// The environment, which git calls so, and `git -c`.
    pub(super) fn command_line() -> Rc<Self> {
        Rc::new(Self {
            scope: "command".to_owned(),
            place: Place::Other("command line".to_owned()),
        })
    }
}

impl Origin {
    #[cfg(unix)]
    pub(super) fn new(source: &Rc<Source>, line: Option<u32>) -> Self {
        Self {
            source: Rc::clone(source),
            line,
        }
    }

    pub(super) fn parse(scope: &[u8], origin: &[u8]) -> Self {
        let place = match origin.strip_prefix(b"file:") {
            Some(file) => Place::File(path(file)),
            None => {
                let origin = String::from_utf8_lossy(origin);
                Place::Other(origin.trim_end_matches(':').to_owned())
            }
        };
        let source = Source {
            scope: String::from_utf8_lossy(scope).into_owned(),
            place,
        };
        Self {
            source: Rc::new(source),
            line: None,
        }
    }

    /// `system`, `global`, `local`, `worktree` or `command`.
    #[cfg(test)]
    pub(crate) fn scope(&self) -> &str {
        &self.source.scope
    }

    /// The file; a repository's own is relative to the current folder.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.source.place {
            Place::File(file) => Some(file),
            Place::Other(_) => None,
        }
    }

    /// The line of the file, counted from 1, as far as it is known.
    pub(crate) fn line(&self) -> Option<u32> {
        self.line
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source.place {
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
