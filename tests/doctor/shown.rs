//! What a person and a program see.

use local_aws::{Action, Fault, Service};
use regex_free::without_times;

use super::{found, run, studio};
use crate::harness::{HTTPS, Outcome, PROFILE, Studio, WITH_REGION, every_git, helpers};
use crate::secrets::{contains, disguises};

mod regex_free {
    /// Every `(12 ms)` becomes `(N ms)`.
    pub(super) fn without_times(text: &str) -> String {
        let mut shown = String::new();
        for part in text.split_inclusive(" ms)") {
            match part.rsplit_once('(') {
                Some((before, "")) => shown.push_str(before),
                Some((before, time)) if time.ends_with(" ms)") => {
                    shown.push_str(before);
                    shown.push_str("(N ms)");
                }
                _ => shown.push_str(part),
            }
        }
        shown
    }
}

/// Runs the doctor on a terminal of its own.
fn on_a_terminal(studio: &Studio) -> Outcome {
    let command = format!(
        "{} codecommit doctor {WITH_REGION}",
        every_git()[0].program().display()
    );
    let options = ["--quiet", "--return", "--command", &command, "/dev/null"];
    studio.run_in(".", "/usr/bin/script".as_ref(), &options, "")
}

#[test]
fn a_person_sees_each_check_with_its_cure_and_what_is_skipped_in_a_line() {
    let mut studio = studio();
    studio.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/");
    let said = run(&studio, &[WITH_REGION]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(4), ""));
    let text = without_times(&said.stdout);
    let text = text
        .replace(&studio.home().display().to_string(), "~")
        .replace(&helpers().display().to_string(), "BIN")
        .replace(&studio.aws.git_authority(), "GIT")
        .replace(
            studio.aws.sts_url().strip_prefix("https://").unwrap(),
            "STS",
        );
    let git = every_git()[0].clone();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "\
ok       git (N ms): {} ({})
ok       programs (N ms): this is git-codecommit {version}
         BIN/git-codecommit ({version})
         BIN/git-remote-codecommit ({version})
         BIN/git-credential-codecommit ({version})
ok       surroundings (N ms): not SageMaker Studio
ok       kept passwords (N ms): none for CodeCommit in ~/.git-credentials, ~/.config/git/credentials

{WITH_REGION}
ok       address (N ms): git starts git-remote-codecommit for it
",
        git.version,
        git.program().display()
    );
    assert!(text.starts_with(&expected), "{text}");
    let end = "\
failed   container credentials (N ms): no container credentials: cannot connect to 127.0.0.1:9: \
Connection refused (os error 111)
         cure: the variable belongs to the container it was set in: in Studio, open a new terminal or restart \
the space
skipped  AssumeRole arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole: the step before it \
failed
skipped  repository: there are no credentials

17 ok, 1 failed, 2 skipped
start with: container credentials
";
    assert!(text.ends_with(end), "{text}");
    let offline = run(&studio, &["--offline", WITH_REGION]).stdout;
    assert!(
        offline.contains(
            "\nskipped  name of STS, TCP to STS, TLS with STS, name of the git host, TCP to the git host, TLS with \
             the git host, clock, container credentials, AssumeRole "
        ),
        "{offline}"
    );
}

#[test]
fn a_program_gets_one_object_of_the_documented_shape() {
    let studio = studio();
    let report = found(&studio, &["--offline", WITH_REGION]).report;
    let keys = |value: &serde_json::Value| {
        let keys = value.as_object().unwrap().keys();
        keys.cloned().collect::<Vec<String>>()
    };
    assert_eq!(keys(&report), ["checks", "exit_code", "status", "version"]);
    assert_eq!(
        (&report["version"], &report["exit_code"]),
        (&1.into(), &0.into())
    );
    for check in report["checks"].as_array().unwrap() {
        let expected = [
            "address", "cure", "detail", "id", "millis", "status", "title",
        ];
        assert_eq!(keys(check), expected);
        assert_eq!(check["millis"].is_null(), check["status"] == "skipped");
    }
    assert_eq!(
        found(&studio, &["--offline", WITH_REGION]).check("surroundings"),
        &serde_json::json!({
            "id": "surroundings", "address": null, "title": "surroundings", "status": "ok", "millis": 0,
            "detail": ["not SageMaker Studio"], "cure": []
        })
    );
}

#[test]
fn colours_are_for_terminals_that_have_them_and_people_who_want_them() {
    let mut studio = studio();
    assert!(!run(&studio, &[WITH_REGION]).stdout.contains('\x1b'));
    studio.set("TERM", "xterm");
    assert!(!run(&studio, &[WITH_REGION]).stdout.contains('\x1b'));
    let said = on_a_terminal(&studio).succeeded();
    assert!(
        said.stdout.contains("\x1b[32mok      \x1b[0m git"),
        "{said:?}"
    );
    studio.set("NO_COLOR", "1");
    assert!(
        !on_a_terminal(&studio)
            .succeeded()
            .stdout
            .contains("\x1b[32m")
    );
    studio.unset("NO_COLOR");
    studio.set("TERM", "dumb");
    assert!(!on_a_terminal(&studio).succeeded().stdout.contains('\x1b'));
}

#[test]
fn a_long_wait_says_what_it_waits_for_on_a_terminal_alone() {
    let mut studio = studio();
    studio.set("TERM", "xterm");
    let slow = || {
        let pause = Action::Delay(std::time::Duration::from_millis(900));
        studio.aws.fail(Fault::new(Service::Container, pause));
    };
    slow();
    let said = on_a_terminal(&studio).succeeded();
    assert!(
        said.stdout.contains("| asking for credentials\x1b[K"),
        "{said:?}"
    );
    // It goes before the line comes.
    assert!(
        said.stdout
            .contains("\r\x1b[K\x1b[32mok      \x1b[0m container credentials")
    );
    slow();
    let said = run(&studio, &[WITH_REGION]).succeeded();
    assert!(
        !said.stdout.contains("asking") && said.stderr.is_empty(),
        "{said:?}"
    );
}

#[test]
fn no_secret_is_in_anything_it_says() {
    for refused in [false, true] {
        let aws = local_aws::LocalAws::builder()
            .repository("demo-repo")
            .container_token("container-token-5b1f0c")
            .start();
        let helper = format!("!git-credential-codecommit --profile {PROFILE}");
        let mut studio = Studio::new(&every_git()[0], aws).with_https(&helper);
        for trace in ["GIT_CODECOMMIT_TRACE", "GIT_TRACE", "GIT_TRACE_CURL"] {
            studio.set(trace, "1");
        }
        if refused {
            let fault = Fault::new(Service::Git, Action::status(403, "no"));
            studio.aws.fail(fault.on_method("GET"));
        }
        let mut text = String::new();
        for arguments in [&[WITH_REGION][..], &["--json", WITH_REGION], &[HTTPS]] {
            if arguments == [HTTPS] {
                studio.unset("CODE_COMMIT_ENDPOINT");
            }
            let said = run(&studio, arguments);
            text.push_str(&said.stdout);
            text.push_str(&said.stderr);
        }
        assert!(text.contains("git-codecommit: trace: "));
        let secrets = studio.aws.canaries();
        assert!(secrets.len() > 5);
        for secret in secrets {
            for disguise in disguises(&secret) {
                assert!(!contains(text.as_bytes(), &disguise), "{disguise}");
            }
        }
    }
}
