//! The line in git's configuration, and the settings that setup found.

use crate::setup::changes::{GIT_SETTINGS, Plan};
use crate::setup::claims::{Claim, Existing};
use crate::setup::conflict::Conflict;
use crate::setup::disk::{self, Change, Kind};
use crate::setup::request::Request;
use crate::setup::state::{Insertion, What};
use crate::setup::{Error, git, git_settings};
use crate::world::World;
use crate::world::path_lookup;
use std::path::Path;

/// The line in the person's git configuration.
pub(super) fn include(plan: &mut Plan) -> Result<(), Error> {
    let path = plan.places.git_config.clone();
    let before = disk::read(&path)?;
    let value = plan.places.shown(&plan.places.own_file(GIT_SETTINGS));
    let home = plan.places.home().to_owned();
    let mut after = before.clone();
    let text = before.clone().unwrap_or_default();
    if !git::values_in(&text, "include.path", &home)?.contains(&value) {
        let (new, added) = with_include(&text, &value, &home)?;
        plan.state.insert(Insertion {
            what: What::Include,
            file: plan.places.shown(&path),
            text: added,
            created: before.is_none(),
        });
        after = Some(new);
    }
    plan.changes.push(Change {
        path,
        kind: Kind::Git,
        backup: true,
        before,
        after,
    });
    Ok(())
}

/// Adds an include at the end of a text, as `git config --add` writes it, but always at the end: behind
/// every helper of the file, which its reset must clear. Git then says whether it reads it so.
fn with_include(text: &[u8], value: &str, home: &Path) -> Result<(Vec<u8>, String), Error> {
    let end = if text.windows(2).any(|pair| pair == b"\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut added = String::new();
    if !text.is_empty() && !text.ends_with(b"\n") {
        added.push_str(end);
    }
    added.push_str(&format!("[include]{end}\tpath = {value}{end}"));
    let new = [text, added.as_bytes()].concat();
    if git::values_in(&new, "include.path", home)?.contains(&value.to_owned()) {
        return Ok((new, added));
    }
    Err(Error::Git {
        command: "config".into(),
        words: "it does not find a line at the end of its configuration file".into(),
    })
}

/// Says in a line each what setup found, and what becomes of it.
pub(super) fn notes(world: &World, plan: &mut Plan, request: &Request, existing: &Existing) {
    let everywhere = existing.everywhere(&plan.places);
    let everywhere = everywhere.filter(|_| !plan.state.replaces_helpers);
    let scoped = git_settings::kept(&plan.state, &plan.places, existing);
    for claim in scoped.iter().filter(|claim| claim.may_hold_a_secret()) {
        plan.conflicts.push(Conflict {
            file: claim.file.clone(),
            why: "setup does not copy a credential helper whose command may contain a secret"
                .into(),
            lines: Vec::new(),
        });
    }
    let connections = existing.connections(&plan.places).into_iter();
    let mut connections: Vec<Claim> = connections.filter_map(|(_, claim)| claim).collect();
    connections.retain(|claim| {
        let everywhere = everywhere.as_ref().map(|claim| &claim.identity);
        !plan.state.replaces_helpers && Some(&claim.identity) != everywhere
    });
    let claims = everywhere.iter().chain(&connections).chain(&scoped);
    let mut notes: Vec<String> = claims.map(ToString::to_string).collect();
    for keeper in existing.keepers(&plan.places) {
        notes.push(format!(
            "{keeper} is not asked for CodeCommit hosts any more"
        ));
    }
    for other in path_lookup::others(world, "git-remote-codecommit", &plan.places.programs) {
        notes.push(format!(
            "{}: git runs git-codecommit instead; it shows codecommit:: addresses as {}::",
            plan.places.shown(&other),
            git_settings::SCHEME
        ));
    }
    if let Some(allow) = existing.protocol() {
        notes.push(format!(
            "protocol.codecommit.allow = {allow} holds for {}:: addresses too",
            git_settings::SCHEME
        ));
    }
    plan.notes.extend(notes);
    for host in existing.netrc_hosts() {
        plan.warnings.push(format!(
            "~/.netrc has a password for {host}, and git sends it before it asks a credential helper: remove that line"
        ));
    }
    if request.lfs && !existing.has_lfs() {
        plan.warnings
            .push("git-lfs is not configured for git: run git lfs install".into());
    }
}
