//! Which address is meant, and what git makes of it.

use expect_test::expect;

use super::found;
use crate::harness::{PROFILE, Studio, WITH_REGION};

const HOST: &str = "https://git-codecommit.eu-west-1.amazonaws.com";

#[test]
fn an_address_is_followed_to_where_git_rewrites_it() {
    let studio = Studio::default().with_our_helper();
    studio.configure(
        &format!("url.{HOST}/v1/repos/.insteadOf"),
        &format!("codecommit::eu-west-1://{PROFILE}@"),
    );
    let said = found(&studio, &["--offline", WITH_REGION]);
    assert_eq!(said.code, Some(0));
    said.is(
        "address",
        &expect![[r#"
            ok
              git uses https, and asks its credential helpers
              url.https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/.insteadOf makes it https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo
        "#]],
    );
    said.is(
        "helper",
        &expect![[r#"
        ok
          git starts BIN/git-credential-codecommit (VERSION)
    "#]],
    );
    assert_eq!(said.check("address")["address"], WITH_REGION);
}

#[test]
fn without_an_address_the_codecommit_remotes_are_checked_or_the_default_profile() {
    let studio = Studio::default();
    studio.git(&["init", "--quiet", "work"]).succeeded();
    for (name, url) in [
        ("origin", WITH_REGION),
        ("github", "https://github.com/x/y"),
        ("other", "codecommit::eu-west-1://nobody@demo-repo"),
    ] {
        studio
            .git_in("work", &["remote", "add", name, url])
            .succeeded();
    }
    let in_work = |arguments: &[&str]| {
        let arguments = [&["codecommit", "doctor", "--json", "--offline"], arguments].concat();
        let said = studio.git_in("work", &arguments);
        let report: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap().clone();
        let addresses = checks.iter().filter_map(|check| check["address"].as_str());
        let mut addresses: Vec<String> = addresses.map(str::to_owned).collect();
        addresses.dedup();
        (said.code, addresses)
    };
    let nobody = "codecommit::eu-west-1://nobody@demo-repo".to_owned();
    let both = vec![WITH_REGION.to_owned(), nobody.clone()];
    assert_eq!(in_work(&[]), (Some(3), both));
    assert_eq!(
        in_work(&["origin"]),
        (Some(0), vec![WITH_REGION.to_owned()])
    );
    assert_eq!(in_work(&["other"]), (Some(3), vec![nobody]));
    // Not a CodeCommit address at all.
    assert_eq!(in_work(&["github"]).0, Some(3));

    let mut studio = studio;
    studio.set("AWS_PROFILE", PROFILE);
    let said = found(&studio, &[]);
    assert_eq!(said.code, Some(0));
    let profile = said.detail("profile");
    assert!(
        profile.ends_with("\nno address was given, and this folder has no CodeCommit remote"),
        "{profile}"
    );
    assert_eq!(said.status("role-1"), "ok");
    assert_eq!(said.status("repository"), "skipped");

    // What setup has set for the host is looked at, too.
    studio.unset("AWS_PROFILE");
    studio.set("AWS_DEFAULT_REGION", "eu-west-1");
    assert!(
        found(&studio, &[])
            .detail("profile")
            .starts_with("default (")
    );
    let studio = studio.with_https(&format!("!git-credential-codecommit --profile {PROFILE}"));
    let said = found(&studio, &[]);
    said.is(
        "profile",
        &expect![[r#"
        ok
          CrossAccountAccessProfile (--profile in ~/.gitconfig)
          region: eu-west-1 (AWS_DEFAULT_REGION)
          no address was given, and this folder has no CodeCommit remote
    "#]],
    );
    assert_eq!(said.status("role-1"), "ok");
}

#[test]
fn what_git_cannot_read_or_does_not_know_is_where_it_ends() {
    let studio = Studio::default();
    for (address, code, failed, words) in [
        (
            "https://github.com/x/y",
            3,
            "address",
            "is not a CodeCommit git host",
        ),
        (
            "codecommit::github://x",
            3,
            "address",
            "is not an AWS region",
        ),
        (
            "https://u:hunter2@git-codecommit.eu-west-1.amazonaws.com/v1/repos/x",
            3,
            "address",
            "a user name and password",
        ),
    ] {
        let said = found(&studio, &[address]);
        assert_eq!(
            (said.code, said.ids("failed")),
            (Some(code), vec![failed]),
            "{address}"
        );
        assert!(
            said.detail(failed).contains(words),
            "{}",
            said.detail(failed)
        );
        let mut skipped = vec!["profile", "plan", "source", "repository"];
        skipped.extend(address.starts_with("https:").then_some("git-request"));
        assert_eq!(said.ids("skipped"), skipped);
        assert!(!said.report.to_string().contains("hunter2"));
    }
    // git-remote-codecommit knows it, git does not.
    let bare = WITH_REGION.strip_prefix("codecommit::").unwrap();
    let said = found(&studio, &["--offline", bare]);
    assert_eq!((said.code, said.ids("failed")), (Some(3), vec!["address"]));
    assert_eq!(said.fix("address"), format!("write {WITH_REGION}"));
    studio.git(&["ls-remote", bare]).failed();

    studio.write(".gitconfig", "[user\n");
    let arguments = ["doctor", "--json", WITH_REGION];
    let said = studio.helper("git-codecommit", &arguments, "").failed();
    assert_eq!(said.code, Some(3));
    assert!(
        said.stdout.contains("git cannot read its configuration: "),
        "{said:?}"
    );
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn an_address_that_git_does_not_know_is_written_as_it_is_typed() {
    let studio = Studio::default().with_our_helper();
    let arn = "arn:aws:codecommit:eu-west-1:111111111111:demo-repo";
    for (typed, meant) in [
        // As Terraform's modules name it.
        (format!("git::{WITH_REGION}"), WITH_REGION.to_owned()),
        (
            format!("git::{HOST}/v1/repos/demo-repo"),
            format!("{HOST}/v1/repos/demo-repo"),
        ),
        (
            format!("eu-west-1://{PROFILE}@demo-repo"),
            WITH_REGION.to_owned(),
        ),
        (arn.to_owned(), format!("codecommit::{arn}")),
    ] {
        let said = found(&studio, &["--offline", &typed]);
        assert_eq!(
            said.check("address")["fix"][0],
            format!("write {meant}"),
            "{typed}"
        );
        // What is proposed is an address that git knows.
        assert!(said.code != Some(0), "{typed}");
        let said = found(&studio, &["--offline", &meant]);
        assert_eq!(said.check("address")["status"], "ok", "{meant}");
    }
}
