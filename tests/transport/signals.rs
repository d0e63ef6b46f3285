//! Ctrl-C, and whoever ends git or the helper alone: nothing is left behind.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use local_aws::{Action, Fault, Service};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::{Spoken, save, shell, studio};
use crate::harness::{Studio, WITH_REGION, digits, every_git, until};

/// Who gets the signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    /// Everybody, as at Ctrl-C.
    Group,
    Git,
    Helper,
}

fn is_helper(line: &str) -> bool {
    line.split(' ')
        .next()
        .unwrap()
        .ends_with("/git-remote-codecommit")
}

fn start(studio: &Studio, folder: &str, arguments: &[&str]) -> Child {
    let git = shell(studio, "command -v git").succeeded().stdout;
    // Whoever starts the tests in the background has INT ignored.
    let all = [&["--default-signal=INT", git.trim()], arguments].concat();
    let mut command = studio.command(folder, Path::new("/usr/bin/env"), &all);
    command.process_group(0).spawn().unwrap()
}

/// Sends the signal and waits until everybody has gone.
fn end(studio: &Studio, mut git: Child, to: To, signal: Signal) {
    let leader = Pid::from_child(&git);
    match to {
        To::Group => kill_process_group(leader, signal).unwrap(),
        To::Git => kill_process(leader, signal).unwrap(),
        To::Helper => {
            let helper = studio
                .processes()
                .into_iter()
                .find(|(_, line)| is_helper(line));
            kill_process(helper.unwrap().0, signal).unwrap();
        }
    }
    until("git ends", || git.try_wait().unwrap().is_some());
    let took = until("nobody is left", || studio.processes().is_empty());
    assert!(took < Duration::from_secs(5), "{to:?}: {took:?}");
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// Waits until nothing has been written below a folder for a while.
fn settle(folder: &Path) {
    let sizes = || -> Vec<_> {
        let files = files(folder).into_iter();
        files
            .map(|file| (file.metadata().map_or(0, |found| found.len()), file))
            .collect()
    };
    let mut then = sizes();
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let now = sizes();
        if now == then {
            return;
        }
        then = now;
    }
}

/// Locks and unfinished files below a folder.
fn unfinished(folder: &Path) -> Vec<PathBuf> {
    let ends = [".lock", ".keep", ".temp"];
    let is_unfinished =
        |path: &PathBuf| ends.iter().any(|end| path.to_string_lossy().ends_with(end));
    files(folder).into_iter().filter(is_unfinished).collect()
}

/// Every combination of who is ended and how.
fn each(test: impl Fn(&Studio, To, Signal)) {
    for (git, spoken) in [(0, Spoken::CodeCommit), (every_git().len() - 1, Spoken::V2)] {
        let studio = studio(&every_git()[git], spoken);
        save(&studio);
        studio.commit("other", "digits", &digits(300_000));
        studio.git_in("other", &["push"]).succeeded();
        for to in [To::Group, To::Git, To::Helper] {
            for signal in [Signal::INT, Signal::TERM] {
                test(&studio, to, signal);
                studio.aws.clear_faults();
                assert_eq!(unfinished(&studio.home()), Vec::<PathBuf>::new());
            }
        }
    }
}

#[test]
fn a_clone_that_is_ended_in_the_middle_of_its_pack_leaves_nothing() {
    each(|studio, to, signal| {
        // The host sends half a megabyte of the pack, then nothing more.
        let stall = Fault::new(Service::Git, Action::StallBody(500_000)).on_method("POST");
        studio.aws.fail(stall.always());
        studio.aws.clear_record();
        let git = start(studio, ".", &["clone", WITH_REGION, "clone"]);
        until("half of the pack is there", || {
            let requests = studio.aws.git_requests();
            requests.last().is_some_and(|r| r.response_body >= 500_000)
        });
        let clone = studio.home().join("clone");
        // What the host has sent may be on its way still: git, ended alone, would race its unpack-objects.
        settle(&clone);
        end(studio, git, to, signal);
        assert!(!clone.exists(), "{to:?}: {:?}", files(&clone));
    });
}

#[test]
fn a_fetch_that_is_ended_while_the_host_thinks_leaves_the_clone_as_it_was() {
    each(|studio, to, signal| {
        for method in ["GET", "POST"] {
            studio.aws.clear_faults();
            studio.aws.clear_record();
            let think = Action::Delay(Duration::from_secs(60));
            studio
                .aws
                .fail(Fault::new(Service::Git, think).on_method(method));
            let before = shell(studio, "cd demo-repo && find . | sort")
                .succeeded()
                .stdout;
            let git = start(studio, "demo-repo", &["fetch"]);
            until("the request is there", || {
                studio.aws.git_requests().iter().any(|r| r.method == method)
            });
            end(studio, git, to, signal);
            let after = shell(studio, "cd demo-repo && find . | sort")
                .succeeded()
                .stdout;
            let after = after.replace("./.git/FETCH_HEAD\n", "");
            assert_eq!(
                before.replace("./.git/FETCH_HEAD\n", ""),
                after,
                "{to:?} {method}"
            );
        }
    });
}

#[test]
fn a_push_that_is_ended_leaves_no_process_and_the_host_as_it_was() {
    each(|studio, to, signal| {
        studio.aws.clear_record();
        let before = studio.remote_ref("refs/heads/new");
        let think = Action::Delay(Duration::from_secs(60));
        studio
            .aws
            .fail(Fault::new(Service::Git, think).on_method("POST"));
        let git = start(studio, "other", &["push", "origin", "HEAD:new"]);
        until("the request is there", || {
            studio.aws.git_requests().iter().any(|r| r.method == "POST")
        });
        end(studio, git, to, signal);
        assert_eq!(studio.remote_ref("refs/heads/new"), before);
    });
}

#[test]
fn a_helper_that_waits_to_try_again_or_for_sts_ends_with_git() {
    each(|studio, to, signal| {
        for service in [Service::Git, Service::Sts] {
            studio.aws.clear_faults();
            studio.aws.clear_record();
            let action = match service {
                Service::Git => Action::status(429, "").header("Retry-After", "60"),
                _ => Action::Delay(Duration::from_secs(60)),
            };
            studio.aws.fail(Fault::new(service, action));
            let git = start(studio, "demo-repo", &["fetch"]);
            until("the request is there", || match service {
                Service::Git => studio.aws.git_requests().iter().any(|r| r.status.is_some()),
                _ => !studio.aws.sts_requests().is_empty(),
            });
            end(studio, git, to, signal);
        }
    });
}
