//! Why a plan gives no credentials.

use std::path::PathBuf;

use super::{container, mfa, process, sts};
use crate::aws::Unusable;
use crate::aws::iam::AccountId;
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
    /// Keys that no service would accept.
    #[error("{from}: {problem}")]
    Unusable { from: String, problem: Unusable },
    #[error(transparent)]
    Container(#[from] container::Error),
    #[error(transparent)]
    Sts(#[from] Box<sts::Error>),
    #[error(transparent)]
    Process(#[from] process::Error),
    #[error(transparent)]
    Mfa(#[from] mfa::Error),
    /// Another process that this one waited for has asked for the same session and failed.
    #[error("{why} (another git-codecommit process got this answer a moment ago)")]
    FailedElsewhere { why: String },
    /// The account is a guard: keys of another one would open a repository of the same name there.
    #[error("{identity} belongs to account {found}, but {by} names account {wanted}")]
    OtherAccount {
        /// An ARN, or the access key's id.
        identity: String,
        found: AccountId,
        wanted: AccountId,
        /// The setting.
        by: String,
    },
    /// IAM Identity Center gave no credentials.
    #[error("cannot get credentials for profile {profile:?} from IAM Identity Center: {cause}")]
    SingleSignOn { profile: String, cause: String },
    /// The session of `aws login` gave no credentials.
    #[error(
        "cannot get credentials for profile {profile:?} from the \"aws login\" session: {cause}"
    )]
    Login { profile: String, cause: String },
    /// The instance metadata service gave no credentials.
    #[error("cannot get credentials from the EC2 instance metadata service: {0}")]
    InstanceMetadata(String),
    /// Nothing is configured, and the instance metadata service, the last resort, has nothing.
    #[error(
        "no AWS credentials are configured for profile {profile:?}, and the EC2 instance metadata \
         service has none ({cause})"
    )]
    Nowhere {
        profile: String,
        /// What is set, but does not count, a line each.
        ignored: Vec<String>,
        cause: String,
    },
    #[error(transparent)]
    Profile(#[from] profile::Error),
    /// The region of STS cannot be settled.
    #[error(transparent)]
    Region(#[from] region::Error),
    /// A cached session cannot be removed.
    #[error("cannot remove {}: {cause}", path.display())]
    Unremovable {
        path: PathBuf,
        cause: std::io::Error,
    },
    /// No async runtime could be started: it needs four file descriptors.
    #[error("cannot start the async runtime: {0}")]
    Runtime(std::io::Error),
    /// The network client could not be set up.
    #[error(transparent)]
    Http(#[from] http::Error),
    #[error(transparent)]
    GitConfig(#[from] config::Error),
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Incomplete(_) => vec!["set both the access key ID and the secret access key".into()],
            Self::Unusable { problem, .. } => vec![problem.hint()],
            Self::Container(error) => error.hints(),
            Self::Sts(error) => error.hints(),
            Self::Process(error) => error.hints(),
            Self::Mfa(error) => error.hints(),
            Self::FailedElsewhere { .. } => vec!["run the command again to send a new request".into()],
            Self::OtherAccount { wanted, by, .. } => vec![format!(
                "use a profile of account {wanted}, or correct {by}"
            )],
            Self::SingleSignOn { profile, .. } => vec![
                format!("run: aws sso login --profile {}", shell_quoted(profile)),
                "if it still fails, ask your administrator whether the account and the role are assigned to you"
                    .into(),
            ],
            Self::Login { profile, .. } => {
                vec![format!(
                    "run: aws login --profile {}",
                    shell_quoted(profile)
                )]
            }
            Self::Nowhere { profile, ignored, .. } => crate::profile::Error::NoCredentials {
                profile: profile.clone(),
                ignored: ignored.clone(),
            }
            .hints(),
            Self::InstanceMetadata(_) => vec![
                "attach an instance profile; in a container, raise the hop limit of IMDSv2 to 2"
                    .into(),
            ],
            Self::Runtime(_) => vec![crate::process::OPEN_FILES_HINT.into()],
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
            | Self::Unusable { .. }
            | Self::FailedElsewhere { .. }
            | Self::OtherAccount { .. }
            | Self::SingleSignOn { .. }
            | Self::Login { .. }
            | Self::InstanceMetadata(_)
            | Self::Nowhere { .. }
            | Self::Unremovable { .. }
            | Self::Runtime(_) => Exit::Credentials,
        }
    }
}
