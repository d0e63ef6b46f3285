//! Setup and unsetup, stopped at every change they make: every file is the old one or the new one, and the
//! next run completes the work.

use std::collections::BTreeMap;

use local_aws::lacks;

use super::{Entry, Home, assert_same};
use crate::harness::Outcome;

/// Every system call with which the programs change anything. `openat` makes files too; the next call
/// then follows at once.
const CHANGES: [&str; 12] = [
    "write", "rename", "link", "unlink", "rmdir", "mkdir", "chmod", "fchmod", "fsync", "symlink",
    "linkat", "unlinkat",
];

fn home() -> Home {
    let home = Home::new();
    home.write(".aws/config", "# c\n[default]\nregion = us-east-1");
    home.write(".gitconfig", "[user]\n\tname = n\n");
    // A run that is stopped between making ~/.config and our folder in it leaves an empty ~/.config, which
    // the next one cannot know to be ours.
    home.write(".config/other", "");
    home
}

/// Runs the program under strace, which does `what` at the `at`th call of a kind.
fn traced(home: &Home, arguments: &[&str], call: &str, what: &str, at: usize) -> Outcome {
    let inject = format!("inject={call}:{what}:when={at}");
    let program = home.program().display().to_string();
    let mut all = vec!["-qq", "-o", "/dev/null", "-e", &inject, "--", &program];
    all.extend(arguments);
    home.run("strace", &all)
}

/// Runs with each change failing in turn, until there is no such call any more.
fn at_every_change(
    what: &str,
    prepare: impl Fn(&Home),
    arguments: &[&str],
    check: impl Fn(&Home, &Outcome, &str),
) {
    let mut stopped = 0;
    for call in CHANGES {
        for at in 1.. {
            let home = home();
            prepare(&home);
            let bin = home.path(".local/bin").display().to_string();
            let arguments: Vec<&str> = arguments
                .iter()
                .map(|word| if *word == "BIN" { bin.as_str() } else { word })
                .collect();
            let said = traced(&home, &arguments, call, what, at);
            assert!(!said.stderr.contains("strace:"), "{said:?}");
            let reached = said.code != Some(0) || said.stderr.contains("INJECTED");
            check(&home, &said, &format!("{call} {at}"));
            if !reached {
                break;
            }
            stopped += 1;
            assert!(at < 100, "{call} never ends");
        }
    }
    assert!(stopped > 20, "only {stopped} changes were stopped");
}

const SETUP: [&str; 9] = [
    "setup",
    "--yes",
    "--role-arn",
    super::ROLE,
    "--region",
    "eu-west-1",
    "--bin-dir",
    "BIN",
    "--quiet",
];

/// Every file of a person's is one of two, and git reads its configuration.
fn assert_old_or_new(
    home: &Home,
    old: &BTreeMap<String, Entry>,
    new: &BTreeMap<String, Entry>,
    at: &str,
) {
    let now = home.snapshot();
    for name in [".aws/config", ".gitconfig"] {
        let there = now.get(name);
        assert!(
            there == old.get(name) || there == new.get(name),
            "{at}: {name}: {there:?}"
        );
    }
    home.git(&["config", "--global", "--list"]).succeeded();
}

#[test]
fn a_setup_killed_at_any_change_is_completed_by_the_next() {
    if lacks("strace") {
        return;
    }
    let done = home();
    let old = done.snapshot();
    done.setup(&[]).succeeded();
    let new = done.snapshot();
    at_every_change(
        "signal=KILL",
        |_| {},
        &SETUP,
        |home, _, at| {
            assert_old_or_new(home, &old, &new, at);
            home.setup(&[]).succeeded();
            assert_same(&home.snapshot(), &new, at);
            home.git(&["config", "--global", "user.name", "m"])
                .succeeded();
        },
    );
}

#[test]
fn a_setup_killed_at_any_change_is_undone_by_unsetup() {
    if lacks("strace") {
        return;
    }
    let old = home().snapshot();
    at_every_change(
        "signal=KILL",
        |_| {},
        &SETUP,
        |home, _, at| {
            home.unsetup(&[]).succeeded();
            assert_same(&home.snapshot(), &old, at);
            home.git(&["config", "--global", "user.name", "m"])
                .succeeded();
        },
    );
}

#[test]
fn an_unsetup_killed_at_any_change_is_completed_by_the_next() {
    if lacks("strace") {
        return;
    }
    let start = home();
    let old = start.snapshot();
    start.setup(&[]).succeeded();
    let new = start.snapshot();
    let prepare = |home: &Home| {
        home.setup(&[]).succeeded();
    };
    at_every_change(
        "signal=KILL",
        prepare,
        &["unsetup", "--yes", "--quiet"],
        |home, _, at| {
            assert_old_or_new(home, &old, &new, at);
            home.unsetup(&[]).succeeded();
            let left: Vec<String> = home
                .snapshot()
                .into_keys()
                .filter(|name| !old.contains_key(name))
                .collect();
            // Killed while it swept up, an empty lock or a copy may stay; nothing that works.
            assert!(
                left.iter().all(|name| name.contains(".bak-git-codecommit")
                    || name.ends_with("lock")
                    || home.path(name).is_dir()),
                "{at}: {left:?}"
            );
            for (name, entry) in &old {
                assert_eq!(home.snapshot().get(name), Some(entry), "{at}: {name}");
            }
        },
    );
}

#[test]
fn a_full_disk_changes_nothing_and_says_so() {
    if lacks("strace") {
        return;
    }
    let clean = home().snapshot();
    for call in ["write", "fsync", "mkdir", "link"] {
        for at in 1..100 {
            let home = home();
            let bin = home.path(".local/bin").display().to_string();
            let mut arguments = SETUP;
            arguments[7] = &bin;
            let said = traced(&home, &arguments, call, "error=ENOSPC", at);
            if said.code == Some(0) {
                // A lock that can do without, or a folder that need not be synchronised; or no such call.
                home.setup(&[]).succeeded();
                if said.stderr.is_empty() {
                    break;
                }
                continue;
            }
            assert_eq!(said.code, Some(5), "{call} {at}: {said:?}");
            assert!(
                said.stderr
                    .contains("hint: the disk is full: free some space (df -h "),
                "{said:?}"
            );
            let mut now = home.snapshot();
            now.retain(|name, _| !name.ends_with(".bak-git-codecommit"));
            assert_same(&now, &clean, &format!("{call} {at}"));
        }
    }
}

#[test]
fn a_limit_on_file_sizes_is_no_different() {
    // Without strace: the shell lets no file grow, and the signal is ignored.
    let home = home();
    let before = home.snapshot();
    let script = format!(
        "trap '' XFSZ; ulimit -f 0; exec '{}' {} --yes",
        home.program().display(),
        home.arguments(&[]).join(" ")
    );
    let said = home.run("/bin/sh", &["-c", &script]).failed();
    assert_eq!(said.code, Some(5), "{said:?}");
    assert_same(&home.snapshot(), &before, "");
}
