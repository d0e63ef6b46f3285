//! Plans the new content of each file.

mod identity;
mod role;
mod surroundings;

use std::path::{Path, PathBuf};

use crate::error::Error as AnyError;
use crate::git::version::SETUP_NEEDS;
use crate::profile::{OWN_FILE, Profiles};
use crate::setup::aws;
use crate::setup::changes::{GIT_SETTINGS, Plan, STATE};
use crate::setup::claims::Existing;
use crate::setup::disk::{self, Change, Kind};
use crate::setup::git_settings;
use crate::setup::places::Places;
use crate::setup::request::Request;
use crate::setup::state::{Role, State};
use crate::world::World;

/// Plans a set-up. `made` are the folders that were just made for its lock.
pub(in crate::setup) fn of_setup(
    world: &World,
    places: Places,
    request: &Request,
    made: &[PathBuf],
) -> Result<Plan, AnyError> {
    let placement = &request.placement;
    let state_file = places.own_file(STATE);
    let (state, state_before) = State::load(&state_file)?;
    let mut plan = Plan::new(places, state);
    let existing = Existing::read(world, &plan.places)?;
    plan.places.check_git("setup", SETUP_NEEDS)?;
    let profiles = Profiles::load_aws_files(world)?;
    let section = match &request.role {
        Some(wanted) => {
            let role = role::planned(&mut plan, request, wanted, &existing)?;
            let section = aws::plan(
                &role,
                &plan.places,
                &profiles,
                &mut plan.state,
                placement.force,
            )?;
            role::check_source(world, &mut plan, &role, &profiles);
            role::addresses(&mut plan, &role, &existing);
            plan.state.set_role(role);
            section
        }
        None => {
            identity::plan(world, &mut plan, request, &existing)?;
            aws::Section::default()
        }
    };
    plan.conflicts.extend(section.conflict);
    plan.notes.extend(section.notes);
    plan.state.lfs |= request.lfs;
    surroundings::notes(world, &mut plan, request, &existing);

    let roles = (!plan.state.roles.is_empty()).then(|| roles_file(&plan.state.roles));
    let settings = git_settings::all(&plan.state, &plan.places, &existing);
    plan.own_file(OWN_FILE, roles, placement.force)?;
    let settings = git_settings::file(&settings);
    plan.own_file(GIT_SETTINGS, Some(settings), placement.force)?;
    plan.changes.extend(section.change);
    surroundings::include(&mut plan)?;

    folders(&mut plan, made, state_before.is_none());
    write_state_first(&mut plan, state_file, state_before);
    if placement.force {
        plan.conflicts.clear();
    }
    plan.find_leftovers();
    Ok(plan)
}

/// Undo must know an insertion before it is made.
fn write_state_first(plan: &mut Plan, path: PathBuf, before: Option<Vec<u8>>) {
    let state = Change {
        path,
        kind: Kind::Own,
        before,
        after: Some(plan.state.content()),
        backup: false,
    };
    plan.changes.insert(0, state);
}

/// The folders to make, and those to remember as made.
fn folders(plan: &mut Plan, made: &[PathBuf], is_first: bool) {
    for change in &plan.changes {
        for folder in disk::missing_folders(&change.path) {
            if !plan.folders.contains(&folder) {
                plan.folders.push(folder);
            }
        }
    }
    let mut ours: Vec<PathBuf> = made.iter().chain(&plan.folders).cloned().collect();
    // Our folder without a state: a run was stopped, or has just begun beside this one. What holds
    // nothing else was made for it.
    if is_first && plan.places.own.exists() && !made.contains(&plan.places.own) {
        let parents = plan
            .changes
            .iter()
            .flat_map(|change| change.path.ancestors().skip(1));
        let parents = parents.chain(plan.places.own.ancestors());
        let home = plan.places.home();
        let parents = parents.take_while(|folder| *folder != home && folder.starts_with(home));
        ours.extend(
            parents
                .filter(|folder| disk::holds_only_ours(folder))
                .map(Path::to_owned),
        );
    }
    // Our own goes in any case.
    ours.retain(|folder| !folder.starts_with(&plan.places.own));
    ours.sort();
    for folder in ours
        .iter()
        .map(|folder| plan.places.shown(folder))
        .collect::<Vec<_>>()
    {
        if !plan.state.folders.contains(&folder) {
            plan.state.folders.push(folder);
        }
    }
}

pub(in crate::setup) fn roles_file(roles: &[Role]) -> String {
    let mut text = String::from(
        "# Written by \"git codecommit setup\". A profile counts here where ~/.aws/config and\n\
         # ~/.aws/credentials do not have it.\n",
    );
    for role in roles {
        text.push('\n');
        text.push_str(&crate::setup::ini::section(&role.profile, &role.settings()));
    }
    text
}
