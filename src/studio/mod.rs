//! SageMaker Studio: the lifecycle configuration that sets spaces up, and which space this is.

mod commands;
mod lifecycle;
mod metadata;

use std::path::PathBuf;

pub(crate) use commands::commands;
pub(crate) use lifecycle::{CloneFolder, Lifecycle, Sha256Hex, Source, base64};
pub(crate) use metadata::{FILE, Metadata, SHARED};

/// Why there is no script, or no space.
#[derive(Debug, thiserror::Error)]
pub enum Error {
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
    /// Studio's file cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
}

impl Error {
    /// What to do next.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::TooLong { .. } => vec!["give shorter arguments".into()],
            Self::SecretSource => vec![
                "put the archive in a bucket that the execution role may read: --source s3://BUCKET/KEY"
                    .into(),
            ],
            Self::CloneFolder(_) => vec!["for example --clone demo-repo".into()],
            Self::NotStudio(_) => vec!["run it in a terminal of a space".into()],
            Self::Metadata { .. } => vec!["Studio writes it at the start of each app: restart the space".into()],
        }
    }

    /// The exit code: 2 usage, 3 what is there.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::TooLong { .. } | Self::SecretSource | Self::CloneFolder(_) => 2,
            Self::NotStudio(_) | Self::Metadata { .. } => 3,
        }
    }
}
