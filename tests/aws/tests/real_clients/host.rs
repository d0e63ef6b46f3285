//! What the git host can do beyond a plain clone and push.

use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;
use std::time::Instant;

use local_aws::{Action, Fault, LocalAws, Protocol, Service};
use time::Duration;

use crate::harness::{Git, contributor, curl, url, without_curl};

#[test]
fn sha256_repositories_and_names_that_are_not_text() {
    let aws = LocalAws::builder()
        .protocol(Protocol::Any)
        .sha256_repository("wide")
        .repository("named")
        .start();
    let git = Git::new(&aws);
    let keys = contributor(&aws);
    git.succeeds(
        git.home.path(),
        &["clone", "--quiet", &url(&aws, &keys, "wide"), "wide"],
    );
    let head = git.succeeds(&git.home.path().join("wide"), &["rev-parse", "HEAD"]);
    assert_eq!(head.len(), 64);
    aws.add_refs(
        "named",
        [
            b"refs/heads/caf\xe9".to_vec(),
            b"refs/tags/\xff\xfe".to_vec(),
        ],
    );
    aws.add_refs("named", ["refs/heads/zwei"]);
    let output = git.run(git.home.path(), &["ls-remote", &url(&aws, &keys, "named")]);
    for name in [
        &b"\trefs/heads/caf\xe9\n"[..],
        b"\trefs/tags/\xff\xfe\n",
        b"\trefs/heads/zwei\n",
    ] {
        assert!(
            output.stdout.windows(name.len()).any(|part| part == name),
            "{output:?}"
        );
    }
    let fetched = std::ffi::OsStr::from_bytes(b"refs/heads/caf\xe9");
    assert!(
        Command::new("git")
            .arg("check-ref-format")
            .arg(fetched)
            .status()
            .expect("git")
            .success()
    );
}

#[test]
fn a_hundred_thousand_refs_are_made_at_once() {
    let aws = LocalAws::builder().repository("many").start();
    let started = Instant::now();
    aws.add_branches("many", 100_000);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    let git = Git::new(&aws);
    let listed = git.succeeds(
        git.home.path(),
        &[
            "ls-remote",
            "--heads",
            &url(&aws, &contributor(&aws), "many"),
        ],
    );
    assert_eq!(listed.lines().count(), 100_002);
}

#[test]
fn gzip_is_counted_both_ways() {
    let aws = LocalAws::builder()
        .repository("many")
        .protocol(Protocol::Any)
        .start();
    aws.add_branches("many", 300);
    let git = Git::new(&aws);
    let keys = aws.issue_user("dev");
    let (home, work) = (git.home.path(), git.home.path().join("work"));
    git.succeeds(
        home,
        &[
            "clone",
            "--quiet",
            "--bare",
            &url(&aws, &keys, "many"),
            "work",
        ],
    );
    aws.clear_record();
    // Something to fetch, and much that is there already: the negotiation is larger than 1 KiB.
    let bare = aws.repository_path("many");
    let tip = git.succeeds(
        &bare,
        &[
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@e",
            "commit-tree",
            "-p",
            "main",
            "-m",
            "x",
            "main^{tree}",
        ],
    );
    git.succeeds(&bare, &["update-ref", "refs/heads/new", &tip]);
    for number in 0..60 {
        let tree = git.succeeds(&work, &["rev-parse", "main^{tree}"]);
        let message = number.to_string();
        let commit = git.succeeds(&work, &["commit-tree", "-m", &message, &tree]);
        git.succeeds(
            &work,
            &["update-ref", &format!("refs/heads/mine/{number}"), &commit],
        );
    }
    git.succeeds(
        &work,
        &["fetch", "--quiet", &url(&aws, &keys, "many"), "new"],
    );
    let requests = aws.git_requests();
    let packed = requests
        .iter()
        .find(|request| request.content_encoding.as_deref() == Some("gzip"));
    let packed = packed.expect("a compressed request");
    assert_eq!(packed.content_length, Some(packed.request_body));
    assert!(
        packed.decoded_body > 1024 && packed.request_body < packed.decoded_body,
        "{packed:?}"
    );
    let plain = requests
        .iter()
        .find(|request| request.method == "POST" && request.content_encoding.is_none());
    let plain = plain.expect("a plain request");
    assert_eq!(plain.decoded_body, plain.request_body);
}

#[test]
fn archives_are_made_where_git_can() {
    let aws = LocalAws::builder()
        .repository("demo-repo")
        .protocol(Protocol::Any)
        .start();
    let git = Git::new(&aws);
    let version = git.succeeds(git.home.path(), &["version"]);
    let minor = version
        .split('.')
        .nth(1)
        .and_then(|part| part.parse().ok())
        .unwrap_or(0);
    if minor < 44 {
        return;
    }
    let remote = format!(
        "--remote={}",
        url(&aws, &aws.issue_user("dev"), "demo-repo")
    );
    git.succeeds(
        git.home.path(),
        &["archive", "--format=zip", "--output=x.zip", &remote, "main"],
    );
    let archive = std::fs::read(git.home.path().join("x.zip")).expect("an archive");
    assert_eq!(&archive[..2], b"PK");
    assert!(
        aws.git_requests()
            .iter()
            .any(|request| request.path.ends_with("/git-upload-archive"))
    );
}

#[test]
fn redirects_dates_and_bodies_that_stall() {
    if without_curl() {
        return;
    }
    let aws = LocalAws::builder().repository("demo-repo").start();
    let target = format!(
        "https://{}/v1/repos/demo-repo/info/refs?service=x",
        aws.git_authority()
    );
    let other = aws.git_authority().replace("localhost", "127.0.0.1");
    let fail = |action| aws.fail(Fault::new(Service::Git, action));
    fail(Action::redirect(307, &other));
    let (status, headers) = curl(&aws, &["--head", &target]);
    assert_eq!(status, "307");
    let location = format!("location: https://{other}/v1/repos/demo-repo/info/refs?service=x\r\n");
    assert!(headers.contains(&location), "{headers}");

    let date = |headers: &str| {
        let line = headers
            .lines()
            .find_map(|line| line.strip_prefix("date: "))
            .expect("a date");
        let format = &time::format_description::well_known::Rfc2822;
        time::OffsetDateTime::parse(&line.replace("GMT", "+0000"), format).expect("a date")
    };
    fail(Action::ShiftDate(Duration::minutes(-20)));
    fail(
        Action::status(403, "no")
            .content_type("application/x-amz-json-1.1")
            .header("Retry-After", "7"),
    );
    let (status, headers) = curl(&aws, &["--head", &target]);
    assert_eq!(status, "403");
    let off = aws.now() - date(&headers) - Duration::minutes(20);
    assert!(off.abs() < Duration::seconds(10), "{headers}");
    assert!(
        headers.contains("content-type: application/x-amz-json-1.1\r\n"),
        "{headers}"
    );
    assert!(headers.contains("retry-after: 7\r\n"), "{headers}");
    let (_, headers) = curl(&aws, &["--head", &target]);
    assert!(
        (aws.now() - date(&headers)).abs() < Duration::seconds(10),
        "{headers}"
    );
    fail(Action::status(503, "").header("Date", "Sun, 06 Nov 1994 08:49:37 GMT"));
    let (_, headers) = curl(&aws, &["--head", &target]);
    assert_eq!(
        headers
            .matches("date: Sun, 06 Nov 1994 08:49:37 GMT")
            .count(),
        1,
        "{headers}"
    );

    let (username, password) = aws.git_credentials(&aws.issue_user("dev"), "demo-repo");
    let user = format!("{username}:{password}");
    fail(Action::StallBody(8));
    let target = target.replace("=x", "=git-upload-pack");
    let (status, body) = curl(&aws, &["--user", &user, "--max-time", "1", &target]);
    assert_eq!((status.as_str(), body.len()), ("200", 8));
}
