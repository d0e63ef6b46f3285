//! Git's configuration is read without git where that is certain.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use local_aws::lacks;

use crate::harness::{Outcome, PROFILE, Studio, WITH_REGION, helpers};

const REQUEST: &str =
    "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/demo-repo\n";

/// A home with a cached session and the trace.
fn studio() -> Studio {
    let mut studio = Studio::default().with_cache();
    studio.set("GIT_CODECOMMIT_TRACE", "1");
    get(&studio);
    studio
}

fn get(studio: &Studio) -> Outcome {
    let arguments = ["--profile", PROFILE, "get"];
    let said = studio.helper("git-credential-codecommit", &arguments, REQUEST);
    let said = said.succeeded();
    assert!(said.stdout.contains("password="), "{said:?}");
    said
}

/// Which way the configuration came.
fn source(said: &Outcome) -> String {
    let mark = "trace: git's configuration: ";
    let mut lines = said.stderr.lines().filter_map(|line| line.split_once(mark));
    let (_, source) = lines.next().unwrap_or_else(|| panic!("{said:?}"));
    assert!(lines.next().is_none(), "{said:?}");
    source.to_owned()
}

/// A git in front of the others.
fn put_git(studio: &mut Studio, make: impl FnOnce(&Path)) -> PathBuf {
    let git = studio.home().join("bin/git");
    std::fs::create_dir_all(git.parent().unwrap()).unwrap();
    make(&git);
    std::fs::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
    let folder = git.parent().unwrap().display();
    let path = format!("{folder}:{}:{}", helpers().display(), studio.system_path());
    studio.set("PATH", &path);
    git
}

/// The programs that a command starts, itself first, as strace writes them.
fn started(studio: &Studio, program: &Path, arguments: &[&str], input: &str) -> Vec<String> {
    let file = studio.place().join("strace");
    let (file_name, program) = (file.to_str().unwrap(), program.to_str().unwrap());
    let mut all = vec![
        "-f",
        "-qq",
        "-s",
        "4096",
        "-e",
        "trace=execve",
        "-o",
        file_name,
    ];
    all.extend(["--", program]);
    all.extend(arguments);
    let said = studio.run_in(".", Path::new("strace"), &all, input);
    said.succeeded();
    let trace = std::fs::read_to_string(file).unwrap();
    let calls = trace
        .lines()
        .filter(|line| line.contains("execve(") && line.ends_with("= 0"));
    calls.map(str::to_owned).collect()
}

#[test]
fn a_password_from_a_cached_session_starts_no_program_at_all() {
    if lacks("strace") {
        return;
    }
    let studio = studio();
    let helper = helpers().join("git-credential-codecommit");
    let calls = started(&studio, &helper, &["--profile", PROFILE, "get"], REQUEST);
    assert_eq!(calls.len(), 1, "{calls:#?}");
}

#[test]
fn the_remote_helper_starts_no_program_for_the_configuration() {
    if lacks("strace") {
        return;
    }
    let studio = studio();
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
    let git = Path::new("git");
    let calls = started(&studio, git, &["ls-remote", WITH_REGION], "");
    let has = |word: &str| calls.iter().any(|call| call.contains(word));
    assert!(
        has("git-remote-codecommit") && has("\"version\""),
        "{calls:#?}"
    );
    assert!(!has("\"config\""), "{calls:#?}");
}

#[test]
fn the_trace_says_which_way_the_configuration_came_and_why() {
    let mut studio = studio();
    assert_eq!(source(&get(&studio)), "read in this process");
    let said = studio.git(&["ls-remote", WITH_REGION]).succeeded();
    assert_eq!(source(&said), "read in this process");
    studio.set("GIT_WORK_TREE", ".");
    assert_eq!(source(&get(&studio)), "git is asked (GIT_WORK_TREE is set)");
    studio.unset("GIT_WORK_TREE");
    let git = put_git(&mut studio, |git| {
        std::fs::write(git, "#!/bin/sh\nPATH=${PATH#*:} exec git \"$@\"\n").unwrap();
    });
    let wrapper = format!("git is asked ({} is a wrapper)", git.display());
    // Once found out, and once remembered.
    assert_eq!(source(&get(&studio)), wrapper);
    assert_eq!(source(&get(&studio)), wrapper);
}

#[test]
fn another_git_of_the_same_name_is_asked_anew() {
    let mut studio = studio();
    let real = studio.run_in(".", Path::new("sh"), &["-c", "command -v git"], "");
    let real = real.succeeded().stdout.trim().to_owned();
    let git = put_git(&mut studio, |git| {
        std::fs::copy(&real, git).unwrap();
    });
    let trace = studio.place().join("trace");
    studio.set("GIT_TRACE", trace.to_str().unwrap());
    let asked = |studio: &Studio| {
        let _ = std::fs::remove_file(&trace);
        assert_eq!(source(&get(studio)), "read in this process");
        let said = std::fs::read_to_string(&trace).unwrap_or_default();
        said.matches("git config --system --edit").count()
    };
    assert_eq!([asked(&studio), asked(&studio)], [1, 0]);
    // The same bytes, written at another time.
    std::fs::copy(&real, &git).unwrap();
    assert_eq!([asked(&studio), asked(&studio)], [1, 0]);
    let file = studio.home().join(".cache/git-codecommit/git");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3);
}

#[test]
fn what_is_kept_of_a_git_may_be_odd_or_impossible_to_keep() {
    let studio = studio();
    let file = studio.home().join(".cache/git-codecommit/git");
    let kept = std::fs::read_to_string(&file).unwrap();
    for text in [
        "",
        "\0",
        "1\t/usr/bin/git\n",
        &kept.replace("system=", "odd="),
    ] {
        std::fs::write(&file, text).unwrap();
        get(&studio);
    }
    let folder = file.parent().unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    std::fs::write(folder, "").unwrap();
    let why = format!("git is asked ({} cannot be written)", file.display());
    assert_eq!(source(&get(&studio)), why);
}
