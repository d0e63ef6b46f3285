//! What a set-up is to give: the arguments of `setup`, and of the lifecycle script that runs it.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use clap::builder::PossibleValue;

use crate::aws::iam::{ExternalId, SessionName};
use crate::aws::{Region, RepositoryName, RoleArn};
use crate::setup::{CredentialSource, Mode, NewProfile, Placement, Request};

/// A role, its repositories, and how git reaches them.
#[derive(clap::Args)]
pub(super) struct Wanted {
    /// The role that may use the repositories
    #[arg(long, value_name = "ARN")]
    role_arn: RoleArn,
    /// A region of the repositories; the first is the profile's own
    #[arg(long = "region", value_name = "REGION", required = true, value_parser = region)]
    regions: Vec<Region>,
    /// The AWS profile that stands for the role
    #[arg(long, value_name = "NAME", default_value = "CrossAccountAccessProfile")]
    profile: NewProfile,
    /// Where the keys come from that may assume the role [default: EcsContainer, unless --source-profile is given]
    #[arg(long, value_name = "SOURCE", conflicts_with = "source_profile")]
    credential_source: Option<CredentialSource>,
    /// The profile whose keys may assume the role
    #[arg(long, value_name = "NAME")]
    source_profile: Option<NewProfile>,
    /// The external id that the role's trust policy asks for
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,
    /// The session's name in CloudTrail
    #[arg(long, value_name = "NAME")]
    role_session_name: Option<SessionName>,
    /// A repository of the role: --clone clones it
    #[arg(long, value_name = "NAME", value_parser = repository)]
    repo: Option<RepositoryName>,
    /// Clone --repo there, unless that is done
    #[arg(long, value_name = "FOLDER", requires = "repo")]
    clone: Option<PathBuf>,
    /// How git reaches the repositories
    #[arg(long, value_name = "MODE", value_enum, default_value_t = Mode::Both)]
    mode: Mode,
    /// Lead git-lfs to the https URLs
    #[arg(long)]
    lfs: bool,
}

impl Wanted {
    /// The request, and the folder to clone to.
    pub(super) fn request(self, placement: Placement) -> (Request, Option<PathBuf>) {
        let source = match (self.credential_source, &self.source_profile) {
            (None, None) => Some(CredentialSource::EcsContainer),
            (source, _) => source,
        };
        let request = Request {
            role_arn: self.role_arn,
            regions: self.regions,
            profile: self.profile,
            credential_source: source,
            source_profile: self.source_profile,
            external_id: self.external_id,
            role_session_name: self.role_session_name,
            repository: self.repo,
            mode: self.mode,
            lfs: self.lfs,
            placement,
        };
        (request, self.clone)
    }

    /// Where the repository is to be cloned to.
    pub(super) fn clone_folder(&self) -> Option<&Path> {
        self.clone.as_deref()
    }

    /// The arguments that say the same to `git codecommit setup`, less the folder to clone to.
    pub(super) fn arguments(&self) -> Vec<String> {
        // Whole, for a value may begin with a dash.
        let argument = |name: &str, value: &str| format!("--{name}={value}");
        let mut arguments = vec![argument("role-arn", self.role_arn.as_str())];
        let regions = self.regions.iter();
        arguments.extend(regions.map(|region| argument("region", region.as_str())));
        let source = self.credential_source.and_then(|s| s.to_possible_value());
        let mode = self.mode.to_possible_value();
        let more = [
            ("profile", Some(self.profile.as_str())),
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
            ("mode", mode.as_ref().map(PossibleValue::get_name)),
        ];
        let more = more.into_iter();
        arguments.extend(more.filter_map(|(name, value)| Some(argument(name, value?))));
        if self.lfs {
            arguments.push("--lfs".to_owned());
        }
        arguments
    }
}

/// A region, for clap.
pub(super) fn region(text: &str) -> Result<Region, String> {
    Region::parse(text).map_err(|_| "a region looks like eu-west-1".to_owned())
}

/// A repository's name, for clap.
pub(super) fn repository(text: &str) -> Result<RepositoryName, String> {
    RepositoryName::parse(text).map_err(|error| error.hint().to_owned())
}
