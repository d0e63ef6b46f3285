//! Clones the repository that a set-up names.

use std::path::Path;

use super::changes::{GIT_SETTINGS, Plan};
use super::problem::Obstacle;
use super::request::Request;
use super::{Error, git};
use crate::address::Address;

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
            Some(origin) if Address::leads_to(&origin, region, repository.as_str()) => {
                Ok(format!("{shown} is already a clone of {repository}"))
            }
            _ => Err(Error::protected(folder, Obstacle::NotAClone)),
        };
    }
    let settings = plan.places.own_file(GIT_SETTINGS);
    if git::clone(&url, folder, &settings, home, quiet)? {
        return Ok(format!("cloned {repository} to {shown}"));
    }
    Err(Error::Clone(repository.to_string()))
}
