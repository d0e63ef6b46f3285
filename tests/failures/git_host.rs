//! The git host and the way to it.

use expect_test::expect;
use std::time::Duration;

use local_aws::{Action, Fault, LocalAws, Protocol, Service};

use super::{cannot_clone, studio, studio_of};
use crate::harness::{WITH_REGION, digits, stable};

#[test]
fn every_http_error_of_the_git_host_is_explained() {
    let session = "arn:aws:sts::111111111111:assumed-role/\
                   MyCrossAccountRepositoryContributorRole/git-codecommit";
    let signed_by = format!("hint: signed as {session}");
    let policy = "hint: its policy must allow codecommit:GitPull on \
                  arn:aws:codecommit:eu-west-1:*:demo-repo\n\
                  hint: check that the repository is in this region, and this profile's account\n\
                  hint: git codecommit doctor shows which step fails (outside a clone, add the address)";
    for (code, error, hints) in [
        (
            401,
            "the git host did not accept the signature for repository \"demo-repo\" in eu-west-1",
            format!("{signed_by}\n{policy}"),
        ),
        (
            403,
            "access to repository \"demo-repo\" in eu-west-1 denied",
            format!("{signed_by}\n{policy}"),
        ),
        (
            404,
            "repository \"demo-repo\" in eu-west-1 not found",
            format!(
                "{signed_by}\nhint: check the name, upper and lower case too, and that the repository \
                 is in this identity's account and in eu-west-1"
            ),
        ),
        (
            503,
            "the git host of repository \"demo-repo\" in eu-west-1 failed",
            "hint: try again in a moment".into(),
        ),
    ] {
        // On the first request, and, the references being known, on the one for the pack.
        for method in ["GET", "POST"] {
            let studio = studio();
            let fault = Fault::new(Service::Git, Action::status(code, "")).on_method(method);
            studio.aws.fail(fault.always());
            assert_eq!(
                cannot_clone(&studio, WITH_REGION),
                format!("git-remote-codecommit: {error} (localhost:PORT, HTTP {code})\n{hints}"),
                "{method}"
            );
        }
    }
}

#[test]
fn a_plain_text_error_body_is_shown_as_git_shows_it() {
    let studio = studio();
    let body = "The repository is \x1b[31mlocked\nby its owner";
    studio
        .aws
        .fail(Fault::new(Service::Git, Action::status(403, body)));
    let said = studio.git(&["ls-remote", WITH_REGION]).failed();
    said.is(&expect![[r#"
        exit code 128
        -- stderr
        remote: The repository is \u{1b}[31mlocked
        remote: by its owner
        git-remote-codecommit: access to repository "demo-repo" in eu-west-1 denied (localhost:PORT, HTTP 403)
        hint: signed as arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit
        hint: its policy must allow codecommit:GitPull on arn:aws:codecommit:eu-west-1:*:demo-repo
        hint: check that the repository is in this region, and this profile's account
        hint: git codecommit doctor shows which step fails (outside a clone, add the address)
    "#]]);
}

#[test]
fn a_clock_that_is_days_off_is_named_first() {
    let studio = studio();
    studio.aws.set_clock_offset(time::Duration::days(-3));
    let keys = studio.aws.issue_user("dev");
    studio.write(
        ".aws/credentials",
        &format!(
            "[dev]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            keys.access_key_id, keys.secret_access_key
        ),
    );
    let said = cannot_clone(&studio, "codecommit::eu-west-1://dev@demo-repo");
    let said = said.replace(&keys.access_key_id, "KEY");
    expect![[r#"
        git-remote-codecommit: access to repository "demo-repo" in eu-west-1 denied (localhost:PORT, HTTP 403)
        hint: this machine's clock is 3 days ahead of the git host's: correct it
        hint: signed as access key KEY
        hint: its policy must allow codecommit:GitPull on arn:aws:codecommit:eu-west-1:*:demo-repo
        hint: check that the repository is in this region, and this profile's account
        hint: git codecommit doctor shows which step fails (outside a clone, add the address)"#]].assert_eq(&stable(&said));
    assert_eq!(studio.aws.git_requests().len(), 1);
}

#[test]
fn what_the_host_says_is_in_the_line_whatever_it_is_wrapped_in() {
    for (status, media_type, body, words) in [
        (
            401,
            "text/html",
            "<NotAuthorizedException><Message>SPNEGO token required</Message>\
             </NotAuthorizedException>",
            "the git host did not accept the signature for repository \"demo-repo\" in eu-west-1 \
             (localhost:PORT, HTTP 401): SPNEGO token required (NotAuthorizedException)",
        ),
        (
            403,
            "application/x-amz-json-1.1",
            r#"{"__type":"x#EncryptionKeyAccessDeniedException","message":"no \u001b[31mkey\u0007"}"#,
            "access to repository \"demo-repo\" in eu-west-1 denied (localhost:PORT, HTTP 403): \
             no \\u{1b}[31mkey\\u{7} (EncryptionKeyAccessDeniedException)",
        ),
        (
            404,
            "text/plain; charset=utf-8",
            "demo-repo does not exist\n",
            "repository \"demo-repo\" in eu-west-1 not found (localhost:PORT, HTTP 404): \
             demo-repo does not exist",
        ),
        (
            413,
            "text/html",
            "<html><body><h1>413 Request Entity Too Large</h1></body></html>",
            "the push to repository \"demo-repo\" in eu-west-1 is too large for the git host \
             (localhost:PORT, HTTP 413)",
        ),
        (
            429,
            "application/json",
            r#"{"message": "Rate Exceeded"}"#,
            "too many requests to repository \"demo-repo\" in eu-west-1 \
             (localhost:PORT, HTTP 429): Rate Exceeded",
        ),
    ] {
        for method in ["GET", "POST"] {
            let studio = studio();
            let answer = Action::status(status, body).content_type(media_type);
            studio
                .aws
                .fail(Fault::new(Service::Git, answer).on_method(method));
            let said = cannot_clone(&studio, WITH_REGION);
            let mut lines = said.lines();
            assert_eq!(
                lines.next(),
                Some(format!("git-remote-codecommit: {words}").as_str())
            );
            assert!(lines.all(|line| line.starts_with("hint: ")), "{said}");
            assert_eq!(said.contains("hint: the KMS key"), status == 403, "{said}");
        }
    }
}

#[test]
fn what_the_host_repeats_of_a_signature_is_taken_out() {
    let studio = studio();
    let keys = studio.aws.execution_role_keys();
    let token = keys.session_token.unwrap();
    let body = format!("{{\"message\": \"not {token} here\"}}");
    studio
        .aws
        .fail(Fault::new(Service::Git, Action::status(403, &body)));
    let mut studio = studio;
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.set("AWS_SESSION_TOKEN", &token);
    let said = cannot_clone(&studio, "codecommit::eu-west-1://demo-repo");
    expect![[r#"
        git-remote-codecommit: access to repository "demo-repo" in eu-west-1 denied (localhost:PORT, HTTP 403): not *** here
        hint: signed as access key KEY
        hint: if the temporary key KEY has expired, get new keys (git codecommit doctor --explain says where it comes from)
        hint: its policy must allow codecommit:GitPull on arn:aws:codecommit:eu-west-1:*:demo-repo
        hint: check that the repository is in this region, and this profile's account
        hint: git codecommit doctor shows which step fails (outside a clone, add the address)"#]].assert_eq(&stable(&said).replace(&keys.access_key_id, "KEY"));
}

#[test]
fn a_cut_connection_is_an_error_in_both_protocols() {
    for protocol in [Protocol::V0Only, Protocol::Any] {
        let studio = studio_of(protocol);
        for method in ["GET", "POST"] {
            for action in [Action::Reset, Action::CutBody(100), Action::CutBody(0)] {
                studio
                    .aws
                    .fail(Fault::new(Service::Git, action.clone()).on_method(method));
                let said = cannot_clone(&studio, WITH_REGION);
                let line = said.lines().next().unwrap_or_default();
                assert!(
                    line.starts_with(
                        "git-remote-codecommit: the connection to localhost:PORT was cut: "
                    ),
                    "{protocol:?} {method} {action:?}: {said}"
                );
                assert!(said.ends_with("\nhint: try again"), "{said}");
            }
        }
    }
}

#[test]
fn a_certificate_that_is_not_trusted_says_how_to_trust_it() {
    let mut studio = studio();
    let keys = studio.aws.issue_user("dev");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    // Another local AWS, whose CA has the same name and another key.
    let other = LocalAws::builder().start();
    studio.set("AWS_CA_BUNDLE", other.ca_file().to_str().unwrap());
    assert_eq!(
        cannot_clone(&studio, "codecommit::eu-west-1://demo-repo"),
        "git-remote-codecommit: TLS handshake with localhost:PORT failed: invalid peer certificate: \
         BadSignature\n\
         hint: if a proxy inspects TLS, put its CA certificate (PEM) in a file and name it in \
         AWS_CA_BUNDLE"
    );
    assert!(studio.aws.git_requests().is_empty());
}

#[test]
fn an_answer_that_is_not_gits_is_recognised() {
    let studio = studio();
    let page = Action::Status {
        code: 200,
        body: "<html>Please log in</html>".into(),
        content_type: "text/html; charset=utf-8".into(),
        headers: Vec::new(),
    };
    studio.aws.fail(Fault::new(Service::Git, page));
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        "git-remote-codecommit: localhost:PORT did not answer as a git host: not valid: the \
         content type is \"text/html\"\n\
         hint: check CODE_COMMIT_ENDPOINT, and whether a proxy wants you to log in first"
    );
}

#[test]
fn an_answer_that_somebody_compressed_is_recognised() {
    let studio = studio();
    let answer = Action::Status {
        code: 200,
        body: "\u{1f}not what was asked for".into(),
        content_type: "application/x-git-upload-pack-advertisement".into(),
        headers: vec![("Content-Encoding".into(), "gzip".into())],
    };
    studio.aws.fail(Fault::new(Service::Git, answer));
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        "git-remote-codecommit: localhost:PORT did not answer as a git host: not valid: the \
         content encoding is \"gzip\", which was not asked for\n\
         hint: check CODE_COMMIT_ENDPOINT, and whether a proxy wants you to log in first"
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let studio = studio();
    let elsewhere = Action::status(302, "").header("Location", "https://evil.example/");
    studio.aws.fail(Fault::new(Service::Git, elsewhere));
    let said = cannot_clone(&studio, WITH_REGION);
    expect![[r#"
        git-remote-codecommit: the git host redirected the request for repository "demo-repo" in eu-west-1 (localhost:PORT, HTTP 302)
        hint: redirects are never followed: check CODE_COMMIT_ENDPOINT and the proxy"#]].assert_eq(&stable(&said));
    assert_eq!(studio.aws.git_requests().len(), 1);
}

#[test]
fn a_slow_host_is_waited_for() {
    let studio = studio();
    for service in [Service::Container, Service::Sts, Service::Git] {
        studio.aws.fail(Fault::new(
            service,
            Action::Delay(Duration::from_millis(700)),
        ));
    }
    studio.git(&["clone", WITH_REGION]).succeeded();
}

#[test]
fn a_failure_of_gits_own_programs_is_left_to_their_words() {
    for protocol in [Protocol::V0Only, Protocol::Any] {
        let studio = studio_of(protocol);
        studio.git(&["clone", WITH_REGION, "first"]).succeeded();
        studio.commit("first", "digits", &digits(40_000));
        studio.git_in("first", &["push"]).succeeded();
        // The kernel ends the program that would store more than 50 KiB.
        let script = format!("ulimit -f 100 && exec git clone {WITH_REGION} clone");
        let said = studio.run_in(".", std::path::Path::new("/bin/sh"), &["-c", &script], "");
        let said = said.failed();
        assert!(said.stderr.contains("fatal: "), "{said:?}");
        assert_eq!(said.said(), "", "{protocol:?}");
        assert!(!studio.home().join("clone").exists());
    }
}

#[test]
fn a_fetch_that_fails_leaves_the_clone_as_it_was() {
    for protocol in [Protocol::V0Only, Protocol::Any] {
        let studio = studio_of(protocol);
        for clone in ["here", "there"] {
            studio.git(&["clone", WITH_REGION, clone]).succeeded();
        }
        studio.commit("there", "x", &"x\n".repeat(5000));
        studio.git_in("there", &["push"]).succeeded();
        let before = every_path(&studio.home().join("here/.git"));
        let references = studio.git_in("here", &["show-ref"]).succeeded().stdout;
        // In protocol v2 the second POST is the one for the pack.
        for action in [
            Action::status(403, ""),
            Action::CutBody(0),
            Action::CutBody(100),
            Action::Reset,
        ] {
            let pack = Fault::new(Service::Git, action.clone()).on_method("POST");
            studio.aws.fail(match protocol {
                Protocol::V0Only => pack,
                Protocol::Any => pack.after(1),
            });
            let said = studio.git_in("here", &["fetch"]).failed();
            assert_ne!(said.said(), "", "{said:?}");
            assert_eq!(
                studio.git_in("here", &["show-ref"]).succeeded().stdout,
                references
            );
            assert_eq!(
                every_path(&studio.home().join("here/.git")),
                before,
                "{action:?}"
            );
        }
        studio.git_in("here", &["pull", "--ff-only"]).succeeded();
        assert_eq!(studio.head("here"), studio.head("there"));
    }
}

/// Every file of a repository, less what git rewrites in each fetch.
fn every_path(folder: &std::path::Path) -> std::collections::BTreeSet<std::path::PathBuf> {
    let mut paths = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            paths.extend(every_path(&path));
        } else if !path.ends_with("FETCH_HEAD") {
            paths.insert(path);
        }
    }
    paths
}
