//! Why git's configuration cannot be used.

use std::io;

use crate::error::{Exit, Explain};
use crate::process;

/// Why git's configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot start \"git config\": {0}")]
    Start(io::Error),
    /// It waits for a file: a pipe, or one whose file server is gone.
    #[error("\"git config\" did not end within {} seconds", process::ANSWER_LIMIT.as_secs())]
    Unended,
    /// Git could not read its configuration.
    #[error("git cannot read its configuration: {0}")]
    Refused(String),
    /// A value is not of its key's kind.
    #[error("git's configuration has a {key} that is not {expected}")]
    Value {
        /// The key, as git writes it.
        key: String,
        /// What it should be. The value is kept out: it may hold a password.
        expected: &'static str,
    },
}

impl Error {
    pub(super) fn of(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::TimedOut => Self::Unended,
            _ => Self::Start(cause),
        }
    }
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Start(cause) => process::start_hint(cause).into(),
            Self::Unended => process::UNENDED_HINT.into(),
            Self::Refused(_) => {
                "git config --list --show-origin shows the same error: fix that file".into()
            }
            Self::Value { key, .. } => {
                format!("git config --show-origin --get-all {key} shows where it is set")
            }
        }]
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}
