//! Why a credential request cannot be answered.

use crate::error::{Exit, Explain};

/// Why a credential request cannot be answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Git did not say which repository is meant.
    #[error("git asked for {host} without naming the repository")]
    NoPath { host: String },
    #[error("the path {path:?} cannot be signed")]
    Path { path: String, form: &'static str },
    /// Git's request, or the answer, would break the protocol.
    #[error("the credential request cannot be read: {0}")]
    Protocol(&'static str),
    /// Reading from or writing to git failed.
    #[error("lost the connection to git: {0}")]
    Pipe(#[from] std::io::Error),
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoPath { host } => vec![format!(
                "run: git config --global credential.https://{host}.useHttpPath true"
            )],
            Self::Path { form, .. } => vec![(*form).into()],
            Self::Protocol(_) => vec!["git starts this program; do not run it by hand".into()],
            Self::Pipe(_) => vec![],
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NoPath { .. } | Self::Path { .. } | Self::Protocol(_) => Exit::Settings,
            Self::Pipe(_) => Exit::Network,
        }
    }
}
