//! What goes wrong between git and the git host.

use std::io;

use super::refusal::Refusal;
use crate::error::{Exit, Explain};
use crate::git::config;
use crate::{credentials, http};

/// What goes wrong between git and the git host.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The git host answered with an HTTP error.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// The host speaks HTTP, but not git's smart HTTP.
    #[error("{host} did not answer as a git host: {problem}")]
    NotGit {
        host: String,
        /// What was wrong with the answer.
        problem: String,
    },
    /// An address that the user did not type names a profile.
    #[error("a submodule's address names profile {0:?}, which no remote of the superproject uses")]
    SubmoduleProfile(String),
    /// The host sent an `ERR` packet.
    #[error("the git host reports: {0}")]
    Remote(String),
    /// A body ended in the middle of a packet, or broke the framing.
    #[error("damaged response from {host}: {problem}")]
    Damaged { host: String, problem: &'static str },
    /// A push whose answer was lost: the host may have done it.
    #[error("{0}")]
    Unclear(Box<Self>),
    /// Git sent something that is no command.
    #[error("unknown command from git: {0:?}")]
    UnknownCommand(String),
    /// Git, or one of its programs, sent a packet that is none.
    #[error("damaged packet from git")]
    DamagedRequest,
    /// A git program could not be started.
    #[error("cannot start \"git {program}\": {cause}")]
    Start {
        program: &'static str,
        cause: io::Error,
    },
    /// A git program failed and has said why itself: there is nothing to add.
    #[error("\"git {program}\" failed")]
    Spoken { program: &'static str },
    /// A git program ended without a word: a signal, most often for want of memory.
    #[error("\"git {program}\" ended early ({status})")]
    Ended {
        program: &'static str,
        status: std::process::ExitStatus,
    },
    /// A limit on processes, which counts threads.
    #[error("cannot start a thread: {0}")]
    NoThread(io::Error),
    #[error(transparent)]
    Credentials(#[from] credentials::Error),
    #[error(transparent)]
    Http(#[from] http::Error),
    #[error(transparent)]
    GitConfig(#[from] config::Error),
    /// Reading from or writing to git failed.
    #[error("lost the connection to git: {0}")]
    Pipe(#[from] io::Error),
}

impl Error {
    /// A failed read from git: damage, or git has gone.
    pub(super) fn reading(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData => Self::DamagedRequest,
            _ => Self::Pipe(error),
        }
    }

    /// Says of a failed push that the host may have done it, where that is so: the request was
    /// sent, and no answer that can be understood came back.
    pub(super) fn unless_clear(self) -> Self {
        let is_clear = match &self {
            Self::Http(
                http::Error::Cut { .. }
                | http::Error::NotHttp { .. }
                | http::Error::Timeout { .. }
                | http::Error::TooLarge { .. }
                | http::Error::TooLong { .. }
                | http::Error::TooSlow { .. },
            )
            | Self::Damaged { .. }
            | Self::NotGit { .. } => false,
            Self::Refused(refusal) => !refusal.status.is_server_error(),
            _ => true,
        };
        match is_clear {
            true => self,
            false => Self::Unclear(Box::new(self)),
        }
    }
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Refused(refusal) => refusal.hints(),
            Self::Unclear(cause) => {
                let mut hints = vec![
                    "the push may have arrived: run git fetch, then git status, to see".to_owned(),
                ];
                hints.extend(cause.hints());
                hints
            }
            Self::NotGit { .. } => vec![
                "check CODE_COMMIT_ENDPOINT, and whether a proxy wants you to log in first".into(),
            ],
            Self::Damaged { .. } => vec!["try again".into()],
            Self::SubmoduleProfile(profile) => vec![format!(
                "if you trust this repository: git config --global --add codecommit.submoduleProfile {}",
                crate::process::shell_quoted(profile)
            )],
            Self::Start { cause, .. } => vec![crate::process::start_hint(cause).into()],
            Self::UnknownCommand(_) | Self::DamagedRequest => {
                vec!["git starts this program; do not run it by hand".into()]
            }
            Self::Ended { .. } => {
                vec!["check free memory and disk space".into()]
            }
            Self::NoThread(_) => {
                vec![crate::process::LIMIT_HINT.into()]
            }
            Self::Credentials(error) => error.hints(),
            Self::Http(error) => error.hints(),
            Self::GitConfig(error) => error.hints(),
            Self::Remote(_) | Self::Spoken { .. } | Self::Pipe(_) => vec![],
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Credentials(error) => error.exit(),
            Self::Http(error) => error.exit(),
            Self::GitConfig(error) => error.exit(),
            Self::Unclear(cause) => cause.exit(),
            Self::Spoken { .. } => Exit::Git,
            Self::SubmoduleProfile(_) => Exit::Settings,
            Self::Refused(_)
            | Self::NotGit { .. }
            | Self::Remote(_)
            | Self::Damaged { .. }
            | Self::UnknownCommand(_)
            | Self::DamagedRequest
            | Self::Start { .. }
            | Self::Ended { .. }
            | Self::NoThread(_)
            | Self::Pipe(_) => Exit::Network,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_unclear_wherever_its_answer_was_not_understood() {
        let host = || "localhost".to_owned();
        let cause = || "?".to_owned();
        for (error, is_unclear) in [
            (
                http::Error::Connect {
                    host: host(),
                    cause: cause(),
                },
                false,
            ),
            (
                http::Error::Tls {
                    host: host(),
                    cause: cause(),
                },
                false,
            ),
            (
                http::Error::Cut {
                    host: host(),
                    cause: cause(),
                },
                true,
            ),
            (
                http::Error::NotHttp {
                    host: host(),
                    cause: cause(),
                },
                true,
            ),
            (http::Error::Timeout { host: host() }, true),
            (
                http::Error::TooLarge {
                    host: host(),
                    mebibytes: 1,
                },
                true,
            ),
            (
                http::Error::TooLong {
                    host: host(),
                    minutes: 1,
                },
                true,
            ),
        ] {
            let said = Error::Http(error).unless_clear();
            assert_eq!(matches!(said, Error::Unclear(_)), is_unclear, "{said}");
        }
    }
}
