//! What a person and a program see.

use expect_test::expect;
use local_aws::{Action, Fault, Service};

use super::{found, run, shows};
use crate::harness::{HTTPS, Outcome, Studio, WITH_REGION, every_git, helpers};
use crate::secrets::{contains, disguises};

/// Runs the doctor on a terminal of its own.
fn on_a_terminal(studio: &Studio, arguments: &str) -> Outcome {
    let git = every_git()[0].program().display().to_string();
    let command = format!("{git} codecommit doctor {arguments}");
    studio.on_a_terminal(&command, "")
}

/// A home where all is well, with AWS's own host names.
fn real_hosts() -> Studio {
    let mut studio = Studio::default().with_real_hosts();
    studio.set("https_proxy", &studio.aws.proxy_url());
    studio.set("TERM", "xterm");
    studio
}

#[test]
fn twenty_checks_that_pass_fit_on_a_screen() {
    let studio = real_hosts();
    let said = on_a_terminal(&studio, WITH_REGION).succeeded();
    let plain = said.stdout.replace("\x1b[32m", "").replace("\x1b[0m", "");
    let lines: Vec<&str> = plain.lines().collect();
    assert_eq!(
        lines.iter().filter(|line| line.starts_with("✓ ")).count(),
        20
    );
    assert!(lines.len() <= 24, "{plain}");
    shows(
        said,
        &expect![[r#"
            -- stdout
            [32m✓[0m git: GIT
            [32m✓[0m programs: version VERSION
            [32m✓[0m surroundings: not SageMaker Studio
            [32m✓[0m stored passwords: none for CodeCommit

            codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
            [32m✓[0m address: git starts git-remote-codecommit
            [32m✓[0m protocol permission: allowed for typed addresses (git's default)
            [32m✓[0m helper program: git starts BIN/git-remote-codecommit (VERSION)
            [32m✓[0m credential helpers: git-credential-codecommit is not configured; only https URLs need it
            [32m✓[0m profile: CrossAccountAccessProfile (the address)
            [32m✓[0m plan: container credentials, then 1 role
            [32m✓[0m DNS name of STS: the proxy 127.0.0.1:PORT (https_proxy) is at 127.0.0.1
            [32m✓[0m TCP to STS: connected to 127.0.0.1:PORT
            [32m✓[0m TLS with STS: sts.eu-west-1.amazonaws.com answers through the proxy 127.0.0.1:PORT (https_proxy)
            [32m✓[0m DNS name of the git host: the proxy 127.0.0.1:PORT (https_proxy) is at 127.0.0.1
            [32m✓[0m TCP to the git host: connected to 127.0.0.1:PORT
            [32m✓[0m TLS with the git host: git-codecommit.eu-west-1.amazonaws.com answers through the proxy 127.0.0.1:PORT (https_proxy)
            [32m✓[0m clock: right within 2 seconds
            [32m✓[0m container credentials: access key KEY
            [32m✓[0m AssumeRole MyCrossAccountRepositoryContributorRole: account 111111111111
            [32m✓[0m repository: readable: 3 references

            20 ok
        "#]],
    );
}

#[test]
fn a_problem_has_its_details_and_its_fix_and_is_in_the_last_line() {
    let mut studio = Studio::default();
    studio.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/");
    shows(
        run(&studio, &[WITH_REGION]),
        &expect![[r#"
            exit code 4
            -- stdout
            ok      git: GIT
            ok      programs: version VERSION
            ok      surroundings: not SageMaker Studio
            ok      stored passwords: none for CodeCommit

            codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
            ok      address: git starts git-remote-codecommit
            ok      protocol permission: allowed for typed addresses (git's default)
            ok      helper program: git starts BIN/git-remote-codecommit (VERSION)
            ok      credential helpers: git-credential-codecommit is not configured; only https URLs need it
            ok      profile: CrossAccountAccessProfile (the address)
            ok      plan: container credentials, then 1 role
            ok      DNS name of STS: localhost:PORT is at 127.0.0.1
            ok      TCP to STS: connected to 127.0.0.1:PORT
            ok      TLS with STS: localhost:PORT answers
            ok      DNS name of the git host: localhost:PORT is at 127.0.0.1
            ok      TCP to the git host: connected to 127.0.0.1:PORT
            ok      TLS with the git host: localhost:PORT answers
            ok      clock: right within 2 seconds
            failed  container credentials: no container credentials: cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
                    fix: the variable belongs to the container it was set in: in Studio, open a new terminal or restart the space
            skipped AssumeRole MyCrossAccountRepositoryContributorRole: the step before it failed
            skipped repository: there are no credentials

            17 ok, 1 failed, 2 skipped
            first problem: container credentials; fix: the variable belongs to the container it was set in: in Studio, open a new terminal or restart the space
        "#]],
    );
    let mut studio = real_hosts();
    studio.unset("https_proxy");
    let profile = studio.home().join(".aws/config");
    std::fs::remove_file(profile).unwrap();
    shows(
        on_a_terminal(&studio, WITH_REGION),
        &expect![[r#"
            exit code 3
            -- stdout
            [32m✓[0m git: GIT
            [32m✓[0m programs: version VERSION
            [32m✓[0m surroundings: not SageMaker Studio
            [32m✓[0m stored passwords: none for CodeCommit

            codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
            [32m✓[0m address: git starts git-remote-codecommit
            [32m✓[0m protocol permission: allowed for typed addresses (git's default)
            [32m✓[0m helper program: git starts BIN/git-remote-codecommit (VERSION)
            [31m✗[0m profile: profile "CrossAccountAccessProfile", chosen by the address, is not in ~/.aws/config or ~/.aws/credentials
              [1mfix:[0m these files have no profile: run "aws configure --profile NAME" to add one
            [2m–[0m plan, credentials, repository: profile failed

            7 ok, 1 failed, 3 skipped
            first problem: profile; fix: these files have no profile: run "aws configure --profile NAME" to add one
        "#]],
    );
}

#[test]
fn warnings_have_details_too_and_what_is_skipped_is_in_a_line() {
    let studio = real_hosts();
    let host = "git-codecommit.eu-west-1.amazonaws.com";
    let line = format!("https://u:20260101T000000Z5f3c2a1@{host}\n");
    studio.write(".git-credentials", &line);
    shows(
        run(&studio, &["--offline", WITH_REGION]),
        &expect![[r#"
            -- stdout
            ok      git: GIT
            ok      programs: version VERSION
            ok      surroundings: not SageMaker Studio
            warning stored passwords: ~/.git-credentials:1 has a signed password, which expired 15 minutes after it was made
                    searched ~/.git-credentials, ~/.config/git/credentials, ~/.netrc
                    fix: delete line ~/.git-credentials:1; git codecommit setup keeps "store" from storing the next one

            codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
            ok      address: git starts git-remote-codecommit
            ok      protocol permission: allowed for typed addresses (git's default)
            ok      helper program: git starts BIN/git-remote-codecommit (VERSION)
            ok      credential helpers: git-credential-codecommit is not configured; only https URLs need it
            ok      profile: CrossAccountAccessProfile (the address)
            ok      plan: container credentials, then 1 role
            skipped DNS name of STS, TCP to STS, TLS with STS, DNS name of the git host, TCP to the git host, TLS with the git host, clock, container credentials, AssumeRole MyCrossAccountRepositoryContributorRole, repository: offline

            9 ok, 1 warning, 10 skipped
            first problem: stored passwords; fix: delete line ~/.git-credentials:1; git codecommit setup keeps "store" from storing the next one
        "#]],
    );
}

#[test]
fn every_detail_is_shown_to_whoever_asks() {
    let studio = real_hosts();
    shows(
        run(&studio, &["--verbose", "--offline", WITH_REGION]),
        &expect![[r#"
            -- stdout
            ok      git (MS ms): GIT
            ok      programs (MS ms): version VERSION
                    BIN/git-codecommit (VERSION)
                    BIN/git-remote-codecommit (VERSION)
                    BIN/git-credential-codecommit (VERSION)
            ok      surroundings (MS ms): not SageMaker Studio
            ok      stored passwords (MS ms): none for CodeCommit
                    searched ~/.git-credentials, ~/.config/git/credentials, ~/.netrc

            codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
            ok      address (MS ms): git starts git-remote-codecommit
            ok      protocol permission (MS ms): allowed for typed addresses (git's default)
                    submodules need: git config --global protocol.codecommit.allow always
            ok      helper program (MS ms): git starts BIN/git-remote-codecommit (VERSION)
            ok      credential helpers (MS ms): git-credential-codecommit is not configured; only https URLs need it
                    git-codecommit.eu-west-1.amazonaws.com: no credential helper is configured
            ok      profile (MS ms): CrossAccountAccessProfile (the address)
                    repository: demo-repo
                    git host: git-codecommit.eu-west-1.amazonaws.com
                    region: eu-west-1 (the address)
            ok      plan (MS ms): container credentials, then 1 role
                    step 1: container credentials: credential_source = EcsContainer (~/.aws/config:3)
                    step 2: AssumeRole arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (~/.aws/config:4)
                    STS: sts.eu-west-1.amazonaws.com in eu-west-1 (the region of profile "CrossAccountAccessProfile")
                    session: not cached: codecommit.cache is false, or the space is shared
            skipped DNS name of STS, TCP to STS, TLS with STS, DNS name of the git host, TCP to the git host, TLS with the git host, clock, container credentials, AssumeRole MyCrossAccountRepositoryContributorRole, repository: offline

            10 ok, 10 skipped
        "#]],
    );
}

/// The subcommands of git that a run starts.
fn gits_of(arguments: &[&str]) -> Vec<String> {
    let mut studio = Studio::default();
    let real = every_git()[0].program().display().to_string();
    let wrapper = format!("#!/bin/sh\necho \"$*\" >>~/started\nexec {real} \"$@\"\n");
    let git = studio.write_program("bin/git", &wrapper);
    let folder = git.parent().unwrap().display();
    let path = format!("{folder}:{}:{}", helpers().display(), studio.system_path());
    studio.set("PATH", &path);
    let arguments = [&["doctor"], arguments].concat();
    studio.helper("git-codecommit", &arguments, "").succeeded();
    let started = std::fs::read_to_string(studio.home().join("started")).unwrap();
    started.lines().map(str::to_owned).collect()
}

#[test]
fn git_is_started_five_times_and_its_configuration_is_read_once() {
    let expected = [
        "--exec-path".to_owned(),
        "version".to_owned(),
        "config -z --list --includes --show-scope --show-origin".to_owned(),
        format!("ls-remote --get-url -- {WITH_REGION}"),
        // The request itself asks for it, for its User-Agent.
        "version".to_owned(),
    ];
    let mut started = gits_of(&[WITH_REGION]);
    // The first two are started at once.
    started[..2].sort();
    assert_eq!(started, expected);
}

#[test]
fn a_program_gets_one_object_of_the_documented_shape() {
    let studio = Studio::default();
    let report = found(&studio, &["--offline", WITH_REGION]).report;
    let keys = |value: &serde_json::Value| {
        let keys = value.as_object().unwrap().keys();
        keys.cloned().collect::<Vec<String>>()
    };
    assert_eq!(keys(&report), ["checks", "exit_code", "status", "version"]);
    assert_eq!(
        (&report["version"], &report["exit_code"]),
        (&2.into(), &0.into())
    );
    for check in report["checks"].as_array().unwrap() {
        let expected = [
            "address", "detail", "fix", "id", "millis", "status", "title",
        ];
        assert_eq!(keys(check), expected);
        assert_eq!(check["millis"].is_null(), check["status"] == "skipped");
    }
    assert_eq!(
        found(&studio, &["--offline", WITH_REGION]).check("surroundings"),
        &serde_json::json!({
            "id": "surroundings", "address": null, "title": "surroundings", "status": "ok", "millis": 0,
            "detail": ["not SageMaker Studio"], "fix": []
        })
    );
}

#[test]
fn colours_are_for_terminals_that_have_them_and_people_who_want_them() {
    let mut studio = Studio::default();
    assert!(!run(&studio, &[WITH_REGION]).stdout.contains('\x1b'));
    studio.set("TERM", "xterm");
    assert!(!run(&studio, &[WITH_REGION]).stdout.contains('\x1b'));
    let said = on_a_terminal(&studio, WITH_REGION).succeeded();
    assert!(said.stdout.contains("\x1b[32m✓\x1b[0m git: "), "{said:?}");
    studio.set("NO_COLOR", "1");
    assert!(
        on_a_terminal(&studio, WITH_REGION)
            .succeeded()
            .stdout
            .starts_with("ok      git: ")
    );
    studio.unset("NO_COLOR");
    studio.set("TERM", "dumb");
    assert!(
        !on_a_terminal(&studio, WITH_REGION)
            .succeeded()
            .stdout
            .contains('\x1b')
    );
}

#[test]
fn a_long_wait_says_what_it_waits_for_on_a_terminal_alone() {
    let mut studio = Studio::default();
    studio.set("TERM", "xterm");
    let slow = || {
        let pause = Action::Delay(std::time::Duration::from_millis(900));
        studio.aws.fail(Fault::new(Service::Container, pause));
    };
    slow();
    let said = on_a_terminal(&studio, WITH_REGION).succeeded();
    assert!(said.stdout.contains("| credentials\x1b[K"), "{said:?}");
    // It goes before the line comes.
    assert!(
        said.stdout
            .contains("\r\x1b[K\x1b[32m✓\x1b[0m container credentials: ")
    );
    slow();
    let said = run(&studio, &[WITH_REGION]).succeeded();
    assert!(
        !said.stdout.contains("| credentials") && said.stderr.is_empty(),
        "{said:?}"
    );
}

#[test]
fn no_secret_is_in_anything_it_says() {
    for refused in [false, true] {
        let mut studio =
            Studio::with_aws(|aws| aws.container_token("container-token-5b1f0c")).with_our_helper();
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
