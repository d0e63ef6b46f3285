//! Region names, and which setting decides them.

use std::fmt;

use super::{Error, partition};
use crate::world::{World, variable};

/// A region name in the shape AWS gives them: lower-case words and a number, joined by dashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(String);

impl Region {
    /// Reads a region name; upper case is accepted, as git-remote-codecommit does.
    ///
    /// The shape is checked because the name becomes part of a host name.
    ///
    /// # Errors
    /// If the text is not two or more words and a number joined by dashes.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let name = text.to_ascii_lowercase();
        let words: Vec<&str> = name.split('-').collect();
        let is_region = match words.as_slice() {
            [first, middle @ .., number] => {
                first.len() >= 2
                    && first.bytes().all(|b| b.is_ascii_lowercase())
                    && !middle.is_empty()
                    && middle.iter().all(|word| {
                        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric())
                    })
                    && !number.is_empty()
                    && number.bytes().all(|b| b.is_ascii_digit())
            }
            _ => false,
        };
        if is_region && name.len() <= 63 {
            Ok(Self(name))
        } else {
            Err(Error::Region(text.to_owned()))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition's name in ARNs.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        partition::of(self).name
    }

    /// The host of STS in this region: FIPS 140, reachable by IPv6, both or neither.
    ///
    /// Source: the STS endpoint rules of botocore and the AWS SDKs (reference/aws.md 1.5).
    #[must_use]
    pub fn sts_host(&self, fips: bool, dual_stack: bool) -> String {
        let partition = partition::of(self);
        let suffix = match dual_stack {
            true => partition.dual_stack_suffix,
            false => partition.dns_suffix,
        };
        // GovCloud's plain endpoint is the FIPS one.
        let service = match fips && (dual_stack || partition.name != "aws-us-gov") {
            true => "sts-fips",
            false => "sts",
        };
        format!("{service}.{self}.{suffix}")
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A region and what was odd about how it was found.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The region to use.
    pub(crate) region: Region,
    /// The setting that named it.
    pub(crate) decided_by: String,
    /// Texts for the person.
    pub(crate) warnings: Vec<String>,
}

/// The repository's region: address > `AWS_DEFAULT_REGION` > the profile's `region` > `AWS_REGION`.
///
/// The order is botocore's, which git-remote-codecommit inherits, with `AWS_REGION` added at its
/// end. Studio sets the environment to its own region, so a profile that says otherwise is worth a
/// warning. `profile` is the profile in words, for messages.
///
/// # Errors
/// If no setting names a region, or one is not a region's shape.
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
    if !partition::is_listed(&region) {
        warnings.push(format!(
            "region {region} is not in this program's list of CodeCommit regions; trying it anyway"
        ));
    }
    if fips && !partition::has_fips_host(&region) {
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

/// The region of STS: `named_by` (an option or `codecommit.stsRegion`, with its name) >
/// `AWS_DEFAULT_REGION` > the profile's `region` > `AWS_REGION` > the repository's. With it comes
/// the setting that named it.
///
/// In Studio the environment names the region Studio runs in, the only one whose STS a VPC without
/// internet can reach.
///
/// # Errors
/// If the setting that decides is not a region's shape.
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
    Region::parse(&value).map_err(|_| Error::RegionSetting { setting, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shape_of_a_region_is_one() {
        for good in ["eu-west-1", "US-EAST-1", "us-gov-west-1", "eusc-de-east-1"] {
            assert!(Region::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "useast1",
            "codecommit",
            "eu-west",
            "eu--1",
            "eu-west-1.evil",
            "eu-west-1/",
            "eu-west-",
            "-west-1",
            "é-west-1",
            "github",
        ] {
            assert!(Region::parse(bad).is_err(), "{bad}");
        }
    }

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
