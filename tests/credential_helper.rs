//! The https URL through git's own transport and the credential helper.

use expect_test::expect;
use local_aws::{Auth, SignedHost};

use crate::harness::{HTTPS, PROFILE, REQUEST, Studio, every_git};

/// Clones and pushes by https; the record shows that only git's first, blind request was refused.
fn by_https(studio: &Studio) {
    studio.git(&["clone", HTTPS]).succeeded();
    let commit = studio.commit("demo-repo", "x", "x");
    studio.git_in("demo-repo", &["push"]).succeeded();
    assert_eq!(studio.remote_ref("refs/heads/main"), commit);
    studio.git_in("demo-repo", &["fetch"]).succeeded();
    // Git's own transport asks blindly first; the clone and the push then make two requests, the fetch
    // one. Each of the three runs asks the helper once.
    let requests = studio.aws.git_requests();
    let statuses: Vec<_> = requests.iter().filter_map(|r| r.status).collect();
    assert_eq!(statuses, [401, 200, 200, 401, 200, 200, 401, 200]);
    for request in requests.iter().filter(|r| r.status == Some(200)) {
        // The credential helper is told no port, and signs none.
        let without_port = matches!(&request.authorization,
            Auth::Ok { signed_host, .. } if *signed_host == SignedHost::WithoutPort);
        assert!(without_port, "{request:#?}");
    }
    assert_eq!(studio.aws.container_requests().len(), 3);
    assert_eq!(studio.aws.sts_requests().len(), 3);
}

#[test]
fn https_works_with_the_helper_named_by_a_command_line() {
    for git in every_git() {
        by_https(&Studio::default().with_git(&git).with_our_helper());
    }
}

#[test]
fn https_works_with_the_helper_named_codecommit() {
    for git in every_git() {
        let mut studio = Studio::default().with_git(&git).with_https("codecommit");
        studio.set("AWS_PROFILE", PROFILE);
        by_https(&studio);
    }
}

#[test]
fn get_answers_a_password_that_the_git_host_takes() {
    let studio = Studio::default();
    let said = studio
        .helper(
            "git-credential-codecommit",
            &["--profile", PROFILE, "get"],
            REQUEST,
        )
        .succeeded();
    let line = |key: &str| {
        let line = said.stdout.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_else(|| panic!("{said:?}")).to_owned()
    };
    let (username, password) = (line("username="), line("password="));
    assert!(username.starts_with("ASIA") && username.contains('%'));
    assert_eq!(password.len(), 80);
    assert!(line("password_expiry_utc=").parse::<i64>().unwrap() > 1_700_000_000);
    assert_eq!(said.stderr, "");
    assert_eq!(said.stdout.lines().count(), 3);

    // Git with these two, and no helper, gets in.
    let encoded =
        percent_encoding::utf8_percent_encode(&username, percent_encoding::NON_ALPHANUMERIC);
    let host = HTTPS.strip_prefix("https://").unwrap();
    let studio = studio.with_https("");
    let url = format!("https://{encoded}:{password}@{host}");
    studio.git(&["ls-remote", &url]).succeeded();
}

#[test]
fn a_host_that_is_not_codecommits_gets_no_answer_and_no_error() {
    let studio = Studio::default();
    for request in [
        "protocol=https\nhost=github.com\npath=v1/repos/r\n",
        "protocol=https\nhost=amazon.com.evil.example\npath=v1/repos/r\n",
        "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com.evil.example\npath=v1/repos/r\n",
        "protocol=http\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/r\n",
        "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com:8443\npath=v1/repos/r\n",
        "protocol=https\n",
        "",
    ] {
        let said = studio
            .helper(
                "git-credential-codecommit",
                &["--profile", PROFILE, "get"],
                request,
            )
            .succeeded();
        assert_eq!(
            (said.stdout.as_str(), said.stderr.as_str()),
            ("", ""),
            "{request}"
        );
    }
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn store_erase_and_unknown_operations_are_quiet() {
    let studio = Studio::default();
    for operation in ["store", "erase", "invented-later"] {
        let said = studio
            .helper("git-credential-codecommit", &[operation], REQUEST)
            .succeeded();
        assert_eq!(
            (said.stdout.as_str(), said.stderr.as_str()),
            ("", ""),
            "{operation}"
        );
    }
}

#[test]
fn a_command_line_that_makes_no_sense_keeps_git_from_asking_the_person() {
    let studio = Studio::default();
    let ask = |request: &str| {
        let arguments = ["--region", "moon", "get"];
        studio
            .helper("git-credential-codecommit", &arguments, request)
            .failed()
    };
    let said = ask(REQUEST);
    assert_eq!((said.stdout.as_str(), said.code), ("quit=1\n", Some(3)));
    said.is(&expect![[r#"
        exit code 3
        -- stdout
        quit=1
        -- stderr
        git-credential-codecommit: "moon" is not an AWS region
        hint: a region looks like eu-west-1
    "#]]);
    assert_eq!(ask("protocol=https\nhost=github.com\n").stdout, "");
}

#[test]
fn git_is_told_that_whole_headers_can_be_had() {
    let said = Studio::default().helper("git-credential-codecommit", &["capability"], "");
    assert_eq!(said.succeeded().stdout, "version 0\ncapability authtype\n");
}

#[test]
fn a_definite_failure_tells_git_to_ask_nobody_else() {
    let studio = Studio::default();
    let said = studio
        .helper(
            "git-credential-codecommit",
            &["--profile", "typo", "get"],
            REQUEST,
        )
        .failed();
    assert_eq!(said.stdout, "quit=1\n");
    said.is(&expect![[r#"
        exit code 3
        -- stdout
        quit=1
        -- stderr
        git-credential-codecommit: profile "typo", chosen by --profile, is not in ~/.aws/config or ~/.aws/credentials
        hint: name one of these profiles: CrossAccountAccessProfile
    "#]]);

    let without_path = REQUEST.split("path=").next().unwrap();
    let said = studio
        .helper(
            "git-credential-codecommit",
            &["--profile", PROFILE, "get"],
            without_path,
        )
        .failed();
    assert_eq!(said.stdout, "quit=1\n");
    assert_eq!(
        said.stderr,
        "git-credential-codecommit: git asked for git-codecommit.eu-west-1.amazonaws.com without \
         naming the repository\nhint: run: git config --global \
         credential.https://git-codecommit.eu-west-1.amazonaws.com.useHttpPath true\n"
    );
}

#[test]
fn static_keys_are_answered_without_any_request() {
    let mut studio = Studio::default();
    let keys = studio.aws.issue_user("dev");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.aws.clear_record();
    let said = studio
        .helper("git-credential-codecommit", &["get"], REQUEST)
        .succeeded();
    assert!(
        said.stdout
            .starts_with(&format!("username={}\n", keys.access_key_id)),
        "{said:?}"
    );
    assert!(studio.aws.requests().is_empty());
}
