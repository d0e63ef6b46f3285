//! Files of other users and with second names: a cached session counts on Windows as little as on Unix. Where Windows
//! knows no owner, each counts.

use std::io::Write as _;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::time::Duration;

use local_aws::{Action, Fault, Service};

use super::{Windows, run, text};
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

/// Gives every file below a folder to an account that Windows does not know, as a file server with accounts of its own does.
const STRANGE_OWNERS: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int fstat(int file, struct stat *found) {
  int (*real)(int, struct stat *) = dlsym(RTLD_NEXT, "fstat");
  char link[32], path[4096] = "";
  int result = real(file, found);
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  if (!result && readlink(link, path, sizeof path - 1) > 0 && !strncmp(path, FOLDER, strlen(FOLDER)))
    found->st_uid = 65533;
  return result;
}
"#;

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn sessions_and_setup_do_without_owners_that_windows_knows() {
    let Some(mut windows) = Windows::of(Studio::default().with_cache()) else {
        return;
    };
    let (source, library) = (
        windows.place.path().join("owners.c"),
        windows.place.path().join("owners.so"),
    );
    std::fs::write(&source, STRANGE_OWNERS).unwrap();
    let folder = format!("-DFOLDER=\"{}/\"", windows.studio.home().display());
    let options = [
        "-shared",
        "-fPIC",
        &folder,
        "-o",
        text(&library),
        text(&source),
    ];
    run(Path::new("cc"), &options).succeeded();
    windows.studio.set("LD_PRELOAD", text(&library));
    for requests in [1, 0] {
        assert_eq!(sessions_asked_for(&windows), requests);
    }
    let folder = windows.studio.home().join(".aws/cli/cache");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name();
        assert!(!name.to_string_lossy().contains("probe"), "{name:?}");
    }
    let setup = ["setup", "--yes", "--region", "eu-west-1"];
    windows.ours(&setup).succeeded();
    let said = windows.ours(&setup).succeeded();
    assert!(said.stdout.ends_with("unchanged\n"), "{said:?}");
    windows.ours(&["unsetup", "--yes"]).succeeded();
    assert!(!windows.studio.home().join(".config").exists());
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
