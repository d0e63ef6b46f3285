//! Real git-lfs, with a credential helper that answers from files.

use std::process::Command;

use local_aws::{Auth, LocalAws, Permission, Request};

use crate::harness::{Git, noise, url};

/// Whether git-lfs is missing: a guest here, as curl is.
fn without_git_lfs() -> bool {
    let missing = Command::new("git-lfs").arg("version").output().is_err();
    if missing {
        local_aws::skip("git-lfs");
    }
    missing
}

/// A git whose only helper answers with the password of the path that it is asked for, if there is one.
fn git(aws: &LocalAws, paths: &[&str]) -> Git {
    let git = Git::new(aws);
    let home = git.home.path();
    let keys = aws.issue_user("dev");
    for path in paths {
        // The test's own paths are all below `/v1/repos/`, which is what `git_credentials` signs.
        let (username, password) = aws.git_credentials(&keys, path);
        let file = home.join(format!("answer-{}", path.replace('/', "_")));
        std::fs::write(file, format!("username={username}\npassword={password}\n"))
            .expect("written");
    }
    let script = "#!/bin/sh\n[ \"$1\" = get ] || exit 0\npath=$(sed -n 's/^path=//p')\necho \"$path\" >> \"$HOME/asked\"\n\
        cat \"$HOME/answer-$(echo \"${path#v1/repos/}\" | tr / _)\"\n";
    std::fs::write(home.join("helper"), script).expect("written");
    let helper = format!("!sh {}/helper", home.display());
    git.succeeds(home, &["config", "--global", "credential.helper", &helper]);
    git.succeeds(
        home,
        &["config", "--global", "credential.useHttpPath", "true"],
    );
    git.succeeds(home, &["lfs", "install", "--skip-repo"]);
    git
}

fn lfs_requests(aws: &LocalAws) -> Vec<Request> {
    let mut requests = aws.git_requests();
    requests.retain(|request| request.path.contains("/info/lfs/"));
    requests
}

#[test]
fn git_lfs_pushes_and_pulls_objects() {
    if without_git_lfs() {
        return;
    }
    let aws = LocalAws::builder().empty_repository("large").start();
    let git = git(&aws, &["large"]);
    let (home, work) = (git.home.path(), git.home.path().join("work"));
    let remote = format!("https://{}/v1/repos/large", aws.git_authority());
    git.succeeds(home, &["clone", "--quiet", &remote, "work"]);
    git.succeeds(&work, &["lfs", "track", "*.bin"]);
    let content = noise(300_000);
    std::fs::write(work.join("x.bin"), &content).expect("written");
    git.succeeds(&work, &["add", "."]);
    git.succeeds(&work, &["commit", "--quiet", "--message=x"]);
    git.succeeds(
        &work,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    let pointer = git.succeeds(&work, &["cat-file", "blob", "HEAD:x.bin"]);
    let oid = pointer.split_once("sha256:").expect("a pointer").1[..64].to_owned();
    assert_eq!(
        aws.lfs_object("large", &oid).as_deref(),
        Some(content.as_slice())
    );
    git.succeeds(home, &["clone", "--quiet", &remote, "again"]);
    assert_eq!(
        std::fs::read(home.join("again/x.bin")).expect("a file"),
        content
    );

    let accepted: Vec<Request> = lfs_requests(&aws);
    let batches = accepted
        .iter()
        .filter(|r| r.path.ends_with("/objects/batch") && r.status == Some(200));
    let paths: Vec<_> = batches
        .map(|request| request.signed_path.as_deref())
        .collect();
    assert_eq!(paths, [Some("/v1/repos/large"); 2]);
    let links: Vec<_> = aws
        .git_requests()
        .into_iter()
        .filter(|request| request.path.starts_with("/lfs/"))
        .map(|request| (request.method, request.status, request.authorization))
        .collect();
    assert_eq!(
        links,
        [
            ("PUT".into(), Some(200), Auth::Token),
            ("GET".into(), Some(200), Auth::Token)
        ]
    );
}

#[test]
fn the_path_of_lfs_url_may_be_signed_and_permissions_count() {
    if without_git_lfs() {
        return;
    }
    let reader = "arn:aws:iam::111111111111:user/dev";
    let aws = LocalAws::builder()
        .repository("large")
        .permission(reader, Permission::Pull)
        .start();
    let oid = aws.add_lfs_object("large", b"content");
    // A remote that is not on the LFS server's host: git-lfs then asks for the path of lfs.url.
    let git = git(&aws, &["large/info/lfs"]);
    let (home, work) = (git.home.path(), git.home.path().join("work"));
    git.succeeds(home, &["init", "--quiet", "work"]);
    git.succeeds(
        &work,
        &["remote", "add", "origin", "codecommit://demo@large"],
    );
    let lfs = format!("https://{}/v1/repos/large/info/lfs", aws.git_authority());
    git.succeeds(&work, &["config", "lfs.url", &lfs]);
    git.succeeds(&work, &["lfs", "track", "*.bin"]);
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 7\n");
    std::fs::write(work.join("x.bin"), pointer).expect("written");
    git.succeeds(&work, &["add", "."]);
    git.succeeds(&work, &["commit", "--quiet", "--message=x"]);
    git.succeeds(&work, &["lfs", "pull"]);
    assert_eq!(
        std::fs::read(work.join("x.bin")).expect("a file"),
        b"content"
    );
    let batch = lfs_requests(&aws).pop().expect("a batch");
    assert_eq!(
        batch.signed_path.as_deref(),
        Some("/v1/repos/large/info/lfs")
    );
    std::fs::write(work.join("y.bin"), "more").expect("written");
    git.succeeds(&work, &["add", "."]);
    git.succeeds(&work, &["commit", "--quiet", "--message=y"]);
    let refused = git.run(&work, &["lfs", "push", "origin", "HEAD"]);
    assert!(!refused.status.success(), "{refused:?}");
    assert_eq!(lfs_requests(&aws).pop().expect("a batch").status, Some(403));
    // Git's own password does not come from another repository's.
    let other = aws.issue_user("other");
    let wrong = url(&aws, &other, "elsewhere").replace("/elsewhere", "/large");
    git.succeeds(&work, &["config", "lfs.url", &format!("{wrong}/info/lfs")]);
    assert!(
        !git.run(&work, &["lfs", "push", "origin", "HEAD"])
            .status
            .success()
    );
}
