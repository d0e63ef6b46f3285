//! `GIT_TRACE_CURL` and `GIT_CURL_VERBOSE`.

use std::collections::BTreeSet;

use local_aws::{Action, Fault, Service};

use super::{list, studio};
use crate::harness::{HTTPS, Outcome, Studio, WITH_REGION, digits, every_git};

/// The trace's lines without their time.
fn lines(text: &str) -> Vec<&str> {
    let trace = text
        .lines()
        .filter(|line| line.contains(" git-codecommit:http "));
    trace
        .map(|line| {
            let (prefix, text) = line.split_at(40);
            let (time, source) = prefix.split_once(' ').unwrap();
            assert_eq!(time.len(), "12:34:56.123456".len(), "{line}");
            assert!(source.starts_with("git-codecommit:http "), "{line}");
            text
        })
        .collect()
}

#[test]
fn the_conversation_is_shown_in_gits_lines_without_its_secrets() {
    let mut studio = studio();
    studio.set("GIT_TRACE_CURL", "1");
    studio.set("GIT_TRACE_REDACT", "0");
    let said = list(&studio, &["http.extraHeader=X-Token: hunter2"]).succeeded();
    let lines = lines(&said.stderr);
    for line in [
        "=> Send header: GET /v1/repos/demo-repo/info/refs?service=git-upload-pack HTTP/1.1",
        "=> Send header: Authorization: Basic <redacted>",
        "=> Send header: X-Token: <redacted>",
        "=> Send header: Git-Protocol: version=2",
        "=> Send header:",
        "<= Recv header: HTTP/1.1 200 OK",
        "<= Recv header: Content-Type: application/x-git-upload-pack-advertisement",
        "<= Recv header:",
        "<= Recv data: 001e# service=git-upload-pack.0000",
    ] {
        assert!(
            lines.iter().any(|known| known.starts_with(line)),
            "{line}\n{}",
            lines.join("\n")
        );
    }
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("<= Recv data, 0000000")),
        "{lines:#?}"
    );
    assert!(!said.stderr.contains("hunter2"));
    for secret in studio.aws.canaries() {
        assert!(!said.stderr.contains(&secret), "{secret}");
    }
}

#[test]
fn what_a_host_repeats_of_a_secret_is_taken_out() {
    let mut studio = studio();
    let arn = "arn:aws:sts::111111111111:assumed-role/Dev/session";
    let keys = studio.aws.issue_session(arn, time::Duration::hours(1));
    let token = keys.session_token.unwrap();
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.set("AWS_SESSION_TOKEN", &token);
    studio.set("GIT_TRACE_CURL", "1");
    let echo = Action::status(403, &format!("you are {token}, no?")).header("X-Echo", &token);
    studio.aws.fail(Fault::new(Service::Git, echo));
    let address = "codecommit::eu-west-1://demo-repo";
    let said = studio.git(&["ls-remote", address]).failed().stderr;
    let lines = lines(&said);
    assert!(lines.contains(&"<= Recv header: X-Echo: ***"), "{said}");
    assert!(lines.contains(&"<= Recv data: you are ***, no?"), "{said}");
    assert!(!said.contains(&token), "{said}");
}

#[test]
fn bodies_are_left_out_where_that_is_asked_for() {
    let mut studio = studio();
    studio.set("GIT_TRACE_CURL", "1");
    studio.set("GIT_TRACE_CURL_NO_DATA", "1");
    let said = list(&studio, &[]).succeeded().stderr;
    assert!(
        said.contains("<= Recv header: ") && !said.contains("Recv data"),
        "{said}"
    );
    studio.unset("GIT_TRACE_CURL");
    studio.unset("GIT_TRACE_CURL_NO_DATA");
    studio.set("GIT_CURL_VERBOSE", "1");
    let said = list(&studio, &[]).succeeded().stderr;
    assert!(
        said.contains("<= Recv header: ") && !said.contains("Recv data"),
        "{said}"
    );
}

#[test]
fn the_trace_may_go_to_a_file_or_a_descriptor() {
    let mut studio = studio();
    let file = studio.home().join("trace");
    studio.set("GIT_TRACE_CURL", file.to_str().unwrap());
    let said = list(&studio, &[]).succeeded();
    assert!(!said.stderr.contains("Recv header"), "{said:?}");
    let first = std::fs::read_to_string(&file).unwrap();
    assert!(first.contains("=> Send header: GET "), "{first}");
    list(&studio, &[]).succeeded();
    let both = std::fs::read_to_string(&file).unwrap();
    assert!(
        both.starts_with(&first) && both.len() > first.len(),
        "it is appended to"
    );

    studio.set("GIT_TRACE_CURL", "5");
    let through = |studio: &Studio| {
        let script = format!("exec 5>>fifth && exec git ls-remote {WITH_REGION}");
        studio
            .run_in(".", std::path::Path::new("/bin/sh"), &["-c", &script], "")
            .succeeded()
    };
    through(&studio);
    let fifth = std::fs::read_to_string(studio.home().join("fifth")).unwrap();
    assert!(fifth.contains("<= Recv header: HTTP/1.1 200 OK"), "{fifth}");

    studio.set("GIT_TRACE_CURL", "relative");
    let said = list(&studio, &[]).succeeded().said();
    assert_eq!(
        said,
        "git-remote-codecommit: warning: GIT_TRACE_CURL=relative cannot be written: neither a \
         number nor an absolute path"
    );
    for off in ["0", "false", ""] {
        studio.set("GIT_TRACE_CURL", off);
        assert!(
            !list(&studio, &[])
                .succeeded()
                .stderr
                .contains("Send header")
        );
    }
}

/// The names of the headers that a trace shows as sent.
fn sent(said: &Outcome) -> BTreeSet<String> {
    let lines = said.stderr.lines();
    let headers = lines.filter_map(|line| Some(line.split_once("=> Send header: ")?.1));
    let names = headers.filter_map(|header| header.split_once(": "));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn headers_are_spelled_as_in_gits_own_trace() {
    for git in every_git() {
        let mut studio = Studio::default().with_git(&git).with_our_helper();
        studio
            .git(&["clone", "--quiet", HTTPS, "clone"])
            .succeeded();
        studio.configure("http.postBuffer", "65536");
        studio.set("LANGUAGE", "de");
        studio.set("GIT_TRACE_CURL", "1");
        let headers = [HTTPS, WITH_REGION].map(|address| {
            let listed = studio.git(&["ls-remote", address]).succeeded();
            // More than the buffer holds.
            studio.commit(
                "clone",
                &address.len().to_string(),
                &digits(20_000 + address.len()),
            );
            let pushed = studio
                .git_in("clone", &["push", address, "main"])
                .succeeded();
            &sent(&listed) | &sent(&pushed)
        });
        let [by_git, by_us] = headers;
        for name in &by_us {
            let other = by_git.iter().find(|other| other.eq_ignore_ascii_case(name));
            assert_eq!(other.unwrap_or(name), name, "git {}", git.version);
        }
        for name in [
            "Accept-Language",
            "Content-Type",
            "Git-Protocol",
            "Transfer-Encoding",
            "User-Agent",
        ] {
            assert!(by_git.contains(name), "git {}: {by_git:?}", git.version);
            assert!(by_us.contains(name), "{by_us:?}");
        }
    }
}
