//! Why git's configuration cannot be used.

use std::io;

use crate::error::{Exit, Explain};

/// Why git's configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot start \"git config\": {0}")]
    Start(io::Error),
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

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Start(cause) => crate::process::start_hint(cause).into(),
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
