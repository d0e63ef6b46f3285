//! The arguments that `setup` and the lifecycle script that runs it have in common.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use clap::builder::PossibleValue;

use crate::aws::iam::{ExternalId, SessionName};
use crate::aws::{Region, RepositoryName, RoleArn};
use crate::setup::{CredentialSource, NewProfile, Placement, Request, RoleRequest};

/// A role or a profile, and the repositories.
#[derive(clap::Args)]
pub(super) struct SetupArgs {
    /// Name of an existing AWS profile, or with --role-arn of the one to create
    ///
    /// Without --profile and --role-arn, git uses the credentials that the AWS CLI would use. With --role-arn the name
    /// is CrossAccountAccessProfile by default.
    #[arg(long, value_name = "NAME")]
    profile: Option<NewProfile>,
    /// ARN of the role that may use the repositories
    #[arg(long, value_name = "ARN", requires = "regions")]
    role_arn: Option<RoleArn>,
    /// Region of the repositories; the first one is written to the profile
    #[arg(long = "region", id = "regions", value_name = "REGION", value_parser = region)]
    regions: Vec<Region>,
    /// Source of the keys that assume the role [default: EcsContainer]
    #[arg(
        long,
        value_name = "SOURCE",
        conflicts_with = "source_profile",
        requires = "role_arn"
    )]
    credential_source: Option<CredentialSource>,
    /// Name of the profile whose keys assume the role
    #[arg(long, value_name = "NAME", requires = "role_arn")]
    source_profile: Option<NewProfile>,
    /// External ID that the role's trust policy requires
    #[arg(long, value_name = "ID", requires = "role_arn")]
    external_id: Option<ExternalId>,
    /// Name of the session in CloudTrail
    #[arg(long, value_name = "NAME", requires = "role_arn")]
    role_session_name: Option<SessionName>,
    /// Name of a repository of the role, for --clone
    #[arg(long, value_name = "NAME", value_parser = repository)]
    repo: Option<RepositoryName>,
    /// Clone --repo into this folder, unless it is a clone already
    #[arg(long, value_name = "FOLDER", requires = "repo")]
    clone: Option<PathBuf>,
    /// Configure Git LFS as well
    #[arg(long)]
    lfs: bool,
}

impl SetupArgs {
    /// The request, and the folder to clone to.
    pub(super) fn request(self, placement: Placement) -> (Request, Option<PathBuf>) {
        let source = match (self.credential_source, &self.source_profile) {
            (None, None) => Some(CredentialSource::EcsContainer),
            (source, _) => source,
        };
        let named = self.profile.clone();
        let role = self.role_arn.map(|role_arn| RoleRequest {
            profile: self.profile.unwrap_or_default(),
            role_arn,
            credential_source: source,
            source_profile: self.source_profile,
            external_id: self.external_id,
            role_session_name: self.role_session_name,
        });
        let request = Request {
            profile: named.filter(|_| role.is_none()),
            role,
            regions: self.regions,
            repository: self.repo,
            lfs: self.lfs,
            placement,
        };
        (request, self.clone)
    }

    /// The folder of `--clone`.
    pub(super) fn clone_folder(&self) -> Option<&Path> {
        self.clone.as_deref()
    }

    /// The same arguments for `git codecommit setup`, without `--clone`.
    pub(super) fn arguments(&self) -> Vec<String> {
        // As one word, because a value may begin with a dash.
        let argument = |name: &str, value: &str| format!("--{name}={value}");
        let mut arguments: Vec<String> = Vec::new();
        let role = self.role_arn.iter();
        arguments.extend(role.map(|role| argument("role-arn", role.as_str())));
        let regions = self.regions.iter();
        arguments.extend(regions.map(|region| argument("region", region.as_str())));
        let source = self.credential_source.and_then(|s| s.to_possible_value());
        let more = [
            ("profile", self.profile.as_ref().map(NewProfile::as_str)),
            (
                "credential-source",
                source.as_ref().map(PossibleValue::get_name),
            ),
            (
                "source-profile",
                self.source_profile.as_ref().map(NewProfile::as_str),
            ),
            (
                "external-id",
                self.external_id.as_ref().map(ExternalId::as_str),
            ),
            (
                "role-session-name",
                self.role_session_name.as_ref().map(SessionName::as_str),
            ),
            ("repo", self.repo.as_ref().map(RepositoryName::as_str)),
        ];
        let more = more.into_iter();
        arguments.extend(more.filter_map(|(name, value)| Some(argument(name, value?))));
        if self.lfs {
            arguments.push("--lfs".to_owned());
        }
        arguments
    }
}

pub(super) fn region(text: &str) -> Result<Region, String> {
    Region::parse(text).map_err(|_| "a region looks like eu-west-1".to_owned())
}

pub(super) fn repository(text: &str) -> Result<RepositoryName, String> {
    RepositoryName::parse(text).map_err(|error| error.hint().to_owned())
}
