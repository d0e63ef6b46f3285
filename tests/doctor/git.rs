//! Git, its settings and the programs it starts.

use expect_test::expect;

use super::{found, with_https};
use crate::harness::{HTTPS, PROFILE, Studio, WITH_REGION, every_git, helpers};

const HOST: &str = "https://git-codecommit.eu-west-1.amazonaws.com";

/// Puts a program first on PATH.
fn with_program(studio: &mut Studio, name: &str, text: &str) {
    let program = studio.write_program(&format!("conda/bin/{name}"), text);
    let path = format!(
        "{}:{}:{}",
        program.parent().unwrap().display(),
        helpers().display(),
        studio.system_path()
    );
    studio.set("PATH", &path);
}

#[test]
fn the_helper_that_git_really_starts_is_named() {
    let mut studio = Studio::default();
    let python = "#!/opt/conda/bin/python3.12\nimport git_remote_codecommit\n";
    with_program(&mut studio, "git-remote-codecommit", python);
    studio.write(
        "conda/lib/python3.12/site-packages/git_remote_codecommit-1.16.dist-info/METADATA",
        "",
    );
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(0));
    assert_eq!(said.ids("warning"), ["helper"]);
    said.is(
        "helper",
        &expect![[r#"
        warning
          git starts ~/conda/bin/git-remote-codecommit (git-remote-codecommit 1.16 of Python)
          the next checks use BIN/git-remote-codecommit
        fix: run git codecommit setup
        fix: or put BIN first on PATH
    "#]],
    );
}

#[test]
fn programs_of_two_versions_are_a_warning() {
    let mut studio = Studio::default();
    let older = "\u{7f}ELF, as far as the first bytes go";
    with_program(&mut studio, "git-credential-codecommit", older);
    // What is no program at all is something else.
    let said = found(&studio, &["--offline", WITH_REGION]);
    said.is(
        "programs",
        &expect![[r#"
        ok
          version VERSION
          BIN/git-codecommit (VERSION)
          BIN/git-remote-codecommit (VERSION)
          ~/conda/bin/git-credential-codecommit (another program)
    "#]],
    );
    for (helper, name) in [
        ("git-remote-codecommit", "git-remote-codecommit"),
        ("git-credential-codecommit", "git-credential-codecommit"),
    ] {
        let said = studio.helper(helper, &["--version"], "").succeeded();
        assert_eq!(
            said.stdout,
            format!("{name} {}\n", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn without_a_helper_on_path_git_would_not_know_the_address() {
    let mut studio = Studio::default();
    let doctor = helpers().join("git-codecommit");
    studio.set("PATH", &studio.system_path());
    let arguments = ["doctor", "--json", "--offline", WITH_REGION];
    let said = studio.run_in(".", &doctor, &arguments, "");
    assert_eq!(said.code, Some(3), "{said:?}");
    let report: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap().iter();
    let helper = checks
        .into_iter()
        .find(|check| check["id"] == "helper")
        .unwrap();
    assert_eq!(helper["detail"][0], "git finds no git-remote-codecommit");
}

#[test]
fn a_forbidden_protocol_fails_here_and_in_git() {
    let mut studio = Studio::default();
    studio.configure("protocol.codecommit.allow", "never");
    let said = found(&studio, &["--offline", WITH_REGION]);
    assert_eq!(said.code, Some(3));
    assert_eq!(
        said.detail("protocol"),
        "git may not use codecommit: protocol.codecommit.allow is never"
    );
    studio.git(&["ls-remote", WITH_REGION]).failed();
    studio.set("GIT_ALLOW_PROTOCOL", "codecommit");
    assert_eq!(found(&studio, &["--offline", WITH_REGION]).code, Some(0));
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
    studio.set("GIT_ALLOW_PROTOCOL", "https");
    let said = found(&studio, &["--offline", WITH_REGION]);
    assert_eq!(
        said.detail("protocol"),
        "git may not use codecommit: GIT_ALLOW_PROTOCOL"
    );
    studio.git(&["ls-remote", WITH_REGION]).failed();
}

#[test]
fn an_https_url_uses_the_profile_of_the_helper_that_answers_for_it() {
    let studio = with_https();
    let said = found(&studio, &[HTTPS]);
    assert_eq!(said.code, Some(0), "{:#}", said.report);
    said.is(
        "profile",
        &expect![[r#"
        ok
          CrossAccountAccessProfile (--profile in ~/.gitconfig)
          repository: demo-repo
          git host: git-codecommit.eu-west-1.amazonaws.com
          region: eu-west-1 (the address)
    "#]],
    );
    assert_eq!(said.detail("repository"), "readable: 3 references");
    assert_eq!(said.status("git-request"), "ok");

    // Whom the helpers trust, git itself need not trust.
    let trust = format!("http.{HOST}.sslCAInfo");
    let ca = studio.aws.ca_file().display().to_string();
    studio.unconfigure(&trust);
    let said = found(&studio, &[HTTPS]);
    assert_eq!(said.code, Some(5));
    assert_eq!(said.ids("failed"), ["git-request"]);
    let detail = said.detail("git-request");
    assert!(
        detail.starts_with(&format!("unable to access '{HTTPS}/': ")),
        "{detail}"
    );
    studio.configure(&trust, &ca);

    let key = format!("credential.{HOST}.useHttpPath");
    studio.unconfigure(&key);
    let said = found(&studio, &["--offline", HTTPS]);
    assert_eq!(said.ids("failed"), ["credential-helpers"]);
    assert_eq!(
        said.fix("credential-helpers"),
        format!("git config --global {key} true")
    );
    studio.git(&["ls-remote", HTTPS]).failed();
}

#[test]
fn helpers_before_and_behind_ours_are_a_warning() {
    let studio = Studio::default().with_our_helper();
    let add = |value: &str| {
        let key = format!("credential.{HOST}.helper");
        studio
            .git(&["config", "--global", "--add", &key, value])
            .succeeded();
    };
    assert_eq!(found(&studio, &["--offline", HTTPS]).code, Some(0));
    add("store");
    let said = found(&studio, &["--offline", HTTPS]);
    assert_eq!(said.code, Some(0));
    assert_eq!(said.ids("warning"), ["credential-helpers"]);
    said.is("credential-helpers", &expect![[r#"
        warning
          git-credential-codecommit (~/.gitconfig)
          git also tells store (~/.gitconfig) to store the password, which expires after 15 minutes
        fix: run git codecommit setup, or write an empty credential.https://git-codecommit.eu-west-1.amazonaws.com.helper before ours
    "#]]);
    add("");
    add("osxkeychain");
    add(&format!("!git-credential-codecommit --profile {PROFILE}"));
    let said = found(&studio, &["--offline", HTTPS]);
    said.is("credential-helpers", &expect![[r#"
        warning
          git-credential-codecommit (~/.gitconfig)
          git asks osxkeychain (~/.gitconfig) first and uses its answer
        fix: run git codecommit setup, or write an empty credential.https://git-codecommit.eu-west-1.amazonaws.com.helper before ours
    "#]]);
    assert!(!said.detail("credential-helpers").contains("store"));
    add("");
    let said = found(&studio, &["--offline", HTTPS]);
    assert_eq!(said.code, Some(3));
    said.is("credential-helpers", &expect![[r#"
        failed
          git does not ask git-credential-codecommit for git-codecommit.eu-west-1.amazonaws.com: no credential helper is configured
        fix: run git codecommit setup --role-arn ARN --region REGION
        fix: or: git config --global credential.https://git-codecommit.eu-west-1.amazonaws.com.helper codecommit
    "#]]);
}

#[test]
fn old_passwords_in_gits_files_are_found_and_not_shown() {
    let studio = Studio::default();
    let host = "git-codecommit.eu-west-1.amazonaws.com";
    studio.write(
        ".git-credentials",
        &format!(
            "https://bob:pw@github.com\nhttps://ASIAOLD%25token-hunter2:20260101T000000Z5f3c2a1@{host}\n"
        ),
    );
    let said = found(&studio, &["--offline", WITH_REGION]);
    assert_eq!(said.code, Some(0));
    assert_eq!(said.ids("warning"), ["stored-passwords"]);
    said.is("stored-passwords", &expect![[r#"
        warning
          ~/.git-credentials:2 has a signed password, which expired 15 minutes after it was made
          searched ~/.git-credentials, ~/.config/git/credentials, ~/.netrc
        fix: delete line ~/.git-credentials:2; git codecommit setup keeps "store" from storing the next one
    "#]]);
    for secret in ["hunter2", "ASIAOLD", "20260101T000000Z"] {
        assert!(!said.report.to_string().contains(secret));
    }
}

#[test]
fn a_shared_space_is_told_and_a_space_without_its_variable_is_a_warning() {
    let mut studio = Studio::default();
    studio.set("SAGEMAKER_SPACE_TYPE_LOWERCASE", "shared");
    let said = found(&studio, &["--offline", WITH_REGION]);
    assert_eq!(said.code, Some(0));
    said.is(
        "surroundings",
        &expect![[r#"
        ok
          a shared space of SageMaker Studio
          all its users share one home and one identity, so sessions are not cached
          they share user.name and user.email, too: set both in each clone
    "#]],
    );
    said.is("plan", &expect![[r#"
        ok
          container credentials, then 1 role
          step 1: container credentials: credential_source = EcsContainer (~/.aws/config:3)
          step 2: AssumeRole arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (~/.aws/config:4)
          STS: localhost:PORT in eu-west-1 (the region of profile "CrossAccountAccessProfile")
          session: not cached: codecommit.cache is false, or the space is shared
    "#]]);
    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    let said = found(&studio, &["--offline", WITH_REGION]);
    said.is("surroundings", &expect![[r#"
        warning
          a shared space of SageMaker Studio
          all its users share one home and one identity, so sessions are not cached
          they share user.name and user.email, too: set both in each clone
          AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set: git does not find the space's credentials
        fix: sudo, cron and su drop it: run git as the space's own user, in a terminal of the space
    "#]]);
}

#[test]
fn every_git_of_this_machine_runs_it() {
    for git in every_git() {
        let studio = Studio::default().with_git(&git);
        let said = found(&studio, &[WITH_REGION]);
        assert_eq!(said.code, Some(0), "{:#}", said.report);
        assert!(
            said.detail("git")
                .starts_with(&format!("{} (", git.version))
        );
    }
}

#[test]
fn settings_without_effect_are_told_once() {
    let studio = Studio::default();
    studio.configure("http.cookieFile", "x");
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(
        (said.code, said.ids("warning")),
        (Some(0), vec!["git-settings"])
    );
    said.is(
        "git-settings",
        &expect![[r#"
        warning
          warning: set, but without effect here: http.cookiefile
    "#]],
    );
    studio.configure("codecommit.transport", "git");
    let said = found(&studio, &["--offline", WITH_REGION]);
    said.is(
        "profile",
        &expect![[r#"
        ok
          CrossAccountAccessProfile (the address)
          repository: demo-repo
          git host: localhost:PORT
          region: eu-west-1 (the address)
          codecommit.transport is git: git sends its own requests, unlike the next checks
    "#]],
    );
}
