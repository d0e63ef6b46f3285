//! Which setting decides the region: that of the repository, and that of STS.

use crate::aws::{Region, partition};
use crate::error::{Exit, Explain};
use crate::git::config;
use crate::world::{World, variable};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A setting that does not hold a region.
    #[error("{setting} is {value:?}, which is not an AWS region")]
    Setting {
        /// The variable, or the profile in words.
        setting: String,
        value: String,
    },
    #[error("no AWS region is set for {profile}")]
    NoRegion {
        /// For example `profile "dev"`.
        profile: String,
        /// The repository, for the hint's example; empty if an option can name the region.
        repository: String,
    },
    /// Git's configuration, which may name the region of STS, cannot be read.
    #[error(transparent)]
    GitConfig(#[from] config::Error),
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Setting { .. } => vec!["a region looks like eu-west-1".into()],
            Self::NoRegion {
                profile,
                repository,
            } => vec![
                match repository.as_str() {
                    "" => "name it, as in --region eu-west-1".to_owned(),
                    name => format!("name it in the address, as in codecommit::eu-west-1://{name}"),
                },
                format!("or add a line such as region = eu-west-1 to {profile}"),
            ],
            Self::GitConfig(error) => error.hints(),
        }
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

/// A region and what was odd about how it was found.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) region: Region,
    pub(crate) decided_by: String,
    pub(crate) warnings: Vec<String>,
}

/// The repository's region: address > `AWS_DEFAULT_REGION` > the profile's `region` > `AWS_REGION`.
///
/// The order is botocore's, which git-remote-codecommit inherits, with `AWS_REGION` added at its end. Studio sets
/// the environment to its own region, so a profile that says otherwise is worth a warning. `profile` is the profile
/// in words, for messages. Fails if no setting names a region, or one is not a region's shape.
pub(crate) fn of_repository(
    world: &World,
    in_address: Option<&Region>,
    in_profile: Option<&str>,
    profile: &str,
    repository: &str,
    fips: bool,
) -> Result<Choice, Error> {
    let mut warnings = Vec::new();
    let (decided_by, region) = match in_address {
        Some(region) => ("the address".to_owned(), region.clone()),
        None => {
            let (setting, region) =
                first_setting(world, in_profile, profile).ok_or_else(|| Error::NoRegion {
                    profile: profile.to_owned(),
                    repository: repository.to_owned(),
                })?;
            let overridden = in_profile.filter(|other| !other.eq_ignore_ascii_case(&region));
            if let Some(other) = overridden {
                warnings.push(format!(
                    "{setting}={region} is used instead of region {other} of {profile}; \
                     codecommit::{other}://… chooses the other"
                ));
            }
            (setting.clone(), named(setting, region)?)
        }
    };
    if !partition::is_listed(region.as_str()) {
        warnings.push(format!(
            "region {region} is not in this program's list of CodeCommit regions; trying it anyway"
        ));
    }
    if fips && !partition::has_fips_host(region.as_str()) {
        warnings.push(format!(
            "a FIPS endpoint is asked for, but AWS documents no FIPS git host in {region}; trying it anyway"
        ));
    }
    Ok(Choice {
        region,
        decided_by,
        warnings,
    })
}

/// The region of STS: `named_by` (an option or `codecommit.stsRegion`, with its name) > `AWS_DEFAULT_REGION` > the
/// profile's `region` > `AWS_REGION` > the repository's. With it comes the setting that named it.
///
/// In Studio the environment names the region Studio runs in, the only one whose STS a VPC without internet can
/// reach. Fails if the setting that decides is not a region's shape.
pub(crate) fn of_sts(
    world: &World,
    named_by: Option<(String, String)>,
    in_profile: Option<&str>,
    profile: &str,
    repository: &Region,
) -> Result<(Region, String), Error> {
    match named_by.or_else(|| first_setting(world, in_profile, profile)) {
        Some((setting, region)) => Ok((named(setting.clone(), region)?, setting)),
        None => Ok((repository.clone(), "the repository".to_owned())),
    }
}

/// The first of the settings that name a region, and its value.
fn first_setting(
    world: &World,
    in_profile: Option<&str>,
    profile: &str,
) -> Option<(String, String)> {
    let variable = |name: &str| Some((name.to_owned(), world.variable(name)?));
    variable(variable::AWS_DEFAULT_REGION)
        .or_else(|| Some((format!("the region of {profile}"), in_profile?.to_owned())))
        .or_else(|| variable(variable::AWS_REGION))
}

fn named(setting: String, value: String) -> Result<Region, Error> {
    Region::parse(&value).map_err(|_| Error::Setting { setting, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_beats_the_environment_which_beats_the_profile() {
        let here = World::of(&[
            ("AWS_DEFAULT_REGION", "us-east-2"),
            ("AWS_REGION", "us-west-1"),
        ]);
        let address = Region::parse("eu-west-1").unwrap();
        let choose =
            |address, profile| of_repository(&here, address, profile, "p", "r", false).unwrap();

        assert_eq!(choose(Some(&address), Some("sa-east-1")).region, address);
        let choice = choose(None, Some("sa-east-1"));
        assert_eq!(choice.region.as_str(), "us-east-2");
        assert_eq!(choice.warnings.len(), 1);
        assert!(choose(None, Some("us-east-2")).warnings.is_empty());

        let only_region = World::of(&[("AWS_REGION", "us-west-1")]);
        let choose = |profile| of_repository(&only_region, None, profile, "p", "r", false).unwrap();
        assert_eq!(choose(Some("sa-east-1")).region.as_str(), "sa-east-1");
        assert_eq!(choose(None).region.as_str(), "us-west-1");
        assert!(of_repository(&World::of(&[]), None, None, "p", "r", false).is_err());
    }

    #[test]
    fn sts_is_asked_in_studios_region() {
        let repository = Region::parse("eu-west-1").unwrap();
        let chosen = |environment: &[(&str, &str)], profile| {
            let region = of_sts(&World::of(environment), None, profile, "p", &repository)
                .map(|(region, _)| region)
                .unwrap();
            region.to_string()
        };
        let studio = [("AWS_DEFAULT_REGION", "us-east-2")];
        assert_eq!(chosen(&studio, Some("eu-west-1")), "us-east-2");
        assert_eq!(chosen(&[], Some("sa-east-1")), "sa-east-1");
        assert_eq!(chosen(&[], None), "eu-west-1");
    }

    #[test]
    fn a_region_without_a_fips_host_is_a_warning_where_one_is_asked_for() {
        for (region, warnings) in [("eu-west-1", 1), ("us-east-1", 0)] {
            let region = Region::parse(region).unwrap();
            let choice =
                of_repository(&World::of(&[]), Some(&region), None, "p", "r", true).unwrap();
            assert_eq!(choice.warnings.len(), warnings, "{region}");
        }
    }

    #[test]
    fn an_unlisted_region_is_a_warning() {
        let region = Region::parse("mx-central-1").unwrap();
        let choice = of_repository(&World::of(&[]), Some(&region), None, "p", "r", false).unwrap();
        assert_eq!(choice.warnings.len(), 1);
    }
}
