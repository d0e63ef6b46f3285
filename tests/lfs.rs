//! Git LFS: real git-lfs asks git, and git the credential helper.

use std::process::Command;

use local_aws::{Auth, CONTRIBUTOR_ROLE};

use crate::harness::{HTTPS, PROFILE, Studio, digits, every_git};

#[expect(clippy::disallowed_methods, reason = "the test looks for git-lfs")]
fn without_git_lfs() -> bool {
    let is_missing = Command::new("git-lfs").arg("version").output().is_err();
    if is_missing {
        local_aws::skip("git-lfs");
    }
    is_missing
}

#[test]
fn setup_lets_git_lfs_work_with_a_codecommit_remote() {
    if without_git_lfs() {
        return;
    }
    for git in every_git() {
        let studio = Studio::default()
            .with_git(&git)
            .without_profile()
            .with_cache()
            .with_https_host();
        studio.git(&["lfs", "install", "--skip-repo"]).succeeded();
        let arguments = [
            "setup",
            "--yes",
            "--lfs",
            "--role-arn",
            CONTRIBUTOR_ROLE,
            "--region",
            "eu-west-1",
            "--profile",
            PROFILE,
        ];
        studio.helper("git-codecommit", &arguments, "").succeeded();
        let address = format!("codecommit::eu-west-1://{PROFILE}@demo-repo");
        studio.git(&["clone", &address]).succeeded();
        studio
            .git_in("demo-repo", &["lfs", "track", "*.bin"])
            .succeeded();
        studio.commit("demo-repo", "x.bin", &digits(50_000));
        studio.git_in("demo-repo", &["push"]).succeeded();
        let pointer = studio
            .git_in("demo-repo", &["cat-file", "blob", "HEAD:x.bin"])
            .succeeded();
        let oid = &pointer.stdout.split_once("sha256:").unwrap().1[..64];
        assert!(studio.aws.lfs_object("demo-repo", oid).is_some());
        studio.git(&["clone", &address, "again"]).succeeded();
        let fetched = std::fs::read_to_string(studio.home().join("again/x.bin")).unwrap();
        assert_eq!(fetched, digits(50_000));
        let url = studio
            .git_in("again", &["config", "remote.origin.lfsurl"])
            .succeeded();
        assert_eq!(url.stdout, format!("{HTTPS}.git/info/lfs\n"));
    }
}

#[test]
fn real_git_lfs_stores_and_fetches_objects_with_our_password() {
    if without_git_lfs() {
        return;
    }
    for git in every_git() {
        let studio = Studio::default()
            .with_git(&git)
            .with_our_helper()
            .with_cache();
        studio.git(&["lfs", "install", "--skip-repo"]).succeeded();
        studio.git(&["clone", HTTPS]).succeeded();
        studio
            .git_in("demo-repo", &["lfs", "track", "*.bin"])
            .succeeded();
        let content = digits(50_000);
        studio.commit("demo-repo", "x.bin", &content);
        studio.git_in("demo-repo", &["push"]).succeeded();
        let pointer = studio
            .git_in("demo-repo", &["cat-file", "blob", "HEAD:x.bin"])
            .succeeded();
        let oid = &pointer.stdout.split_once("sha256:").unwrap().1[..64];
        let stored = studio.aws.lfs_object("demo-repo", oid).unwrap();
        assert_eq!(stored, content.as_bytes());
        studio.git(&["clone", HTTPS, "again"]).succeeded();
        let fetched = std::fs::read_to_string(studio.home().join("again/x.bin")).unwrap();
        assert_eq!(fetched, content);

        // A codecommit:: remote needs lfs.url, which git-lfs then names to the helper itself.
        let address = format!("codecommit::eu-west-1://{PROFILE}@demo-repo");
        studio
            .git_in("demo-repo", &["remote", "set-url", "origin", &address])
            .succeeded();
        let url = format!("{HTTPS}/info/lfs");
        studio
            .git_in("demo-repo", &["config", "lfs.url", &url])
            .succeeded();
        studio.commit("demo-repo", "y.bin", &digits(60_000));
        studio.git_in("demo-repo", &["push"]).succeeded();

        let requests = studio.aws.git_requests();
        let lfs = requests.iter().filter(|r| r.path.contains("/info/lfs/"));
        assert!(lfs.clone().count() >= 4, "{requests:#?}");
        for request in lfs.filter(|request| request.status == Some(200)) {
            let signed = matches!(request.authorization, Auth::Ok { .. });
            assert!(signed || !request.path.ends_with("/batch"), "{request:#?}");
        }
        assert_eq!(studio.aws.sts_requests().len(), 1);
    }
}
