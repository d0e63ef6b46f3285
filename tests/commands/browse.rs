//! `git codecommit browse`.

use expect_test::expect;

use super::{on_a_terminal, run, studio};
use crate::harness::{HTTPS, Outcome, Studio, WITH_REGION, helpers};

fn browse(studio: &Studio, folder: &str, arguments: &[&str]) -> Outcome {
    let arguments = [&["browse"], arguments].concat();
    let program = helpers().join("git-codecommit");
    studio.run_in(folder, &program, &arguments, "")
}

#[test]
fn an_address_or_url_has_its_page() {
    let studio = studio();
    let page = expect![[r#"
        -- stdout
        https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/demo-repo/browse?region=eu-west-1
    "#]];
    for address in [WITH_REGION, crate::harness::WITHOUT_REGION, HTTPS] {
        browse(&studio, ".", &[address]).is(&page);
    }
    // Neither a profile nor a key is needed where the address has a region.
    browse(&studio, ".", &["codecommit::eu-west-1://nobody@demo-repo"]).is(&page);
    browse(&studio, ".", &["--branch", "team/x", WITH_REGION]).is(&expect![[r#"
        -- stdout
        https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/demo-repo/browse/refs/heads/team/x?region=eu-west-1
    "#]]);
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn a_checkout_shows_its_branch_or_its_commit() {
    let studio = studio();
    studio
        .git(&["clone", "--quiet", WITH_REGION, "work"])
        .succeeded();
    browse(&studio, "work", &[]).is(&expect![[r#"
        -- stdout
        https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/demo-repo/browse/refs/heads/main?region=eu-west-1
    "#]]);
    // A branch that has another name on the host, and a remote that is not origin.
    studio
        .git_in("work", &["remote", "rename", "origin", "aws"])
        .succeeded();
    studio
        .git_in(
            "work",
            &["remote", "add", "origin", "https://github.com/a/b"],
        )
        .succeeded();
    studio
        .git_in(
            "work",
            &["switch", "--quiet", "--create", "mine", "aws/feature"],
        )
        .succeeded();
    browse(&studio, "work", &[]).is(&expect![[r#"
        -- stdout
        https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/demo-repo/browse/refs/heads/feature?region=eu-west-1
    "#]]);
    studio
        .git_in("work", &["switch", "--quiet", "--detach"])
        .succeeded();
    let head = studio.head("work");
    let commit = |said: Outcome| {
        let url = said.succeeded().stdout;
        assert_eq!(
            url,
            format!(
                "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/demo-repo/commit/{head}?region=eu-west-1\n"
            )
        );
    };
    commit(browse(&studio, "work", &[]));
    commit(browse(&studio, "work", &["--commit", &head[..8], "aws"]));
    commit(browse(&studio, ".", &["--commit", &head, WITH_REGION]));
    browse(&studio, "work", &["--commit", "nope", "aws"]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: "nope" is not a commit in this repository
        hint: give the full commit ID, or a commit of this clone
    "#]]);
}

#[test]
fn without_a_codecommit_remote_an_address_is_asked_for() {
    let studio = studio();
    run(&studio, &["browse"]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: this folder has no CodeCommit remote
        hint: name an address: git codecommit browse codecommit::eu-west-1://repository
    "#]]);
}

#[test]
fn every_partition_has_its_console_or_none_that_is_known() {
    let studio = studio();
    for (region, console) in [
        ("us-gov-west-1", "console.amazonaws-us-gov.com"),
        ("cn-north-1", "console.amazonaws.cn"),
        ("eusc-de-east-1", "console.amazonaws-eusc.eu"),
    ] {
        let address = format!("codecommit::{region}://demo-repo");
        let said = run(&studio, &["browse", &address]).succeeded();
        assert_eq!(
            said.stdout,
            format!(
                "https://{region}.{console}/codesuite/codecommit/repositories/demo-repo/browse?region={region}\n"
            )
        );
    }
    let secret = ["browse", "codecommit::us-iso-east-1://demo-repo"];
    run(&studio, &secret).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: no address is known for the console of partition aws-iso
        hint: sign in to that partition's console, then open CodeCommit in us-iso-east-1
    "#]]);
}

/// A browser that notes what it was given.
fn with_browser(studio: &mut Studio, script: &str) {
    let path = studio.write_program("browser", &format!("#!/bin/sh\n{script}\n"));
    studio.set("BROWSER", &format!("{} --new %s:other", path.display()));
}

#[test]
fn the_browser_is_started_on_a_terminal_only() {
    let mut studio = studio();
    with_browser(&mut studio, "echo \"$@\" >> \"$HOME/opened\"");
    let opened = |studio: &Studio| std::fs::read_to_string(studio.home().join("opened"));
    run(&studio, &["browse", WITH_REGION]).succeeded();
    on_a_terminal(&studio, &format!("browse -n {WITH_REGION}")).succeeded();
    assert!(opened(&studio).is_err());
    let said = on_a_terminal(&studio, &format!("browse {WITH_REGION}")).succeeded();
    assert_eq!(
        opened(&studio).unwrap(),
        format!("--new {}\n", said.stdout.trim_end())
    );
}

#[test]
fn a_browser_that_fails_is_a_warning() {
    let mut studio = studio();
    with_browser(&mut studio, "exit 3");
    let said = on_a_terminal(&studio, &format!("browse {WITH_REGION}")).succeeded();
    let home = studio.home().display().to_string();
    assert_eq!(
        said.stdout.replace("\r\n", "\n"),
        format!(
            "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/demo-repo/browse?region=eu-west-1\n\
             git-codecommit: warning: {home}/browser did not open the page: exit status: 3\n"
        )
    );
}
