//! Removes what setup added, and nothing else.

mod text;

use std::fs;
use std::path::{Path, PathBuf};

use self::text::{without, without_include};
use super::changes::{GIT_SETTINGS, Plan, STATE};
use super::claims::Existing;
use super::conflict::Conflict;
use super::disk::{self, Change, Kind};
use super::ini::Ini;
use super::lock::Lock;
use super::places::Places;
use super::plan::roles_file;
use super::problem::Unusable;
use super::request::{NewProfile, Scope};
use super::state::{Insertion, State, What};
use super::{Error, git_settings};
use crate::platform::below;
use crate::profile::OWN_FILE;
use crate::world::World;
use crate::world::private_file::{self, KNOWN_GITS};

/// Plans to undo the set-up of one profile, or all of it.
pub(super) fn plan(
    world: &World,
    places: Places,
    profile: Option<&NewProfile>,
    force: bool,
) -> Result<Plan, Error> {
    let state_file = places.own_file(STATE);
    let (state, state_before) = State::load(&state_file)?;
    let mut plan = Plan::new(places, state);
    if let Some(profile) = profile {
        let name = profile.as_str();
        let is_pinned = plan.state.pinned.as_deref() == Some(name);
        if !is_pinned && plan.state.roles.iter().all(|role| role.profile != name) {
            plan.notes
                .push(format!("setup did not configure profile {name:?}"));
            return Ok(plan);
        }
        plan.state.roles.retain(|role| role.profile != name);
        plan.state.pinned.take_if(|pinned| pinned == name);
        if !plan.state.roles.is_empty() || plan.state.pinned.is_some() {
            return of_one(world, plan, name, state_before, force);
        }
    }
    if state_before.is_none() {
        return Ok(of_nothing(plan));
    }
    of_all(plan, state_before, force)
}

/// Undoes a setup that was stopped before it changed anything: its locks, copies and unfinished files may be left.
fn of_nothing(mut plan: Plan) -> Plan {
    let own = [STATE, GIT_SETTINGS, OWN_FILE].map(|name| plan.places.own_file(name));
    let theirs = [
        Some(plan.places.git_config.clone()),
        plan.places.aws_config.clone(),
    ];
    let mut has_copy = false;
    for path in own.into_iter().chain(theirs.into_iter().flatten()) {
        // A file that cannot be read is none of ours, and no reason to fail.
        let content = disk::read(&path).ok().flatten();
        let copy = disk::backup_of(&path);
        has_copy |= content.is_some() && disk::read(&copy).is_ok_and(|copy| copy == content);
        set(&mut plan, path, Kind::Own, content.clone(), content);
    }
    plan.find_leftovers();
    let is_empty = (plan.places.own.read_dir()).is_ok_and(|mut all| all.next().is_none());
    let has_lock = Lock::is_left(&plan.places.own);
    plan.leaves_nothing = has_copy || is_empty || has_lock || !plan.leftovers.is_empty();
    if !plan.is_needed() {
        plan.notes.push("there is no setup to undo".into());
    }
    plan
}

/// Undoes one profile: the others' settings are written anew without it.
fn of_one(
    world: &World,
    mut plan: Plan,
    name: &str,
    state_before: Option<Vec<u8>>,
    force: bool,
) -> Result<Plan, Error> {
    let roles = (!plan.state.roles.is_empty()).then(|| roles_file(&plan.state.roles));
    let existing = Existing::read(world, &plan.places)?;
    let settings = git_settings::all(&plan.state, &plan.places, &existing);
    let settings = git_settings::file(&settings);
    let insertions = plan.state.insertions.clone();
    for insertion in insertions {
        if insertion.what == What::Profile(name.to_owned()) {
            take_out(&mut plan, &insertion, force)?;
        }
    }
    take_back(&mut plan, Some(name))?;
    plan.own_file(GIT_SETTINGS, Some(settings), force)?;
    plan.own_file(OWN_FILE, roles, force)?;
    let after = plan.state.content();
    push_state(&mut plan, state_before, Some(after));
    Ok(plan)
}

/// Undoes everything. The state goes last: an undo that is stopped can be begun again.
fn of_all(mut plan: Plan, state_before: Option<Vec<u8>>, force: bool) -> Result<Plan, Error> {
    let insertions = plan.state.insertions.clone();
    // The include first, the profile last: the reverse of setup's order.
    for insertion in insertions.iter().rev() {
        take_out(&mut plan, insertion, force)?;
    }
    take_back(&mut plan, None)?;
    plan.own_file(GIT_SETTINGS, None, force)?;
    plan.own_file(OWN_FILE, None, force)?;
    forget_gits(&mut plan);
    plan.leaves_nothing = plan.kept.is_empty();
    let after = if plan.leaves_nothing {
        None
    } else {
        plan.state.roles.clear();
        Some(plan.state.content())
    };
    push_state(&mut plan, state_before, after);
    Ok(plan)
}

/// Removes what the helpers remember of git's own files. Whatever else stands at its place is not theirs.
fn forget_gits(plan: &mut Plan) {
    let path = below(plan.places.home(), KNOWN_GITS);
    let is_plain = path.symlink_metadata().is_ok_and(|found| found.is_file());
    let before = disk::read(&path).ok().flatten().filter(|_| is_plain);
    if before.is_some() && plan.places.scope != Scope::System {
        set(plan, path, Kind::Own, before, None);
    }
}

fn push_state(plan: &mut Plan, before: Option<Vec<u8>>, after: Option<Vec<u8>>) {
    plan.changes.push(Change {
        path: plan.places.own_file(STATE),
        kind: Kind::Own,
        before,
        after,
        backup: false,
    });
    plan.find_leftovers();
}

/// Removes an inserted text from its file, if it is still as it was written.
fn take_out(plan: &mut Plan, insertion: &Insertion, force: bool) -> Result<(), Error> {
    let shown = &insertion.file;
    let path = plan.places.path(shown);
    let (before, text) = content(plan, &path)?;
    let forget = |plan: &mut Plan| {
        plan.state
            .insertions
            .retain(|known| (&known.what, &known.file) != (&insertion.what, &insertion.file));
    };
    let Some(text) = text else {
        forget(plan);
        return Ok(());
    };
    let after = match without(&text, &insertion.text) {
        Some(after) => Some(after),
        None => match &insertion.what {
            What::Include => Some(without_include(&text, &insertion.text)),
            What::Profile(name) if Ini::new(&text).count(name) == 0 => Some(text.clone()),
            What::Profile(name) if force => Ini::new(&text).without_section(name),
            _ => None,
        },
    };
    let Some(after) = after else {
        plan.kept.extend(changed_section(insertion, &text));
        return Ok(());
    };
    forget(plan);
    let is_gone = insertion.created && after.trim().is_empty();
    let kind = match insertion.what {
        What::Profile(_) => Kind::Aws,
        What::Include => Kind::Git,
    };
    set(
        plan,
        path,
        kind,
        before,
        (!is_gone).then(|| after.into_bytes()),
    );
    Ok(())
}

/// A profile's section that was changed since setup.
fn changed_section(insertion: &Insertion, text: &str) -> Option<Conflict> {
    let What::Profile(name) = &insertion.what else {
        return None;
    };
    let now = Ini::new(text).section_of(name).unwrap_or_default();
    let lines = super::diff::lines(insertion.text.trim().as_bytes(), now.trim().as_bytes());
    Some(Conflict {
        file: insertion.file.clone(),
        why: format!("profile {name:?} was changed after setup"),
        lines: lines
            .into_iter()
            .filter(|line| !looks_secret(line))
            .collect(),
    })
}

/// Keys of profiles that hold secrets are not shown, whatever else a person put there.
fn looks_secret(line: &str) -> bool {
    let key = line.trim_start_matches(['-', '+', ' ']);
    let key = key
        .split(['=', ':'])
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let known = [
        "region",
        "role_arn",
        "credential_source",
        "source_profile",
        "external_id",
        "role_session_name",
        "output",
    ];
    !key.starts_with('[') && !known.contains(&key.as_str())
}

/// Restores the settings that `--force` replaced, if nobody changed them since.
fn take_back(plan: &mut Plan, profile: Option<&str>) -> Result<(), Error> {
    let all = std::mem::take(&mut plan.state.replacements);
    let (ours, others): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|known| profile.is_none_or(|name| name == known.profile));
    plan.state.replacements = others;
    for known in ours {
        let path = plan.places.path(&known.file);
        let (before, Some(text)) = content(plan, &path)? else {
            continue;
        };
        let ini = Ini::new(&text);
        if ini.value(&known.profile, &known.key).as_deref() != known.after.as_deref() {
            plan.notes.push(format!(
                "{} of profile {:?} in {} was changed after setup, and is not restored",
                known.key, known.profile, known.file
            ));
            continue;
        }
        match ini.with(&known.profile, &known.key, known.before.as_deref()) {
            Some(after) => set(plan, path, Kind::Aws, before, Some(after.into_bytes())),
            None => plan.notes.push(format!(
                "cannot restore {} of profile {:?} in {}: before setup it was {}",
                known.key,
                known.profile,
                known.file,
                known.before.as_deref().unwrap_or("not set")
            )),
        }
    }
    Ok(())
}

/// A file's content as the plan has it so far: what is on disk, and what will be there.
fn content(plan: &Plan, path: &Path) -> Result<(Option<Vec<u8>>, Option<String>), Error> {
    let planned = plan.changes.iter().find(|change| change.path == path);
    let (before, now) = match planned {
        Some(change) => (change.before.clone(), change.after.clone()),
        None => {
            let there = disk::read(path)?;
            (there.clone(), there)
        }
    };
    let text = now
        .map(String::from_utf8)
        .transpose()
        .map_err(|_| Error::content(path, Unusable::NotText))?;
    Ok((before, text))
}

fn set(
    plan: &mut Plan,
    path: PathBuf,
    kind: Kind,
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
) {
    match plan.changes.iter_mut().find(|change| change.path == path) {
        Some(change) => change.after = after,
        None => plan.changes.push(Change {
            path,
            kind,
            before,
            after,
            backup: false,
        }),
    }
}

/// Removes what is empty of the folders that setup made, and copies that a person no longer needs.
pub(super) fn remove_folders(plan: &Plan, lock: Lock) {
    for change in &plan.changes {
        let backup = disk::backup_of(&change.path);
        let remove = || {
            let is_same = disk::read(&backup)? == change.after && change.after.is_some();
            match is_same {
                true => fs::remove_file(&backup).map_err(|error| Error::write(&backup, error)),
                false => Ok(()),
            }
        };
        // A network file system may fail once; no later run would know of the copy.
        let _ = remove().or_else(|_| remove());
    }
    lock.remove();
    let mut folders: Vec<PathBuf> = plan
        .state
        .folders
        .iter()
        .map(|folder| plan.places.path(folder))
        .collect();
    folders.push(plan.places.own.clone());
    let known_gits = below(plan.places.home(), KNOWN_GITS);
    if plan.changes.iter().any(|change| change.path == known_gits) {
        // A cache folder that holds nothing is missed by nobody.
        let above = known_gits.ancestors().skip(1).take(2);
        folders.extend(above.map(Path::to_owned));
    }
    folders.sort();
    folders.dedup();
    // The inner ones first; one that holds anything else stays.
    for folder in folders.iter().rev() {
        private_file::discard_folder(folder);
    }
}
