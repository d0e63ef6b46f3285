//! Something else has the name of setup's own lock or state file: it is named, and neither read, written nor
//! waited for.

use expect_test::expect;
use std::os::unix::fs::symlink;

use super::{Home, assert_same};
use crate::harness::Outcome;

const FOLDER: &str = ".config/git-codecommit";

/// Runs a program that must end by itself.
fn in_time(home: &Home, arguments: &[impl AsRef<str>]) -> Outcome {
    let program = home.program().display().to_string();
    let mut all = vec!["--signal=KILL", "30", &program];
    all.extend(arguments.iter().map(AsRef::as_ref));
    let said = home.run("timeout", &all);
    assert_ne!(said.code, None, "it hangs");
    assert_ne!(said.code, Some(137), "it hangs");
    said
}

fn setup(home: &Home) -> Outcome {
    let arguments = home.arguments(&["--yes"]);
    in_time(home, &arguments)
}

fn pipe(home: &Home, name: &str) {
    let path = home.path(name).display().to_string();
    home.run("mkfifo", &[&path]).succeeded();
}

#[test]
fn what_has_the_name_of_a_lock_or_a_state_file_is_named_and_left_alone() {
    let pipe = |home: &Home, name: &str| pipe(home, name);
    let link = |home: &Home, name: &str| symlink(home.path("precious"), home.path(name)).unwrap();
    let dangling =
        |home: &Home, name: &str| symlink(home.path("nowhere"), home.path(name)).unwrap();
    let second = |home: &Home, name: &str| {
        std::fs::hard_link(home.path("precious"), home.path(name)).unwrap();
    };
    type Plant<'a> = &'a dyn Fn(&Home, &str);
    let kinds: [(Plant<'_>, &str); 4] = [
        (&pipe, "it is not a plain file"),
        (&link, "it is a symbolic link"),
        (&dangling, "it is a symbolic link"),
        (&second, "it has a second name (a hard link)"),
    ];
    for name in ["lock", "state.json"] {
        for (make, problem) in kinds {
            let home = Home::new();
            home.write("precious", "{\"a\": 1}");
            home.write(".gitconfig", "[user]\n\tname = n\n");
            std::fs::create_dir_all(home.path(FOLDER)).unwrap();
            let name = format!("{FOLDER}/{name}");
            make(&home, &name);
            let before = home.path(&name).symlink_metadata().unwrap();
            let expected = format!(
                "git-codecommit: {}: {problem}\n\
                 hint: move it to another name, then run this again",
                home.path(&name).display()
            );
            let said = setup(&home).failed();
            assert_eq!((said.code, said.said()), (Some(5), expected.clone()));
            if name.ends_with("state.json") {
                let said = in_time(&home, &["unsetup", "--yes"]).failed();
                assert_eq!((said.code, said.said()), (Some(5), expected));
            }
            let after = home.path(&name).symlink_metadata().unwrap();
            assert_eq!(after.file_type(), before.file_type());
            assert_eq!(home.read("precious"), "{\"a\": 1}");
            assert!(!home.path("nowhere").exists());
            assert_eq!(home.read(".gitconfig"), "[user]\n\tname = n\n");
        }
    }
}

#[test]
fn a_pipe_in_the_place_of_gits_lock_is_waited_for_as_a_lock_and_then_named() {
    let home = Home::new();
    home.write(".gitconfig", "[user]\n\tname = n\n");
    pipe(&home, ".gitconfig.lock");
    let said = setup(&home).failed();
    let lock = home.path(".gitconfig.lock");
    said.is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: another program has locked ~/.gitconfig.lock
        hint: wait for it to end; if no such program is running, remove ~/.gitconfig.lock
    "#]]);
    std::fs::remove_file(lock).unwrap();
    setup(&home).succeeded();
}

#[test]
fn a_limit_on_the_size_of_files_is_said_and_changes_nothing() {
    let home = Home::new();
    home.write(".gitconfig", "[user]\n\tname = n\n");
    let before = home.snapshot();
    let script = format!(
        "ulimit -f 0; exec '{}' {} --yes",
        home.program().display(),
        home.arguments(&[]).join(" ")
    );
    let said = home.run("/bin/sh", &["-c", &script]).failed();
    said.is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: cannot write ~/.gitconfig.lock: File too large (os error 27)
        hint: the limit on the size of files is too low: raise it (ulimit -f), then run this again
    "#]]);
    assert_same(&home.snapshot(), &before, "");
}
