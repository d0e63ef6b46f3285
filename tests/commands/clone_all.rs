//! `git codecommit clone-all`.

use expect_test::expect;
use local_aws::{Action, Fault, Service};

use super::{WITH_PROFILE, run, studio};
use crate::harness::{Outcome, Studio};

/// What is printed, without the lines of the git host: CodeCommit cannot be told to leave them out.
fn clone_all(studio: &Studio, more: &[&str]) -> Outcome {
    let mut said = run(studio, &[&["clone-all"], &WITH_PROFILE[..], more].concat());
    let lines = said.stderr.split_inclusive('\n');
    let is_hosts = |line: &&str| line.starts_with("remote: ");
    said.stderr = lines.filter(|line| !is_hosts(line)).collect();
    said
}

#[test]
fn what_is_missing_is_cloned_and_what_is_there_is_fetched() {
    let studio = studio();
    clone_all(&studio, &["all"]).is(&expect![[r#"
        -- stdout
        cloned Other.repo_2
        cloned demo-repo
    "#]]);
    let first = studio.head("all/demo-repo");
    assert_eq!(first, studio.remote_ref("refs/heads/main"));
    studio.commit("all/demo-repo", "more.txt", "more");
    studio
        .git_in(
            "all/demo-repo",
            &["push", "--quiet", "origin", "main:other"],
        )
        .succeeded();
    std::fs::remove_dir_all(studio.home().join("all/Other.repo_2")).unwrap();
    studio
        .git_in(
            "all/demo-repo",
            &["update-ref", "-d", "refs/remotes/origin/other"],
        )
        .succeeded();
    clone_all(&studio, &["all"]).is(&expect![[r#"
        -- stdout
        cloned Other.repo_2
        fetched demo-repo
    "#]]);
    let fetched = studio.git_in("all/demo-repo", &["rev-parse", "origin/other"]);
    assert_eq!(
        fetched.succeeded().stdout.trim(),
        studio.remote_ref("refs/heads/other")
    );
}

#[test]
fn a_mirror_is_bare_and_keeps_what_is_deleted() {
    let studio = studio();
    let mirror = || clone_all(&studio, &["--mirror", "--region", "eu-west-1", "backups"]);
    mirror().is(&expect![[r#"
        -- stdout
        cloned Other.repo_2
        cloned demo-repo
    "#]]);
    studio
        .git(&["clone", "--quiet", crate::harness::WITH_REGION, "work"])
        .succeeded();
    studio
        .git_in(
            "work",
            &["push", "--quiet", "origin", ":feature", "main:new"],
        )
        .succeeded();
    mirror().is(&expect![[r#"
        -- stdout
        fetched Other.repo_2
        fetched demo-repo
    "#]]);
    let refs = ["for-each-ref", "--format=%(refname)"];
    let refs = studio.git_in("backups/demo-repo.git", &refs).succeeded();
    assert_eq!(
        refs.stdout,
        "refs/heads/feature\nrefs/heads/main\nrefs/heads/new\nrefs/tags/v1.0\n"
    );
}

#[test]
fn several_regions_have_a_folder_each() {
    let studio = studio();
    clone_all(
        &studio,
        &["--region", "eu-west-1", "--region", "us-east-1", "all"],
    )
    .is(&expect![[r#"
        -- stdout
        cloned Other.repo_2
        cloned demo-repo
    "#]]);
    assert!(studio.home().join("all/eu-west-1/demo-repo/.git").is_dir());
}

#[test]
fn a_repository_that_fails_does_not_stop_the_others() {
    let mut studio = studio();
    studio.set("GIT_HTTP_MAX_RETRIES", "0");
    let refusal = Fault::new(Service::Git, Action::status(403, "no"));
    studio
        .aws
        .fail(refusal.on_path("/v1/repos/Other.repo_2").always());
    let mut said = clone_all(&studio, &["all"]);
    let session = said.stderr.split("signed as ").nth(1).unwrap();
    let session = session.lines().next().unwrap().to_owned();
    said.stderr = said.stderr.replace(&session, "ARN");
    said.is(&expect![[r#"
        exit code 128
        -- stdout
        cloned demo-repo
        -- stderr
        git-remote-codecommit: access to repository "Other.repo_2" in eu-west-1 denied (localhost:PORT, HTTP 403): no
        hint: signed as ARN
        hint: its policy must allow codecommit:GitPull on arn:aws:codecommit:eu-west-1:*:Other.repo_2
        hint: check that the repository is in this region, and this profile's account
        hint: git codecommit doctor shows which step fails (outside a clone, add the address)
        git-codecommit: 1 of 2 repositories failed: Other.repo_2
        hint: git codecommit doctor codecommit::eu-west-1://CrossAccountAccessProfile@Other.repo_2 checks each step
        hint: run the command again to try those that failed
    "#]]);
    assert!(!studio.home().join("all/Other.repo_2").exists());
    studio.aws.clear_faults();
    clone_all(&studio, &["all"]).is(&expect![[r#"
        -- stdout
        cloned Other.repo_2
        fetched demo-repo
    "#]]);
}

#[test]
fn a_folder_that_is_no_clone_of_the_repository_stays_as_it_is() {
    let studio = studio();
    studio.write("all/demo-repo/mine.txt", "mine");
    studio
        .git(&["init", "--quiet", "all/Other.repo_2"])
        .succeeded();
    studio
        .git_in(
            "all/Other.repo_2",
            &["remote", "add", "origin", crate::harness::WITH_REGION],
        )
        .succeeded();
    // A repository around them is none of theirs.
    studio.git(&["init", "--quiet", "all"]).succeeded();
    studio
        .git_in(
            "all",
            &["remote", "add", "origin", crate::harness::WITH_REGION],
        )
        .succeeded();
    clone_all(&studio, &["all"]).is(&expect![[r#"
        exit code 128
        -- stderr
        git-codecommit: warning: ~/all/Other.repo_2 is not empty, and it is not a clone of Other.repo_2: skipping it
        git-codecommit: warning: ~/all/demo-repo is not empty, and it is not a clone of demo-repo: skipping it
        git-codecommit: 2 of 2 repositories failed: Other.repo_2, demo-repo
        hint: git codecommit doctor codecommit::eu-west-1://CrossAccountAccessProfile@Other.repo_2 checks each step
        hint: run the command again to try those that failed
    "#]]);
    let mine = std::fs::read_to_string(studio.home().join("all/demo-repo/mine.txt"));
    assert_eq!(mine.unwrap(), "mine");
}

#[test]
fn the_repository_around_this_process_is_not_touched() {
    let mut studio = studio();
    studio.git(&["init", "--quiet", "outer"]).succeeded();
    let outer = studio.home().join("outer/.git").display().to_string();
    studio.set("GIT_DIR", &outer);
    studio.set(
        "GIT_WORK_TREE",
        studio.home().join("outer").to_str().unwrap(),
    );
    clone_all(&studio, &["all"]).succeeded();
    clone_all(&studio, &["all"]).is(&expect![[r#"
        -- stdout
        fetched Other.repo_2
        fetched demo-repo
    "#]]);
    let refs = studio.git(&["for-each-ref"]).succeeded();
    assert_eq!(refs.stdout, "");
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let studio = studio();
    studio.write("file", "");
    clone_all(&studio, &["file/all"]).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: cannot make the folder file/all: Not a directory (os error 20)
        hint: check the path, and its owner and mode
    "#]]);
}
