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
    /// It would add an attribute to the answer.
    #[error("the access key ID or the session token contains a line break")]
    LineBreak,
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
            Self::LineBreak => {
                vec!["look for stray characters in the AWS credentials file or variables".into()]
            }
            Self::Pipe(_) => vec![],
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NoPath { .. } | Self::Path { .. } => Exit::Settings,
            Self::LineBreak => Exit::Credentials,
            Self::Pipe(_) => Exit::Network,
        }
    }
}
