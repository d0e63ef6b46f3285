//! Root in another user's home directory, and in its own where another user has put something.

use expect_test::expect;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};
use std::path::PathBuf;

use super::{Home, ROLE, assert_same};
use crate::harness::Outcome;

/// A user that no account of this machine has.
const USER: u32 = 65_533;

/// A home directory of that user, and a folder of root's beside it. None where tests do not run as root.
fn home() -> Option<Home> {
    let home = Home::new();
    if home.place.path().metadata().unwrap().uid() != 0 {
        local_aws::skip_even_in_ci("root's rights");
        return None;
    }
    // That user must get to the home directory.
    let open = <std::fs::Permissions as PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(home.place.path(), open).unwrap();
    std::fs::create_dir_all(roots(&home).join("empty")).unwrap();
    std::fs::write(roots(&home).join("file"), "[user]\n\tname = root\n").unwrap();
    give(&home, USER);
    Some(home)
}

fn roots(home: &Home) -> PathBuf {
    home.place.path().join("roots")
}

/// Gives the home directory and everything in it to a user.
fn give(home: &Home, user: u32) {
    let owner = format!("{user}:{user}");
    let path = home.path("").display().to_string();
    home.run("chown", &["-hR", &owner, &path]).succeeded();
}

/// Everything in root's folder: names, contents, owners.
fn of_root(home: &Home) -> String {
    let list = "find . -printf '%p %U %m\\n' | sort; find . -type f -exec cat {} +";
    let path = roots(home).display().to_string();
    let said = home.run("sh", &["-c", &format!("cd '{path}'; {list}")]);
    said.succeeded().stdout
}

#[test]
fn a_link_that_its_owner_put_in_a_home_leads_root_nowhere() {
    for (name, target) in [
        (".config/git-codecommit", "empty"),
        (".config", "empty"),
        (".aws", "empty"),
        (".aws/config", "file"),
        (".gitconfig", "file"),
    ] {
        let Some(home) = home() else { return };
        let before = of_root(&home);
        let link = home.path(name);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(roots(&home).join(target), &link).unwrap();
        give(&home, USER);
        let said = home.setup(&[]).failed();
        assert_eq!(said.code, Some(5), "{name}: {said:?}");
        assert_eq!(of_root(&home), before, "{name}");
        home.unsetup(&["--force"]);
        assert_eq!(of_root(&home), before, "{name}");
    }
}

#[test]
fn a_record_that_its_owner_wrote_makes_root_remove_nothing() {
    let Some(home) = home() else { return };
    let at = |name: &str| roots(&home).join(name).display().to_string();
    symlink("file", roots(&home).join("link")).unwrap();
    let before = of_root(&home);
    let (file, link, empty) = (at("file"), at("link"), at("empty"));
    let state = format!(
        r#"{{"version": 1, "roles": [], "owned": {{}},
            "insertions": [{{"what": "include", "file": "{file}", "text": "[user]\n\tname = root\n", "created": true}}],
            "links": {{"{link}": "file"}}, "folders": ["{empty}", "~/../roots/empty"]}}"#
    );
    home.write(".config/git-codecommit/state.json", &state);
    give(&home, USER);
    home.unsetup(&[]);
    assert_eq!(of_root(&home), before);
}

#[test]
fn what_root_sets_up_is_its_owners_and_no_program_of_that_user_runs_as_root() {
    let Some(home) = home() else { return };
    // Git runs what a user's settings name: here a hook in the template of new clones.
    let ran = home.path("ran").display().to_string();
    let hook = "template/hooks/post-checkout";
    home.write(hook, &format!("#!/bin/sh\nid -u > '{ran}'\n"));
    let run = <std::fs::Permissions as PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(home.path(hook), run).unwrap();
    let make = "git init -q source && git -C source -c user.name=n -c user.email=e commit -q --allow-empty -m m";
    home.run("sh", &["-c", make]).succeeded();
    let source = home.path("source").display().to_string();
    home.write(
        ".gitconfig",
        &format!(
            "[init]\n\ttemplateDir = {}\n[url \"{source}\"]\n\
             \tinsteadOf = https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo\n\
             \tinsteadOf = codecommit::eu-west-1://CrossAccountAccessProfile@demo\n",
            home.path("template").display()
        ),
    );
    give(&home, USER);
    let clone = home.path("clone").display().to_string();
    home.setup(&["--repo", "demo", "--clone", &clone])
        .succeeded();
    assert_eq!(home.read("ran"), format!("{USER}\n"));
    let list = format!("find '{}' ! -uid {USER} -print", home.path("").display());
    let said = home.run("sh", &["-c", &list]).succeeded();
    assert_eq!(said.stdout, "", "nothing is root's");
    assert!(home.read(".aws/config").contains(ROLE));
}

#[test]
fn root_undoes_what_it_set_up() {
    let Some(home) = home() else { return };
    home.write(".gitconfig", "[user]\n\tname = n\n");
    // A group that its owner is not in stays out of reach: the file's new copy has none of its rights.
    give(&home, USER);
    home.run(
        "chgrp",
        &["0", &home.path(".gitconfig").display().to_string()],
    )
    .succeeded();
    let before = home.snapshot();
    home.setup(&[]).succeeded();
    home.unsetup(&[]).succeeded();
    let mut after = home.snapshot();
    let mode = home.path(".gitconfig").metadata().unwrap().mode();
    assert_eq!(mode & 0o070, 0);
    let text = home.read(".gitconfig");
    after.insert(".gitconfig".into(), super::Entry::File(0o644, text));
    assert_same(&after, &before, "");
}

#[test]
fn another_users_folder_in_roots_home_is_refused() {
    for name in [".config", ".config/git-codecommit", ".aws"] {
        let Some(home) = home() else { return };
        give(&home, 0);
        let path = home.path(name);
        std::fs::create_dir_all(&path).unwrap();
        std::os::unix::fs::chown(&path, Some(USER), None).unwrap();
        let before = home.snapshot();
        let said = home.setup(&[]).failed();
        assert_eq!(said.code, Some(5), "{said:?}");
        assert_eq!(
            said.said(),
            format!(
                "git-codecommit: cannot change {}: it does not belong to the owner of the home directory\n\
                 hint: give it to root (chown -h root), or move it away",
                path.display()
            )
        );
        assert_same(&home.snapshot(), &before, name);
    }
}

/// Runs a script as that user, or as the user of these tests if that is not root.
fn as_user(home: &Home, script: &str) -> Outcome {
    if home.place.path().metadata().unwrap().uid() != 0 {
        return home.run("/bin/sh", &["-c", script]);
    }
    let ids = [format!("--reuid={USER}"), format!("--regid={USER}")];
    let arguments = [&ids[0], &ids[1], "--clear-groups", "/bin/sh", "-c", script];
    home.run("setpriv", &arguments)
}

#[test]
fn a_umask_that_forbids_everything_keeps_nothing_from_its_user() {
    if local_aws::lacks("setpriv") {
        return;
    }
    let Some(home) = home() else { return };
    let arguments = home.arguments(&["--yes"]).join(" ");
    let program = home.program().display().to_string();
    let script = format!("umask 777; '{program}' {arguments} && '{program}' {arguments}");
    let said = as_user(&home, &script).succeeded();
    let ends = said
        .stdout
        .lines()
        .filter(|line| matches!(*line, "done" | "unchanged"));
    assert_eq!(ends.collect::<Vec<_>>(), ["done", "unchanged"], "{said:?}");
    for (name, entry) in home.snapshot() {
        let (super::Entry::File(mode, _) | super::Entry::Folder(mode)) = entry else {
            continue;
        };
        assert_eq!(mode & 0o600, 0o600, "{name}");
    }
    let said = as_user(&home, &format!("umask 777; '{program}' unsetup --yes")).succeeded();
    said.is(&expect![[r#"
        -- stdout
        ~/.gitconfig: removed
          - [include]
          - 	path = ~/.config/git-codecommit/gitconfig
        ~/.aws/config: removed
          - [profile CrossAccountAccessProfile]
          - region = eu-west-1
          - credential_source = EcsContainer
          - role_arn = arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole
        ~/.config/git-codecommit/gitconfig: removed
        ~/.config/git-codecommit/config: removed
        ~/.config/git-codecommit/state.json: removed
        done
    "#]]);
    assert!(home.snapshot().is_empty());
}

#[test]
fn a_user_without_a_home_directory_is_told_to_set_one() {
    if local_aws::lacks("setpriv") {
        return;
    }
    let Some(home) = home() else { return };
    let script = format!("unset HOME; '{}' setup --yes", home.program().display());
    as_user(&home, &script).is(&expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: HOME is not set, and this user has no home directory
        hint: set HOME to the folder with your .gitconfig
    "#]]);
}

#[test]
fn root_that_cannot_become_the_owner_of_a_home_changes_nothing_there() {
    if local_aws::lacks("unshare") {
        return;
    }
    let Some(home) = home() else { return };
    let before = home.snapshot();
    // Where only root has a number, as in a container of one user.
    let program = home.program().display().to_string();
    let mut all = vec!["--map-root-user".to_owned(), program];
    all.extend(home.arguments(&["--yes"]));
    let said = home.run("unshare", &all);
    if said.stderr.contains("unshare: ") {
        local_aws::skip("a user namespace (unshare)");
        return;
    }
    said.is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: cannot change ~: it is the home directory of another user
        hint: run this as that user
    "#]]);
    assert_same(&home.snapshot(), &before, "");
}
