//! The git operations beside the main job, each through real git.

use local_aws::Protocol;

use crate::harness::{Studio, WITH_REGION, WITHOUT_REGION, every_git};

/// Runs a test in a fresh clone: every git, both forms of the address, v0 as CodeCommit publishes
/// it and v2. Whatever the test did: each request was signed, none was refused, and each run fetched
/// its keys once.
fn in_a_clone(test: impl Fn(&Studio, &str)) {
    for git in every_git() {
        for address in [WITH_REGION, WITHOUT_REGION] {
            for protocol in [Protocol::V0Only, Protocol::Any] {
                let studio =
                    Studio::with_aws(|aws| aws.empty_repository("empty").protocol(protocol))
                        .with_git(&git);
                studio.git(&["clone", address]).succeeded();
                studio.aws.clear_record();
                test(&studio, address);
                studio.assert_each_run_signed();
            }
        }
    }
}

#[test]
fn a_new_branch_and_a_tag_are_pushed_and_a_branch_deleted() {
    in_a_clone(|studio, _| {
        let commit = studio.commit("demo-repo", "idea", "x");
        let push = |arguments: &[&str]| {
            studio
                .git_in("demo-repo", &[&["push", "origin"], arguments].concat())
                .succeeded();
            studio.assert_record(1, &["GET receive-pack", "POST receive-pack"]);
        };
        push(&["HEAD:refs/heads/idea"]);
        assert_eq!(studio.remote_ref("refs/heads/idea"), commit);
        studio
            .git_in("demo-repo", &["tag", "-a", "v2", "-m", "two"])
            .succeeded();
        push(&["v2"]);
        assert_eq!(studio.remote_ref("refs/tags/v2^{commit}"), commit);
        push(&["--delete", "idea"]);
        assert_eq!(studio.remote_ref("refs/heads/idea"), "");
    });
}

#[test]
fn force_with_lease_pushes_only_over_what_was_seen() {
    in_a_clone(|studio, address| {
        let seen = studio.head("demo-repo");
        studio.git(&["clone", address, "other"]).succeeded();
        let theirs = studio.commit("other", "theirs", "x");
        studio.git_in("other", &["push"]).succeeded();

        studio
            .git_in("demo-repo", &["commit", "--amend", "-m", "rewritten"])
            .succeeded();
        let ours = studio.head("demo-repo");
        let refused = studio
            .git_in(
                "demo-repo",
                &["push", "--force-with-lease", "origin", "main"],
            )
            .failed();
        assert!(refused.stderr.contains("! [rejected]"), "{refused:#?}");
        assert!(refused.stderr.contains("(stale info)"), "{refused:#?}");
        assert_eq!(refused.said(), "", "git has said it all");
        assert_eq!(studio.remote_ref("refs/heads/main"), theirs);

        let lease = format!("--force-with-lease=main:{theirs}");
        studio
            .git_in("demo-repo", &["push", &lease, "origin", "main"])
            .succeeded();
        assert_eq!(studio.remote_ref("refs/heads/main"), ours);
        assert_ne!(ours, seen);
    });
}

#[test]
fn a_push_that_is_not_a_fast_forward_is_rejected_in_gits_own_words() {
    in_a_clone(|studio, _| {
        let before = studio.remote_ref("refs/heads/main");
        studio
            .git_in("demo-repo", &["commit", "--amend", "-m", "rewritten"])
            .succeeded();
        let refused = studio.git_in("demo-repo", &["push"]).failed();
        assert!(
            refused.stderr.contains("(non-fast-forward)"),
            "{refused:#?}"
        );
        assert_eq!(refused.said(), "");
        assert_eq!(studio.remote_ref("refs/heads/main"), before);
    });
}

#[test]
fn a_shallow_clone_has_one_commit_and_can_be_deepened() {
    in_a_clone(|studio, address| {
        let count = || {
            let said = studio
                .git_in("shallow", &["rev-list", "--count", "HEAD"])
                .succeeded();
            said.stdout.trim().to_owned()
        };
        studio
            .git(&["clone", "--depth", "1", address, "shallow"])
            .succeeded();
        assert_eq!(count(), "1");
        studio
            .git_in("shallow", &["fetch", "--depth", "2"])
            .succeeded();
        assert_eq!(count(), "2");
        studio
            .git_in("shallow", &["fetch", "--unshallow"])
            .succeeded();
        assert_eq!(count(), "3");
        studio.git_in("shallow", &["fsck"]).succeeded();
    });
}

#[test]
fn a_mirror_clone_has_every_reference_and_mirrors_back() {
    in_a_clone(|studio, address| {
        studio
            .git(&["clone", "--mirror", address, "mirror"])
            .succeeded();
        let here = studio.git_in("mirror", &["show-ref"]).succeeded().stdout;
        let there = studio.aws.repository_path("demo-repo");
        let there = studio.git(&["-C", there.to_str().unwrap(), "show-ref"]);
        assert_eq!(here, there.succeeded().stdout);

        studio
            .git_in("mirror", &["update-ref", "refs/notes/x", "refs/heads/main"])
            .succeeded();
        studio
            .git_in("mirror", &["update-ref", "-d", "refs/heads/feature"])
            .succeeded();
        let pushed = studio.git_in("mirror", &["push", "--mirror"]).succeeded();
        assert!(!pushed.stderr.contains("HEAD"), "{pushed:#?}");
        assert_ne!(studio.remote_ref("refs/notes/x"), "");
        assert_eq!(studio.remote_ref("refs/heads/feature"), "");
        assert_ne!(studio.remote_ref("refs/heads/main"), "");
    });
}

#[test]
fn references_are_listed_inside_and_outside_a_repository() {
    in_a_clone(|studio, address| {
        let main = studio.remote_ref("refs/heads/main");
        for folder in [".", "demo-repo"] {
            let said = studio.git_in(folder, &["ls-remote", address]).succeeded();
            assert!(
                said.stdout.starts_with(&format!("{main}\tHEAD\n")),
                "{said:?}"
            );
            assert!(said.stdout.contains("refs/tags/v1.0^{}\n"), "{said:?}");
        }
        studio
            .git_in("demo-repo", &["remote", "show", "origin"])
            .succeeded();
    });
}

#[test]
fn an_empty_repository_is_cloned_and_gets_its_first_commit() {
    in_a_clone(|studio, address| {
        let address = address.replace("demo-repo", "empty");
        let cloned = studio.git(&["clone", &address]).succeeded();
        assert!(cloned.stderr.contains("empty repository"), "{cloned:#?}");
        studio.commit("empty", "first", "x");
        studio
            .git_in("empty", &["push", "origin", "HEAD:main"])
            .succeeded();
        studio.git(&["clone", &address, "again"]).succeeded();
        assert_eq!(studio.head("again"), studio.head("empty"));
    });
}

#[test]
fn several_branches_and_a_dry_run_are_pushed_as_asked() {
    in_a_clone(|studio, _| {
        let commit = studio.commit("demo-repo", "x", "x");
        let push = |arguments: &[&str]| {
            studio.git_in("demo-repo", &[&["push", "origin"], arguments].concat())
        };
        push(&["--dry-run", "HEAD:refs/heads/dry"]).succeeded();
        assert_eq!(studio.remote_ref("refs/heads/dry"), "");
        push(&[
            "HEAD:refs/heads/a",
            "HEAD:refs/heads/b",
            "HEAD:refs/heads/c",
        ])
        .succeeded();
        for branch in ["a", "b", "c"] {
            assert_eq!(studio.remote_ref(&format!("refs/heads/{branch}")), commit);
        }
    });
}

#[test]
fn reference_names_need_not_be_ascii() {
    in_a_clone(|studio, _| {
        let commit = studio.commit("demo-repo", "x", "x");
        studio
            .git_in(
                "demo-repo",
                &["push", "origin", "HEAD:refs/heads/größe-日本"],
            )
            .succeeded();
        assert_eq!(studio.remote_ref("refs/heads/größe-日本"), commit);
        studio
            .git_in("demo-repo", &["fetch", "origin", "größe-日本"])
            .succeeded();
        let lease = format!("--force-with-lease=größe-日本:{commit}");
        studio
            .git_in(
                "demo-repo",
                &["push", &lease, "--delete", "origin", "größe-日本"],
            )
            .succeeded();
        assert_eq!(studio.remote_ref("refs/heads/größe-日本"), "");
    });
}

#[test]
fn a_submodule_is_cloned_where_git_is_told_to_allow_the_transport() {
    in_a_clone(|studio, address| {
        let allow = ["-c", "protocol.codecommit.allow=always"];
        let add = [&allow[..], &["submodule", "add", address, "part"]].concat();
        studio.git_in("demo-repo", &add).succeeded();
        studio
            .git_in("demo-repo", &["commit", "-m", "part"])
            .succeeded();
        studio.git_in("demo-repo", &["push"]).succeeded();
        let clone = ["clone", "--recurse-submodules", address, "whole"];
        studio.git(&[&allow[..], &clone].concat()).succeeded();
        assert!(studio.home().join("whole/part/README.md").exists());
    });
}
