//! Errors that need something rare: each is made by what a person could have, and read as a person reads it.

use std::time::Duration;

use expect_test::{Expect, expect};
use local_aws::{Action, Fault, Protocol, Service};

use crate::harness::{PROFILE, REQUEST, Studio, WITH_REGION};

/// What the remote helper says to git's first question.
fn listed(studio: &Studio, address: &str, expected: &Expect) {
    let arguments = ["origin", address];
    let said = studio.helper("git-remote-codecommit", &arguments, "list\n\n");
    said.is(expected);
}

fn command(studio: &Studio, arguments: &[&str], expected: &Expect) {
    studio.helper("git-codecommit", arguments, "").is(expected);
}

#[test]
fn addresses_that_cannot_be_read() {
    let studio = Studio::default();
    let site = "https://git-codecommit.eu-west-1.amazonaws.com";
    let password = site.replace("https://", "https://u:hunter2@") + "/v1/repos/r";
    command(
        &studio,
        &["url", &password],
        &expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: the address holds a user name and password
        hint: remove them: the helper makes its own from the AWS profile
    "#]],
    );
    command(
        &studio,
        &["url", &format!("{site}/r")],
        &expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: "/r" is not a repository name
        hint: the path of a CodeCommit URL is /v1/repos/ and the repository's name
    "#]],
    );
    command(
        &studio,
        &["url", "codecommit://my repo"],
        &expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: "my repo" is not a repository name
        hint: a repository name has 1 to 100 letters, digits, dots, dashes and underscores
    "#]],
    );
    command(
        &studio,
        &["list", "--profile", " "],
        &expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: invalid value " " for --profile <NAME>: the name of an AWS profile is empty
        hint: git codecommit help lists the commands, git codecommit help COMMAND its options
    "#]],
    );
}

#[test]
fn settings_that_cannot_be_used() {
    let mut studio = Studio::default();
    studio.set("AWS_USE_FIPS_ENDPOINT", "true");
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: warning: a FIPS endpoint is asked for, but AWS documents no FIPS git host in eu-west-1; trying it anyway
        git-remote-codecommit: AWS_ENDPOINT_URL_STS and AWS_USE_FIPS_ENDPOINT are both set: only one of them can choose the STS host
        hint: unset AWS_USE_FIPS_ENDPOINT, or AWS_ENDPOINT_URL_STS
    "#]],
    );
    studio.unset("AWS_USE_FIPS_ENDPOINT");
    studio.set("CODE_COMMIT_ENDPOINT", "https://localhost/");
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: CODE_COMMIT_ENDPOINT is "https://localhost/", which is not a host name or host:port
        hint: write only the host, without https:// and without a path
    "#]],
    );
    let mut studio = Studio::default();
    studio.unset("AWS_ENDPOINT_URL_STS");
    let role = local_aws::CONTRIBUTOR_ROLE;
    let profile = format!(
        "region = eu-west-1\nrole_arn = {role}\ncredential_source = EcsContainer\nservices = none\n"
    );
    let studio = studio.with_profile(PROFILE, &profile);
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: services (~/.aws/config:5) names [services none], which does not exist
        hint: correct the name or add that section
    "#]],
    );
    let studio = Studio::default();
    studio.configure("http.userAgent", "a\u{1}b");
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: http.userAgent contains a character that is not allowed in a header
        hint: see git config --show-origin --get-all http.userAgent
    "#]],
    );
    let mut studio = Studio::default();
    studio.set("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
    listed(
        &studio,
        "codecommit::eu-west-1://demo-repo",
        &expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not
        hint: set both, or unset AWS_ACCESS_KEY_ID to use a profile
    "#]],
    );
    studio.set("PATH", "/nonexistent");
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: cannot start "git config": No such file or directory (os error 2)
        hint: check that git is installed and on PATH
    "#]],
    );
}

#[test]
fn a_container_that_gives_no_credentials() {
    let mut studio = Studio::default();
    let answer = Action::status(200, "{}");
    studio
        .aws
        .fail(Fault::new(Service::Container, answer).always());
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: the response of the container credentials endpoint at 127.0.0.1:PORT has no AccessKeyId, SecretAccessKey, Token and Expiration
        hint: check which program listens at that address
    "#]],
    );
    studio.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nonexistent");
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: the token in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be used: /nonexistent: No such file or directory (os error 2)
        hint: the platform sets this token: do not change it
    "#]],
    );
    studio.unset("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    studio.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/c");
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: AWS_CONTAINER_CREDENTIALS_FULL_URI does not name a container credentials endpoint: only https, loopback, 169.254.170.2, 169.254.170.23 and fd00:ec2::23 are allowed
        hint: the platform sets this variable: do not change it
    "#]],
    );
}

#[test]
fn a_container_that_does_not_answer() {
    let studio = Studio::default();
    let silence = Action::Delay(Duration::from_secs(3));
    studio
        .aws
        .fail(Fault::new(Service::Container, silence).always());
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: no container credentials: 127.0.0.1:PORT did not answer in time
        hint: the variable belongs to the container it was set in: in Studio, open a new terminal or restart the space
    "#]],
    );
}

#[test]
fn keys_that_are_not_whole() {
    let address = "codecommit::eu-west-1://p@demo-repo";
    let studio = Studio::default().with_profile("p", "aws_access_key_id = AKIAEXAMPLE\n");
    listed(
        &studio,
        address,
        &expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: profile "p" (~/.aws/config:2): its access key has no aws_secret_access_key
        hint: run "aws configure --profile p"
    "#]],
    );
    let keys = r#"{"Version": 1, "AccessKeyId": "", "SecretAccessKey": "s"}"#;
    let program = studio.write_program("keys", &format!("#!/bin/sh\necho '{keys}'\n"));
    let program = format!("credential_process = {}\n", program.display());
    let studio = studio.with_profile("p", &program);
    listed(
        &studio,
        address,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: credential_process of profile "p": the access key ID is empty
        hint: set the access key ID
    "#]],
    );
    let user = "login_session = arn:aws:iam::111111111111:user/ada\nregion = eu-west-1\n";
    let studio = studio.with_profile("p", user);
    listed(
        &studio,
        address,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: cannot get credentials for profile "p" from the "aws login" session: No such file or directory (os error 2)
        hint: run: aws login --profile p
    "#]],
    );
}

#[test]
fn an_instance_without_metadata() {
    let mut studio = Studio::default();
    studio.unset("AWS_EC2_METADATA_DISABLED");
    studio.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9");
    studio.set("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1");
    let role = local_aws::CONTRIBUTOR_ROLE;
    let profile = format!("role_arn = {role}\ncredential_source = Ec2InstanceMetadata\n");
    let studio = studio.with_profile(PROFILE, &profile);
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: cannot get credentials from the EC2 instance metadata service: Connection refused (os error 111)
        hint: attach an instance profile; in a container, raise the hop limit of IMDSv2 to 2
    "#]],
    );
}

#[test]
fn sts_that_answers_with_nothing() {
    let studio = Studio::default();
    let answer = |action: &str| {
        let body = format!(
            "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result/></{action}Response>"
        );
        Fault::new(
            Service::Sts,
            Action::status(200, &body).content_type("text/xml"),
        )
        .always()
    };
    studio.aws.fail(answer("AssumeRole"));
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: STS at localhost:PORT returned no credentials
        hint: check what answers at that address
    "#]],
    );
    // The same where only the account is asked for.
    let guarded = "codecommit::eu-west-1://111111111111/demo-repo";
    let mut studio = Studio::default();
    let keys = studio.aws.issue_user("ada");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.aws.fail(answer("GetCallerIdentity"));
    listed(
        &studio,
        guarded,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: STS at localhost:PORT returned no account
        hint: check what answers at that address
    "#]],
    );
    studio.aws.clear_faults();
    let refusal = Action::sts_error(403, "InvalidClientTokenId", "The security token is invalid");
    studio.aws.fail(Fault::new(Service::Sts, refusal).always());
    listed(
        &studio,
        guarded,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: STS did not tell the account of the credentials: InvalidClientTokenId: The security token is invalid
        hint: the source access key is unknown to this partition, or its region is not enabled
    "#]],
    );
    studio.set("AWS_ENDPOINT_URL_STS", "https://127.0.0.1:9");
    listed(
        &studio,
        guarded,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: cannot ask STS for the account of the credentials: cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
        hint: check the network and https_proxy; a VPC without internet needs the interface endpoint com.amazonaws.eu-west-1.sts
        hint: STS is asked in the region of codecommit.stsRegion, else AWS_DEFAULT_REGION, else of the profile
    "#]],
    );
}

#[test]
fn an_mfa_code_for_a_submodule_is_not_asked_for() {
    let mut studio = Studio::with_mfa_profile();
    studio.set("GIT_PROTOCOL_FROM_USER", "0");
    studio
        .git(&[
            "config",
            "--global",
            "codecommit.submoduleProfile",
            "careful",
        ])
        .succeeded();
    let address = "codecommit::eu-west-1://careful@demo-repo";
    listed(
        &studio,
        address,
        &expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: arn:aws:iam::222222222222:mfa/ada needs an MFA code, and git does not ask for one for a submodule
        hint: run git fetch in the repository first: submodules use its cached session
    "#]],
    );
}

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
    command(
        &studio,
        &["list", "--profile", PROFILE],
        &expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: cannot reach CodeCommit in eu-west-1: cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
        hint: check the network, https_proxy and no_proxy
        hint: a VPC without internet needs the interface endpoint com.amazonaws.eu-west-1.codecommit
    "#]],
    );
}

#[test]
fn what_cannot_be_removed_or_written_is_said() {
    let studio = Studio::default();
    let session = format!(".aws/cli/cache/{}.json/file", "a".repeat(40));
    studio.write(&session, "");
    command(
        &studio,
        &["cache", "clear"],
        &expect![[r#"
        exit code 4
        -- stderr
        git-codecommit: cannot remove ~/.aws/cli/cache/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json: Is a directory (os error 21)
        hint: check the folder's owner and mode
    "#]],
    );
    let program = crate::harness::helpers().join("git-codecommit");
    let script = format!("{} version > /dev/full", program.display());
    studio
        .run_in(".", "/bin/sh".as_ref(), &["-c", &script], "")
        .is(&expect![[r#"
            exit code 1
            -- stderr
            git-codecommit: cannot write the output: No space left on device (os error 28)
        "#]]);
}

#[test]
fn files_that_setup_cannot_use() {
    let studio = Studio::default();
    let role = local_aws::CONTRIBUTOR_ROLE;
    let set_up = [
        "setup",
        "--yes",
        "--role-arn",
        role,
        "--region",
        "eu-west-1",
    ];
    let unknown = ["setup", "--yes", "--profile", "nobody"];
    command(
        &studio,
        &unknown,
        &expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: profile "nobody" does not exist
        hint: create it (aws configure), or give --role-arn and --region, and setup writes it
    "#]],
    );
    std::fs::write(studio.home().join(".aws/config"), b"[profile \xff]\n").unwrap();
    command(
        &studio,
        &set_up,
        &expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: cannot read ~/.aws/config: it is not text in UTF-8
        hint: the file must be text in UTF-8
    "#]],
    );
    studio.write(".gitconfig", "[broken\n");
    command(
        &studio,
        &set_up,
        &expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: git config failed: bad config line 1 in file ~/.gitconfig
        hint: fix this, then run this again
    "#]],
    );
}

#[test]
fn files_of_aws_that_cannot_be_read() {
    let studio = Studio::default();
    studio.write(".aws/config", "[profile p\nregion = eu-west-1\n");
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: ~/.aws/config:1: a section header without its closing bracket
        hint: fix that line
    "#]],
    );
    std::fs::remove_file(studio.home().join(".aws/config")).unwrap();
    studio.write(".aws/config/file", "");
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: cannot read ~/.aws/config: Is a directory (os error 21)
        hint: check the file's owner and mode
    "#]],
    );
}

#[test]
fn an_error_of_the_git_host_that_is_cut() {
    let studio = Studio::default();
    let body = "001e# service=git-upload-pack\n00000013ERR no way in\n";
    let kind = "application/x-git-upload-pack-advertisement";
    let answer = Action::status(200, body).content_type(kind);
    studio.aws.fail(Fault::new(Service::Git, answer).always());
    listed(
        &studio,
        WITH_REGION,
        &expect![[r#"
        exit code 5
        -- stderr
        git-remote-codecommit: localhost:PORT did not answer as a git host: cut off before its end
        hint: check CODE_COMMIT_ENDPOINT, and whether a proxy wants you to log in first
    "#]],
    );
}

#[test]
fn a_clone_that_fails_after_setup() {
    let studio = Studio::default();
    let role = local_aws::CONTRIBUTOR_ROLE;
    let arguments = [
        "setup",
        "--yes",
        "--role-arn",
        role,
        "--region",
        "eu-west-1",
        "--repo",
        "nope",
        "--clone",
        "work",
    ];
    let said = studio.helper("git-codecommit", &arguments, "");
    assert_eq!(said.code, Some(6), "{said:?}");
    expect![[r#"
        git-remote-codecommit: repository "nope" in eu-west-1 not found (localhost:PORT, HTTP 404)
        hint: signed as arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit
        hint: check the name, upper and lower case too, and that the repository is in this identity's account and in eu-west-1
        git-codecommit: setup succeeded, but git could not clone nope
        hint: git codecommit doctor finds the problem"#]].assert_eq(&said.said());
}
