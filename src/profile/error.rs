//! Why the AWS config files give no plan.

use std::io;
use std::path::PathBuf;

use crate::error::{Exit, Explain};

/// Why the config files give no plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file exists and cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    /// A line that is neither section nor property. The message leaves its text out: it may be a key.
    #[error("{}:{line}: {problem}", path.display())]
    Malformed {
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        problem: &'static str,
    },
    /// The profile that was asked for is in neither file.
    #[error("profile {name:?}, chosen by {chosen_by}, is not in {files}")]
    NotFound {
        name: String,
        chosen_by: String,
        files: String,
        available: Vec<String>,
        /// The section that was meant, if one of the files has it under a name that does not count.
        meant: Option<String>,
    },
    /// A profile's settings contradict each other or are incomplete.
    #[error("profile {profile:?}{at}: {problem}")]
    Invalid {
        profile: String,
        /// ` (path:line)`, or nothing.
        at: String,
        problem: String,
        hint: String,
    },
    /// The environment has one half of a key.
    #[error("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")]
    PartialEnvironment,
    /// No source of credentials is configured anywhere.
    #[error("no AWS credentials are configured for profile {profile:?}")]
    NoCredentials {
        profile: String,
        /// What is set, but does not count, a line each.
        ignored: Vec<String>,
    },
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Unreadable { cause, .. } if cause.kind() == io::ErrorKind::InvalidData => {
                vec!["the file must be text in UTF-8".into()]
            }
            Self::Unreadable { cause, .. } if cause.raw_os_error().is_none() => {
                vec!["name a plain file, or a pipe that another program writes".into()]
            }
            Self::Unreadable { .. } => vec!["check the file's owner and mode".into()],
            Self::Malformed { .. } => vec!["fix that line".into()],
            Self::NotFound {
                meant: Some(meant), ..
            } => vec![meant.clone()],
            Self::NotFound { available, .. } if available.is_empty() => {
                vec![
                    "these files have no profile: run \"aws configure --profile NAME\" to add one"
                        .into(),
                ]
            }
            Self::NotFound { available, .. } => {
                vec![format!(
                    "name one of these profiles: {}",
                    available.join(", ")
                )]
            }
            Self::Invalid { hint, .. } => vec![hint.clone()],
            Self::PartialEnvironment => {
                vec!["set both, or unset AWS_ACCESS_KEY_ID to use a profile".into()]
            }
            Self::NoCredentials { ignored, .. } => {
                let mut hints = ignored.clone();
                hints.push(
                    "give the profile a role_arn with credential_source or source_profile, or access keys"
                        .into(),
                );
                hints.push(
                    "in a container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be in the environment \
                     (sudo and cron drop it)"
                        .into(),
                );
                hints
            }
        }
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}
