//! The chain of roles: from a profile with `role_arn`, by `source_profile`, to the first keys.

use super::rules::{at, is_role, readable};
use super::source;
use super::steps::{Decided, Plan, RoleHop};
use crate::profile::error::Error;
use crate::profile::profile_settings::{ABSENT, Profile};
use crate::profile::profiles::Profiles;
use crate::profile::setting::Setting;
use crate::world::World;

/// Plans for a profile that is a role.
pub(super) fn walk(world: &World, profiles: &Profiles, name: &str) -> Result<Plan, Error> {
    let mut hops = Vec::new();
    let decided = follow(world, profiles, name, &mut vec![name], &mut hops)?;
    hops.reverse();
    Ok(decided.with(hops))
}

/// Walks from a profile with `role_arn` to its source, and notes a hop for each role on the way.
fn follow<'a>(
    world: &World,
    profiles: &'a Profiles,
    name: &'a str,
    visited: &mut Vec<&'a str>,
    hops: &mut Vec<RoleHop>,
) -> Result<Decided, Error> {
    let profile = profiles.profile(name).unwrap_or(&ABSENT);
    let hop = hop(name, profile)?;
    let role_at = hop.at.clone();
    hops.push(hop);
    let Some(source) = source_profile(name, profile, &role_at)? else {
        return source::named(world, name, profile);
    };
    let next = source.value.as_str();
    let Some(next_profile) = profiles.profile(next) else {
        return Err(invalid(
            name,
            &source.at,
            format!("its source_profile {next:?} does not exist"),
            "correct the name or add that profile".into(),
        ));
    };
    readable(next, next_profile)?;
    let looped = visited.contains(&next);
    // A profile may name itself if it has keys: they are then the source.
    if looped && !(next == name && source::has_static_keys(next_profile)) {
        return Err(invalid(
            name,
            &source.at,
            format!("its source_profile {next:?} leads back to itself"),
            "let the last profile of the chain hold keys or a credential_source".into(),
        ));
    }
    visited.push(next);
    // Static keys end the chain: a role_arn beside them is not assumed. They are not always what it ends
    // with: a program or a token in the same profile may come before them.
    if is_role(next_profile) && !source::has_static_keys(next_profile) {
        return follow(world, profiles, next, visited, hops);
    }
    match first_keys(world, profiles, next, next_profile)? {
        Some(found) => Ok(found),
        None => Err(invalid(
            name,
            &source.at,
            format!("its source_profile {next:?} has no credentials"),
            format!("add access keys, a role_arn or a credential_source to profile {next:?}"),
        )),
    }
}

/// The `source_profile` of a role, or none where `credential_source` names the first keys.
fn source_profile<'a>(
    name: &str,
    profile: &'a Profile,
    role_at: &str,
) -> Result<Option<&'a Setting>, Error> {
    match (
        profile.setting("source_profile"),
        profile.setting("credential_source"),
    ) {
        (Some(_), Some(both)) => Err(invalid(
            name,
            &both.at,
            "it has both source_profile and credential_source".into(),
            "keep the one that holds the first keys".into(),
        )),
        (None, None) => Err(invalid(
            name,
            role_at,
            "role_arn needs a source_profile or a credential_source".into(),
            "in Studio, ECS and EKS: credential_source = EcsContainer".into(),
        )),
        (source, _) => Ok(source),
    }
}

/// The source in the last profile of a chain.
fn first_keys(
    world: &World,
    profiles: &Profiles,
    name: &str,
    profile: &Profile,
) -> Result<Option<Decided>, Error> {
    if let Some(found) = source::web_identity(None, name, profile)? {
        return Ok(Some(found));
    }
    if let Some(found) = source::of_profile(profiles, name, profile)? {
        return Ok(Some(found));
    }
    // Half a key is an error of its own.
    if source::has_static_keys(profile) {
        return source::static_keys(name, profile).map(Some);
    }
    match profile.setting("credential_source") {
        Some(_) => source::named(world, name, profile).map(Some),
        None => Ok(None),
    }
}

fn invalid(profile: &str, place: &str, problem: String, hint: String) -> Error {
    Error::Invalid {
        profile: profile.to_owned(),
        at: at(place),
        problem,
        hint,
    }
}

fn hop(name: &str, profile: &Profile) -> Result<RoleHop, Error> {
    let text = |key| profile.setting(key).map(|setting| setting.value.clone());
    let role = profile
        .setting("role_arn")
        .ok_or_else(|| Error::NoCredentials {
            profile: name.to_owned(),
            ignored: Vec::new(),
        })?;
    Ok(RoleHop {
        asked_by: format!("profile {name:?}"),
        at: role.at.clone(),
        role_arn: role.value.clone(),
        session_name: text("role_session_name"),
        external_id: text("external_id"),
        mfa_serial: text("mfa_serial"),
        // As in botocore, a duration that is not a number is not sent.
        duration_seconds: text("duration_seconds").and_then(|seconds| seconds.parse().ok()),
    })
}
