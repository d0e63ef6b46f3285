//! What is meant: by an address, by a credential request of git, or where neither names a repository.
//!
//! Profile, region and host are settled here, for every program, as far as that goes without a request.

use crate::address::Address;
use crate::aws::iam::AccountId;
use crate::aws::{Host, Region, RepositoryName, RoleArn};
use crate::endpoint::Endpoint;
use crate::error::{Error, Exit, Explain};
use crate::git::config;
use crate::git::helper_line::{Helper, Kind};
use crate::message::Notices;
use crate::own_config::{OwnConfig, Transport};
use crate::profile::{self, Choice, LastResort, Plan, ProfileName, Profiles, Settings, Source};
use crate::region;
pub(crate) use crate::request_host::{RequestHost, Service};
use crate::world::{World, variable};

/// Profile, region and git host of a run.
pub(crate) struct Target<'a> {
    pub(crate) world: &'a World,
    pub(crate) profiles: Profiles,
    pub(crate) choice: Choice,
    /// The region that is signed for.
    pub(crate) region: Region,
    pub(crate) region_decided_by: String,
    pub(crate) authority: String,
    /// The repository, where one of CodeCommit is named.
    endpoint: Option<Endpoint>,
    pub(crate) service: Service,
    pub(crate) own: OwnConfig<'a>,
    /// The account that the address names.
    account: Option<AccountId>,
    pub(crate) transport: Transport,
    /// The region of STS and the role that options of the credential helper name.
    region_option: Option<Region>,
    role_option: Option<RoleArn>,
}

/// A URL whose path is not that of a repository.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoRepository {
    #[error("the URL does not name a repository that CodeCommit can have")]
    OfCodeCommit,
    #[error("the URL does not name a repository behind AWS CodeConnections")]
    OfConnections,
}

impl Explain for NoRepository {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::OfCodeCommit => Service::CodeCommit.form().into(),
            Self::OfConnections => Service::Connections.form().into(),
        }]
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

/// What the command line of a helper sets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    /// Counts before every other setting that names one.
    pub(crate) profile: Option<NamedProfile>,
    /// Counts after git's configuration, before this process's environment.
    pub(crate) environment_profile: Option<NamedProfile>,
    /// For STS, and for hosts whose name holds no region.
    pub(crate) region: Option<Region>,
    /// A role to assume with the credentials of the profile or the environment.
    pub(crate) role_arn: Option<RoleArn>,
}

/// A profile, and the setting that names it.
#[derive(Clone, Debug)]
pub(crate) struct NamedProfile {
    pub(crate) name: ProfileName,
    pub(crate) by: String,
}

/// An account, and the setting that names it.
#[derive(Clone, Debug)]
pub(crate) struct WantedAccount {
    pub(crate) id: AccountId,
    pub(crate) by: String,
}

impl<'a> Target<'a> {
    /// Reads an address of the remote helper, and settles what it means.
    pub(crate) fn of_address(
        world: &'a World,
        notices: &dyn Notices,
        address: &str,
    ) -> Result<Self, Error> {
        let address = Address::parse(address)?;
        for warning in &address.warnings {
            notices.warning(warning);
        }
        let own = OwnConfig::of_address(world, &address);
        let named = address.profile.clone().map(|name| NamedProfile {
            name,
            by: "the address".to_owned(),
        });
        let overrides = Overrides {
            profile: named,
            ..Overrides::default()
        };
        let chosen = Chosen::new(world, own, overrides)?;
        let is_fips = chosen.is_fips();
        let repository = address.repository.as_str();
        let region = chosen.region(address.region.as_ref(), repository, is_fips)?;
        for warning in &region.warnings {
            notices.warning(warning);
        }
        let configured = chosen.own.text("endpoint")?;
        let configured = configured.map(|found| (found.key, found.value));
        let endpoint =
            Endpoint::resolve(world, configured, &address, region.region.clone(), is_fips)?;
        let authority = endpoint.authority().to_owned();
        Ok(Self {
            account: address.account,
            ..chosen.target(region, authority, Some(endpoint))
        })
    }

    /// Settles what a credential request of git means.
    pub(crate) fn of_request(
        world: &'a World,
        host: &RequestHost,
        path: &str,
        overrides: Overrides,
    ) -> Result<Self, Error> {
        let own = OwnConfig::of_url(world, &host.authority, path, host.region.as_ref());
        let in_host = host.region.clone().or_else(|| overrides.region.clone());
        let chosen = Chosen::new(world, own, overrides)?;
        let repository = path.rsplit('/').next().unwrap_or_default();
        // A host that exists is asked, whatever the settings say of FIPS hosts.
        let region = chosen.region(in_host.as_ref(), repository, false)?;
        let name = path.strip_prefix("/v1/repos/").unwrap_or_default();
        let name = RepositoryName::parse(name.strip_suffix('/').unwrap_or(name)).ok();
        let endpoint =
            name.map(|name| Endpoint::new(host.name.clone(), region.region.clone(), name));
        Ok(Self {
            service: host.service,
            ..chosen.target(region, host.name.clone(), endpoint)
        })
    }

    /// Settles what a command would use for an address that names neither profile nor region.
    pub(crate) fn without_address(
        world: &'a World,
        notices: &dyn Notices,
        overrides: Overrides,
    ) -> Result<Self, Error> {
        let own = OwnConfig::of_nothing(world);
        let chosen = Chosen::new(world, own, overrides)?;
        let region = chosen.region(None, "repository", chosen.is_fips())?;
        // The host is the same for every repository.
        let any = format!("codecommit::{}://any", region.region);
        let any = Self::of_address(world, notices, &any)?;
        Ok(chosen.target(region, any.authority, None))
    }

    /// Settles what a command would use for every repository of a region, or of the one that the settings name.
    pub(crate) fn of_region(
        world: &'a World,
        notices: &dyn Notices,
        named: Option<&Region>,
        profile: Option<NamedProfile>,
    ) -> Result<Self, Error> {
        let own = match named {
            Some(region) => OwnConfig::of_region(world, region),
            None => OwnConfig::of_nothing(world),
        };
        let overrides = Overrides {
            profile,
            ..Overrides::default()
        };
        let chosen = Chosen::new(world, own, overrides)?;
        let is_fips = chosen.is_fips();
        let region = chosen.region(named, "", is_fips)?;
        for warning in &region.warnings {
            notices.warning(warning);
        }
        let host = Host::regional(&region.region, is_fips);
        Ok(chosen.target(region, host.name().to_owned(), None))
    }

    /// The repository that an address or a request names. Fails if it names none that CodeCommit can have.
    pub(crate) fn endpoint(&self) -> Result<&Endpoint, NoRepository> {
        self.endpoint.as_ref().ok_or(NoRepository::OfCodeCommit)
    }

    /// The plan of the profile, and the role of an option behind it. Fails if the profile's settings contradict
    /// each other or name no source at all.
    pub(crate) fn plan(&self) -> Result<Plan, profile::Error> {
        let mut plan = Plan::new(self.world, &self.profiles, &self.choice);
        if let Err(profile::Error::NoCredentials { ignored, .. })
        | Ok(Plan {
            source:
                Source::InstanceMetadata {
                    last_resort: Some(LastResort { ignored, .. }),
                },
            ..
        }) = &mut plan
        {
            ignored.extend(self.hint_of_https());
        }
        Ok(match &self.role_option {
            Some(role) => plan?.then_role(role.as_str(), "--role-arn"),
            None => plan?,
        })
    }

    /// How to use the profile that https URLs of the same repository use: the one that setup made, where the address
    /// names none ([decision 41](../docs/decisions/0041-an-address-without-a-profile.md)).
    pub(crate) fn hint_of_https(&self) -> Option<String> {
        let endpoint = self.endpoint.as_ref().filter(|_| !self.choice.explicit)?;
        let (region, repository) = (&self.region, endpoint.repository());
        let host = Host::regional(region, false);
        let url = format!("https://{}/v1/repos/{repository}", host.name());
        let config = self.world.git_config().ok()?;
        let helpers = config.every_at_url("credential", &url, "helper");
        let helper = Helper::new(helpers.last()?.text().ok()?, "");
        let profile = helper.option("--profile");
        let profile = ProfileName::parse(profile.filter(|_| helper.kind == Kind::Ours)?).ok()?;
        (profile.as_str() != self.choice.name).then(|| {
            let (name, typed) = (profile.as_str(), profile.in_address());
            format!(
                "the address names no profile; https URLs of this repository use {name:?}, and so does \
                 codecommit::{region}://{typed}@{repository}"
            )
        })
    }

    /// The account that the credentials must be of, if the address or a setting names one. Fails if the setting is none.
    pub(crate) fn wanted_account(&self) -> Result<Option<WantedAccount>, config::Error> {
        let of_address = self.account.clone();
        Ok(match of_address {
            Some(id) => Some(WantedAccount {
                id,
                by: "the address".to_owned(),
            }),
            None => self.own.account()?.map(|(id, by)| WantedAccount { id, by }),
        })
    }

    /// The region of STS and of AWS Sign-In, and the setting that named it.
    pub(crate) fn sts_region(&self) -> Result<(Region, String), region::Error> {
        let own = self.own.text("stsRegion")?;
        let own = own.map(|found| (found.key, found.value));
        let option = self.region_option.as_ref();
        let option = option.map(|region| ("--region".to_owned(), region.to_string()));
        let in_profile = self.profiles.setting(&self.choice.name, "region");
        let profile = self.choice.to_string();
        let named = own.or(option);
        region::of_sts(self.world, named, in_profile, &profile, &self.region)
    }

    /// Settings that the environment or the profile can make.
    pub(crate) fn settings(&self) -> Settings<'_> {
        Settings::new(self.world, &self.profiles, &self.choice.name)
    }

    /// The certificate authorities that the profile names, `ca_bundle`; botocore takes the path as it stands.
    pub(crate) fn ca_bundle(&self) -> Option<std::path::PathBuf> {
        let path = self.profiles.setting(&self.choice.name, "ca_bundle");
        path.map(Into::into)
    }
}

/// The profile of a run, on the way to a [`Target`].
struct Chosen<'a> {
    world: &'a World,
    profiles: Profiles,
    choice: Choice,
    own: OwnConfig<'a>,
    transport: Transport,
    overrides: Overrides,
}

impl<'a> Chosen<'a> {
    /// Reads the AWS files and chooses the profile.
    fn new(world: &'a World, own: OwnConfig<'a>, overrides: Overrides) -> Result<Self, Error> {
        let profiles = Profiles::load(world)?;
        let choose = |profile: &NamedProfile| {
            let NamedProfile { name, by } = profile;
            profiles.choose(world, Some((name, by.as_str())))
        };
        let choice = match &overrides.profile {
            Some(profile) => choose(profile)?,
            None => match (own.profile()?, &overrides.environment_profile) {
                (Some((name, key)), _) => profiles.choose(world, Some((&name, &key)))?,
                (None, Some(profile)) => choose(profile)?,
                (None, None) => profiles.choose(world, None)?,
            },
        };
        Ok(Self {
            world,
            profiles,
            choice,
            transport: own.transport()?,
            own,
            overrides,
        })
    }

    fn is_fips(&self) -> bool {
        Settings::new(self.world, &self.profiles, &self.choice.name)
            .is_true(variable::AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint")
    }

    /// The region of a repository, which `named` decides where there is one.
    fn region(
        &self,
        named: Option<&Region>,
        repository: &str,
        is_fips: bool,
    ) -> Result<region::Choice, region::Error> {
        region::of_repository(
            self.world,
            named,
            self.profiles.setting(&self.choice.name, "region"),
            &self.choice.to_string(),
            repository,
            is_fips,
        )
    }

    fn target(
        self,
        region: region::Choice,
        authority: String,
        endpoint: Option<Endpoint>,
    ) -> Target<'a> {
        Target {
            world: self.world,
            profiles: self.profiles,
            choice: self.choice,
            region: region.region,
            region_decided_by: region.decided_by,
            authority,
            endpoint,
            service: Service::CodeCommit,
            own: self.own,
            account: None,
            transport: self.transport,
            region_option: self.overrides.region,
            role_option: self.overrides.role_arn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_another_path_of_the_host_names_no_repository() {
        let world = World::of(&[]);
        let url = "https://git-codecommit.eu-west-1.amazonaws.com/elsewhere";
        let (host, path) = RequestHost::of_url(url).unwrap();
        let target = Target::of_request(&world, &host, &path, Overrides::default()).unwrap();
        assert_eq!(
            target.endpoint().err().unwrap().to_string(),
            "the URL does not name a repository that CodeCommit can have"
        );
    }
}
