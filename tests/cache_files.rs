//! The files of the cache: signals, umasks and links.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::cache::{kept, list, mode};
use crate::harness::{PROFILE, Studio, WITH_REGION, every_git};

/// What is in the folder of the cache, less its locks.
fn names(studio: &Studio) -> Vec<String> {
    let mut names: Vec<String> = kept(studio)
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_signal_leaves_no_keys_beside_the_sessions_for_longer_than_a_run() {
    let studio = Studio::default().with_cache();
    list(&studio);
    let whole = names(&studio);
    let session = kept(&studio).remove(0);
    // What a process that was ended by a signal leaves: of this session, of another, of an older version.
    let text = fs::read_to_string(&session).unwrap();
    let of_this = format!(".git-codecommit-{}.new", whole[0]);
    for name in [
        of_this.as_str(),
        ".git-codecommit-other.json.new",
        ".git-codecommit-Ab12Cd",
    ] {
        studio.write(&format!(".aws/cli/cache/{name}"), &text[..40]);
    }
    fs::remove_file(&session).unwrap();
    list(&studio);
    assert_eq!(names(&studio), whole);
    assert!(fs::read_to_string(&session).unwrap().ends_with('}'));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test waits by the real clock")]
fn keys_are_whole_or_absent_whenever_a_signal_comes() {
    let studio = Studio::default().with_cache();
    let git = every_git()[0].program().display().to_string();
    for (round, signal) in ["TERM", "INT", "KILL"].iter().cycle().take(12).enumerate() {
        let _ = fs::remove_dir_all(studio.home().join(".aws/cli"));
        // Whoever starts the tests in the background has INT ignored.
        let arguments = ["--default-signal=INT", &git, "ls-remote", WITH_REGION];
        let mut command = studio.command(".", "/usr/bin/env".as_ref(), &arguments);
        let mut child = std::os::unix::process::CommandExt::process_group(&mut command, 0)
            .spawn()
            .unwrap();
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while names(&studio).is_empty() && std::time::Instant::now() < limit {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_micros(100 * round as u64));
        let group = format!("-{}", child.id());
        let kill = format!("kill -s {signal} -- {group}");
        studio.run_in(".", "/bin/sh".as_ref(), &["-c", &kill], "");
        child.wait().unwrap();
        for path in kept(&studio) {
            let is_session = path
                .extension()
                .is_some_and(|extension| extension == "json");
            let text = fs::read_to_string(&path).unwrap();
            assert!(!is_session || text.ends_with('}'), "{path:?}: {text}");
        }
        list(&studio);
        assert_eq!(names(&studio).len(), 1, "{:?}", names(&studio));
    }
}

#[test]
fn a_umask_that_forbids_everything_leaves_a_cache_that_works() {
    let studio = Studio::default().with_cache();
    let git = every_git()[0].program().display().to_string();
    let script = format!("umask 777; exec {git} ls-remote {WITH_REGION}");
    studio
        .run_in(".", "/bin/sh".as_ref(), &["-c", &script], "")
        .succeeded();
    for folder in [".aws/cli", ".aws/cli/cache"] {
        assert_eq!(mode(&studio.home().join(folder)), 0o700, "{folder}");
    }
    assert_eq!(mode(&kept(&studio).remove(0)), 0o600);
    studio.asked();
    list(&studio);
    assert_eq!(studio.asked(), (0, 0));
}

#[test]
fn erase_removes_nothing_behind_a_linked_folder() {
    let studio = Studio::default().with_cache();
    list(&studio);
    let session = kept(&studio).remove(0);
    let name = session.file_name().unwrap().to_owned();
    let text = fs::read_to_string(&session).unwrap();
    let (_, id) = text.split_once("\"AccessKeyId\":\"").unwrap();
    let id = id.split('"').next().unwrap();
    for linked in [".aws/boto/cache", ".aws/boto"] {
        let _ = fs::remove_dir_all(studio.home().join(".aws/boto"));
        let place = studio.home().join(linked);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        let elsewhere = studio.home().join("elsewhere/cache");
        fs::create_dir_all(&elsewhere).unwrap();
        let copy = elsewhere.join(&name);
        fs::write(&copy, &text).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).unwrap();
        let target = if linked.ends_with("cache") {
            &elsewhere
        } else {
            elsewhere.parent().unwrap()
        };
        symlink(target, &place).unwrap();
        let request = format!(
            "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/demo-repo\nusername={id}\n"
        );
        studio
            .helper(
                "git-credential-codecommit",
                &["--profile", PROFILE, "erase"],
                &request,
            )
            .succeeded();
        assert!(copy.exists(), "{linked}");
        fs::remove_file(&place).unwrap();
    }
    assert!(kept(&studio).is_empty());
}

#[test]
fn clear_removes_every_session_that_can_be_removed() {
    let studio = Studio::default().with_cache();
    list(&studio);
    let odd = "0000000000000000000000000000000000000000.json";
    fs::create_dir(studio.home().join(".aws/cli/cache").join(odd)).unwrap();
    assert_eq!(names(&studio).len(), 2);
    let said = studio.helper("git-codecommit", &["cache", "clear"], "");
    let said = said.failed();
    assert_eq!(said.code, Some(4));
    assert!(said.stderr.contains(odd), "{said:?}");
    assert_eq!(names(&studio), [odd]);
}
