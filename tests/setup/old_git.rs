//! A git that could not use the settings.

use std::os::unix::fs::PermissionsExt;

use super::{Home, assert_same};
use crate::harness::every_git;

/// A home whose git says that it is of another version.
fn home_with_git(version: &str) -> Home {
    let mut home = Home::new();
    let git = every_git()[0].program().display().to_string();
    let said =
        format!("#!/bin/sh\n[ \"$1\" != version ] || {{ echo git version {version}; exit; }}\n");
    home.write("old/git", &format!("{said}exec {git} \"$@\"\n"));
    let mode = <std::fs::Permissions as PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(home.path("old/git"), mode).unwrap();
    let path = format!("{}:/usr/bin:/bin", home.path("old").display());
    home.set("PATH", &path);
    home
}

fn refusal(command: &str, needed: &str, found: &str) -> String {
    format!(
        "git-codecommit: {command} needs git {needed} or later, and this is git {found}\n\
         hint: install a later git; with this one, use the credential helper and https URLs (docs/user-guide.md, \
         \"Without setup\")"
    )
}

#[test]
fn a_git_that_starts_no_alias_as_a_remote_helper_is_refused_and_named_by_the_doctor() {
    let home = home_with_git("2.28.1");
    let before = home.snapshot();
    let said = home.setup(&[]).failed().said();
    assert_eq!(said, refusal("setup", "2.29", "2.28.1"));
    assert_same(&home.snapshot(), &before, "refused");
    let said = home.run(home.program(), &["doctor", "--offline"]);
    assert!(
        said.stdout.contains(
            "before 2.29, git starts no remote helper by an alias: what setup configures does not work\n"
        ),
        "{said:?}"
    );
    home_with_git("2.29.0").setup(&[]).succeeded();
}

#[test]
fn settings_are_not_exported_to_a_git_that_reads_none() {
    let home = home_with_git("2.30.2");
    let said = home.run(home.program(), &["setup", "--env"]).failed();
    assert_eq!(said.said(), refusal("setup --env", "2.31", "2.30.2"));
    let home = home_with_git("2.31.0");
    home.run(home.program(), &["setup", "--env"]).succeeded();
}
