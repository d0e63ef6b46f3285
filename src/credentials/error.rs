//! Why a plan gives no credentials.

use std::path::PathBuf;

use super::{container, mfa, process, sts};
use crate::error::{Exit, Explain};
use crate::git::config;
use crate::process::shell_quoted;
use crate::{http, profile, region};

/// Why the plan's credentials cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The plan names a key that has gone from the file or the environment since.
    #[error("the access key of {0} is incomplete")]
    Incomplete(String),
    /// The container credentials endpoint failed.
    #[error(transparent)]
    Container(#[from] container::Error),
    /// STS gave no session.
    #[error(transparent)]
    Sts(#[from] Box<sts::Error>),
    /// `credential_process` gave no credentials.
    #[error(transparent)]
    Process(#[from] process::Error),
    /// There is no MFA code.
    #[error(transparent)]
    Mfa(#[from] mfa::Error),
    /// Another process that this one waited for has asked for the same session and failed.
    #[error("{why} (so another git-codecommit was told a moment ago)")]
    FailedElsewhere {
        /// What it was told.
        why: String,
    },
    /// IAM Identity Center gave no credentials.
    #[error("IAM Identity Center gave no credentials for profile {profile:?}: {cause}")]
    SingleSignOn {
        /// The profile.
        profile: String,
        /// The SDK's reason.
        cause: String,
    },
    /// The session of `aws login` gave no credentials.
    #[error("the session of \"aws login\" gave no credentials for profile {profile:?}: {cause}")]
    Login {
        /// The profile.
        profile: String,
        /// The SDK's reason.
        cause: String,
    },
    /// The instance metadata service gave no credentials.
    #[error("the EC2 instance metadata service gave no credentials: {0}")]
    InstanceMetadata(String),
    /// Nothing is configured, and the instance metadata service, the last resort, has nothing.
    #[error(
        "no AWS credentials are configured for profile {profile:?}, and there is no EC2 instance \
         metadata service that has any ({cause})"
    )]
    Nowhere {
        /// The profile.
        profile: String,
        /// The SDK's reason.
        cause: String,
    },
    /// The profile gives no plan.
    #[error(transparent)]
    Profile(#[from] profile::Error),
    /// The region of STS cannot be settled.
    #[error(transparent)]
    Region(#[from] region::Error),
    /// A kept session cannot be removed.
    #[error("cannot remove {}: {cause}", path.display())]
    Unremovable {
        /// The session's file.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// No async runtime could be started.
    #[error("cannot start: {0}")]
    Runtime(std::io::Error),
    /// The network client could not be set up.
    #[error(transparent)]
    Http(#[from] http::Error),
    /// Git's configuration cannot be used.
    #[error(transparent)]
    GitConfig(#[from] config::Error),
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Incomplete(_) => vec!["give both the key id and the secret".into()],
            Self::Container(error) => error.hints(),
            Self::Sts(error) => error.hints(),
            Self::Process(error) => error.hints(),
            Self::Mfa(error) => error.hints(),
            Self::FailedElsewhere { .. } => vec!["run the command again to ask anew".into()],
            Self::SingleSignOn { profile, .. } => vec![
                format!("run: aws sso login --profile {}", shell_quoted(profile)),
                "if it is refused still, ask whether the account and the role are assigned to you"
                    .into(),
            ],
            Self::Login { profile, .. } => {
                vec![format!(
                    "run: aws login --profile {}",
                    shell_quoted(profile)
                )]
            }
            Self::Nowhere { profile, .. } => crate::profile::Error::NoCredentials {
                profile: profile.clone(),
            }
            .hints(),
            Self::InstanceMetadata(_) => vec![
                "attach an instance profile; in a container, raise the hop limit of IMDSv2 to 2"
                    .into(),
            ],
            Self::Runtime(_) => vec![],
            Self::Unremovable { .. } => vec!["check the folder's owner and mode".into()],
            Self::Profile(error) => error.hints(),
            Self::Region(error) => error.hints(),
            Self::Http(error) => error.hints(),
            Self::GitConfig(error) => error.hints(),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Container(error) => error.exit(),
            Self::Sts(error) => error.exit(),
            Self::Process(error) => error.exit(),
            Self::Mfa(error) => error.exit(),
            Self::Profile(error) => error.exit(),
            Self::Region(error) => error.exit(),
            Self::Http(error) => error.exit().of_credentials(),
            Self::GitConfig(error) => error.exit(),
            Self::Incomplete(_)
            | Self::FailedElsewhere { .. }
            | Self::SingleSignOn { .. }
            | Self::Login { .. }
            | Self::InstanceMetadata(_)
            | Self::Nowhere { .. }
            | Self::Unremovable { .. }
            | Self::Runtime(_) => Exit::Credentials,
        }
    }
}
