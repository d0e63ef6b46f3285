//! Why there is no lifecycle script.

use std::path::PathBuf;

use crate::error::{Exit, Explain};

/// Why there is no script, or no space.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A lifecycle configuration cannot hold the script.
    #[error("the script has {bytes} bytes, and a lifecycle configuration holds {limit}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The most that there may be.
        limit: usize,
    },
    /// The archive's address would give a secret away.
    #[error(
        "the address of --source holds a signature, a token or a password, which everyone could read in \
         the lifecycle configuration"
    )]
    SecretSource,
    /// A script cannot name the folder.
    #[error("{:?} is no folder below the home directory of a space, and no other that a script can name", .0.display().to_string())]
    CloneFolder(PathBuf),
    /// Studio's file is not there.
    #[error("this is not a SageMaker Studio app: {} does not exist", .0.display())]
    NotStudio(PathBuf),
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::TooLong { .. } => vec!["give shorter arguments".into()],
            Self::SecretSource => vec![
                "put the archive in a bucket that the execution role may read: --source s3://BUCKET/KEY"
                    .into(),
            ],
            Self::CloneFolder(_) => vec!["for example --clone demo-repo".into()],
            Self::NotStudio(_) => vec!["run it in a terminal of a space".into()],
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::TooLong { .. } | Self::SecretSource | Self::CloneFolder(_) => Exit::Usage,
            Self::NotStudio(_) => Exit::Settings,
        }
    }
}
