//! The local AWS against clients that know nothing of it: git and curl.
#![expect(clippy::expect_used, reason = "a test stops where it cannot go on")]

use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use local_aws::{
    Action, Auth, CONTRIBUTOR_ROLE, EXECUTION_ROLE_SESSION, Fault, Keys, LocalAws, Permission,
    Protocol, Service, SignedHost,
};
use time::Duration;

struct Git {
    home: tempfile::TempDir,
    ca_file: String,
}

impl Git {
    fn new(aws: &LocalAws) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(
            home.path().join(".gitconfig"),
            "[user]\n\tname = T\n\temail = t@example.com\n",
        )
        .expect("written");
        Self {
            home,
            ca_file: aws.ca_file().display().to_string(),
        }
    }

    fn run(&self, directory: &Path, arguments: &[&str]) -> Output {
        Command::new("git")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("GIT_SSL_CAINFO", &self.ca_file)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(directory)
            .args(arguments)
            .output()
            .expect("git starts")
    }

    fn succeeds(&self, directory: &Path, arguments: &[&str]) -> String {
        let output = self.run(directory, arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {stderr}");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim_end()
            .to_owned()
    }

    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(self.home.path(), arguments);
        assert_eq!(output.status.code(), Some(128), "git {arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

fn url(aws: &LocalAws, keys: &Keys, repository: &str) -> String {
    let (username, password) = aws.git_credentials(keys, repository);
    let username = username
        .replace('%', "%25")
        .replace('/', "%2F")
        .replace('+', "%2B")
        .replace('=', "%3D");
    format!(
        "https://{username}:{password}@{}/v1/repos/{repository}",
        aws.git_authority()
    )
}

fn contributor(aws: &LocalAws) -> Keys {
    aws.issue_session(
        "arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/t",
        Duration::HOUR,
    )
}

/// Whether curl is missing: it is a guest here, not something the project asks for.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn without_curl() -> bool {
    let missing = Command::new("curl").arg("--version").output().is_err();
    if missing {
        eprintln!("skipped: curl is not installed");
    }
    missing
}

/// The status and body that curl gets.
fn curl(aws: &LocalAws, arguments: &[&str]) -> (String, String) {
    let output = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--noproxy",
            "",
            "--write-out",
            "\n%{http_code}",
            "--cacert",
        ])
        .arg(aws.ca_file())
        .args(arguments)
        .output()
        .expect("curl starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = text.rsplit_once('\n').expect("curl writes the status last");
    (status.to_owned(), body.to_owned())
}

/// An STS call signed by curl.
fn sts(aws: &LocalAws, keys: &Keys, form: &str) -> (String, String) {
    let user = format!("{}:{}", keys.access_key_id, keys.secret_access_key);
    let token = format!(
        "X-Amz-Security-Token: {}",
        keys.session_token.as_deref().unwrap_or_default()
    );
    let mut arguments = vec![
        "--aws-sigv4",
        "aws:amz:eu-west-1:sts",
        "--user",
        &user,
        "--data",
        form,
    ];
    if keys.session_token.is_some() {
        arguments.extend(["--header", &token]);
    }
    let url = aws.sts_url();
    arguments.push(&url);
    curl(aws, &arguments)
}

fn element<'a>(document: &'a str, name: &str) -> &'a str {
    let (_, rest) = document
        .split_once(&format!("<{name}>"))
        .unwrap_or_default();
    rest.split_once("</").unwrap_or_default().0
}

fn statuses(aws: &LocalAws) -> Vec<(String, u16)> {
    let requests = aws.git_requests();
    requests
        .into_iter()
        .map(|request| (request.path, request.status.unwrap_or_default()))
        .collect()
}

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

#[test]
fn container_keys_assume_the_role_through_curl_and_the_role_clones() {
    if without_curl() {
        return;
    }
    let aws = LocalAws::builder()
        .repository("demo-repo")
        .container_token("open sesame")
        .start();
    assert_eq!(curl(&aws, &[&aws.container_url()]).0, "401");
    let (status, body) = curl(
        &aws,
        &[
            "--header",
            "Authorization: open sesame",
            &aws.container_url(),
        ],
    );
    let keys = aws.execution_role_keys();
    assert!(
        status == "200" && body.contains(&keys.secret_access_key),
        "{body}"
    );
    assert_eq!(
        curl(&aws, &[&aws.container_url().replace("/v2/", "/v3/")]).0,
        "404"
    );

    let (status, body) = sts(&aws, &keys, "Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(
        (status.as_str(), element(&body, "Arn")),
        ("200", EXECUTION_ROLE_SESSION)
    );
    let form = |role: &str| {
        format!("Action=AssumeRole&Version=2011-06-15&RoleArn={role}&RoleSessionName=ada")
    };
    let (status, body) = sts(&aws, &keys, &form(CONTRIBUTOR_ROLE));
    assert_eq!(status, "200", "{body}");
    let assumed = Keys {
        access_key_id: element(&body, "AccessKeyId").into(),
        secret_access_key: element(&body, "SecretAccessKey").into(),
        session_token: Some(element(&body, "SessionToken").into()),
    };
    let git = Git::new(&aws);
    git.succeeds(
        git.home.path(),
        &[
            "clone",
            "--quiet",
            &url(&aws, &assumed, "demo-repo"),
            "work",
        ],
    );

    let (status, body) = sts(&aws, &keys, &form("arn:aws:iam::111111111111:role/Other"));
    assert_eq!(
        (status.as_str(), element(&body, "Code")),
        ("403", "AccessDenied")
    );
    let message = "User: arn:aws:sts::222222222222:assumed-role/SageMakerExecutionRole/SageMaker is not authorized to \
        perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/Other";
    assert_eq!(element(&body, "Message"), message);
    let wrong = Keys {
        secret_access_key: "wrong".into(),
        ..keys.clone()
    };
    assert_eq!(
        element(&sts(&aws, &wrong, &form("x")).1, "Code"),
        "SignatureDoesNotMatch"
    );
    let wrong = Keys {
        session_token: Some("wrong".into()),
        ..keys.clone()
    };
    assert_eq!(
        element(&sts(&aws, &wrong, &form("x")).1, "Code"),
        "InvalidClientTokenId"
    );
    aws.set_clock_offset(Duration::minutes(-20));
    assert_eq!(
        element(&sts(&aws, &keys, &form("x")).1, "Code"),
        "SignatureDoesNotMatch"
    );
    aws.set_clock_offset(Duration::ZERO);
    aws.expire(&keys.access_key_id);
    assert_eq!(
        element(&sts(&aws, &keys, &form("x")).1, "Code"),
        "ExpiredToken"
    );
    assert_ne!(aws.execution_role_keys(), keys);

    let request = aws.sts_requests().swap_remove(1);
    let call = request.sts.expect("details");
    assert_eq!(
        (call.role_arn.as_deref(), call.session_name.as_deref()),
        (Some(CONTRIBUTOR_ROLE), Some("ada"))
    );
    assert_eq!(
        (call.region.as_str(), call.signer),
        ("eu-west-1", keys.access_key_id)
    );
}

#[test]
fn the_proxy_leads_real_names_to_the_local_services() {
    if without_curl() {
        return;
    }
    let aws = LocalAws::builder().repository("demo-repo").start();
    let git = Git::new(&aws);
    let host = "git-codecommit.us-east-1.amazonaws.com";
    let (username, password) = aws.git_credentials_at(host, &aws.issue_user("dev"), "demo-repo");
    let real = format!("https://{username}:{password}@{host}/v1/repos/demo-repo");
    let proxy = format!("http.proxy={}", aws.proxy_url());
    git.succeeds(git.home.path(), &["-c", &proxy, "ls-remote", &real]);
    let elsewhere = real.replace("us-east-1", "eu-west-1");
    assert!(
        git.fails(&["-c", &proxy, "ls-remote", &elsewhere])
            .contains("error: 403")
    );
    let requests = aws.proxy_requests();
    assert_eq!(
        (requests[0].method.as_str(), requests[0].status),
        ("CONNECT", Some(200))
    );
    assert_eq!(
        requests[0].path,
        "git-codecommit.us-east-1.amazonaws.com:443"
    );
    assert_eq!(aws.git_requests()[0].host, host);
    assert_eq!(
        curl(
            &aws,
            &["--proxy", &aws.proxy_url(), "http://169.254.170.2/v2/x"]
        )
        .0,
        "403"
    );
    assert_eq!(
        curl(&aws, &["--proxy", &aws.proxy_url(), "https://example.com/"]).0,
        "000"
    );
    let paths: Vec<String> = aws
        .proxy_requests()
        .into_iter()
        .skip(2)
        .map(|request| request.path)
        .collect();
    assert_eq!(paths, ["http://169.254.170.2/v2/x", "example.com:443"]);
}

#[test]
fn faults() {
    if without_curl() {
        return;
    }
    let aws = LocalAws::builder().repository("demo-repo").start();
    let git = Git::new(&aws);
    let keys = aws.issue_user("dev");
    let list = |expected: &str| {
        let stderr = git.fails(&["ls-remote", &url(&aws, &keys, "demo-repo")]);
        assert!(stderr.contains(expected), "{stderr}");
    };
    aws.fail(Fault::new(
        Service::Git,
        Action::status(503, "busy\n").header("Retry-After", "1"),
    ));
    list("remote: busy");
    aws.fail(Fault::new(Service::Git, Action::Reset));
    list("unable to access");
    aws.fail(
        Fault::new(Service::Git, Action::CutBody(100))
            .on_path("service=git-upload-pack")
            .after(1),
    );
    list("fatal:");
    let cut = aws.git_requests().pop().expect("a request");
    assert_eq!((cut.status, cut.response_body), (Some(200), 100));
    let started = Instant::now();
    aws.fail(Fault::new(
        Service::Git,
        Action::Delay(std::time::Duration::from_millis(300)),
    ));
    git.succeeds(
        git.home.path(),
        &["ls-remote", &url(&aws, &keys, "demo-repo")],
    );
    assert!(started.elapsed().as_millis() >= 300);
    let reset = aws
        .git_requests()
        .into_iter()
        .find(|request| request.status.is_none());
    assert!(reset.is_some(), "{:?}", statuses(&aws));
    aws.fail(Fault::new(
        Service::Sts,
        Action::sts_error(400, "Throttling", "Rate exceeded"),
    ));
    let (status, body) = sts(&aws, &keys, "Action=GetCallerIdentity");
    assert_eq!(
        (status.as_str(), element(&body, "Code")),
        ("400", "Throttling")
    );
}

/// Bytes that do not compress (xorshift), the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}
