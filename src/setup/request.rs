//! The checked arguments of setup and unsetup.

use std::path::PathBuf;
use std::str::FromStr;

use crate::aws::iam::{ExternalId, SessionName};
use crate::aws::{Region, RepositoryName, RoleArn};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scope {
    /// Configuration of this user (~/.gitconfig)
    Global,
    /// Configuration of this repository (.git/config)
    Local,
    /// Configuration of this machine or image (/etc/gitconfig)
    System,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "PascalCase")]
pub(crate) enum CredentialSource {
    /// Container endpoint: SageMaker Studio, ECS, EKS
    EcsContainer,
    /// Role of the EC2 instance
    Ec2InstanceMetadata,
    /// AWS_ACCESS_KEY_ID and the other AWS_ variables
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

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// A role, for which a profile is written.
    pub(crate) role: Option<RoleRequest>,
    /// An existing profile to use; none of `role`.
    pub(crate) profile: Option<NewProfile>,
    /// With a role at least one; the first is written to the profile.
    pub(crate) regions: Vec<Region>,
    pub(crate) repository: Option<RepositoryName>,
    pub(crate) lfs: bool,
    pub(crate) placement: Placement,
}

#[derive(Clone, Debug)]
pub(crate) struct RoleRequest {
    pub(crate) profile: NewProfile,
    pub(crate) role_arn: RoleArn,
    pub(crate) credential_source: Option<CredentialSource>,
    pub(crate) source_profile: Option<NewProfile>,
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) role_session_name: Option<SessionName>,
}

/// The settings that setup and unsetup share.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) scope: Scope,
    pub(crate) bin_dir: Option<PathBuf>,
    pub(crate) no_aws_config: bool,
    /// Write absolute paths: `~` may be another folder where the settings are read.
    pub(crate) is_absolute: bool,
    pub(crate) force: bool,
}

/// A profile name that an AWS file, a URL and a shell command can all hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewProfile(String);

impl Default for NewProfile {
    /// The name in AWS's published pattern.
    fn default() -> Self {
        Self("CrossAccountAccessProfile".to_owned())
    }
}

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
