//! Files of other users and with second names: a cached session counts on Windows as little as on Unix.

use std::io::Write as _;
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::time::Duration;

use local_aws::{Action, Fault, Service};

use super::Windows;
use crate::harness::{Outcome, PROFILE, REQUEST, Studio, is_root, until};

/// Asks for a password; returns how often STS was asked.
fn sessions_asked_for(windows: &Windows) -> usize {
    windows.credential(".", PROFILE).succeeded();
    windows.studio.asked().1
}

fn session(windows: &Windows) -> PathBuf {
    let folder = windows.studio.home().join(".aws/cli/cache");
    let paths = std::fs::read_dir(folder).unwrap().flatten();
    let mut paths = paths.map(|file| file.path());
    let is_session = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
    paths.find(is_session).unwrap()
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn a_session_counts_if_it_is_this_users_and_has_one_name() {
    let Some(windows) = Windows::of(Studio::default().with_cache()) else {
        return;
    };
    assert_eq!(sessions_asked_for(&windows), 1);
    assert_eq!(sessions_asked_for(&windows), 0);
    let second = windows.studio.home().join("second");
    std::fs::hard_link(session(&windows), &second).unwrap();
    assert_eq!(sessions_asked_for(&windows), 1);
    assert_eq!(sessions_asked_for(&windows), 0);
    if is_root() {
        chown(session(&windows), Some(65534), None).unwrap();
        assert_eq!(sessions_asked_for(&windows), 1);
        assert_eq!(sessions_asked_for(&windows), 0);
    }
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn who_waited_for_a_session_hears_of_the_refusal() {
    let lines = "region = eu-west-1\ncredential_source = EcsContainer\n\
                 role_arn = arn:aws:iam::111111111111:role/OfOthers\n";
    let studio = Studio::default().with_cache().with_profile(PROFILE, lines);
    let Some(windows) = Windows::of(studio) else {
        return;
    };
    let aws = &windows.studio.aws;
    // One that was refused before, so that there is an older note, which is no news.
    windows.credential(".", PROFILE).failed();
    assert_eq!(windows.studio.asked().1, 1);
    for refusals in [1, 2] {
        aws.fail(Fault::new(
            Service::Sts,
            Action::Delay(Duration::from_secs(8)),
        ));
        let helper = ["git-credential-codecommit.exe", "--profile", PROFILE, "get"];
        let mut command = windows.studio.command(".", &windows.start, &helper);
        let mut first = command.spawn().unwrap();
        let mut input = first.stdin.take().unwrap();
        input.write_all(REQUEST.as_bytes()).unwrap();
        drop(input);
        until("the request is there", || !aws.sts_requests().is_empty());
        let second = windows.credential(".", PROFILE).failed();
        let heard = "(another git-codecommit process got this answer a moment ago)";
        assert!(second.stderr.contains(heard), "{refusals}: {second:?}");
        let first = Outcome::at_end(&command, first).failed();
        assert!(!first.stderr.contains(heard), "{refusals}: {first:?}");
        assert_eq!(windows.studio.asked().1, 1, "{refusals}");
    }
}
