//! Each request of a run fails once, with ESTALE or EIO: what was there is whole, old or new, and a repeat completes it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{
    NO_LOCKS, Requests, Shown, assert_sessions_are_whole, can_mount, files, fresh, outside, real,
    run, setup,
};
use crate::harness::{Outcome, PROFILE, REQUEST, Studio, helpers};

const ERRORS: [&str; 2] = ["ESTALE", "EIO"];
/// So many requests of a run fail in turn, evenly spread, unless `NETWORK_HOME` says how many, `each` (the first of each kind
/// for each file) or `all`.
const SAMPLES: usize = 4;

#[expect(clippy::print_stderr, reason = "the figures of docs/reliability.md")]
/// Runs with requests failing in turn; each time from the same home. Prints how many.
fn at_requests(
    studio: &Studio,
    act: impl Fn(&Studio) -> Outcome,
    check: impl Fn(&Studio, &Outcome, &str),
    check_repeated: impl Fn(&Studio, &str),
) {
    // The folder behind the home is made by the first.
    Shown::new(studio, &[]).end();
    let pristine = studio.place().join("pristine");
    copy(&real(studio), &pristine);
    let shown = Shown::new(studio, NO_LOCKS[0]);
    act(studio).succeeded();
    let requests = shown.end();
    let Requests { count, kinds, .. } = &requests;
    let (mut faults, mut failed) = (0, 0);
    for error in ERRORS {
        for number in chosen(&requests) {
            fs::remove_dir_all(real(studio)).unwrap();
            copy(&pristine, &real(studio));
            let fault = format!("{number}:{error}");
            let shown = Shown::new(studio, &[NO_LOCKS[0], &["--fail", &fault]].concat());
            let said = act(studio);
            shown.end();
            let context = format!("request {fault} of {count}: {said:?}");
            assert!(
                said.code.is_some_and(|code| code < 100 || code == 128),
                "{context}"
            );
            assert!(!said.stderr.contains("internal error"), "{context}");
            faults += 1;
            failed += usize::from(said.code != Some(0));
            check(studio, &said, &context);
            let shown = Shown::new(studio, NO_LOCKS[0]);
            let repeated = act(studio);
            assert_eq!(repeated.code, Some(0), "{context}\nrepeated: {repeated:?}");
            shown.end();
            check_repeated(studio, &context);
        }
    }
    eprintln!("{count} requests ({kinds}), {faults} runs with a fault, {failed} of them failed");
}

#[expect(clippy::disallowed_methods, reason = "a switch of the test's own")]
fn chosen(requests: &Requests) -> Vec<usize> {
    let evenly = |samples: usize| {
        let step = requests.count.div_ceil(samples);
        (1..=requests.count).step_by(step).collect()
    };
    match std::env::var("NETWORK_HOME").as_deref() {
        Ok("each") => requests.firsts.clone(),
        Ok("all") => evenly(requests.count),
        Ok(samples) => evenly(samples.parse().unwrap()),
        Err(_) => evenly(SAMPLES),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests start the programs they test"
)]
fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([from, to])
        .status();
    assert!(copied.unwrap().success());
}

/// Checks that each file is that of before or of after, but for what an interrupted run leaves for the next.
fn assert_old_or_new(
    studio: &Studio,
    old: &[(String, String)],
    new: &[(String, String)],
    context: &str,
) {
    let now = files(&real(studio));
    for file in &now {
        let is_left = file.0.contains("git-codecommit") || file.0.ends_with(".lock");
        assert!(
            old.contains(file) || new.contains(file) || is_left,
            "{file:?}\n{context}"
        );
    }
    for (name, _) in old {
        let is_kept = now.iter().any(|(known, _)| known == name);
        let may_go = !new.iter().any(|(known, _)| known == name);
        assert!(is_kept || may_go, "{name} is gone\n{context}");
    }
}

#[test]
fn setup_is_whole_whatever_fails_once() {
    if !can_mount("faults::setup_is_whole_whatever_fails_once") {
        return;
    }
    let studio = fresh();
    let old = files(&studio.home());
    let shown = Shown::new(&studio, &[]);
    let pristine = studio.place().join("before");
    copy(&real(&studio), &pristine);
    setup(&studio).succeeded();
    shown.end();
    let new = files(&real(&studio));
    fs::remove_dir_all(real(&studio)).unwrap();
    copy(&pristine, &real(&studio));
    let check = |studio: &Studio, said: &Outcome, context: &str| {
        assert_old_or_new(studio, &old, &new, context);
        if said.code == Some(0) {
            assert_eq!(files(&real(studio)), new, "{context}");
        }
    };
    at_requests(&studio, setup, check, |studio, context| {
        assert_eq!(files(&real(studio)), new, "{context}");
    });
}

#[test]
fn what_cannot_be_removed_at_once_is_removed_by_the_same_run() {
    if !can_mount("faults::what_cannot_be_removed_at_once_is_removed_by_the_same_run") {
        return;
    }
    let studio = fresh();
    Shown::new(&studio, &[]).end();
    let pristine = studio.place().join("before");
    copy(&real(&studio), &pristine);
    let shown = Shown::new(&studio, NO_LOCKS[0]);
    setup(&studio).succeeded();
    let Requests { kinds, .. } = shown.end();
    let new = files(&real(&studio));
    let removals = kinds
        .split(' ')
        .find_map(|kind| kind.strip_prefix("unlink="));
    let removals: usize = removals.unwrap().parse().unwrap();
    for number in 1..=removals {
        fs::remove_dir_all(real(&studio)).unwrap();
        copy(&pristine, &real(&studio));
        let fault = format!("unlink.{number}:EIO");
        let shown = Shown::new(&studio, &[NO_LOCKS[0], &["--fail", &fault]].concat());
        setup(&studio).succeeded();
        shown.end();
        assert_eq!(files(&real(&studio)), new, "{fault}");
    }
}

#[test]
fn undo_is_whole_whatever_fails_once() {
    if !can_mount("faults::undo_is_whole_whatever_fails_once") {
        return;
    }
    let studio = fresh();
    let new = files(&studio.home());
    let shown = Shown::new(&studio, &[]);
    setup(&studio).succeeded();
    shown.end();
    let old = files(&real(&studio));
    let undo = |studio: &Studio| run(studio, &["unsetup", "--yes"]);
    let check = |studio: &Studio, _: &Outcome, context: &str| {
        assert_old_or_new(studio, &old, &new, context);
    };
    at_requests(&studio, undo, check, |studio, context| {
        assert_eq!(files(&real(studio)), new, "{context}");
    });
}

#[test]
fn a_cached_session_is_whole_whatever_fails_once() {
    if !can_mount("faults::a_cached_session_is_whole_whatever_fails_once") {
        return;
    }
    let studio = Studio::default().with_cache();
    let get = |studio: &Studio| {
        let arguments = ["--profile", PROFILE, "get"];
        let program = helpers().join("git-credential-codecommit");
        outside(studio, &program, &arguments, REQUEST)
    };
    let check = |studio: &Studio, said: &Outcome, context: &str| {
        assert_sessions_are_whole(studio, context);
        let is_answered =
            said.stdout.contains("\npassword=") || said.stdout.starts_with("username=");
        assert!(is_answered != (said.stdout == "quit=1\n"), "{context}");
    };
    at_requests(&studio, get, check, assert_sessions_are_whole);
}

/// Three small programs of one version, outside the home directory.
fn programs(studio: &Studio, version: &str) -> String {
    let folder = studio.place().join(format!("built-{version}"));
    fs::create_dir(&folder).unwrap();
    for name in [
        "git-remote-codecommit",
        "git-credential-codecommit",
        "git-codecommit",
    ] {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\necho git-codecommit {version}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder.display().to_string()
}

#[test]
fn an_installation_is_whole_whatever_fails_once() {
    if !can_mount("faults::an_installation_is_whole_whatever_fails_once") {
        return;
    }
    let studio = Studio::default();
    let install = |studio: &Studio, from: &str| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh");
        let arguments = [script, "--from", from, "--no-setup", "--quiet"];
        outside(studio, Path::new("/bin/sh"), &arguments, "")
    };
    let (one, two) = (programs(&studio, "1.1"), programs(&studio, "2.2"));
    install(&studio, &one).succeeded();
    let installed = |studio: &Studio| {
        let mut found = files(&real(studio));
        found.retain(|(name, _)| name.starts_with(".local/bin/git-"));
        found
    };
    let check = |studio: &Studio, said: &Outcome, context: &str| {
        let found = installed(studio);
        assert_eq!(found.len(), 3, "{found:?}\n{context}");
        for (name, text) in found {
            let known = |version| format!("#!/bin/sh\necho git-codecommit {version}\n");
            let is_new = text == known("2.2");
            assert!(is_new || text == known("1.1"), "{name}: {text}\n{context}");
            assert!(is_new || said.code != Some(0), "{name}: {text}\n{context}");
        }
    };
    let install_two = |studio: &Studio| install(studio, &two);
    at_requests(&studio, install_two, check, |studio, context| {
        let found = installed(studio);
        let is_new = found.iter().all(|(_, text)| text.contains("2.2"));
        assert!(is_new && found.len() == 3, "{found:?}\n{context}");
    });
}
