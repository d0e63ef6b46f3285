//! From a plan to credentials: one snapshot a run, resolved once, kept on disk if it is a session.
//!
//! [`resolver`] walks the plan; [`container`], [`instance_metadata`], [`process`] and [`sdk`] are the
//! sources, [`sts`] the roles, [`mfa`] the question to the person, [`cache`] the sessions on disk.

pub(crate) mod cache;
mod container;
mod instance_metadata;
mod mfa;
mod process;
mod resolver;
mod sdk;
mod sts;

use std::path::PathBuf;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use resolver::Resolver;
pub(crate) use resolver::Step;

use crate::http;
use crate::process::shell_quoted;
use crate::secret::{self, Secret};
use crate::{endpoint, git_config};

/// Key id, secret, token and expiry of one identity: they travel together or not at all.
///
/// (git-remote-codecommit issue 7 is what happens otherwise: the parts of five different keys.)
#[derive(Debug)]
pub struct Credentials {
    /// The access key's id, which is not secret.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The session token of temporary credentials.
    pub session_token: Option<Secret>,
    /// When temporary credentials end.
    pub expires_at: Option<OffsetDateTime>,
    /// Who they belong to, an ARN, where the source says so. For messages.
    pub principal: Option<String>,
    /// Whether they were had in this run.
    pub origin: Origin,
}

/// Where credentials come from, as far as trust in them goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A service, a program or the person's settings gave them in this run.
    Fresh,
    /// They were kept on disk: a service may have revoked them since.
    Cache,
}

impl Credentials {
    /// Whether they end before a time.
    pub(crate) fn end_before(&self, time: OffsetDateTime) -> bool {
        self.expires_at.is_some_and(|end| end <= time)
    }

    /// Takes these credentials' secrets out of a text that came from outside.
    fn scrubbed(&self, text: &str) -> String {
        let token = self.session_token.as_ref().map_or("", Secret::expose);
        secret::scrubbed(text, &[token, self.secret_access_key.expose()])
    }
}

/// Why the plan's credentials cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
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
    /// The region of STS cannot be settled.
    #[error(transparent)]
    Region(#[from] endpoint::Error),
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
    GitConfig(#[from] git_config::Error),
}

impl Error {
    /// What to do next.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
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
            Self::Region(error) => error.hints(),
            Self::Http(error) => error.hints(),
            Self::GitConfig(error) => error.hints(),
        }
    }
}

/// Reads a time of ISO 8601 as AWS's tools write it: `T` in the middle, a fraction or none, and `Z`, `UTC`
/// or an offset, with or without its colon, at the end. A time without a zone is none.
fn instant(text: &str) -> Option<OffsetDateTime> {
    let bytes = text.as_bytes();
    let is_digits = |range: &[u8]| range.iter().all(u8::is_ascii_digit);
    let text = match bytes {
        _ if text.ends_with("UTC") => format!("{}Z", text.strip_suffix("UTC")?),
        [.., b'+' | b'-', a, b, c, d] if is_digits(&[*a, *b, *c, *d]) => {
            let (start, minutes) = text.split_at(text.len() - 2);
            format!("{start}:{minutes}")
        }
        _ => text.to_owned(),
    };
    OffsetDateTime::parse(&text, &Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_every_form_that_aws_tools_write_and_never_without_a_zone() {
        let expected = instant("2026-11-22T00:15:00Z").unwrap();
        for text in [
            "2026-11-22T00:15:00UTC",
            "2026-11-22T00:15:00+00:00",
            "2026-11-22T00:15:00+0000",
            "2026-11-22T02:15:00.000+0200",
            "2026-11-21T23:15:00-01:00",
        ] {
            assert_eq!(instant(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "soon",
            "2026-11-22T00:15:00",
            "2026-11-22",
            "UTC",
            "+0000",
            "é0000",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
