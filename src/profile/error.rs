//! Why the AWS config files give no plan.

use std::io;
use std::path::PathBuf;

use crate::error::{Exit, Explain};

/// Why the config files give no plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file exists and cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// A line that is neither section nor property. Its text is kept out: it may be a key.
    #[error("{}:{line}: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// The profile that was asked for is in neither file.
    #[error("profile {name:?}, chosen by {chosen_by}, is not in {config} or {credentials}")]
    NotFound {
        /// The profile.
        name: String,
        /// The setting that named it.
        chosen_by: String,
        /// The config file.
        config: String,
        /// The credentials file.
        credentials: String,
        /// The profiles that are there.
        available: Vec<String>,
    },
    /// A profile's settings contradict each other or are incomplete.
    #[error("profile {profile:?}{at}: {problem}")]
    Invalid {
        /// The profile.
        profile: String,
        /// ` (path:line)`, or nothing.
        at: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        hint: String,
    },
    /// The environment has one half of a key.
    #[error("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")]
    PartialEnvironment,
    /// No source of credentials is configured anywhere.
    #[error("no AWS credentials are configured for profile {profile:?}")]
    NoCredentials {
        /// The profile.
        profile: String,
    },
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Unreadable { cause, .. } if cause.kind() == io::ErrorKind::InvalidData => {
                vec!["the file must be text in UTF-8".into()]
            }
            Self::Unreadable { .. } => vec!["check the file's owner and mode".into()],
            Self::Malformed { .. } => vec!["correct that line".into()],
            Self::NotFound { available, .. } if available.is_empty() => {
                vec!["those files hold no profile: \"aws configure --profile NAME\" adds one".into()]
            }
            Self::NotFound { available, .. } => {
                vec![format!("the profiles are: {}", available.join(", "))]
            }
            Self::Invalid { hint, .. } => vec![hint.clone()],
            Self::PartialEnvironment => {
                vec!["set both, or unset AWS_ACCESS_KEY_ID to use a profile".into()]
            }
            Self::NoCredentials { .. } => vec![
                "give the profile a role_arn with credential_source or source_profile, or access keys"
                    .into(),
                "in a container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be in the environment \
                 (sudo and cron drop it)"
                    .into(),
            ],
        }
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}
