//! The region of the repository.

use super::setting::{Error, first_setting, named};
use crate::aws::{Region, partition};
use crate::world::World;

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
        let meant = partition::like(region.as_str());
        let meant = meant.map_or_else(String::new, |other| format!(" (did you mean {other}?)"));
        warnings.push(format!(
            "region {region} is not in this program's list of CodeCommit regions; trying it anyway{meant}"
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
        assert_eq!(
            choice.warnings,
            [
                "region mx-central-1 is not in this program's list of CodeCommit regions; trying it anyway"
            ]
        );
    }

    #[test]
    fn a_mistyped_region_is_answered_with_the_one_that_is_like_it() {
        for (typed, meant) in [
            ("eu-wset-1", Some("eu-west-1")),
            ("us-eats-2", Some("us-east-2")),
            ("ap-southest-1", Some("ap-southeast-1")),
            ("eu-weest-3", Some("eu-west-3")),
            // These may be new.
            ("eu-west-9", None),
            ("mx-central-1", None),
        ] {
            let region = Region::parse(typed).unwrap();
            let choice =
                of_repository(&World::of(&[]), Some(&region), None, "p", "r", false).unwrap();
            let said = meant.map(|meant| format!("trying it anyway (did you mean {meant}?)"));
            let said = said.unwrap_or_else(|| "trying it anyway".to_owned());
            assert!(choice.warnings[0].ends_with(&said), "{:?}", choice.warnings);
        }
    }
}
