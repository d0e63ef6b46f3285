//! What becomes of each file.

mod role;
mod surroundings;

use std::path::{Path, PathBuf};

use crate::error::Error as AnyError;
use crate::profile::{OWN_FILE, Profiles};
use crate::setup::claims::Existing;
use crate::setup::disk::{self, Change, Kind, Link};
use crate::setup::git_settings;
use crate::setup::places::Places;
use crate::setup::request::Request;
use crate::setup::state::{Role, State, sha256};
use crate::setup::{Error, aws};
use crate::world::World;

/// The names in our own folder.
pub(in crate::setup) const STATE: &str = "state.json";
pub(in crate::setup) const GIT_SETTINGS: &str = "gitconfig";

/// What a run would do.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(in crate::setup) places: Places,
    pub(in crate::setup) changes: Vec<Change>,
    pub(in crate::setup) links: Vec<Link>,
    /// What runs that were stopped left behind.
    pub(in crate::setup) leftovers: Vec<PathBuf>,
    /// Folders to make, the outer ones first.
    pub(in crate::setup) folders: Vec<PathBuf>,
    /// The state that the changes lead to.
    pub(in crate::setup) state: State,
    /// What stands in the way. Nothing is changed then.
    pub(crate) conflicts: Vec<Conflict>,
    /// What a person should know, and can do without.
    pub(crate) notes: Vec<String>,
    /// What will not work as it might be expected to.
    pub(crate) warnings: Vec<String>,
    /// What a person changed since, and an undo leaves in place.
    pub(crate) kept: Vec<Conflict>,
    /// Our own folder goes too.
    pub(in crate::setup) leaves_nothing: bool,
}

/// Something that is there and says otherwise.
#[derive(Debug)]
pub(crate) struct Conflict {
    /// The file, as it is shown.
    pub(crate) file: String,
    /// What is the matter, in words.
    pub(crate) why: String,
    /// `- what is there` and `+ what was asked for`.
    pub(crate) lines: Vec<String>,
}

impl Plan {
    pub(in crate::setup) fn new(places: Places, state: State) -> Self {
        Self {
            warnings: places.warnings.clone(),
            places,
            changes: Vec::new(),
            links: Vec::new(),
            leftovers: Vec::new(),
            folders: Vec::new(),
            state,
            conflicts: Vec::new(),
            notes: Vec::new(),
            kept: Vec::new(),
            leaves_nothing: false,
        }
    }

    /// Whether there is anything to do.
    pub(crate) fn is_needed(&self) -> bool {
        self.changes.iter().any(Change::is_needed)
            || self.links.iter().any(Link::is_needed)
            || !self.leftovers.is_empty()
    }

    /// Looks for what runs that were stopped left beside the files of this plan.
    pub(in crate::setup) fn find_leftovers(&mut self) {
        let files = self.changes.iter().map(|change| &change.path);
        let links = self.links.iter().map(|link| &link.path);
        self.leftovers = files
            .chain(links)
            .flat_map(|path| disk::leftovers(path))
            .collect();
    }

    /// Does it.
    pub(in crate::setup) fn apply(&self) -> Result<(), Error> {
        if !self.is_needed() {
            return Ok(());
        }
        for leftover in &self.leftovers {
            std::fs::remove_file(leftover).map_err(|error| Error::write(leftover, error))?;
        }
        let made = self
            .folders
            .iter()
            .try_for_each(|folder| disk::make_folder(folder));
        let done = made.and_then(|()| disk::apply(&self.changes, &self.links));
        if done.is_err() {
            for folder in self.folders.iter().rev() {
                // Only what is empty goes.
                let _ = std::fs::remove_dir(folder);
            }
        }
        done
    }

    /// Plans one of our own files; one that a person changed is a conflict.
    pub(in crate::setup) fn own_file(
        &mut self,
        name: &str,
        content: Option<String>,
        force: bool,
    ) -> Result<(), Error> {
        let path = self.places.own_file(name);
        let shown = self.places.shown(&path);
        let before = disk::read(&path)?;
        let after = content.map(String::into_bytes);
        if let Some(there) = &before
            && !force
            && before != after
            && !self.state.is_as_written(&shown, there)
        {
            let conflict = Conflict {
                file: shown,
                why: "it was changed by hand".into(),
                lines: crate::setup::diff::lines(there, after.as_deref().unwrap_or_default()),
            };
            match after {
                Some(_) => self.conflicts.push(conflict),
                None => self.kept.push(conflict),
            }
            return Ok(());
        }
        match &after {
            Some(after) => self.state.owned.insert(shown, sha256(after)),
            None => self.state.owned.remove(&shown),
        };
        self.changes.push(Change {
            path,
            kind: Kind::Own,
            before,
            after,
            backup: false,
        });
        Ok(())
    }
}

/// Plans a set-up. `made` are the folders that were just made for its lock.
pub(in crate::setup) fn of_setup(
    world: &World,
    places: Places,
    request: &Request,
    made: &[PathBuf],
) -> Result<Plan, AnyError> {
    let placement = &request.placement;
    let state_file = places.own_file(STATE);
    let state_before = disk::read(&state_file)?;
    let state = State::read(&state_file, state_before.as_deref())?;
    let mut plan = Plan::new(places, state);

    let existing = Existing::read(&plan.places)?;
    let role = role::planned(world, &mut plan, request, &existing)?;
    let profiles = Profiles::load_aws_files(world)?;
    let section = aws::plan(
        &role,
        &plan.places,
        &profiles,
        &mut plan.state,
        placement.force,
    )?;
    plan.conflicts.extend(section.conflict);
    plan.notes.extend(section.notes);
    role::check_source(world, &mut plan, &role, &profiles);

    match plan
        .state
        .roles
        .iter_mut()
        .find(|known| known.profile == role.profile)
    {
        Some(known) => *known = role.clone(),
        None => plan.state.roles.push(role.clone()),
    }
    let allow = !existing.decides_protocol();
    if !allow {
        plan.notes
            .push("protocol.codecommit.allow is set already, and stays as it is".into());
    }
    let roles = roles_file(&plan.state.roles);
    let settings = git_settings::content(&plan.state.roles, &plan.places, allow);
    plan.own_file(OWN_FILE, Some(roles), placement.force)?;
    plan.own_file(GIT_SETTINGS, Some(settings), placement.force)?;
    plan.changes.extend(section.change);
    surroundings::include(&mut plan)?;
    surroundings::path(world, &mut plan, request)?;
    surroundings::lfs(&mut plan, request, &existing);

    folders(&mut plan, made, state_before.is_none());
    // First of all: what is to be added must be known before it is.
    let after = plan.state.content();
    let state = Change {
        path: state_file,
        kind: Kind::Own,
        before: state_before,
        after: Some(after),
        backup: false,
    };
    plan.changes.insert(0, state);
    if placement.force {
        plan.conflicts.clear();
    }
    plan.find_leftovers();
    Ok(plan)
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

/// Our own file of profiles.
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
