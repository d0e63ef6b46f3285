//! The exit codes of the three programs: the same kind of failure ends in the same number.

use expect_test::expect;
use local_aws::{Action, Fault, Service};

use crate::harness::{Outcome, PROFILE, REQUEST, Studio, WITH_REGION, helpers};

fn remote(studio: &Studio, arguments: &[&str]) -> Outcome {
    studio.helper("git-remote-codecommit", arguments, "list\n\n")
}

fn credential(studio: &Studio) -> Outcome {
    studio.credential(&["--profile", PROFILE])
}

/// `--explain` makes no request.
fn explained(studio: &Studio) -> Outcome {
    studio.helper("git-codecommit", &["doctor", "--explain", WITH_REGION], "")
}

fn doctor(studio: &Studio) -> Option<i32> {
    studio
        .helper("git-codecommit", &["doctor", WITH_REGION], "")
        .code
}

fn with_setting(key: &str, value: &str) -> Studio {
    let studio = Studio::default();
    studio.configure(key, value);
    studio
}

#[test]
fn a_command_line_that_cannot_be_read_ends_in_2() {
    let studio = Studio::default();
    remote(&studio, &["origin"]).is(&expect![[r#"
        exit code 2
        -- stderr
        git-remote-codecommit: git starts this program with two arguments, a remote and an address, not with 1
        hint: type git clone codecommit::eu-west-1://profile@repository
    "#]]);
    studio
        .credential(&["--colour"])
        .refuses(2, &expect![[r#"
            git-credential-codecommit: unknown option "--colour"
            hint: usage: git-credential-codecommit [--profile NAME] [--region REGION] [--role-arn ARN] [--ignore-host-check] get|store|erase|capability
        "#]]);
    studio
        .helper("git-codecommit", &["cache", "lst"], "")
        .is(&expect![[r#"
            exit code 2
            -- stderr
            git-codecommit: unknown command "lst"
            hint: did you mean list? git codecommit help lists the commands
        "#]]);
}

#[test]
fn a_setting_that_cannot_be_used_ends_in_3_in_each_program() {
    for key in ["cache", "transport", "stsRegion"] {
        let studio = with_setting(&format!("codecommit.{key}"), "maybe");
        for said in [
            remote(&studio, &["origin", WITH_REGION]),
            credential(&studio),
            explained(&studio),
        ] {
            assert_eq!(said.code, Some(3), "{said:?}");
        }
        assert_eq!(doctor(&studio), Some(3), "{key}");
    }
}

#[test]
fn a_setting_that_cannot_be_used_is_named_with_the_command_that_shows_it() {
    let studio = with_setting("codecommit.transport", "maybe");
    remote(&studio, &["origin", WITH_REGION]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: git's configuration has a codecommit.transport that is not git or native
        hint: git config --show-origin --get-all codecommit.transport shows where it is set
    "#]]);
    credential(&studio).refuses(3, &expect![[r#"
        git-credential-codecommit: git's configuration has a codecommit.transport that is not git or native
        hint: git config --show-origin --get-all codecommit.transport shows where it is set
    "#]]);
    explained(&studio).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: git's configuration has a codecommit.transport that is not git or native
        hint: git config --show-origin --get-all codecommit.transport shows where it is set
    "#]]);
    let studio = with_setting("codecommit.cache", "maybe");
    remote(&studio, &["origin", WITH_REGION]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: git's configuration has a codecommit.cache that is not a boolean
        hint: git config --show-origin --get-all codecommit.cache shows where it is set
    "#]]);
    credential(&studio).refuses(
        3,
        &expect![[r#"
        git-credential-codecommit: git's configuration has a codecommit.cache that is not a boolean
        hint: git config --show-origin --get-all codecommit.cache shows where it is set
    "#]],
    );
    explained(&studio).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: git's configuration has a codecommit.cache that is not a boolean
        hint: git config --show-origin --get-all codecommit.cache shows where it is set
    "#]]);
}

#[test]
fn a_ca_bundle_that_cannot_be_used_ends_in_3_in_each_program() {
    let mut studio = Studio::default();
    studio.set("AWS_CA_BUNDLE", "/no/such/file");
    remote(&studio, &["origin", WITH_REGION]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: cannot read the CA bundle /no/such/file (AWS_CA_BUNDLE): No such file or directory (os error 2)
        hint: AWS_CA_BUNDLE must name a PEM file of certificates
    "#]]);
    credential(&studio).refuses(3, &expect![[r#"
        git-credential-codecommit: cannot read the CA bundle /no/such/file (AWS_CA_BUNDLE): No such file or directory (os error 2)
        hint: AWS_CA_BUNDLE must name a PEM file of certificates
    "#]]);
    assert_eq!(doctor(&studio), Some(3));
    // There, but no certificates.
    studio.write("empty.pem", "nothing\n");
    studio.set(
        "AWS_CA_BUNDLE",
        studio.home().join("empty.pem").to_str().unwrap(),
    );
    remote(&studio, &["origin", WITH_REGION]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: cannot assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole: cannot read the CA bundle ~/empty.pem (AWS_CA_BUNDLE): it holds no certificate
        hint: AWS_CA_BUNDLE must name a PEM file of certificates
    "#]]);
    credential(&studio).refuses(3, &expect![[r#"
        git-credential-codecommit: cannot assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole: cannot read the CA bundle ~/empty.pem (AWS_CA_BUNDLE): it holds no certificate
        hint: AWS_CA_BUNDLE must name a PEM file of certificates
    "#]]);
    assert_eq!(doctor(&studio), Some(3));
}

#[test]
fn an_address_that_cannot_be_read_ends_in_3() {
    let studio = Studio::default();
    remote(&studio, &["origin", "codecommit://"]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: "codecommit://" is not a CodeCommit address
        hint: write codecommit://profile@repository or codecommit::region://profile@repository; the profile may be left out
    "#]]);
    let not_encrypted = [
        "url",
        "http://git-codecommit.eu-west-1.amazonaws.com/v1/repos/",
    ];
    studio
        .helper("git-codecommit", &not_encrypted, "")
        .is(&expect![[r#"
            exit code 3
            -- stderr
            git-codecommit: http:// is not encrypted
            hint: use https://
        "#]]);
}

#[test]
fn credentials_that_cannot_be_had_end_in_4() {
    let studio = Studio::default();
    let answer = Action::sts_error(403, "AccessDenied", "no");
    studio.aws.fail(Fault::new(Service::Sts, answer).always());
    remote(&studio, &["origin", WITH_REGION]).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: cannot assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (profile "CrossAccountAccessProfile", ~/.aws/config:4): AccessDenied: no
        hint: the caller's own policy must allow sts:AssumeRole on arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole
        hint: the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)
        hint: in a Studio domain that passes on the user's identity, both must also allow sts:SetSourceIdentity; a trust policy may also ask for MFA (mfa_serial)
    "#]]);
    credential(&studio).refuses(4, &expect![[r#"
        git-credential-codecommit: cannot assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (profile "CrossAccountAccessProfile", ~/.aws/config:4): AccessDenied: no
        hint: the caller's own policy must allow sts:AssumeRole on arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole
        hint: the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)
        hint: in a Studio domain that passes on the user's identity, both must also allow sts:SetSourceIdentity; a trust policy may also ask for MFA (mfa_serial)
    "#]]);
    assert_eq!(doctor(&studio), Some(4));
}

#[test]
fn a_network_that_fails_ends_in_5() {
    let mut studio = Studio::default();
    studio.set("GIT_HTTP_MAX_RETRIES", "0");
    studio.set("CODE_COMMIT_ENDPOINT", "127.0.0.1:9");
    remote(&studio, &["origin", WITH_REGION]).is(&expect![[r#"
        exit code 5
        -- stderr
        git-remote-codecommit: cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
        hint: check the network, https_proxy and no_proxy
    "#]]);
    assert_eq!(doctor(&studio), Some(5));
    // The credential helper does not ask the git host: its connection is the one to git.
    let program = helpers().join("git-credential-codecommit");
    let script = format!("{} --profile {PROFILE} get >/dev/full", program.display());
    studio
        .run_in(".", "/bin/sh".as_ref(), &["-c", &script], REQUEST)
        .is(&expect![[r#"
            exit code 5
            -- stderr
            git-credential-codecommit: lost the connection to git: No space left on device (os error 28)
        "#]]);
}
