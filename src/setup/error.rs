//! Why a set-up cannot be made or undone.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Exit, Explain};

/// Why a set-up cannot be made or undone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The request cannot be meant so.
    #[error("{problem}")]
    Request {
        /// What is wrong with it.
        problem: String,
        /// What to type instead.
        hint: String,
    },
    /// What is there contradicts the request, or was changed by a person. Each has been said.
    #[error("{0}, so nothing was changed")]
    Conflict(String),
    /// Something a person changed was left in place; the rest is undone.
    #[error("{0}")]
    Kept(String),
    /// The person was asked, and said no.
    #[error("nothing was changed")]
    Declined,
    /// There is nobody to ask.
    #[error("nobody can be asked here, so nothing was changed")]
    Unasked,
    /// A file exists and cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// A file's content is not what it should be.
    #[error("{}: {problem}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
        /// What to do.
        hint: String,
    },
    /// A file cannot be written; what it held is still there.
    #[error("cannot write {}: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// A file must not be replaced.
    #[error("cannot change {}: {problem}", path.display())]
    Protected {
        /// The file.
        path: PathBuf,
        /// Why not.
        problem: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// Another program changed a file between reading and writing.
    #[error("{} was changed by another program meanwhile", .0.display())]
    ChangedMeanwhile(PathBuf),
    /// Another program holds a lock.
    #[error("{} is held by another program", .0.display())]
    Locked(PathBuf),
    /// Git did not do as it was asked.
    #[error("git {command} failed: {words}")]
    Git {
        /// The command, for example `config`.
        command: String,
        /// What git said.
        words: String,
    },
    /// Everything is set up, but the repository could not be cloned.
    #[error("the settings are in place, but git could not clone {0}")]
    Clone(String),
}

impl Error {
    /// A system call on a path failed.
    pub(super) fn write(path: &Path, cause: io::Error) -> Self {
        Self::Write {
            path: path.to_owned(),
            cause,
        }
    }
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Request { hint, .. } | Self::Content { hint, .. } => hint.clone(),
            Self::Conflict(_) => {
                "--force goes ahead (git codecommit unsetup brings the old values back); \
                 --dry-run shows what it would do"
                    .into()
            }
            Self::Kept(_) => "--force removes that too".into(),
            Self::Declined => return Vec::new(),
            Self::Unasked => "--yes goes ahead without asking, --dry-run only shows".into(),
            Self::Unreadable { .. } => "check the file's owner and mode".into(),
            Self::Write { cause, path } => match cause.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!(
                    "the disk is full: make room (df -h {}), then run this again",
                    path.parent().unwrap_or(path).display()
                ),
                io::ErrorKind::ReadOnlyFilesystem => {
                    "the file system is read-only: run this where the home directory can be written"
                        .into()
                }
                _ => "check the folder's owner and mode, then run this again".into(),
            },
            Self::Protected { hint, .. } => (*hint).into(),
            Self::ChangedMeanwhile(_) => "run this again".into(),
            Self::Locked(path) => format!(
                "wait until it has ended; if none runs any more, remove {}",
                path.display()
            ),
            Self::Git { .. } => "correct that, then run this again".into(),
            Self::Clone(_) => "git codecommit doctor says what is wrong".into(),
        }]
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Declined => Exit::General,
            Self::Request { .. } | Self::Unasked => Exit::Usage,
            Self::Conflict(_) | Self::Kept(_) => Exit::Settings,
            Self::Unreadable { .. }
            | Self::Content { .. }
            | Self::Write { .. }
            | Self::Protected { .. }
            | Self::ChangedMeanwhile(_)
            | Self::Locked(_)
            | Self::Git { .. } => Exit::File,
            Self::Clone(_) => Exit::AfterSetup,
        }
    }
}
