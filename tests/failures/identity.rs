//! The container endpoint, instance metadata and STS.

use expect_test::expect;
use local_aws::{Action, CONTRIBUTOR_ROLE, EXECUTION_ROLE_SESSION, Fault, Service};

use super::{cannot_clone, studio};
use crate::harness::{Studio, WITH_REGION, stable};

#[test]
fn an_unreachable_container_endpoint_is_named_by_host() {
    let mut studio = studio();
    studio.set(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "http://127.0.0.1:9/secret-path",
    );
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        "git-remote-codecommit: no container credentials: cannot connect to 127.0.0.1:PORT: \
         Connection refused (os error 111)\n\
         hint: the variable belongs to the container it was set in: in Studio, open a new terminal or \
         restart the space"
    );
    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        format!(
            "git-remote-codecommit: profile \"CrossAccountAccessProfile\" ({}/.aws/config:3): \
             credential_source is EcsContainer, but no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or \
             …_FULL_URI is in the environment\n\
             hint: in a container, run this from the user's own terminal, since sudo, su and cron drop the \
             variable; elsewhere write source_profile = NAME, a profile with keys, instead of \
             credential_source",
            studio.home().display()
        )
    );
}

#[test]
fn a_container_endpoint_that_says_no_is_quoted() {
    let studio = studio();
    let body = "{\"code\":\"NoId\",\"message\":\"no such task\"}";
    studio
        .aws
        .fail(Fault::new(Service::Container, Action::status(400, body)).always());
    let said = cannot_clone(&studio, WITH_REGION);
    expect![[r#"
        git-remote-codecommit: the container credentials endpoint at 127.0.0.1:PORT answered 400 Bad Request: NoId no such task
        hint: the variable belongs to the container it was set in: in Studio, open a new terminal or restart the space"#]].assert_eq(&stable(&said));
    assert_eq!(
        studio.aws.container_requests().len(),
        1,
        "a definite answer is final"
    );

    studio.aws.clear_faults();
    studio
        .aws
        .fail(Fault::new(Service::Container, Action::status(503, "")));
    studio.git(&["clone", WITH_REGION]).succeeded();
}

#[test]
fn sts_access_denied_says_which_policies_to_look_at() {
    let role = "arn:aws:iam::111111111111:role/Closed";
    let nobody = "arn:aws:iam::333333333333:role/Somebody";
    let studio = Studio::with_aws(|aws| aws.role_trusted_by(role, nobody)).without_profile();
    let config = format!("[profile p]\nrole_arn = {role}\ncredential_source = EcsContainer\n");
    studio.write(".aws/config", &config);
    assert_eq!(
        cannot_clone(&studio, "codecommit::eu-west-1://p@demo-repo"),
        format!(
            "git-remote-codecommit: cannot assume role {role} (profile \"p\", {}/.aws/config:2): \
             AccessDenied: User: {EXECUTION_ROLE_SESSION} is not authorized to perform: sts:AssumeRole \
             on resource: {role}\n\
             hint: the caller's own policy must allow sts:AssumeRole on {role}\n\
             hint: the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)\n\
             hint: in a Studio domain that passes on the user's identity, both must also allow \
             sts:SetSourceIdentity; a trust policy may also ask for MFA (mfa_serial)",
            studio.home().display()
        )
    );
}

#[test]
fn an_unreachable_sts_is_named_with_the_endpoint_a_vpc_needs() {
    let mut studio = studio();
    studio.set("AWS_ENDPOINT_URL_STS", "https://127.0.0.1:9");
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        format!(
            "git-remote-codecommit: cannot reach STS to assume role {CONTRIBUTOR_ROLE}: cannot connect to \
             127.0.0.1:PORT: Connection refused (os error 111)\n\
             hint: check the network and https_proxy; a VPC without internet needs the interface \
             endpoint com.amazonaws.eu-west-1.sts\n\
             hint: STS is asked in the region of codecommit.stsRegion, else AWS_DEFAULT_REGION, else of \
             the profile"
        )
    );
}

#[test]
fn an_sts_that_is_not_trusted_says_how_to_trust_it() {
    let mut studio = studio();
    let other = local_aws::LocalAws::builder().start();
    studio.set("AWS_CA_BUNDLE", other.ca_file().to_str().unwrap());
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        format!(
            "git-remote-codecommit: cannot reach STS to assume role {CONTRIBUTOR_ROLE}: TLS \
             handshake with localhost:PORT failed: invalid peer certificate: BadSignature\n\
             hint: if a proxy inspects TLS, put its CA certificate (PEM) in a file and name it in \
             AWS_CA_BUNDLE"
        )
    );
}

#[test]
fn wrong_network_settings_are_found_before_any_key_is_fetched() {
    for (name, value, error) in [
        (
            "AWS_CA_BUNDLE",
            "/no/such/file",
            "cannot read the CA bundle /no/such/file (AWS_CA_BUNDLE): ",
        ),
        (
            "AWS_ENDPOINT_URL_STS",
            "http://localhost:1",
            "AWS_ENDPOINT_URL_STS is not an https URL",
        ),
        ("https_proxy", "://", "invalid proxy URL in https_proxy"),
        (
            "CODE_COMMIT_ENDPOINT",
            "https://h",
            "CODE_COMMIT_ENDPOINT is \"https://h\", which is not",
        ),
    ] {
        let mut studio = studio();
        studio.set(name, value);
        let said = cannot_clone(&studio, WITH_REGION);
        assert!(
            said.starts_with(&format!("git-remote-codecommit: {error}")),
            "{said}"
        );
        assert!(said.contains("\nhint: "), "{said}");
        assert!(studio.aws.requests().is_empty(), "{name}");
    }
}

#[test]
fn nothing_configured_anywhere_says_so() {
    let mut studio = studio();
    studio.write(".aws/config", "");
    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    studio.unset("AWS_EC2_METADATA_DISABLED");
    studio.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9");
    let said = cannot_clone(&studio, "codecommit::eu-west-1://demo-repo");
    expect![[r#"
        git-remote-codecommit: no AWS credentials are configured for profile "default", and the EC2 instance metadata service has none (Connection refused (os error 111))
        hint: give the profile a role_arn with credential_source or source_profile, or access keys
        hint: in a container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be in the environment (sudo and cron drop it)"#]].assert_eq(&said);
}

#[test]
fn a_duration_above_the_hour_of_role_chaining_is_explained() {
    let studio = studio();
    let config = std::fs::read_to_string(studio.home().join(".aws/config")).unwrap();
    studio.write(".aws/config", &format!("{config}duration_seconds = 7200\n"));
    let said = cannot_clone(&studio, WITH_REGION);
    expect![[r#"
        git-remote-codecommit: cannot assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (profile "CrossAccountAccessProfile", ~/.aws/config:4): ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.
        hint: duration_seconds above 3600 is refused when the caller is itself a role: remove it"#]].assert_eq(&stable(&said));
}
