//! Submodules choose no credentials: a profile in the address of `.gitmodules` counts only if the user chose it.
//!
//! Git sets `GIT_PROTOCOL_FROM_USER=0` for addresses that the user did not type (git(1)). The repository wrote them, and
//! may be hostile: a profile can run a `credential_process`, or assume a role. `git submodule init` and `sync` copy them
//! into the submodule's configuration, from where git takes them like the user's own: those count as the repository's too.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::Error;
use crate::address::Address;
use crate::process;
use crate::profile::ProfileName;
use crate::world::{World, variable};

/// Refuses a profile that neither the superproject's remotes use nor the user's own git configuration names. `remote` is
/// what git calls the remote: the address itself, where the user typed it.
pub(super) fn check(world: &World, remote: &str, address: &str) -> Result<(), Error> {
    let is_typed = remote.contains(':');
    let superproject = world
        .variable(variable::GIT_DIR)
        .and_then(|folder| superproject(Path::new(&folder)));
    let is_of_repository = world.variable(variable::GIT_PROTOCOL_FROM_USER).as_deref() == Some("0");
    if !is_of_repository && (is_typed || superproject.is_none()) {
        return Ok(());
    }
    let Some(profile) = Address::parse(address)
        .ok()
        .and_then(|address| address.profile)
    else {
        return Ok(());
    };
    let is_allowed = superproject.is_some_and(|folder| uses(&folder, &profile))
        || allowed().contains(&profile.decoded());
    match is_allowed {
        true => Ok(()),
        false => Err(Error::SubmoduleProfile(profile.decoded())),
    }
}

/// `codecommit.submoduleProfile` of every scope but the repository's own; `--show-scope` needs git 2.26.
fn allowed() -> Vec<String> {
    let said = git(
        &[
            "--show-scope",
            "-z",
            "--get-all",
            "codecommit.submoduleProfile",
        ],
        None,
    );
    let mut fields = said.split('\0');
    let mut names = Vec::new();
    while let (Some(scope), Some(name)) = (fields.next(), fields.next()) {
        if matches!(scope, "system" | "global" | "command") {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether a remote of the superproject, whose git folder this is, has the profile in its address.
fn uses(superproject: &Path, profile: &ProfileName) -> bool {
    let said = git(
        &["-z", "--get-regexp", r"^remote\..*\.(push)?url$"],
        Some(superproject),
    );
    said.split('\0')
        .filter_map(|entry| Address::parse(entry.split_once('\n')?.1).ok()?.profile)
        .any(|known| known.decoded() == profile.decoded())
}

/// The git folder above the outermost `modules/` in that of a submodule: those between are submodules, whose remotes
/// are a repository's word as well.
fn superproject(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder
        .ancestors()
        .filter(|folder| folder.ends_with("modules"))
        .filter_map(Path::parent)
        .filter(|folder| folder.join("HEAD").is_file())
        .last()
        .map(Path::to_owned)
}

fn git(arguments: &[&str], folder: Option<&Path>) -> String {
    let mut git = process::git("config");
    if let Some(folder) = folder {
        git.env("GIT_DIR", folder);
    }
    git.args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    process::answer(&mut git).map_or_else(
        |_| String::new(),
        |said| String::from_utf8_lossy(&said.stdout).into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_superproject_is_the_git_folder_above_modules() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        for folder in [
            "w/.git",
            "w/.git/modules/libs/a",
            "w/.git/modules/libs/a/modules/b",
        ] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
            std::fs::write(root.join(folder).join("HEAD"), "").unwrap();
        }
        let of = |folder: &str| superproject(&root.join(folder));
        assert_eq!(of("w/.git/modules/libs/a"), Some(root.join("w/.git")));
        assert_eq!(
            of("w/.git/modules/libs/a/modules/b"),
            Some(root.join("w/.git"))
        );
        assert_eq!(of("w/.git"), None);
    }
}
