//! Clones the repository that a set-up names.

use std::path::Path;

use super::changes::Plan;
use super::request::Request;
use super::{Error, git, git_settings};
use crate::address::Address;
use crate::aws::Region;

/// Clones, or finds that it is done.
pub(super) fn clone(
    request: &Request,
    plan: &Plan,
    folder: &Path,
    quiet: bool,
) -> Result<String, Error> {
    let (Some(repository), Some(region)) = (&request.repository, request.regions.first()) else {
        return Ok(String::new());
    };
    let role = plan
        .state
        .roles
        .iter()
        .find(|role| role.profile == request.profile.as_str());
    let https = role
        .filter(|role| role.mode.has_https())
        .and_then(|role| git_settings::url(role, region, repository.as_str()));
    let url = https.unwrap_or_else(|| {
        format!(
            "codecommit::{region}://{}@{repository}",
            request.profile.as_str()
        )
    });
    let shown = plan.places.shown(folder);
    let home = plan.places.home();
    let is_empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return match git::origin(folder, home)? {
            Some(origin) if is_repository(&origin, region, repository.as_str()) => {
                Ok(format!("{shown} is a clone of {repository} already"))
            }
            _ => Err(Error::Protected {
                path: folder.to_owned(),
                problem: "something else is there, and it is no clone of this repository",
                hint: "the settings are in place; name another folder: --clone FOLDER",
            }),
        };
    }
    if git::clone(&url, folder, home, quiet)? {
        return Ok(format!("cloned {repository} to {shown}"));
    }
    Err(Error::Clone(repository.to_string()))
}

/// Whether a remote's URL, in any form, is this repository in this region.
fn is_repository(url: &str, region: &Region, name: &str) -> bool {
    Address::parse(url).is_ok_and(|address| {
        address.repository.as_str() == name && address.region.is_none_or(|known| known == *region)
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
            assert_eq!(is_repository(url, &region, "demo"), expected, "{url}");
        }
    }
}
