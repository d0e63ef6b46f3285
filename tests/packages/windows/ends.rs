//! Whoever ends git alone ends the helper as well, although a process of Windows outlives the one that started it.

use std::process::Child;
use std::time::Duration;

use local_aws::{Action, Fault, Service};
use rustix::process::{Signal, kill_process};

use super::Windows;
use crate::harness::{WITH_REGION, until};

/// How a command line begins that git has started for a helper, directly or by an alias.
const HELPERS: [&str; 2] = ["git remote-", "git-remote-codecommit "];

/// A git that waits for its helper, which waits for the host.
fn waiting(windows: &Windows, arguments: &[&str]) -> Child {
    let think = Action::Delay(Duration::from_secs(60));
    windows.studio.aws.fail(Fault::new(Service::Git, think));
    let mut command = windows.studio.command(".", &windows.start, arguments);
    let mut git = command.spawn().unwrap();
    drop(git.stdin.take());
    git
}

fn running(windows: &Windows, starts: &[&str]) -> Vec<String> {
    let lines = windows.studio.processes().into_iter().map(|(_, line)| line);
    lines
        .filter(|line| starts.iter().any(|start| line.starts_with(start)))
        .collect()
}

/// Ends the git that a person has started, and no other process.
fn kill_git(windows: &Windows, command: &str) {
    let end = format!(r"\git.exe {command} ");
    let all = windows.studio.processes();
    let mut gits = all.iter().filter(|(_, line)| line.contains(&end));
    let git = gits.next().unwrap_or_else(|| panic!("{all:?}"));
    kill_process(git.0, Signal::KILL).unwrap();
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn a_helper_whose_git_is_killed_ends() {
    let Some(windows) = Windows::new() else {
        return;
    };
    // Git starts the helper itself, or a shell does for an alias.
    for address in [WITH_REGION, &format!("git-{WITH_REGION}")] {
        windows.studio.write(
            ".gitconfig",
            "[alias]\n\tremote-git-codecommit = !exec git-remote-codecommit\n",
        );
        windows.studio.aws.clear_record();
        let mut git = waiting(&windows, &["git.exe", "ls-remote", address]);
        until("the request is there", || {
            !windows.studio.aws.git_requests().is_empty()
        });
        assert_ne!(running(&windows, &HELPERS), [""; 0]);
        kill_git(&windows, "ls-remote");
        let took = until("nobody is left", || running(&windows, &HELPERS).is_empty());
        assert!(took < Duration::from_secs(5), "{took:?}");
        git.wait().unwrap();
    }
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn what_was_started_in_the_helpers_place_ends_with_git_too() {
    let Some(windows) = Windows::new() else {
        return;
    };
    // Git here has no https of its own: a program that takes its time stands for it.
    let program = "#include <windows.h>\nint main(void) { Sleep(100000); return 0; }\n";
    windows.compile("git-remote-https", program);
    windows
        .studio
        .write(".gitconfig", "[codecommit]\n\ttransport = git\n");
    let mut git = waiting(&windows, &["git.exe", "ls-remote", WITH_REGION]);
    let https = ["git-remote-https "];
    until("it is at work", || !running(&windows, &https).is_empty());
    // It would go on without an end.
    std::thread::sleep(Duration::from_secs(2));
    assert_ne!(running(&windows, &https), [""; 0]);
    kill_git(&windows, "ls-remote");
    let all = [&HELPERS[..], &https].concat();
    let took = until("nobody is left", || running(&windows, &all).is_empty());
    assert!(took < Duration::from_secs(5), "{took:?}");
    git.wait().unwrap();
}
