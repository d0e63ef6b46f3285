//! What a person asks `git codecommit setup` for, checked.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::aws::iam::{ExternalId, SessionName};
use crate::aws::{Region, RepositoryName, RoleArn};

/// How git is to reach the repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// By https and the credential helper; codecommit:: addresses are rewritten to https
    Https,
    /// By codecommit:: addresses and the remote helper
    Remote,
    /// By either
    Both,
}

impl Mode {
    /// Whether https URLs get a credential helper.
    pub(super) fn has_https(self) -> bool {
        matches!(self, Self::Https | Self::Both)
    }
}

/// Whose git configuration is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scope {
    /// This person's
    Global,
    /// This repository's
    Local,
    /// Everyone's on this machine or image
    System,
}

/// Where the keys come from that may assume the role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "PascalCase")]
pub(crate) enum CredentialSource {
    /// The container endpoint: SageMaker Studio, ECS, EKS
    EcsContainer,
    /// The EC2 instance's role
    Ec2InstanceMetadata,
    /// AWS_ACCESS_KEY_ID and its fellows
    Environment,
}

impl CredentialSource {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::EcsContainer => "EcsContainer",
            Self::Ec2InstanceMetadata => "Ec2InstanceMetadata",
            Self::Environment => "Environment",
        }
    }
}

/// The checked request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) role_arn: RoleArn,
    /// At least one; the first is the profile's own.
    pub(crate) regions: Vec<Region>,
    pub(crate) profile: NewProfile,
    pub(crate) credential_source: Option<CredentialSource>,
    pub(crate) source_profile: Option<NewProfile>,
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) role_session_name: Option<SessionName>,
    pub(crate) repository: Option<RepositoryName>,
    pub(crate) mode: Mode,
    pub(crate) lfs: bool,
    pub(crate) placement: Placement,
}

/// What setup and unsetup both need to know.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) scope: Scope,
    pub(crate) bin_dir: Option<PathBuf>,
    pub(crate) no_aws_config: bool,
    pub(crate) no_path: bool,
    pub(crate) force: bool,
}

/// A profile name that an AWS file, a URL and a shell command can all hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewProfile(String);

impl NewProfile {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NewProfile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "+=,.@_/ -".contains(c);
        if (1..=64).contains(&text.len())
            && text.chars().all(is_plain)
            && text.trim() == text
            && !text.starts_with('-')
        {
            return Ok(Self(text.to_owned()));
        }
        Err("a profile name has 1 to 64 letters, digits, spaces and any of + = , . @ _ / -, and does not start with -".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_break_out_of_a_file_a_url_or_a_command_are_refused() {
        for good in [
            "default",
            "CrossAccountAccessProfile",
            "my dev",
            "a@b.c",
            "a/b",
        ] {
            assert!(good.parse::<NewProfile>().is_ok(), "{good:?}");
        }
        for bad in [
            "", " a", "a]", "a\nb", "a'b", "$(x)", "a;b", "a%20b", "--p", "a:b", "é",
        ] {
            assert!(bad.parse::<NewProfile>().is_err(), "{bad:?}");
        }
        assert!("x".parse::<SessionName>().is_err() && "a b".parse::<SessionName>().is_err());
        assert!("a:b/c".parse::<ExternalId>().is_ok() && "a b".parse::<ExternalId>().is_err());
    }
}
