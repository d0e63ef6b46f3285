//! Many processes, one question: whose turn it is to ask STS for a session.

use std::fs;
use std::os::unix::process::CommandExt as _;

use expect_test::expect;
use local_aws::{Action, CONTRIBUTOR_ROLE, Fault, Service};

use crate::harness::{PROFILE, Studio, WITH_REGION, every_git};

fn list(studio: &Studio) {
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
}

#[test]
fn sixty_four_processes_with_a_cold_cache_ask_sts_once() {
    let studio = Studio::default().with_cache();
    studio.git(&["clone", WITH_REGION]).succeeded();
    studio
        .helper("git-codecommit", &["cache", "clear"], "")
        .succeeded();
    studio.aws.clear_record();
    for said in studio.at_once(64, "demo-repo", &["ls-remote"]) {
        assert_eq!(
            said.succeeded().stderr,
            "From codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo\n"
        );
    }
    assert_eq!(studio.asked(), (1, 1));
}

#[test]
fn who_waited_for_a_refusal_is_refused_without_another_question() {
    let studio = Studio::default().with_cache();
    // Slow enough that all of them wait for the first one.
    let answer = Action::sts_error(403, "AccessDenied", "no");
    studio.aws.fail(Fault::new(
        Service::Sts,
        Action::Delay(std::time::Duration::from_secs(2)),
    ));
    studio.aws.fail(Fault::new(Service::Sts, answer).always());
    for said in studio.at_once(8, ".", &["ls-remote", WITH_REGION]) {
        let said = said.failed();
        assert!(said.stderr.contains("AccessDenied: no"), "{said:?}");
    }
    assert_eq!(studio.asked(), (1, 1));
}

/// A home in which one git, with a process group of its own, has the lock of the session and waits for STS.
fn held() -> (Studio, std::process::Child) {
    let studio = Studio::default().with_cache();
    let silence = Action::Delay(std::time::Duration::from_secs(60));
    studio.aws.fail(Fault::new(Service::Sts, silence));
    let git = every_git()[0].program().to_owned();
    let mut command = studio.command(".", &git, &["ls-remote", WITH_REGION]);
    let holder = command.process_group(0).spawn().unwrap();
    while studio.aws.sts_requests().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    (studio, holder)
}

#[test]
fn a_process_that_died_with_the_lock_keeps_nobody_waiting() {
    let (studio, mut holder) = held();
    let git = every_git()[0].program().to_owned();
    // The helper, too: it is in git's group.
    let kill = format!("kill -s KILL -- -{}", holder.id());
    studio
        .run_in(".", "/bin/sh".as_ref(), &["-c", &kill], "")
        .succeeded();
    holder.wait().unwrap();
    studio.aws.clear_faults();
    let arguments = ["10", git.to_str().unwrap(), "ls-remote", WITH_REGION];
    studio
        .run_in(".", "/usr/bin/timeout".as_ref(), &arguments, "")
        .succeeded();
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test waits by the real clock")]
fn a_stopped_process_costs_the_others_a_second() {
    let (studio, mut holder) = held();
    let group = format!("-{}", holder.id());
    let signal = |name: &str| {
        let kill = format!("kill -s {name} -- {group}");
        studio
            .run_in(".", "/bin/sh".as_ref(), &["-c", &kill], "")
            .succeeded();
    };
    signal("STOP");
    studio.aws.clear_faults();
    let started = std::time::Instant::now();
    let said = studio.git(&["ls-remote", WITH_REGION]).succeeded();
    assert!(started.elapsed() < std::time::Duration::from_secs(10));
    let words = said.stderr.replace(|c: char| c.is_ascii_digit(), "");
    expect![[r#"
        git-remote-codecommit: warning: process  is stopped while it asks for a session of arn:aws:iam:::role/MyCrossAccountRepositoryContributorRole: no longer waiting for it
    "#]].assert_eq(&words);
    signal("KILL");
    signal("CONT");
    holder.wait().unwrap();
}

#[test]
fn a_lock_that_is_something_else_is_neither_used_nor_changed() {
    let studio = Studio::default().with_cache();
    list(&studio);
    let folder = studio.home().join(".aws/cli/cache");
    let files = fs::read_dir(&folder).unwrap().flatten();
    let mut paths = files.map(|file| file.path());
    let lock = paths
        .find(|path| path.extension().is_some_and(|e| e == "lock"))
        .unwrap();
    let precious = studio.home().join("precious");
    let pipe = |path: &std::path::Path| {
        let arguments = [path.to_str().unwrap()];
        studio
            .run_in(".", "/usr/bin/mkfifo".as_ref(), &arguments, "")
            .succeeded();
    };
    let link = |path: &std::path::Path| fs::hard_link(&precious, path).unwrap();
    let symbolic = |path: &std::path::Path| std::os::unix::fs::symlink(&precious, path).unwrap();
    let folder = |path: &std::path::Path| fs::create_dir(path).unwrap();
    let kinds: [&dyn Fn(&std::path::Path); 4] = [&pipe, &link, &symbolic, &folder];
    for make in kinds {
        fs::write(&precious, "precious").unwrap();
        let _ = fs::remove_file(&lock);
        make(&lock);
        studio
            .helper("git-codecommit", &["cache", "clear"], "")
            .succeeded();
        let git = every_git()[0].program().to_owned();
        let arguments = ["10", git.to_str().unwrap(), "ls-remote", WITH_REGION];
        studio
            .run_in(".", "/usr/bin/timeout".as_ref(), &arguments, "")
            .succeeded();
        // A refusal is noted in the lock: it must not be noted in the other file.
        studio
            .helper("git-codecommit", &["cache", "clear"], "")
            .succeeded();
        let answer = Action::sts_error(403, "AccessDenied", "no");
        studio.aws.fail(Fault::new(Service::Sts, answer));
        studio.git(&["ls-remote", WITH_REGION]).failed();
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
    }
}

#[test]
fn a_role_that_stands_twice_in_a_chain_does_not_wait_for_itself() {
    let studio = Studio::with_aws(|aws| {
        aws.role_with(
            local_aws::Role::new(CONTRIBUTOR_ROLE)
                .trusts(local_aws::EXECUTION_ROLE)
                .trusts(CONTRIBUTOR_ROLE),
        )
    })
    .with_cache();
    let config = fs::read_to_string(studio.home().join(".aws/config")).unwrap();
    studio.write(
        ".aws/config",
        &format!(
            "{config}[profile twice]\nregion = eu-west-1\nrole_arn = {CONTRIBUTOR_ROLE}\n\
             source_profile = {PROFILE}\n"
        ),
    );
    let git = every_git()[0].program().to_owned();
    let arguments = [
        "20",
        git.to_str().unwrap(),
        "ls-remote",
        "codecommit://twice@demo-repo",
    ];
    let said = studio
        .run_in(".", "/usr/bin/timeout".as_ref(), &arguments, "")
        .succeeded();
    assert!(
        !said.stderr.contains("another git-codecommit"),
        "{}",
        said.stderr
    );
}

#[test]
fn one_profiles_failure_is_not_told_to_another_with_the_same_role() {
    let studio = Studio::default().with_cache();
    let config = fs::read_to_string(studio.home().join(".aws/config")).unwrap();
    studio.write(
        ".aws/config",
        &format!(
            "{config}[profile bad]\nregion = eu-west-1\nrole_arn = {CONTRIBUTOR_ROLE}\nsource_profile = slow\n\
             [profile slow]\ncredential_process = sh -c 'sleep 1; exit 1'\n"
        ),
    );
    let git = every_git()[0].program().to_owned();
    let bad = studio
        .command(".", &git, &["ls-remote", "codecommit://bad@demo-repo"])
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    list(&studio);
    assert!(!bad.wait_with_output().unwrap().status.success());
}
