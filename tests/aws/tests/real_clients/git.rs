//! What git sees.

use local_aws::{Auth, CONTRIBUTOR_ROLE, LocalAws, Permission, Protocol, SignedHost};
use time::Duration;

use crate::harness::{Git, contributor, curl, noise, url, without_curl};

#[test]
fn clone_commit_push_and_delete_a_branch() {
    let aws = LocalAws::builder().repository("demo-repo").start();
    let (git, keys) = (Git::new(&aws), contributor(&aws));
    let (home, work) = (git.home.path(), git.home.path().join("work"));
    git.succeeds(
        home,
        &["clone", "--quiet", &url(&aws, &keys, "demo-repo"), "work"],
    );
    assert_eq!(git.succeeds(&work, &["rev-list", "--count", "HEAD"]), "3");
    assert_eq!(git.succeeds(&work, &["branch", "--show-current"]), "main");
    assert_eq!(git.succeeds(&work, &["cat-file", "-t", "v1.0"]), "tag");
    // Random bytes do not compress: more than http.postBuffer is sent in chunks, after a probe.
    let keys_again = aws.issue_user("dev");
    std::fs::write(work.join("big"), noise(3 << 20)).expect("written");
    git.succeeds(&work, &["add", "big"]);
    git.succeeds(&work, &["commit", "--quiet", "--message=big"]);
    git.succeeds(
        &work,
        &[
            "push",
            "--quiet",
            &url(&aws, &keys_again, "demo-repo"),
            "main",
            "main:refs/heads/other",
        ],
    );
    let head = git.succeeds(&work, &["rev-parse", "HEAD"]);
    let bare = aws.repository_path("demo-repo");
    assert_eq!(
        git.succeeds(&bare, &["rev-parse", "refs/heads/other"]),
        head
    );
    git.succeeds(
        &work,
        &[
            "push",
            "--quiet",
            &url(&aws, &keys_again, "demo-repo"),
            ":other",
        ],
    );
    assert!(
        !git.run(
            &bare,
            &["rev-parse", "--verify", "--quiet", "refs/heads/other"]
        )
        .status
        .success()
    );

    let requests = aws.git_requests();
    let first = &requests[0];
    assert_eq!(
        (first.status, &first.authorization),
        (Some(401), &Auth::None)
    );
    assert_eq!(first.git_protocol.as_deref(), Some("version=2"));
    let second = &requests[1];
    assert_eq!(
        (second.status, second.connection),
        (Some(200), first.connection)
    );
    let Auth::Ok {
        arn, signed_host, ..
    } = &second.authorization
    else {
        panic!("{second:?}")
    };
    assert_eq!(
        arn,
        "arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/t"
    );
    assert_eq!(*signed_host, SignedHost::WithoutPort);
    let big = requests
        .iter()
        .find(|request| request.chunked)
        .expect("a chunked push");
    assert_eq!((big.content_length, big.status), (None, Some(200)));
    assert!(
        big.request_body > 3 << 20 && big.response_body > 0,
        "{big:?}"
    );
    assert!(
        aws.canaries()
            .contains(keys.session_token.as_ref().expect("a session"))
    );
}

#[test]
fn version_2_is_spoken_when_asked_for_only() {
    if without_curl() {
        return;
    }
    for (protocol, version) in [(Protocol::V0Only, ""), (Protocol::Any, "version 2")] {
        let aws = LocalAws::builder()
            .repository("demo-repo")
            .empty_repository("empty")
            .protocol(protocol)
            .start();
        let (username, password) = aws.git_credentials(&contributor(&aws), "demo-repo");
        let target = format!(
            "https://{}/v1/repos/demo-repo/info/refs?service=git-upload-pack",
            aws.git_authority()
        );
        let user = format!("{username}:{password}");
        let (status, body) = curl(
            &aws,
            &[
                "--user",
                &user,
                "--header",
                "Git-Protocol: version=2",
                &target,
            ],
        );
        assert_eq!(status, "200");
        assert_eq!(body.contains("version 2"), !version.is_empty(), "{body}");
        let published = "\0multi_ack_detailed shallow side-band-64k thin-pack allow-tip-sha1-in-want allow-reachable-sha1-in-want\n";
        assert_eq!(body.contains(published), version.is_empty(), "{body}");
        let git = Git::new(&aws);
        let keys = aws.issue_user("dev");
        git.succeeds(
            git.home.path(),
            &[
                "clone",
                "--quiet",
                "--depth=1",
                &url(&aws, &keys, "demo-repo"),
                "work",
            ],
        );
        git.succeeds(
            git.home.path(),
            &["clone", "--quiet", &url(&aws, &keys, "empty"), "empty"],
        );
    }
}

#[test]
fn permissions_unknown_repositories_and_bad_passwords() {
    let aws = LocalAws::builder()
        .repository("demo-repo")
        .permission(CONTRIBUTOR_ROLE, Permission::Pull)
        .start();
    let (git, keys) = (Git::new(&aws), contributor(&aws));
    git.succeeds(
        git.home.path(),
        &["ls-remote", &url(&aws, &keys, "demo-repo")],
    );
    aws.clear_record();
    let refused = "The requested URL returned error: 403";
    git.succeeds(git.home.path(), &["init", "--quiet", "."]);
    git.succeeds(
        git.home.path(),
        &["commit", "--quiet", "--allow-empty", "--message=x"],
    );
    assert!(
        git.fails(&["push", &url(&aws, &keys, "demo-repo"), "HEAD:x"])
            .contains(refused)
    );
    assert!(
        git.fails(&[
            "ls-remote",
            &url(&aws, &aws.execution_role_keys(), "demo-repo")
        ])
        .contains(refused)
    );
    assert!(
        git.fails(&["ls-remote", &url(&aws, &keys, "missing")])
            .contains("not found")
    );
    // The password of one repository does not open another.
    let other = url(&aws, &keys, "other").replace("/v1/repos/other", "/v1/repos/demo-repo");
    assert!(git.fails(&["ls-remote", &other]).contains(refused));
    let early = url(&aws, &keys, "demo-repo");
    aws.set_clock_offset(Duration::minutes(16));
    assert!(git.fails(&["ls-remote", &early]).contains(refused));
    git.succeeds(
        git.home.path(),
        &["ls-remote", &url(&aws, &keys, "demo-repo")],
    );
    aws.expire(&keys.access_key_id);
    assert!(
        git.fails(&["ls-remote", &url(&aws, &keys, "demo-repo")])
            .contains(refused)
    );
    let mut wrong = contributor(&aws);
    wrong.session_token = Some("IQoJb3JpZ2luX2Vj".into());
    assert!(
        git.fails(&["ls-remote", &url(&aws, &wrong, "demo-repo")])
            .contains(refused)
    );
    let reasons: Vec<String> = aws
        .git_requests()
        .into_iter()
        .filter_map(|request| match request.authorization {
            Auth::Rejected(reason) => Some(reason),
            _ => None,
        })
        .collect();
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    for (reason, part) in reasons.iter().zip([
        "does not match for",
        "15 minutes",
        "expired",
        "token does not match",
    ]) {
        assert!(reason.contains(part), "{reason}");
    }
}
