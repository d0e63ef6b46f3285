//! Signatures, byte by byte, and a whole clone.

use local_aws::{Auth, Request, StsCall};
use serde_json::{Value, json};
use time::Duration;

use super::python;
use crate::harness::{PROFILE, Studio, WITH_REGION, WITHOUT_REGION};

/// Asks the oracle about several cases at once.
fn oracle(studio: &Studio, cases: &[Value]) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/oracle.py");
    let input: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let said = studio.run_in(".", &python(), &[script], &input).succeeded();
    let lines = said.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// User name and password in a signed URL, percent escapes decoded.
fn user_info(url: &str) -> (String, String) {
    let (user, rest) = url
        .strip_prefix("https://")
        .unwrap()
        .split_once(':')
        .unwrap();
    let (password, _) = rest.split_once('@').unwrap();
    let decode = |text| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .unwrap()
    };
    (decode(user).into_owned(), password.to_owned())
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn signatures_equal_botocores_and_git_remote_codecommits() {
    let token = "IQoJb3JpZ2luX2Vj/+EaCXVz==%41&x";
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let mut cases = Vec::new();
    let mut ours = Vec::new();
    for token in [None, Some(token)] {
        let mut studio = Studio::default();
        // Only a temporary key has a token.
        let id = token.map_or("AKIAEXAMPLE", |_| "ASIAEXAMPLE");
        studio.set("AWS_ACCESS_KEY_ID", id);
        studio.set("AWS_SECRET_ACCESS_KEY", secret);
        if let Some(token) = token {
            studio.set("AWS_SESSION_TOKEN", token);
        }
        for (region, host) in [
            ("eu-west-1", "git-codecommit.eu-west-1.amazonaws.com"),
            (
                "us-gov-west-1",
                "git-codecommit-fips.us-gov-west-1.amazonaws.com",
            ),
            ("cn-north-1", "git-codecommit.cn-north-1.amazonaws.com.cn"),
            (
                "us-east-1",
                "vpce-0b47.git-codecommit.us-east-1.vpce.amazonaws.com",
            ),
        ] {
            for repository in ["demo-repo", "My.Repo_1", "r"] {
                let (username, password) = signed(&studio, host, repository);
                cases.push(json!({
                    "access_key": id, "secret_key": secret, "token": token,
                    "region": region, "host": host, "repository": repository,
                    "timestamp": password[..15],
                }));
                ours.push((username, password));
            }
        }
    }
    let answers = oracle(&Studio::default(), &cases);
    assert_eq!(answers.len(), 24);
    for ((case, answer), ours) in cases.iter().zip(&answers).zip(&ours) {
        assert_eq!(answer["password"].as_str(), Some(ours.1.as_str()), "{case}");
        assert_eq!(&user_info(answer["url"].as_str().unwrap()), ours, "{case}");
    }
}

/// User name and password as the credential helper answers them.
fn signed(studio: &Studio, host: &str, repository: &str) -> (String, String) {
    let request = format!("protocol=https\nhost={host}\npath=v1/repos/{repository}\n");
    let said = studio
        .helper("git-credential-codecommit", &["get"], &request)
        .succeeded();
    let line = |key: &str| {
        let line = said.stdout.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap().to_owned()
    };
    (line("username="), line("password="))
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn the_credential_helpers_answer_equals_the_references_signature() {
    let mut studio = Studio::default();
    let keys = studio.aws.issue_session(
        "arn:aws:sts::111111111111:assumed-role/Ci/build",
        Duration::hours(1),
    );
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.set("AWS_SESSION_TOKEN", keys.session_token.as_deref().unwrap());
    let host = "git-codecommit.eu-west-1.amazonaws.com";
    let (username, password) = signed(&studio, host, "demo-repo");
    let case = json!({
        "access_key": keys.access_key_id, "secret_key": keys.secret_access_key,
        "token": keys.session_token, "region": "eu-west-1", "host": host,
        "repository": "demo-repo", "timestamp": password[..15],
    });
    let answer = &oracle(&studio, &[case])[0];
    assert_eq!(answer["password"].as_str(), Some(password.as_str()));
    let expected = user_info(answer["url"].as_str().unwrap());
    assert_eq!(expected, (username, password));
}

/// What a clone asked of STS and of the git host, less what must differ: keys, times, and the
/// requests that only the reference needs.
fn shown(requests: &[Request]) -> Vec<String> {
    let mut shown: Vec<String> = requests
        .iter()
        .filter_map(|request| match (&request.sts, &request.authorization) {
            (
                Some(StsCall {
                    action,
                    role_arn,
                    external_id,
                    duration_seconds,
                    region,
                    ..
                }),
                _,
            ) => Some(format!(
                "{action} {role_arn:?} {external_id:?} {duration_seconds:?} {region}"
            )),
            (
                None,
                Auth::Ok {
                    arn, signed_host, ..
                },
            ) => {
                // The session's name is each tool's own.
                let (role, _session) = arn.rsplit_once('/').unwrap();
                Some(format!("{} {role} {signed_host:?}", request.path))
            }
            _ => None,
        })
        .collect();
    shown.dedup();
    shown
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn git_remote_codecommit_itself_does_the_same_in_the_same_home() {
    for address in [WITH_REGION, WITHOUT_REGION] {
        let mut studio = Studio::default();
        studio.git(&["clone", address, "ours"]).succeeded();
        let ours = studio.aws.requests();
        studio.aws.clear_record();

        // The reference instead of ours, started by a script of our own: pip's does not stand a space in
        // the path of its Python.
        studio.write(
            "theirs/git-remote-codecommit",
            &format!(
                "#!/bin/sh\nexec '{}' -c 'import git_remote_codecommit as g; g.main()' \"$@\"\n",
                python().display()
            ),
        );
        let script = "chmod +x theirs/git-remote-codecommit";
        studio
            .run_in(".", std::path::Path::new("/bin/sh"), &["-c", script], "")
            .succeeded();
        let folder = studio.home().join("theirs").display().to_string();
        let reference = format!("{folder}:{}", studio.system_path());
        studio.set("PATH", &reference);
        // Git's own https transport needs the CA by name.
        let ca = studio.aws.ca_file().display().to_string();
        studio.set("GIT_SSL_CAINFO", &ca);
        studio.git(&["clone", address, "reference"]).succeeded();
        let theirs = studio.aws.requests();

        assert_eq!(shown(&ours), shown(&theirs), "{address} as {PROFILE}");
        assert_eq!(studio.head("ours"), studio.head("reference"));
        // The reference's first request is always refused; ours never is.
        assert!(theirs.iter().any(|request| request.status == Some(401)));
        assert!(ours.iter().all(|request| request.status == Some(200)));
    }
}
