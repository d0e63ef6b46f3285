//! What stands around the role: the line in git's configuration, PATH, git-lfs.

use crate::setup::changes::{GIT_SETTINGS, Plan};
use crate::setup::claims::Existing;
use crate::setup::disk::{self, Change, Kind, Link};
use crate::setup::request::{Mode, Request, Scope};
use crate::setup::state::{Insertion, What};
use crate::setup::{Error, git, shell};
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
/// every helper that stands there, which its reset must clear. Git then says whether it reads it so.
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

/// The block in `~/.bashrc` and the folder that it puts on PATH, where terminals need them.
pub(super) fn path(world: &World, plan: &mut Plan, request: &Request) -> Result<(), Error> {
    if plan.places.scope == Scope::System {
        return in_exec_path(world, plan, request);
    }
    let Some(path) = plan.places.bashrc.clone() else {
        return Ok(());
    };
    let before = disk::read(&path)?;
    let text = String::from_utf8_lossy(before.as_deref().unwrap_or_default()).into_owned();
    let is_there = shell::has_block(&text);
    if !is_there && !shell::is_needed(world, &plan.places, request.mode) {
        return Ok(());
    }
    let links = shell::links(&plan.places);
    plan.folders.extend(
        links
            .first()
            .into_iter()
            .flat_map(|link| disk::missing_folders(&link.path)),
    );
    plan.links.extend(links);
    let mut after = before.clone();
    if !is_there {
        let (_, added) = shell::with_block(&text);
        let mut content = before.clone().unwrap_or_default();
        content.extend_from_slice(added.as_bytes());
        plan.state.insert(Insertion {
            what: What::Path,
            file: plan.places.shown(&path),
            text: added,
            created: before.is_none(),
        });
        after = Some(content);
        plan.notes.push(format!(
            "new terminals find these programs first (this one: export PATH=\"{}:$PATH\")",
            plan.places.own_file(shell::BIN).display()
        ));
    }
    plan.changes.push(Change {
        path,
        kind: Kind::Shell,
        backup: true,
        before,
        after,
    });
    Ok(())
}

/// For a whole machine or image: a link in git's own folder of programs comes before any PATH.
fn in_exec_path(world: &World, plan: &mut Plan, request: &Request) -> Result<(), Error> {
    let others = path_lookup::others(world, "git-remote-codecommit", &plan.places.programs);
    if request.mode == Mode::Https || others.is_empty() {
        return Ok(());
    }
    let path = git::exec_path(plan.places.home())?.join("git-remote-codecommit");
    let target = plan.places.programs.join("git-remote-codecommit");
    let ours = plan.state.links.contains_key(&path.display().to_string());
    let is_there =
        path.symlink_metadata().is_ok() && !ours && !path_lookup::is_same(&path, &target);
    if is_there {
        // Not even with --force: what is there may be a package's, and unsetup could not bring it back.
        return Err(Error::Protected {
            path,
            problem: "another git-remote-codecommit is in git's own folder",
            hint: "move it away, or uninstall what it came with",
        });
    }
    plan.state
        .links
        .insert(path.display().to_string(), target.display().to_string());
    plan.links.push(Link::new(path, Some(target)));
    Ok(())
}

pub(super) fn lfs(plan: &mut Plan, request: &Request, existing: &Existing) {
    if request.lfs && !existing.has_lfs() {
        plan.warnings
            .push("git-lfs is not set up for git: run git lfs install".into());
    }
}
