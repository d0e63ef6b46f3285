//! After setup with a role: who signs for an address that names no profile.

use expect_test::expect;
use local_aws::CONTRIBUTOR_ROLE;

use crate::harness::{HTTPS, PROFILE, Studio, WITH_REGION, helpers};

const PLAIN: &str = "codecommit::eu-west-1://demo-repo";

#[test]
fn an_address_without_a_profile_keeps_its_identity_and_the_error_names_the_role() {
    let mut studio = Studio::default().without_profile().with_https_host();
    let bin = helpers().display().to_string();
    let setup = [
        "setup",
        "--yes",
        "--role-arn",
        CONTRIBUTOR_ROLE,
        "--region",
        "eu-west-1",
        "--bin-dir",
        &bin,
    ];
    let said = studio.helper("git-codecommit", &setup, "").succeeded();
    let note = format!(
        "note: codecommit::eu-west-1://{PROFILE}@REPOSITORY and https URLs use profile {PROFILE:?}; \
         codecommit::eu-west-1://REPOSITORY uses the default credentials\n"
    );
    assert!(said.stdout.contains(&note), "{said:?}");
    studio.git(&["ls-remote", HTTPS]).succeeded();
    let said = studio.git(&["ls-remote", PLAIN]).failed();
    let hints = said.stderr.lines().skip(1).take(2).collect::<Vec<_>>();
    assert!(
        hints[0].starts_with("hint: signed as access key "),
        "{said:?}"
    );
    let hint = format!(
        "hint: the address names no profile; https URLs of this repository use {PROFILE:?}, and so does {WITH_REGION}"
    );
    assert_eq!(hints[1], hint, "{said:?}");
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
    let doctor = studio.helper("git-codecommit", &["doctor", PLAIN], "");
    assert!(doctor.stdout.contains(WITH_REGION), "{doctor:?}");

    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    let said = studio.git(&["ls-remote", PLAIN]).failed().said();
    expect![[r#"
        git-remote-codecommit: no AWS credentials are configured for profile "default"
        hint: the address names no profile; https URLs of this repository use "CrossAccountAccessProfile", and so does codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
        hint: give the profile a role_arn with credential_source or source_profile, or access keys
        hint: in a container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be in the environment (sudo and cron drop it)"#]]
    .assert_eq(&said);
    // With the profile chosen by other means there is nothing to say.
    let said = studio.git_with(".", &[("AWS_PROFILE", PROFILE)], &["ls-remote", PLAIN]);
    assert!(!said.failed().stderr.contains("https URLs"));
}

#[test]
fn setup_names_the_identity_of_addresses_without_a_profile_as_it_is() {
    let home = super::Home::new();
    let note = |more: &[&str]| {
        let said = home.setup(more).succeeded();
        let lines = said
            .stdout
            .lines()
            .filter(|line| line.contains("://REPOSITORY"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let expected = |others: &str| {
        vec![format!(
            "note: codecommit::eu-west-1://{PROFILE}@REPOSITORY and https URLs use profile {PROFILE:?}; \
             codecommit::eu-west-1://REPOSITORY uses {others}"
        )]
    };
    assert_eq!(note(&[]), expected("the default credentials"));
    home.git(&["config", "--global", "codecommit.profile", "Dev"])
        .succeeded();
    assert_eq!(note(&[]), expected("profile \"Dev\""));
    home.git(&["config", "--global", "codecommit.profile", PROFILE])
        .succeeded();
    assert_eq!(note(&[]), Vec::<String>::new());
}
