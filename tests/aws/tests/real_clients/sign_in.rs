//! IAM Identity Center and `aws login`, with curl and with botocore.

use std::path::Path;
use std::process::{Command, Stdio};

use local_aws::{Auth, LocalAws, Service, SsoSession};
use time::Duration;

use crate::harness::{curl, without_curl};

const ACCOUNT: &str = "111111111111";
const START_URL: &str = "https://example.awsapps.com/start";

/// One of the environment's endpoints.
fn endpoint(aws: &LocalAws, name: &str) -> String {
    let environment = aws.environment();
    let found = environment.into_iter().find(|(known, _)| *known == name);
    found.expect("an endpoint").1
}

#[test]
fn a_token_opens_the_roles_of_the_portal_and_is_refreshed_once() {
    if without_curl() {
        return;
    }
    let aws = LocalAws::builder().sso_role(ACCOUNT, "Developer").start();
    let session = aws.sso_session(Duration::HOUR);
    let portal = endpoint(&aws, "AWS_ENDPOINT_URL_SSO");
    let credentials = |token: &str, role: &str| {
        let url = format!("{portal}/federation/credentials?role_name={role}&account_id={ACCOUNT}");
        curl(
            &aws,
            &[
                "--header",
                &format!("x-amz-sso_bearer_token: {token}"),
                &url,
            ],
        )
    };
    let (status, body) = credentials(&session.access_token, "Developer");
    assert_eq!(status, "200", "{body}");
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let keys = &body["roleCredentials"];
    assert!(
        keys["accessKeyId"]
            .as_str()
            .is_some_and(|id| id.starts_with("ASIA")),
        "{body}"
    );
    let expires = keys["expiration"].as_i64().expect("milliseconds");
    assert!(
        (expires / 1000 - aws.now().unix_timestamp() - 3600).abs() < 10,
        "{body}"
    );
    assert_eq!(credentials(&session.access_token, "Admin").0, "403");
    let (status, body) = credentials("wrong", "Developer");
    assert_eq!(status, "401");
    assert!(
        body.contains("Session token not found or invalid"),
        "{body}"
    );
    let stale = aws.sso_session(Duration::seconds(-1));
    assert_eq!(credentials(&stale.access_token, "Developer").0, "401");

    let oidc = format!("{}/token", endpoint(&aws, "AWS_ENDPOINT_URL_SSO_OIDC"));
    let refresh = |secret: &str| {
        let body = format!(
            r#"{{"grantType":"refresh_token","clientId":"{}","clientSecret":"{secret}","refreshToken":"{}"}}"#,
            stale.client_id, stale.refresh_token
        );
        curl(
            &aws,
            &[
                "--header",
                "Content-Type: application/json",
                "--data",
                &body,
                &oidc,
            ],
        )
    };
    assert_eq!(refresh("wrong").0, "401");
    let (status, body) = refresh(&stale.client_secret);
    assert_eq!(status, "200", "{body}");
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let fresh = body["accessToken"].as_str().expect("a token");
    assert_eq!(credentials(fresh, "Developer").0, "200");
    let (status, body) = refresh(&stale.client_secret);
    assert!(status == "400" && body.contains("invalid_grant"), "{body}");

    let requests = aws.sign_in_requests();
    assert_eq!(requests[0].authorization, Auth::Token);
    let names: Vec<&str> = requests[0]
        .parameters
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["role_name", "account_id"]);
    assert!(requests[0].header("x-amz-sso_bearer_token").is_none());
    assert!(aws.canaries().contains(&fresh.to_owned()));
}

/// Lets botocore find the credentials of the profile `p` in a home; the access key id, or what went wrong.
fn botocore(aws: &LocalAws, home: &Path, config: &str) -> String {
    let python = std::env::var_os("INTEROP_PYTHON");
    let python = python.expect("scripts/interop names the Python with the reference tools");
    std::fs::create_dir_all(home.join(".aws")).expect("a directory");
    std::fs::write(home.join(".aws/config"), config).expect("written");
    let script = "import botocore.session as s\n\
        try: print(s.Session(profile='p').get_credentials().get_frozen_credentials().access_key)\n\
        except Exception as error: print(type(error).__name__, error)\n";
    let output = Command::new(python)
        .env_clear()
        .env("HOME", home)
        .envs(aws.environment())
        .args(["-c", script])
        .stderr(Stdio::inherit())
        .output()
        .expect("python starts");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn botocore_signs_in_and_refreshes() {
    let aws = LocalAws::builder().sso_role(ACCOUNT, "Developer").start();
    let home = tempfile::tempdir().expect("a directory");
    let home = home.path();
    std::fs::create_dir_all(home.join(".aws/sso/cache")).expect("a directory");
    let config = format!(
        "[profile p]\nsso_session = corp\nsso_account_id = {ACCOUNT}\nsso_role_name = Developer\nregion = eu-west-1\n\
         [sso-session corp]\nsso_start_url = {START_URL}\nsso_region = eu-west-1\n"
    );
    let cache = home
        .join(".aws/sso/cache")
        .join(SsoSession::cache_name("corp"));
    let services = |aws: &LocalAws| {
        let requests = aws.sign_in_requests();
        aws.clear_record();
        requests
            .iter()
            .map(|request| (request.service, request.status))
            .collect::<Vec<_>>()
    };
    let fresh = aws.sso_session(Duration::HOUR);
    std::fs::write(&cache, fresh.cache_file(START_URL, "eu-west-1")).expect("written");
    let id = botocore(&aws, home, &config);
    assert!(id.starts_with("ASIA"), "{id}");
    assert_eq!(services(&aws), [(Service::Sso, Some(200))]);

    let stale = aws.sso_session(Duration::minutes(-1));
    std::fs::write(&cache, stale.cache_file(START_URL, "eu-west-1")).expect("written");
    let id = botocore(&aws, home, &config);
    assert!(id.starts_with("ASIA"), "{id}");
    assert_eq!(
        services(&aws),
        [(Service::SsoOidc, Some(200)), (Service::Sso, Some(200))]
    );
    let saved = std::fs::read_to_string(&cache).expect("the cache file");
    assert!(!saved.contains(&stale.refresh_token), "{saved}");

    let legacy = format!(
        "[profile p]\nsso_start_url = {START_URL}\nsso_region = eu-west-1\nsso_account_id = {ACCOUNT}\n\
         sso_role_name = Developer\n"
    );
    let cache = home
        .join(".aws/sso/cache")
        .join(SsoSession::cache_name(START_URL));
    std::fs::write(&cache, fresh.legacy_cache_file(START_URL, "eu-west-1")).expect("written");
    let id = botocore(&aws, home, &legacy);
    assert!(id.starts_with("ASIA"), "{id}");
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn botocore_refreshes_a_console_session() {
    let aws = LocalAws::builder().start();
    let home = tempfile::tempdir().expect("a directory");
    let home = home.path();
    std::fs::create_dir_all(home.join(".aws/login/cache")).expect("a directory");
    let user = "arn:aws:iam::111111111111:user/ada";
    let config = format!("[profile p]\nlogin_session = {user}\nregion = eu-west-1\n");
    let session = aws.login_session(user, Duration::minutes(14));
    let cache = home.join(".aws/login/cache").join(session.cache_name());
    std::fs::write(&cache, session.cache_file()).expect("written");
    assert_eq!(botocore(&aws, home, &config), session.keys.access_key_id);
    assert!(aws.sign_in_requests().is_empty());
    let stale = aws.login_session(user, Duration::minutes(-1));
    std::fs::write(&cache, stale.cache_file()).expect("written");
    let id = botocore(&aws, home, &config);
    assert!(
        id.starts_with("ASIA") && id != stale.keys.access_key_id,
        "{id}"
    );
    let requests = aws.sign_in_requests();
    assert_eq!(
        (requests.len(), requests[0].status),
        (1, Some(200)),
        "{requests:?}"
    );
    assert_eq!(requests[0].path, "/v1/token");
}
