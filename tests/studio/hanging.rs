//! What never answers, never ends or is a pipe: a start waits for none of it.

use expect_test::expect;
use std::time::Duration;

use super::{
    assert_nothing_runs, in_shell, lifecycle_script, lifecycle_script_from, now, program, running,
    shell, shells, space, start_of_space,
};
use crate::harness::{Outcome, Studio, every_git};

/// Runs a shell's command in the folder that holds the home directory.
fn shell_in(studio: &Studio, script: &str) {
    shell(studio.place(), script);
}

#[test]
fn a_host_that_never_answers_is_not_waited_for_long() {
    if local_aws::lacks("curl") {
        return;
    }
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let source = format!("https://{}/x.tar.gz", silent.local_addr().unwrap());
    let studio = space(&every_git()[0]);
    let script = lifecycle_script_from(&studio, &source, &"0".repeat(64), &[]);
    let started = now();
    let said = start_of_space(&studio, &script).succeeded();
    // Two times three seconds, and what this machine is busy with.
    assert!(started.elapsed() < Duration::from_secs(20), "{said:?}");
    said.is(&expect![[r#"
        -- stderr
        curl: (28) SSL connection timeout
        curl: (28) SSL connection timeout
        git-codecommit: https://127.0.0.1:PORT/x.tar.gz could not be fetched
        git-codecommit: the set-up failed (exit code 4)
        git-codecommit: the space starts without it
    "#]]);
}

#[test]
fn what_hangs_is_stopped_with_all_that_it_started() {
    for shell in shells() {
        let mut studio = space(&every_git()[0]);
        let pipe = studio.place().join("pipe");
        shell_in(&studio, "mkfifo pipe");
        // Three minutes in a second.
        let sleep = "#!/bin/sh\n[ \"$1\" != 180 ] || set 1\nexec /bin/sleep \"$@\"\n";
        let sleep = program(&studio, "sleep/sleep", sleep);
        let path = format!("{}:/usr/bin:/bin", sleep.parent().unwrap().display());
        studio.set("PATH", &path);
        let source = format!("file://{}", pipe.display());
        let strict = (&["--strict"][..], Some(143));
        let runs = [(&[][..], Some(0)), strict];
        // One shell's strictness is every shell's.
        let runs = if shell == ["dash"] {
            &runs[..]
        } else {
            &runs[..1]
        };
        for &(more, code) in runs {
            let script = lifecycle_script_from(&studio, &source, &"0".repeat(64), more);
            let started = now();
            let said = in_shell(&studio, shell, &script);
            assert!(started.elapsed() < Duration::from_secs(30), "{said:?}");
            assert_eq!(said.code, code, "{said:?}");
            let stopped = "git-codecommit: it is not done after three minutes, and is stopped\n";
            assert!(said.stderr.starts_with(stopped), "{said:?}");
            assert!(
                said.stderr
                    .contains("git-codecommit: the set-up failed (exit code "),
                "{said:?}"
            );
            // cp, which waits for the pipe, and what main makes for its run.
            assert_nothing_runs(&studio);
            let share = studio.home().join(".local/share/git-codecommit");
            assert_eq!(std::fs::read_dir(share).unwrap().count(), 0);
        }
    }
}

#[test]
fn a_start_that_is_ended_leaves_nothing_running() {
    let studio = space(&every_git()[0]);
    shell_in(&studio, "mkfifo pipe");
    let source = format!("file://{}", studio.place().join("pipe").display());
    let script = lifecycle_script_from(&studio, &source, &"0".repeat(64), &[]);
    let command = studio.command(".", &script, &[]);
    let mut run = studio.command(".", &script, &[]).spawn().unwrap();
    drop(run.stdin.take());
    let started = now();
    while !running(&studio)
        .iter()
        .any(|words| words.starts_with("cp "))
    {
        assert!(started.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(20));
    }
    shell(&studio.home(), &format!("kill {}", run.id()));
    let said = Outcome::at_end(&command, run);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_nothing_runs(&studio);
}

#[test]
fn a_pipe_in_a_files_place_is_not_waited_for() {
    let studio = space(&every_git()[0]);
    let script = lifecycle_script(&studio, &[]);
    start_of_space(&studio, &script).succeeded();
    // A colleague in a shared space has the same user.
    for file in [
        ".local/share/git-codecommit/installed",
        ".local/bin/git-codecommit",
    ] {
        shell(
            studio.place(),
            &format!("rm home/{file}; mkfifo home/{file}"),
        );
        let started = now();
        let said = start_of_space(&studio, &script).succeeded();
        assert_eq!(said.stderr, "git-codecommit: ready\n", "{file}");
        assert!(started.elapsed() < Duration::from_secs(60), "{file}");
        assert!(studio.home().join(file).is_file());
    }
    shell_in(
        &studio,
        "rm home/.config/git-codecommit/state.json; mkfifo home/.config/git-codecommit/state.json",
    );
    let started = now();
    let said = start_of_space(&studio, &script).succeeded();
    assert!(started.elapsed() < Duration::from_secs(60), "{said:?}");
    said.is(&expect![[r#"
        -- stderr
        git-codecommit: ~/.config/git-codecommit/state.json: it is not a plain file
        hint: move it to another name, then run this again
        git-codecommit: the set-up failed (exit code 5)
        git-codecommit: the space starts without it
    "#]]);
}
