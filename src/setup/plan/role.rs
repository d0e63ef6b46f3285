//! The role that is set up: which hosts it answers for, and who is run in our place.

use crate::aws::{Host, Region};
use crate::profile::{OWN_FILE, Profiles};
use crate::setup::changes::Plan;
use crate::setup::claims::Existing;
use crate::setup::conflict::Conflict;
use crate::setup::request::{Mode, Request, Scope};
use crate::setup::state::Role;
use crate::setup::{Error, shell};
use crate::world::path_lookup;
use crate::world::{World, variable};
use std::path::PathBuf;

/// The role as it will be: what an earlier run set up for the profile stays, and is added to.
pub(super) fn planned(
    world: &World,
    plan: &mut Plan,
    request: &Request,
    existing: &Existing,
) -> Result<Role, Error> {
    let mut role = Role::new(request);
    for region in &request.regions {
        check_partition(request, region)?;
    }
    if let Some(known) = plan
        .state
        .roles
        .iter()
        .find(|known| known.profile == role.profile)
    {
        let mut regions = known.regions.clone();
        regions.extend(
            role.regions
                .into_iter()
                .filter(|r| !known.regions.contains(r)),
        );
        role.regions = regions;
        role.hosts.clone_from(&known.hosts);
        role.repositories.clone_from(&known.repositories);
        role.rewrite = known.rewrite;
        role.rewrite_without_region = known.rewrite_without_region;
        role.lfs |= known.lfs;
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
                why: format!("profile {:?} was set up with other settings", role.profile),
                lines: [line('-', &old, &new), line('+', &new, &old)].concat(),
            });
        }
    }
    if role.mode.has_https() {
        claim_hosts(plan, &mut role, request, existing);
    }
    let others = path_lookup::others(world, "git-remote-codecommit", &plan.places.programs);
    // A process that does not read ~/.bashrc finds what this one finds, or what hides elsewhere.
    let is_found =
        others.is_empty() && shell::finds_ours(world, &plan.places, "git-remote-codecommit");
    let is_wanted = role.mode == Mode::Https || role.lfs || (role.mode == Mode::Both && !is_found);
    role.rewrite |= is_wanted && !role.hosts.is_empty();
    // The reference takes the region of a codecommit://profile@repository from the environment first:
    // where that is another one, such an address stays what it is.
    let region = world.variable(variable::AWS_DEFAULT_REGION);
    let is_same = region.is_none_or(|region| role.regions.first() == Some(&region));
    role.rewrite_without_region |= role.rewrite && is_same;
    say_shadows(plan, &role, &others, is_found);
    Ok(role)
}

fn check_partition(request: &Request, region: &Region) -> Result<(), Error> {
    if region.partition() == request.role_arn.partition() {
        return Ok(());
    }
    Err(Error::Request {
        problem: format!(
            "{region} is in partition {}, and the role is in {}",
            region.partition(),
            request.role_arn.partition()
        ),
        hint: "check --region and --role-arn".into(),
    })
}

/// Gives the role the plain https URLs of its regions, as far as nobody else has them.
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
            Some(owner) => Some(format!(
                "profile {:?} answers for {}",
                owner.profile,
                host.name()
            )),
            None => existing.claim(&host, &role.profile, &plan.places),
        };
        match (claim, request.placement.force) {
            (Some(claim), false) => {
                plan.notes.push(format!(
                    "{claim} already, and goes on{}; codecommit::{region}://{}@… reaches the others (--force \
                     takes the host)",
                    match &request.repository {
                        Some(name) => format!(", but for {name}"),
                        None => ": --repo NAME gives this role single repositories".to_owned(),
                    },
                    role.profile,
                ));
                if let Some(repository) = &request.repository {
                    let scoped = format!("{region}/{repository}");
                    if !role.repositories.contains(&scoped) {
                        role.repositories.push(scoped);
                    }
                }
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

/// Says who would be run in our place, and what is done about it.
fn say_shadows(plan: &mut Plan, role: &Role, others: &[PathBuf], is_found: bool) {
    for other in others {
        let other = plan.places.shown(other);
        if role.rewrite {
            plan.notes.push(format!(
                "{other} hides this git-remote-codecommit from programs with its folder on PATH: \
                 codecommit:: addresses of profile {:?} go by https instead (url.<base>.insteadOf)",
                role.profile
            ));
        } else {
            plan.warnings.push(format!(
                "{other} hides this git-remote-codecommit from programs that do not read ~/.bashrc, \
                 such as the git panel; --mode both leads round it, with --force where another helper \
                 answers for the host"
            ));
        }
    }
    if !others.is_empty() || is_found || role.mode == Mode::Https {
        return;
    }
    let problem =
        "programs that do not read ~/.bashrc, such as the git panel, find no git-remote-codecommit";
    if role.rewrite {
        plan.notes.push(format!(
            "{problem}: codecommit:: addresses of profile {:?} go by https instead (url.<base>.insteadOf)",
            role.profile
        ));
    } else {
        plan.warnings.push(format!(
            "{problem}; --mode both leads round it, with --force where another helper answers for the host"
        ));
    }
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
