//! The role that is set up, and the hosts it answers for.

use crate::aws::{Host, Region, RepositoryName};
use crate::profile::{OWN_FILE, Profiles};
use crate::setup::Error;
use crate::setup::changes::Plan;
use crate::setup::claims::Existing;
use crate::setup::conflict::Conflict;
use crate::setup::problem::Impossible;
use crate::setup::request::{Request, RoleRequest, Scope};
use crate::setup::state::Role;
use crate::world::{World, variable};

/// The role after setup: the regions of an earlier run stay.
pub(super) fn planned(
    plan: &mut Plan,
    request: &Request,
    wanted: &RoleRequest,
    existing: &Existing,
) -> Result<Role, Error> {
    let mut role = Role::new(wanted, &request.regions);
    for region in &request.regions {
        check_partition(wanted, region)?;
    }
    let known = plan
        .state
        .roles
        .iter()
        .find(|known| known.profile == role.profile);
    if let Some(known) = known {
        let mut regions = known.regions.clone();
        regions.extend(
            role.regions
                .into_iter()
                .filter(|r| !known.regions.contains(r)),
        );
        role.regions = regions;
        role.hosts.clone_from(&known.hosts);
        role.repositories.clone_from(&known.repositories);
        let (old, new) = (known.settings(), role.settings());
        if old != new {
            let line = |mark: char, settings: &[(&str, &str)], others: &[(&str, &str)]| {
                let differ = settings.iter().filter(|s| !others.contains(s));
                differ
                    .map(|(k, v)| format!("{mark} {k} = {v}"))
                    .collect::<Vec<_>>()
            };
            plan.conflicts.push(Conflict {
                file: plan.places.shown(&plan.places.own_file(OWN_FILE)),
                why: format!(
                    "setup configured profile {:?} with other settings",
                    role.profile
                ),
                lines: [line('-', &old, &new), line('+', &new, &old)].concat(),
            });
        }
    }
    claim_hosts(plan, &mut role, request, existing);
    Ok(role)
}

fn check_partition(wanted: &RoleRequest, region: &Region) -> Result<(), Error> {
    if region.partition() == wanted.role_arn.partition() {
        return Ok(());
    }
    Err(Impossible::OtherPartition {
        region: region.clone(),
        role: wanted.role_arn.partition().to_string(),
    }
    .into())
}

/// Gives the role the https URLs of its regions, unless another identity answers for them.
fn claim_hosts(plan: &mut Plan, role: &mut Role, request: &Request, existing: &Existing) {
    for region in &request.regions {
        let name = region.to_string();
        if role.hosts.contains(&name) {
            continue;
        }
        let host = Host::regional(region, false);
        let owner = plan
            .state
            .roles
            .iter_mut()
            .find(|known| known.profile != role.profile && known.hosts.contains(&name));
        let claim = match &owner {
            Some(owner) => Some(format!("profile {:?}", owner.profile)),
            None => {
                let claim = existing.at(&format!("https://{}", host.name()), &plan.places);
                let claim = claim.filter(|claim| !claim.is_profile(&role.profile));
                claim
                    .filter(|_| !plan.state.replaces_helpers)
                    .map(|claim| claim.file)
            }
        };
        match (claim, request.placement.force) {
            (Some(claim), false) => {
                let repository = request.repository.as_ref();
                plan.notes.push(note(role, region, &claim, repository));
                let scoped = repository.map(|repository| format!("{region}/{repository}"));
                role.repositories
                    .extend(scoped.filter(|s| !role.repositories.contains(s)));
            }
            _ => {
                if let Some(owner) = owner {
                    owner.hosts.retain(|host| *host != name);
                }
                role.hosts.push(name);
            }
        }
    }
}

/// Says which addresses have another identity than the https URLs of the role's regions: those that name no profile.
pub(super) fn addresses(plan: &mut Plan, role: &Role, existing: &Existing) {
    let profile = &role.profile;
    let others = match (existing.pinned(&plan.places), &plan.state.pinned) {
        (Some((pinned, _)), _) => format!("profile {pinned:?}"),
        (None, Some(pinned)) => format!("profile {pinned:?}"),
        (None, None) => "the default credentials".to_owned(),
    };
    if others == format!("profile {profile:?}") || profile == "default" {
        return;
    }
    for region in &role.hosts {
        plan.notes.push(format!(
            "codecommit::{region}://{profile}@REPOSITORY and https URLs use profile {profile:?}; \
             codecommit::{region}://REPOSITORY uses {others}"
        ));
    }
}

fn note(role: &Role, region: &Region, claim: &str, repository: Option<&RepositoryName>) -> String {
    let profile = &role.profile;
    let except = match repository {
        Some(name) => format!("except {name}"),
        None => "and --repo NAME adds single repositories".to_owned(),
    };
    format!(
        "{claim} answers for https URLs in {region}, {except}; codecommit::{region}://{profile}@REPOSITORY uses profile \
         {profile:?} (--force uses it for https URLs too)"
    )
}

/// Warns where the role's first keys will not be there.
pub(super) fn check_source(world: &World, plan: &mut Plan, role: &Role, profiles: &Profiles) {
    let container = [
        variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
        variable::AWS_CONTAINER_CREDENTIALS_FULL_URI,
    ];
    if role.credential_source.as_deref() == Some("EcsContainer")
        && world.first_variable(&container).is_none()
        && plan.places.scope != Scope::System
    {
        plan.warnings.push(
            "credential_source is EcsContainer, but this process has no AWS_CONTAINER_CREDENTIALS_… \
             variable (sudo, su and cron drop it)"
                .into(),
        );
    }
    if let Some(source) = &role.source_profile
        && profiles.profile(source).is_none()
    {
        plan.warnings
            .push(format!("source_profile {source:?} does not exist yet"));
    }
}
