//! Clones the repository that a set-up names.

use std::path::Path;

use super::changes::{GIT_SETTINGS, Plan};
use super::request::Request;
use super::{Error, git};
use crate::address::Address;
use crate::aws::Region;

/// Clones, or finds that it is done.
pub(super) fn clone(
    request: &Request,
    plan: &Plan,
    folder: &Path,
    quiet: bool,
) -> Result<String, Error> {
    let Some(repository) = &request.repository else {
        return Ok(String::new());
    };
    let region = request.regions.first();
    let profile = request
        .role
        .as_ref()
        .map(|role| format!("{}@", role.profile.as_str()));
    let profile = profile.unwrap_or_default();
    let url = match region {
        Some(region) => format!("codecommit::{region}://{profile}{repository}"),
        None => format!("codecommit://{profile}{repository}"),
    };
    let shown = plan.places.shown(folder);
    let home = plan.places.home();
    let is_empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return match git::origin(folder, home)? {
            Some(origin) if is_repository(&origin, region, repository.as_str()) => {
                Ok(format!("{shown} is already a clone of {repository}"))
            }
            _ => Err(Error::Protected {
                path: folder.to_owned(),
                problem: "it is not empty, and it is not a clone of this repository",
                hint: "setup succeeded; choose another folder: --clone FOLDER",
            }),
        };
    }
    let settings = plan.places.own_file(GIT_SETTINGS);
    if git::clone(&url, folder, &settings, home, quiet)? {
        return Ok(format!("cloned {repository} to {shown}"));
    }
    Err(Error::Clone(repository.to_string()))
}

/// Whether a remote's URL, in any form, is this repository in this region.
fn is_repository(url: &str, region: Option<&Region>, name: &str) -> bool {
    Address::parse(url).is_ok_and(|address| {
        let is_region = address
            .region
            .zip(region)
            .is_none_or(|(known, region)| known == *region);
        is_region && address.repository.as_str() == name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_known_by_its_repository_in_any_form_of_address() {
        let region = Region::parse("eu-west-1").unwrap();
        for (url, expected) in [
            ("codecommit::eu-west-1://P@demo", true),
            ("codecommit://P@demo", true),
            (
                "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo",
                true,
            ),
            (
                "https://P@git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo/",
                true,
            ),
            (
                "codecommit::arn:aws:codecommit:eu-west-1:111111111111:demo",
                true,
            ),
            ("codecommit::us-east-1://P@demo", false),
            ("https://github.com/x/demo", false),
            ("codecommit://P@demo2", false),
        ] {
            assert_eq!(is_repository(url, Some(&region), "demo"), expected, "{url}");
        }
    }
}
