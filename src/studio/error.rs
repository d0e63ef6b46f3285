use std::path::PathBuf;

use crate::error::{Exit, Explain};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A lifecycle configuration cannot hold the script.
    #[error("the script has {bytes} bytes, but a lifecycle configuration holds at most {limit}")]
    TooLong { bytes: usize, limit: usize },
    /// The archive's address would give a secret away.
    #[error(
        "the address in --source contains a signature, a token or a password, and everyone can read the \
         lifecycle configuration"
    )]
    SecretSource,
    #[error("--clone: {:?} is not a folder below the home directory of a space", .0.display().to_string())]
    CloneFolder(PathBuf),
    #[error("this is not a SageMaker Studio app: {} does not exist", .0.display())]
    NotStudio(PathBuf),
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::TooLong { .. } => vec!["shorten the arguments".into()],
            Self::SecretSource => vec![
                "put the archive in a bucket that the execution role may read: --source s3://BUCKET/KEY"
                    .into(),
            ],
            Self::CloneFolder(_) => vec!["write a path below the home directory, such as --clone demo-repo".into()],
            Self::NotStudio(_) => vec!["run this command in a terminal of a space".into()],
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::TooLong { .. } | Self::SecretSource | Self::CloneFolder(_) => Exit::Usage,
            Self::NotStudio(_) => Exit::Settings,
        }
    }
}
