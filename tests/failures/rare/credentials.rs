//! Sources that give no keys, and STS that gives no session.

use std::time::Duration;

use expect_test::expect;
use local_aws::{Action, Fault, Service};

use super::listed;
use crate::harness::{PROFILE, Studio, WITH_REGION};

#[test]
fn a_container_that_gives_no_credentials() {
    let mut studio = Studio::default();
    let answer = Action::status(200, "{}");
    studio
        .aws
        .fail(Fault::new(Service::Container, answer).always());
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: the response of the container credentials endpoint at 127.0.0.1:PORT has no AccessKeyId, SecretAccessKey, Token and Expiration
        hint: check which program listens at that address
    "#]]);
    studio.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nonexistent");
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: the token in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be used: /nonexistent: No such file or directory (os error 2)
        hint: the platform sets this token: do not change it
    "#]]);
    studio.unset("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    studio.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/c");
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: AWS_CONTAINER_CREDENTIALS_FULL_URI does not name a container credentials endpoint: only https, loopback, 169.254.170.2, 169.254.170.23 and fd00:ec2::23 are allowed
        hint: the platform sets this variable: do not change it
    "#]]);
}

#[test]
fn a_container_that_does_not_answer() {
    let studio = Studio::default();
    let silence = Action::Delay(Duration::from_secs(3));
    studio
        .aws
        .fail(Fault::new(Service::Container, silence).always());
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: no container credentials: 127.0.0.1:PORT did not answer in time
        hint: the variable belongs to the container it was set in: in Studio, open a new terminal or restart the space
    "#]]);
}

#[test]
fn keys_that_are_not_whole() {
    let address = "codecommit::eu-west-1://p@demo-repo";
    let studio = Studio::default().with_profile("p", "aws_access_key_id = AKIAEXAMPLE\n");
    listed(&studio, address).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: profile "p" (~/.aws/config:2): its access key has no aws_secret_access_key
        hint: run "aws configure --profile p"
    "#]]);
    let keys = r#"{"Version": 1, "AccessKeyId": "", "SecretAccessKey": "s"}"#;
    let program = studio.write_program("keys", &format!("#!/bin/sh\necho '{keys}'\n"));
    let program = format!("credential_process = {}\n", program.display());
    let studio = studio.with_profile("p", &program);
    listed(&studio, address).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: credential_process of profile "p": the access key ID is empty
        hint: set the access key ID
    "#]]);
    let user = "login_session = arn:aws:iam::111111111111:user/ada\nregion = eu-west-1\n";
    let studio = studio.with_profile("p", user);
    listed(&studio, address).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: cannot get credentials for profile "p" from the "aws login" session: nobody has signed in: ~/.aws/login/cache/178667f5500dce06c33b77bedc044c169ad7b45252574905118bcf346320c16f.json does not exist
        hint: run: aws login --profile p
    "#]]);
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
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: cannot get credentials from the EC2 instance metadata service: Connection refused (os error 111)
        hint: attach an instance profile; in a container, raise the hop limit of IMDSv2 to 2
    "#]]);
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
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: STS at localhost:PORT returned no credentials
        hint: check which server answers at that address
    "#]]);
    // The same where only the account is asked for.
    let guarded = "codecommit::eu-west-1://111111111111/demo-repo";
    let mut studio = Studio::default();
    let keys = studio.aws.issue_user("ada");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.aws.fail(answer("GetCallerIdentity"));
    listed(&studio, guarded).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: STS at localhost:PORT returned no account
        hint: check which server answers at that address
    "#]]);
    studio.aws.clear_faults();
    let refusal = Action::sts_error(403, "InvalidClientTokenId", "The security token is invalid");
    studio.aws.fail(Fault::new(Service::Sts, refusal).always());
    listed(&studio, guarded).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: STS did not return the account of the credentials: InvalidClientTokenId: The security token is invalid
        hint: the source access key is unknown to this partition, or its region is not enabled
    "#]]);
    studio.set("AWS_ENDPOINT_URL_STS", "https://127.0.0.1:9");
    listed(&studio, guarded).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: cannot ask STS for the account of the credentials: cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
        hint: check the network and https_proxy; a VPC without internet needs the interface endpoint com.amazonaws.eu-west-1.sts
        hint: STS is asked in the region of codecommit.stsRegion, else AWS_DEFAULT_REGION, else of the profile
    "#]]);
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
    listed(&studio, address).is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: arn:aws:iam::222222222222:mfa/ada needs an MFA code, and git does not ask for one for a submodule
        hint: run git fetch in the repository first: submodules use its cached session
    "#]]);
}
