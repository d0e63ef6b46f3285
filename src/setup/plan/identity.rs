//! Setup without a role: who answers where nothing else is configured.

use crate::error::Error as AnyError;
use crate::profile::Profiles;
use crate::setup::Error;
use crate::setup::changes::Plan;
use crate::setup::claims::{Claim, Existing, Identity};
use crate::setup::conflict::Conflict;
use crate::setup::problem::Impossible;
use crate::setup::request::Request;
use crate::world::World;

/// Pins the profile of the request, unless another identity answers for all hosts: it never changes silently.
pub(super) fn plan(
    world: &World,
    plan: &mut Plan,
    request: &Request,
    existing: &Existing,
) -> Result<(), AnyError> {
    let force = request.placement.force;
    plan.state.replaces_helpers |= force;
    let Some(profile) = request.profile.as_ref().map(|profile| profile.as_str()) else {
        return Ok(());
    };
    check_exists(world, plan, profile)?;
    let before = plan.state.pinned.replace(profile.to_owned());
    if let Some(before) = before.filter(|before| before != profile) {
        plan.conflicts.push(Conflict {
            file: "~/.config/git-codecommit/gitconfig".into(),
            why: format!("setup configured profile {before:?}"),
            lines: vec![
                format!("- profile = {before}"),
                format!("+ profile = {profile}"),
            ],
        });
    }
    if let Some((before, file)) = existing.pinned(&plan.places)
        && before != profile
    {
        let why = format!("codecommit.profile is {before:?}, not {profile:?}");
        plan.conflicts.push(Conflict {
            file,
            why,
            lines: Vec::new(),
        });
    }
    let other = existing.everywhere(&plan.places);
    let other = other.filter(|claim| !plan.state.replaces_helpers && !claim.is_profile(profile));
    plan.conflicts
        .extend(other.map(|claim| conflict(&claim, profile)));
    Ok(())
}

/// Refuses a profile that does not exist, unless setup has configured it before.
fn check_exists(world: &World, plan: &mut Plan, profile: &str) -> Result<(), AnyError> {
    let profiles = Profiles::load(world)?;
    if profiles.profile(profile).is_some() {
        return Ok(());
    }
    // At a start of Unified Studio, profiles are gone until its own script has run.
    if plan.state.pinned.as_deref() == Some(profile) {
        let why = format!("profile {profile:?}, which setup configured before, does not exist");
        plan.warnings.push(why);
        return Ok(());
    }
    Err(Error::from(Impossible::UnknownProfile(profile.to_owned())).into())
}

fn conflict(claim: &Claim, profile: &str) -> Conflict {
    let before = match &claim.identity {
        Identity::DefaultChain => "the default credentials".to_owned(),
        Identity::Profile(name) => format!("profile {name:?}"),
        Identity::Other(_) => "other credentials".to_owned(),
    };
    Conflict {
        file: claim.file.clone(),
        why: format!(
            "a credential helper uses {before} for all CodeCommit hosts, not profile {profile:?}"
        ),
        lines: Vec::new(),
    }
}
