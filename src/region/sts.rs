//! The region in which STS is asked for a role.

use super::setting::{Error, first_setting, named};
use crate::aws::Region;
use crate::world::World;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
