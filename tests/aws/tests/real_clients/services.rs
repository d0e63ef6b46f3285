//! STS, the container endpoint, the proxy, and failures on purpose.

use std::time::Instant;

use local_aws::{Action, CONTRIBUTOR_ROLE, EXECUTION_ROLE_SESSION, Fault, Keys, LocalAws, Service};
use time::Duration;

use crate::harness::{Git, curl, element, statuses, sts, url, without_curl};

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
