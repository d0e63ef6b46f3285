//! `codecommit.transport = git`: git's own https transport, with our signature.

use std::collections::BTreeSet;
use std::time::Duration;

use local_aws::{Action, Auth, Fault, Service};

use super::{Spoken, everywhere, shell, studio};
use crate::harness::{Outcome, Studio, WITH_REGION, WITHOUT_REGION, digits, every_git};
use crate::secrets::{contains, disguises, with_command_lines};

/// The same home, run by git's own transport. Whoever is asked for a password leaves a file behind.
fn by_git(mut studio: Studio) -> Studio {
    let script = "git config --global codecommit.transport git && \
                  printf '#!/bin/sh\\n: > \"$HOME/asked-$1\"\\n' > ask && chmod +x ask && \
                  git config --global credential.helper \"!$HOME/ask\"";
    shell(&studio, script).succeeded();
    let ask = studio.home().join("ask").display().to_string();
    studio.set("GIT_ASKPASS", &ask);
    studio.set("GIT_TERMINAL_PROMPT", "1");
    studio
}

fn nobody_was_asked(studio: &Studio) {
    let files = std::fs::read_dir(studio.home()).unwrap().flatten();
    let names = files.map(|file| file.file_name().into_string().unwrap());
    let asked: Vec<String> = names.filter(|name| name.starts_with("asked")).collect();
    assert!(asked.is_empty(), "{asked:?}");
}

/// Checks that git itself sent every request, each of them signed, and that STS was asked once a run.
fn git_sent_it(studio: &Studio) {
    let requests = studio.aws.git_requests();
    assert!(!requests.is_empty());
    for request in &requests {
        let signed = matches!(request.authorization, Auth::Ok { .. });
        assert!(signed && request.status == Some(200), "{request:#?}");
        let agent = request.user_agent.as_deref().unwrap();
        assert!(agent.starts_with("git/2."), "{agent}");
        assert!(!agent.contains("git-codecommit"), "{agent}");
    }
    let runs = requests.iter().filter(|r| r.method == "GET").count();
    assert_eq!(studio.aws.sts_requests().len(), runs);
    studio.aws.clear_record();
}

#[test]
fn the_main_job_is_done_by_gits_own_transport() {
    for git in every_git() {
        for spoken in [Spoken::CodeCommit, Spoken::V2] {
            for address in [WITH_REGION, WITHOUT_REGION] {
                let studio = by_git(studio(&git, spoken));
                studio.git(&["clone", address]).succeeded();
                git_sent_it(&studio);
                // What is sent whole, and what is sent in chunks.
                for count in [10, 300_000] {
                    let commit = studio.commit("demo-repo", "digits", &digits(count));
                    studio.git_in("demo-repo", &["push"]).succeeded();
                    git_sent_it(&studio);
                    assert_eq!(studio.remote_ref("refs/heads/main"), commit);
                }
                studio.git_in("demo-repo", &["fetch"]).succeeded();
                studio.git(&["ls-remote", address]).succeeded();
                git_sent_it(&studio);
                nobody_was_asked(&studio);
            }
        }
    }
}

#[test]
fn no_command_line_has_a_secret_and_no_helper_is_asked_or_told() {
    for git in every_git() {
        let mut studio = by_git(studio(&git, Spoken::CodeCommit));
        for trace in [
            "GIT_TRACE",
            "GIT_TRACE_CURL",
            "GIT_TRACE_SETUP",
            "GIT_CODECOMMIT_TRACE",
        ] {
            studio.set(trace, "1");
        }
        // What shows the environment in which the signature goes, and what git would hide.
        studio.set("GIT_TRACE2", "1");
        studio.set("GIT_TRACE2_ENV_VARS", "GIT_CONFIG_PARAMETERS");
        studio.set("GIT_TRACE2_CONFIG_PARAMS", "http.*");
        studio.set("GIT_TRACE_REDACT", "0");
        for (key, value) in [
            ("trace2.envVars", "GIT_CONFIG_PARAMETERS"),
            ("trace2.configParams", "http.*"),
        ] {
            studio.configure(key, value);
        }
        let mut lines: BTreeSet<Vec<u8>> = BTreeSet::new();
        let mut said: Vec<Outcome> = Vec::new();
        for arguments in [
            vec!["clone", WITH_REGION],
            vec!["-C", "demo-repo", "push", "origin", "main:other"],
            vec![
                "-c",
                "credential.helper=!$HOME/ask",
                "-C",
                "demo-repo",
                "fetch",
            ],
        ] {
            // Every process lives long enough for its command line to be seen.
            let pause = Action::Delay(Duration::from_millis(60));
            studio.aws.fail(Fault::new(Service::Git, pause).times(2));
            lines.extend(with_command_lines(|| {
                said.push(studio.git(&arguments).succeeded());
            }));
        }
        // A refusal is not an occasion to ask either.
        for status in [401, 403] {
            let refusal =
                Action::status(status, "").header("WWW-Authenticate", "Basic realm=\"x\"");
            studio.aws.fail(Fault::new(Service::Git, refusal));
            said.push(studio.git(&["ls-remote", WITH_REGION]).failed());
        }
        nobody_was_asked(&studio);
        assert!(lines.iter().any(|line| contains(line, "remote-https\0")));
        let secrets = studio.aws.canaries();
        assert!(secrets.len() > 10, "{} secrets", secrets.len());
        for disguise in secrets.iter().flat_map(|secret| disguises(secret)) {
            let seen = lines.iter().any(|line| contains(line, &disguise));
            assert!(!seen, "{disguise} is on a command line");
            for said in &said {
                let text = format!("{}{}", said.stdout, said.stderr);
                assert!(
                    !contains(text.as_bytes(), &disguise),
                    "{disguise} is in {text}"
                );
            }
        }
    }
}

#[test]
fn limits_on_transports_do_not_stop_it() {
    for git in every_git() {
        let mut studio = by_git(studio(&git, Spoken::CodeCommit));
        studio.set("GIT_ALLOW_PROTOCOL", "codecommit:file");
        studio.git(&["clone", WITH_REGION]).succeeded();
        studio.unset("GIT_ALLOW_PROTOCOL");
        let limits = [
            "-c",
            "protocol.allow=never",
            "-c",
            "protocol.codecommit.allow=always",
        ];
        studio
            .git(&[&limits[..], &["clone", WITH_REGION, "again"]].concat())
            .succeeded();
        git_sent_it(&studio);
    }
}

#[test]
fn redirects_are_not_followed_with_the_signature() {
    let studio = by_git(studio(&every_git()[0], Spoken::CodeCommit));
    let other = local_aws::LocalAws::builder()
        .repository("demo-repo")
        .start();
    for code in [301, 302, 307] {
        let elsewhere = Action::redirect(code, &other.git_authority());
        studio.aws.fail(Fault::new(Service::Git, elsewhere));
        studio.git(&["ls-remote", WITH_REGION]).failed();
    }
    assert!(other.git_requests().is_empty());
}

#[test]
fn it_can_be_chosen_for_some_addresses_and_is_checked() {
    let studio = studio(&every_git()[0], Spoken::CodeCommit);
    let ours = |arguments: &[&str]| {
        studio.aws.clear_record();
        studio.git(arguments).succeeded();
        let requests = studio.aws.git_requests();
        requests[0]
            .user_agent
            .as_deref()
            .unwrap()
            .contains("git-codecommit")
    };
    assert!(ours(&["ls-remote", WITH_REGION]));
    let scoped = "codecommit.codecommit::eu-west-1://.transport=git";
    assert!(!ours(&["-c", scoped, "ls-remote", WITH_REGION]));
    assert!(ours(&["-c", scoped, "ls-remote", WITHOUT_REGION]));
    let native = "codecommit.codecommit::eu-west-1://demo-repo.transport=native";
    assert!(ours(&[
        "-c",
        scoped,
        "-c",
        native,
        "ls-remote",
        WITH_REGION
    ]));
    let said = studio
        .git(&["-c", "codecommit.transport=curl", "ls-remote", WITH_REGION])
        .failed();
    assert_eq!(
        said.said(),
        "git-remote-codecommit: git's configuration has a codecommit.transport that is not git or native\n\
         hint: git config --show-origin --get-all codecommit.transport shows where it is set"
    );
}

#[test]
fn what_stops_the_native_transport_stops_this_one_before_git_is_started() {
    everywhere(|studio, spoken| {
        if spoken != Spoken::CodeCommit {
            return;
        }
        let refusal = Action::sts_error(403, "AccessDenied", "not you");
        studio.aws.fail(Fault::new(Service::Sts, refusal).always());
        let said = studio
            .git(&["-c", "codecommit.transport=git", "ls-remote", WITH_REGION])
            .failed();
        assert!(said.said().contains("AccessDenied"), "{said:?}");
        assert!(studio.aws.git_requests().is_empty());
    });
}
