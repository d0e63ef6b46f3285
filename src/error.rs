//! What can go wrong, sorted by what the person does next.

use crate::{address, credential, credentials, endpoint, git_config, http, profile, remote};

/// Any failure of the programs: one variant a stage of the flow.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum Error {
    /// The program was started in a way it does not know.
    Usage(#[from] UsageError),
    /// The address cannot be read.
    Address(#[from] address::Error),
    /// No git host can be derived.
    Endpoint(#[from] endpoint::Error),
    /// The AWS config files give no plan.
    Profile(#[from] profile::Error),
    /// Git's configuration cannot be used.
    GitConfig(#[from] git_config::Error),
    /// The plan's credentials cannot be had.
    Credentials(#[from] credentials::Error),
    /// The network failed.
    Http(#[from] http::Error),
    /// The git host or git itself did not do as agreed.
    Remote(#[from] remote::Error),
    /// Git's credential request cannot be answered.
    Credential(#[from] credential::Error),
    /// A set-up cannot be made or undone.
    #[cfg(unix)]
    Setup(#[from] crate::setup::Error),
    /// There is no lifecycle script, or no Studio.
    #[cfg(unix)]
    Studio(#[from] crate::studio::Error),
    /// What was asked for cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] std::io::Error),
}

/// A command line that makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub struct UsageError {
    /// What is wrong with it.
    pub problem: String,
    /// What to type instead.
    pub hint: String,
}

impl Error {
    /// What to do next, a line each.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Usage(error) => vec![error.hint.clone()],
            Self::Address(error) => error.hints(),
            Self::Endpoint(error) => error.hints(),
            Self::Profile(error) => error.hints(),
            Self::GitConfig(error) => error.hints(),
            Self::Credentials(error) => error.hints(),
            Self::Http(error) => error.hints(),
            Self::Remote(error) => error.hints(),
            Self::Credential(error) => error.hints(),
            #[cfg(unix)]
            Self::Setup(error) => error.hints(),
            #[cfg(unix)]
            Self::Studio(error) => error.hints(),
            Self::Output(_) => Vec::new(),
        }
    }

    /// The exit code's class: 2 usage, 3 settings, 4 credentials, 5 network or host.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            #[cfg(unix)]
            Self::Setup(error) => error.exit_code(),
            #[cfg(unix)]
            Self::Studio(error) => error.exit_code(),
            Self::Output(_) => 1,
            Self::Usage(_) => 2,
            Self::Address(_)
            | Self::Endpoint(_)
            | Self::Profile(_)
            | Self::GitConfig(_)
            | Self::Credential(_) => 3,
            Self::Credentials(_) => 4,
            Self::Http(error) if error.is_setting() => 3,
            Self::Http(_) | Self::Remote(_) => 5,
        }
    }
}
