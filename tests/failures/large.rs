//! Answers without an end: none is kept beyond what it can be.

use expect_test::expect;
use local_aws::{Action, Fault, Service};

use super::studio;
use crate::harness::{Studio, WITH_REGION};

/// Clones within 400 MB of memory and a minute, while one service answers so.
fn cloned(service: Service, content_type: &str, beginning: &str, repeated: String) -> String {
    let mut studio: Studio = studio();
    studio.set("AWS_MAX_ATTEMPTS", "1");
    let answer = Action::Endless {
        content_type: content_type.to_owned(),
        beginning: beginning.into(),
        repeated: repeated.into(),
    };
    studio.aws.fail(Fault::new(service, answer).always());
    // Address space is more than memory: the programs are not small before they begin.
    let script = format!("ulimit -v 4000000; exec timeout 60 git clone {WITH_REGION} x");
    let said = studio.run_in(".", std::path::Path::new("/bin/sh"), &["-c", &script], "");
    assert_ne!(said.code, Some(124), "{said:?}");
    let said = said.failed();
    assert!(!studio.home().join("x").exists());
    format!("{}\n", said.said())
}

#[test]
fn credentials_without_an_end_are_given_up() {
    let filler = "x".repeat(1 << 14);
    let said = cloned(
        Service::Container,
        "application/json",
        "{\"Token\":\"",
        filler.clone(),
    );
    expect![[r#"
        git-remote-codecommit: no container credentials: the response from 127.0.0.1:PORT is larger than 1 MiB
        hint: the variable belongs to the container it was set in: in Studio, open a new terminal or restart the space
    "#]].assert_eq(&said);
    let said = cloned(Service::Sts, "text/xml", "<AssumeRoleResponse>", filler);
    expect![[r#"
        git-remote-codecommit: cannot assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole: the response from localhost:PORT is larger than 1 MiB
        hint: check which server answers at this address
    "#]].assert_eq(&said);
}

#[test]
fn references_without_an_end_are_given_up() {
    let announcement = "001e# service=git-upload-pack\n0000";
    let media_type = "application/x-git-upload-pack-advertisement";
    let name = format!("{} refs/heads/{}\n", "a".repeat(40), "n".repeat(60_000));
    let line = format!("{:04x}{name}", name.len() + 4);
    let said = cloned(Service::Git, media_type, announcement, line);
    expect![[r#"
        git-remote-codecommit: the response from localhost:PORT is larger than 256 MiB
        hint: check which server answers at this address
    "#]]
    .assert_eq(&said);
    // What is no advertisement is refused as soon as that shows.
    let said = cloned(Service::Git, media_type, announcement, "<p>".repeat(10_000));
    expect![[r#"
        git-remote-codecommit: localhost:PORT did not answer as a git host: not in pkt-line format
        hint: check CODE_COMMIT_ENDPOINT, and whether a proxy wants you to log in first
    "#]]
    .assert_eq(&said);
    let many = "000dls-refs=x\n".replace("000d", "000e");
    let said = cloned(Service::Git, media_type, "000eversion 2\n", many);
    expect![[r#"
        git-remote-codecommit: localhost:PORT did not answer as a git host: too many capabilities
        hint: check CODE_COMMIT_ENDPOINT, and whether a proxy wants you to log in first
    "#]]
    .assert_eq(&said);
}

#[test]
fn an_error_without_an_end_is_cut() {
    let studio = studio();
    let words = "no ".repeat(1 << 20);
    studio
        .aws
        .fail(Fault::new(Service::Git, Action::status(403, &words)));
    let said = studio.git(&["ls-remote", WITH_REGION]).failed();
    assert!(said.stderr.len() < 6000, "{}", said.stderr.len());
}
