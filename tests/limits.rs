//! Limits of the system (`ulimit`): what cannot be done is said, and no signal ends a program.

use std::collections::BTreeSet;
use std::path::Path;

use expect_test::expect;

use crate::harness::{Outcome, PROFILE, Studio, helpers, is_root, stable};

const REQUEST: &str =
    "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/demo-repo\n\n";
const LIST: &str = "eu-west-1://CrossAccountAccessProfile@demo-repo";

/// Runs a helper behind a line of the shell.
fn limited(studio: &Studio, limit: &str, helper: &str, more: &str) -> Outcome {
    let program = helpers().join(helper).display().to_string();
    let (arguments, input) = match helper {
        "git-remote-codecommit" => (["origin", LIST].to_vec(), "list\n\n"),
        _ => (["--profile", PROFILE, "get"].to_vec(), REQUEST),
    };
    let line = format!("{limit}\nexec '{program}' {} {more}", arguments.join(" "));
    studio.run_in(".", Path::new("/bin/sh"), &["-c", &line], input)
}

#[test]
fn a_session_that_no_file_may_hold_is_used_and_not_cached() {
    for helper in ["git-remote-codecommit", "git-credential-codecommit"] {
        let studio = Studio::default().with_cache();
        let said = limited(&studio, "ulimit -f 0", helper, "").succeeded();
        assert!(said.stdout.contains("refs/heads/main") || said.stdout.contains("password="));
        let warning = format!(
            "{helper}: warning: cannot cache the session in ~/.aws/cli/cache, so the next command will request a new \
             one: File too large (os error 27)\n"
        );
        assert_eq!(stable(&said.stderr), warning);
    }
}

#[test]
fn an_answer_that_no_file_may_hold_is_an_error() {
    let studio = Studio::default();
    let said = limited(
        &studio,
        "ulimit -f 0",
        "git-credential-codecommit",
        ">answer",
    );
    said.is(&expect![[r#"
        exit code 5
        -- stderr
        git-credential-codecommit: lost the connection to git: File too large (os error 27)
    "#]]);
    let said = limited(&studio, "ulimit -f 0", "git-remote-codecommit", ">answer");
    said.is(&expect![[r#"
        exit code 5
        -- stderr
        git-remote-codecommit: lost the connection to git: File too large (os error 27)
    "#]]);
}

#[test]
fn a_limit_on_open_files_is_named_and_ends_in_no_panic() {
    let studio = Studio::default();
    for helper in ["git-remote-codecommit", "git-credential-codecommit"] {
        // Then git's configuration is read without git, which needs pipes.
        limited(&studio, ":", helper, "").succeeded();
        let mut failures = BTreeSet::new();
        for most in 4..32 {
            let said = limited(&studio, &format!("ulimit -n {most}"), helper, "");
            for word in ["panicked", "internal error", "backtrace"] {
                assert!(!said.stderr.contains(word), "{most}: {said:?}");
            }
            if said.code != Some(0) {
                failures.insert(said.failed().said());
            }
        }
        let expected = format!(
            "{helper}: cannot start the async runtime: Too many open files (os error 24)\n\
             hint: raise the limit on open files (ulimit -n)"
        );
        assert!(failures.contains(&expected), "{failures:#?}");
    }
}

#[test]
fn a_limit_on_processes_is_named_and_ends_in_no_panic() {
    if !is_root() {
        local_aws::skip("root, to start a program as another user");
        return;
    }
    let mut is_named = false;
    for helper in ["git-remote-codecommit", "git-credential-codecommit"] {
        for most in 1..=5 {
            // A user with no other process, not even one that has ended just now. Threads count; root has no limit.
            let number = most + 10 * u32::from(helper.contains("remote"));
            let user = (200_000 + 100 * std::process::id() + number).to_string();
            let mut studio = Studio::default();
            studio.give_to(&user);
            let program = helpers().join(helper).display().to_string();
            let (arguments, input) = match helper {
                "git-remote-codecommit" => (["origin", LIST].to_vec(), "list\n\n"),
                _ => (["--profile", PROFILE, "get"].to_vec(), REQUEST),
            };
            let limit = format!("--nproc={most}");
            let mut all = vec![
                limit.as_str(),
                "setpriv",
                "--reuid",
                &user,
                "--clear-groups",
                &program,
            ];
            all.extend(arguments);
            let said = studio.run_in(".", Path::new("/usr/bin/prlimit"), &all, input);
            for word in ["panicked", "internal error", "backtrace"] {
                assert!(!said.stderr.contains(word), "{most}: {said:?}");
            }
            is_named |= said
                .said()
                .starts_with("git-remote-codecommit: cannot start a thread: ");
            if said.code != Some(0) {
                let said = said.failed().said();
                let hint = "\nhint: raise the limit on processes (ulimit -u, or the container's pids limit), or stop some\n";
                assert!(format!("{said}\n").contains(hint), "{most}: {said}");
            }
        }
    }
    assert!(is_named, "a thread was always to be had");
}
