//! The lifecycle configuration's script: repeatable, locked, and never in a space's way.

use std::path::Path;
use std::time::Duration;

use local_aws::lacks;

use super::{
    address, archive, assert_nothing_runs, assert_unchanged, in_shell, in_terminal,
    lifecycle_script, lifecycle_script_from, now, read, running, shells, space, start_of_space,
    tree,
};
use crate::harness::{HTTPS, Outcome, Studio, every_git};

#[test]
fn a_space_that_starts_twice_is_set_up_once() {
    for git in every_git() {
        let studio = space(&git);
        let script = lifecycle_script(&studio, &[]);
        let said = start_of_space(&studio, &script).succeeded();
        assert_eq!(
            (said.stdout.as_str(), said.stderr.as_str()),
            ("", "git-codecommit: ready\n")
        );
        let first = tree(&studio);
        // Later starts need no network, and no archive.
        let script = lifecycle_script_from(&studio, "file:///nowhere", &archive().1, &[]);
        let said = start_of_space(&studio, &script).succeeded();
        assert_eq!(said.stderr, "git-codecommit: ready\n");
        assert_unchanged(&studio, &first);

        // A terminal, and the git panel.
        in_terminal(
            &studio,
            &format!("git clone --quiet {} terminal", address()),
        )
        .succeeded();
        studio
            .git(&["clone", "--quiet", &address(), "panel"])
            .succeeded();
        studio
            .git(&["clone", "--quiet", HTTPS, "https"])
            .succeeded();
        for folder in ["terminal", "panel", "https"] {
            studio.commit(folder, folder, "x");
            studio
                .git_in(folder, &["pull", "--quiet", "--rebase"])
                .succeeded();
            studio.git_in(folder, &["push", "--quiet"]).succeeded();
        }
        // The keys came from a container endpoint on loopback, by AWS_CONTAINER_CREDENTIALS_FULL_URI.
        assert!(!studio.aws.container_requests().is_empty());
        assert!(!studio.aws.sts_requests().is_empty());
    }
}

#[test]
fn one_tree_under_two_names_needs_one_set_up() {
    // Classic: /root in kernels, /home/sagemaker-user in the Jupyter server.
    for git in every_git() {
        let mut studio = space(&git);
        let script = lifecycle_script(&studio, &[]);
        let home = studio.home().display().to_string();
        let root = studio.place().join("root");
        std::os::unix::fs::symlink("home", &root).unwrap();
        studio.set("HOME", root.to_str().unwrap());
        start_of_space(&studio, &script).succeeded();
        let first = tree(&studio);
        std::fs::remove_file(&root).unwrap();
        studio.set("HOME", &home);
        let said = start_of_space(&studio, &script).succeeded();
        assert_eq!(said.stderr, "git-codecommit: ready\n");
        assert_unchanged(&studio, &first);
        studio
            .git(&["clone", "--quiet", &address(), "panel"])
            .succeeded();
        in_terminal(
            &studio,
            &format!("git clone --quiet {} terminal", address()),
        )
        .succeeded();
    }
}

#[test]
fn every_shell_runs_it() {
    for shell in shells() {
        let studio = space(&every_git()[0]);
        let script = lifecycle_script(&studio, &[]);
        let started = now();
        let said = in_shell(&studio, shell, &script).succeeded();
        assert_eq!(said.stderr, "git-codecommit: ready\n", "{shell:?}");
        // Nothing, such as the timer, keeps Studio waiting for the end of its output.
        assert!(started.elapsed() < Duration::from_secs(60), "{shell:?}");
        assert_nothing_runs(&studio);
        studio.git(&["clone", "--quiet", HTTPS]).succeeded();
    }
}

#[test]
fn busyboxes_own_tools_are_enough() {
    if lacks("busybox") {
        return;
    }
    let mut studio = space(&every_git()[0]);
    let script = lifecycle_script(&studio, &[]).display().to_string();
    let tools = studio.place().join("busybox");
    std::fs::create_dir(&tools).unwrap();
    let words = format!("busybox --install -s {}", tools.display());
    studio
        .run_in(".", Path::new("/bin/sh"), &["-c", &words], "")
        .succeeded();
    studio.set("PATH", tools.to_str().unwrap());
    for _ in 0..2 {
        let said = studio.run_in(".", &tools.join("sh"), &[&script], "");
        assert_eq!(said.succeeded().stderr, "git-codecommit: ready\n");
    }
}

/// As etc/sagemaker-ui/sagemaker_ui_post_startup.sh and git_config.sh of SageMaker Distribution do.
fn as_unified_studio_writes_it(studio: &Studio) {
    studio.write(
        ".aws/config",
        "[profile DomainExecutionRoleCreds]\ncredential_source = EcsContainer\n",
    );
    let helper = "!aws --profile DomainExecutionRoleCreds codecommit credential-helper --ignore-host-check $@";
    studio.configure("credential.helper", helper);
}

#[test]
fn unified_studio_deletes_the_aws_config_and_git_goes_on() {
    let studio = space(&every_git()[0]);
    let script = lifecycle_script(&studio, &[]);
    start_of_space(&studio, &script).succeeded();
    std::fs::remove_file(studio.home().join(".aws/config")).unwrap();
    studio
        .git(&["clone", "--quiet", HTTPS, "without"])
        .succeeded();
    as_unified_studio_writes_it(&studio);
    studio.configure("credential.UseHttpPath", "true");
    studio
        .git(&["clone", "--quiet", &address(), "before"])
        .succeeded();
    studio
        .git(&["clone", "--quiet", HTTPS, "https"])
        .succeeded();
    let said = start_of_space(&studio, &script).succeeded();
    assert_eq!(said.stderr, "git-codecommit: ready\n");
    assert!(read(&studio, ".aws/config").contains("[profile CrossAccountAccessProfile]"));
    assert!(read(&studio, ".aws/config").starts_with("[profile DomainExecutionRoleCreds]"));
    studio
        .git(&["clone", "--quiet", &address(), "after"])
        .succeeded();
}

#[test]
fn unified_studios_own_identity_stays_where_it_was_first() {
    let studio = space(&every_git()[0]);
    as_unified_studio_writes_it(&studio);
    let script = lifecycle_script(&studio, &["--repo", "demo-repo"]);
    start_of_space(&studio, &script).succeeded();
    // Addresses of our profile, and the repository that was named.
    in_terminal(&studio, &format!("git clone --quiet {} ours", address())).succeeded();
    studio
        .git(&["clone", "--quiet", HTTPS, "https"])
        .succeeded();
    let mut command = studio.command(
        ".",
        Path::new("/usr/bin/env"),
        &["git", "credential", "fill"],
    );
    command.env("GIT_TRACE", "1");
    let other = "url=https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/project\n\n";
    let said = Outcome::of(command, other);
    let ours = "~/.local/bin/git-credential-codecommit --profile DomainExecutionRoleCreds get";
    assert!(said.stderr.contains(ours), "{said:?}");
    assert!(!said.stderr.contains("aws --profile"), "{said:?}");
}

#[test]
fn the_repository_is_cloned_in_the_background_and_once() {
    let studio = space(&every_git()[0]);
    let script = lifecycle_script(
        &studio,
        &["--repo", "demo-repo", "--clone", "work/demo repo"],
    );
    for _ in 0..2 {
        start_of_space(&studio, &script).succeeded();
        let started = now();
        while !running(&studio).is_empty() {
            assert!(started.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(20));
        }
        // CodeCommit does not offer no-progress: it sends its own words to whoever asks for quiet.
        let log = read(&studio, ".local/share/git-codecommit/clone.log");
        let is_quiet = log.lines().all(|line| line.starts_with("remote: "));
        assert!(is_quiet, "{log}");
        studio
            .git_in("work/demo repo", &["rev-parse", "--verify", "origin/HEAD"])
            .succeeded();
    }
    let gets = studio
        .aws
        .git_requests()
        .into_iter()
        .filter(|request| request.method == "GET");
    assert_eq!(gets.count(), 1, "one clone, and no request is refused");
}
