use std::io;
use std::path::{Path, PathBuf};

use super::problem::{Impossible, Obstacle, Unusable};
use crate::error::{Exit, Explain};
use crate::process;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Request(#[from] Impossible),
    /// Settings conflict with the request; each has been printed.
    #[error("{0}, so nothing was changed")]
    Conflict(String),
    /// A change made since setup was kept; the rest is undone.
    #[error("{0}")]
    Kept(String),
    #[error("nothing was changed")]
    Declined,
    #[error("cannot ask for confirmation without a terminal, so nothing was changed")]
    Unasked,
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error("{}: {problem}", path.display())]
    Content { path: PathBuf, problem: Unusable },
    /// The file still has its old content.
    #[error("cannot write {}: {cause}", path.display())]
    Write { path: PathBuf, cause: io::Error },
    #[error("cannot change {}: {problem}", path.display())]
    Protected { path: PathBuf, problem: Obstacle },
    #[error("another program changed {} at the same time", .0.display())]
    ChangedMeanwhile(PathBuf),
    #[error("another program has locked {}", .0.display())]
    Locked(PathBuf),
    #[error("git {command} failed: {words}")]
    Git { command: String, words: String },
    /// It waits for a file: a pipe, or one whose file server is gone.
    #[error("git {command} did not end within {} seconds", process::ANSWER_LIMIT.as_secs())]
    Unended { command: String },
    /// Everything is set up, but the repository could not be cloned.
    #[error("setup succeeded, but git could not clone {0}")]
    Clone(String),
}

impl Error {
    /// Of a lock or a state file, which may not be what it was made as.
    pub(super) fn own_file(path: &Path, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::Other => Self::content(path, Unusable::NotPlain(cause.to_string())),
            _ => Self::write(path, cause),
        }
    }

    pub(super) fn content(path: &Path, problem: Unusable) -> Self {
        Self::Content {
            path: path.to_owned(),
            problem,
        }
    }

    pub(super) fn protected(path: &Path, problem: Obstacle) -> Self {
        Self::Protected {
            path: path.to_owned(),
            problem,
        }
    }

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
            Self::Request(problem) => return problem.hints(),
            Self::Content { problem, .. } => problem.hint().into(),
            Self::Conflict(_) => {
                "--force replaces these settings (git codecommit unsetup restores them); --dry-run shows the \
                 changes"
                    .into()
            }
            Self::Kept(_) => "--force removes it as well".into(),
            Self::Declined => return Vec::new(),
            Self::Unasked => "use --yes to confirm, or --dry-run to see the changes".into(),
            Self::Unreadable { .. } => "check the owner and mode of the file".into(),
            Self::Write { cause, path } => match cause.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!(
                    "the disk is full: free some space (df -h {}), then run this again",
                    path.parent().unwrap_or(path).display()
                ),
                io::ErrorKind::ReadOnlyFilesystem => {
                    "the file system is read-only: run this where the home directory is writable"
                        .into()
                }
                io::ErrorKind::FileTooLarge => {
                    "the limit on the size of files is too low: raise it (ulimit -f), then run this again"
                        .into()
                }
                _ => "check the owner and mode of the folder, then run this again".into(),
            },
            Self::Protected { problem, .. } => problem.hint().into(),
            Self::ChangedMeanwhile(_) => "run this again".into(),
            Self::Locked(path) => format!(
                "wait for it to end; if no such program is running, remove {}",
                path.display()
            ),
            Self::Git { .. } => "fix this, then run this again".into(),
            Self::Unended { .. } => process::UNENDED_HINT.into(),
            Self::Clone(_) => "git codecommit doctor finds the problem".into(),
        }]
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Declined => Exit::General,
            Self::Request(problem) => problem.exit(),
            Self::Unasked => Exit::Usage,
            Self::Conflict(_) | Self::Kept(_) => Exit::Settings,
            Self::Unreadable { .. }
            | Self::Content { .. }
            | Self::Write { .. }
            | Self::Protected { .. }
            | Self::ChangedMeanwhile(_)
            | Self::Locked(_)
            | Self::Git { .. }
            | Self::Unended { .. } => Exit::File,
            Self::Clone(_) => Exit::AfterSetup,
        }
    }
}
