//! What git, its host and CodeCommit's API say that is not in their protocols.

use expect_test::expect;
use local_aws::{Action, Fault, Protocol, Service};

use super::{command, listed};
use crate::harness::{PROFILE, REQUEST, Studio, WITH_REGION};

#[test]
fn the_credential_helper_signs_paths_of_repositories_only() {
    let studio = Studio::default();
    let request = REQUEST.replace("v1/repos/demo-repo", "elsewhere");
    let arguments = ["--profile", PROFILE, "get"];
    studio
        .helper("git-credential-codecommit", &arguments, &request)
        .is(&expect![[r#"
            exit code 3
            -- stdout
            quit=1
            -- stderr
            git-credential-codecommit: the path "/elsewhere" cannot be signed
            hint: a CodeCommit URL ends in /v1/repos/ and the repository's name
        "#]]);
}

#[test]
fn what_is_not_git_on_standard_input_is_damage() {
    let studio = Studio::with_aws(|aws| aws.protocol(Protocol::Any));
    let input = "stateless-connect git-upload-pack\nzzzz";
    let said = studio.helper("git-remote-codecommit", &["origin", WITH_REGION], input);
    assert!(said.stdout.starts_with('\n'), "{said:?}");
    let mut said = said;
    said.stdout.clear();
    said.is(&expect![[r#"
        exit code 5
        -- stderr
        git-remote-codecommit: damaged packet from git
        hint: git starts this program; do not run it by hand
    "#]]);
}

#[test]
fn codecommits_api_that_cannot_be_reached() {
    let mut studio = Studio::default();
    studio.set("AWS_ENDPOINT_URL_CODECOMMIT", "https://127.0.0.1:9");
    command(&studio, &["list", "--profile", PROFILE]).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: cannot reach CodeCommit in eu-west-1: cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
        hint: check the network, https_proxy and no_proxy
        hint: a VPC without internet needs the interface endpoint com.amazonaws.eu-west-1.codecommit
    "#]]);
}

#[test]
fn an_error_of_the_git_host_that_is_cut() {
    let studio = Studio::default();
    let body = "001e# service=git-upload-pack\n00000013ERR no way in\n";
    let kind = "application/x-git-upload-pack-advertisement";
    let answer = Action::status(200, body).content_type(kind);
    studio.aws.fail(Fault::new(Service::Git, answer).always());
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 5
        -- stderr
        git-remote-codecommit: localhost:PORT did not answer as a git host: cut off before its end
        hint: check CODE_COMMIT_ENDPOINT, and whether a proxy wants you to log in first
    "#]]);
}
