//! Where the keys come from: each source, and roles on top of it, as the git host and STS see them.

use expect_test::expect;
use local_aws::{Action, Fault, Keys, Permission, Service};

use crate::harness::{Studio, WITH_REGION};

const ROLE: &str = "arn:aws:iam::111111111111:role/Reader";
const DEV: &str = "arn:aws:iam::111111111111:user/dev";

/// A home without profile, and a role that the user `dev` may assume.
fn studio() -> (Studio, Keys) {
    let studio = Studio::with_aws(|aws| aws.role_trusted_by(ROLE, DEV)).without_profile();
    let keys = studio.aws.issue_user("dev");
    (studio, keys)
}

fn static_keys(keys: &Keys) -> String {
    format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        keys.access_key_id, keys.secret_access_key
    )
}

#[test]
fn static_keys_of_a_profile_in_either_file() {
    let (studio, keys) = studio();
    studio.write(
        ".aws/credentials",
        &format!("[dev]\n{}", static_keys(&keys)),
    );
    assert_eq!(
        studio.identity("codecommit::eu-west-1://dev@demo-repo"),
        DEV
    );
    studio.write(".aws/credentials", "");
    studio.write(
        ".aws/config",
        &format!("[profile dev]\nregion = eu-west-1\n{}", static_keys(&keys)),
    );
    assert_eq!(studio.identity("codecommit://dev@demo-repo"), DEV);
    assert!(studio.aws.sts_requests().is_empty());
    assert!(studio.aws.container_requests().is_empty());
}

#[test]
fn keys_in_the_environment_with_and_without_a_session_token() {
    let (mut studio, keys) = studio();
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.set("AWS_DEFAULT_REGION", "eu-west-1");
    assert_eq!(studio.identity("codecommit://demo-repo"), DEV);

    let session = studio.aws.issue_session(
        "arn:aws:sts::111111111111:assumed-role/Ci/build",
        time::Duration::hours(1),
    );
    studio.set("AWS_ACCESS_KEY_ID", &session.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &session.secret_access_key);
    studio.set(
        "AWS_SESSION_TOKEN",
        session.session_token.as_deref().unwrap(),
    );
    let arn = "arn:aws:sts::111111111111:assumed-role/Ci/build";
    assert_eq!(studio.identity("codecommit://demo-repo"), arn);
}

#[test]
fn container_credentials_alone_with_the_token_they_ask_for() {
    let mut studio = Studio::with_aws(|aws| {
        aws.container_token("Bearer container-token")
            .permission(local_aws::EXECUTION_ROLE, Permission::PullPush)
    })
    .without_profile();
    let address = "codecommit::eu-west-1://demo-repo";
    assert_eq!(studio.identity(address), local_aws::EXECUTION_ROLE_SESSION);

    studio.write("token", "Bearer container-token");
    let path = studio.home().join("token").display().to_string();
    studio.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &path);
    studio.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "wrong");
    assert_eq!(studio.identity(address), local_aws::EXECUTION_ROLE_SESSION);
    assert_eq!(studio.aws.container_requests().len(), 2);
}

#[test]
fn a_role_over_a_source_profile_with_every_setting_of_the_hop() {
    let (mut studio, keys) = studio();
    studio.set("USER", "ada");
    studio.write(
        ".aws/credentials",
        &format!("[dev]\n{}", static_keys(&keys)),
    );
    let role =
        format!("[profile p]\nregion = eu-west-1\nrole_arn = {ROLE}\nsource_profile = dev\n");
    studio.write(".aws/config", &role);
    assert_eq!(
        studio.identity("codecommit://p@demo-repo"),
        "arn:aws:sts::111111111111:assumed-role/Reader/git-codecommit-ada"
    );
    let more = "role_session_name = alice@corp\nexternal_id = x-1\nduration_seconds = 1800\n";
    studio.write(".aws/config", &format!("{role}{more}"));
    assert_eq!(
        studio.identity("codecommit://p@demo-repo"),
        "arn:aws:sts::111111111111:assumed-role/Reader/alice@corp"
    );
    let requests = studio.aws.sts_requests();
    let call = requests[1].sts.as_ref().unwrap();
    assert_eq!(call.action, "AssumeRole");
    assert_eq!(call.role_arn.as_deref(), Some(ROLE));
    assert_eq!(call.external_id.as_deref(), Some("x-1"));
    assert_eq!(call.duration_seconds, Some(1800));
    assert_eq!(call.region, "eu-west-1");
    assert_eq!(call.signer, keys.access_key_id);
    assert_eq!(call.source_identity, None);
}

#[test]
fn a_role_over_the_environments_keys() {
    let (mut studio, keys) = studio();
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let config = format!("[profile p]\nrole_arn = {ROLE}\ncredential_source = Environment\n");
    studio.write(".aws/config", &config);
    let address = "codecommit::eu-west-1://p@demo-repo";
    assert!(studio.identity(address).contains("assumed-role/Reader/"));
    // Without a profile in the address the environment's keys themselves are meant.
    studio.set("AWS_PROFILE", "p");
    assert_eq!(studio.identity("codecommit::eu-west-1://demo-repo"), DEV);
}

#[test]
fn a_chain_of_roles_is_assumed_one_after_the_other() {
    let second = "arn:aws:iam::111111111111:role/Second";
    let first = "arn:aws:iam::222222222222:role/First";
    let studio = Studio::with_aws(|aws| {
        aws.role(first)
            .role_trusted_by(second, first)
            .permission(first, Permission::None)
    })
    .without_profile();
    studio.write(
        ".aws/config",
        &format!(
            "[profile outer]\nregion = eu-west-1\nrole_arn = {second}\nsource_profile = inner\n\
             [profile inner]\nregion = us-east-1\nrole_arn = {first}\ncredential_source = EcsContainer\n"
        ),
    );
    assert!(
        studio
            .identity("codecommit://outer@demo-repo")
            .contains("role/Second/")
    );
    let requests = studio.aws.sts_requests();
    let calls: Vec<_> = requests.iter().map(|r| r.sts.as_ref().unwrap()).collect();
    let roles: Vec<_> = calls.iter().map(|call| call.role_arn.as_deref()).collect();
    assert_eq!(roles, [Some(first), Some(second)]);
    // Every hop asks the STS of the region that the profile in the address decides, as botocore does.
    assert!(
        calls.iter().all(|call| call.region == "eu-west-1"),
        "{calls:#?}"
    );
    assert_eq!(studio.aws.container_requests().len(), 1);
}

#[test]
fn a_role_with_an_external_id_is_refused_without_it() {
    let role = "arn:aws:iam::111111111111:role/Guarded";
    let studio = Studio::with_aws(|aws| aws.role_with_external_id(role, "right")).without_profile();
    let config = |id: &str| {
        format!(
            "[profile p]\nrole_arn = {role}\ncredential_source = EcsContainer\nexternal_id = {id}\n"
        )
    };
    let address = "codecommit::eu-west-1://p@demo-repo";
    studio.write(".aws/config", &config("right"));
    studio.git(&["ls-remote", address]).succeeded();
    studio.write(".aws/config", &config("wrong"));
    studio.git(&["ls-remote", address]).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: cannot assume role arn:aws:iam::111111111111:role/Guarded (profile "p", ~/.aws/config:2): AccessDenied: User: arn:aws:sts::222222222222:assumed-role/SageMakerExecutionRole/SageMaker is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/Guarded
        hint: the caller's own policy must allow sts:AssumeRole on arn:aws:iam::111111111111:role/Guarded
        hint: the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)
        hint: in a Studio domain that passes on the user's identity, both must also allow sts:SetSourceIdentity; a trust policy may also ask for MFA (mfa_serial)
    "#]]);
}

#[test]
fn the_container_endpoint_is_never_asked_through_a_proxy() {
    let mut studio = Studio::default();
    let proxy = studio.aws.proxy_url();
    // curl and botocore would take these for the plain-http container endpoint.
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        studio.set(name, &proxy);
    }
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
    assert_eq!(studio.aws.container_requests().len(), 1);
    let through_proxy = studio.aws.proxy_requests();
    assert!(
        !through_proxy.is_empty(),
        "STS and the git host are asked through it"
    );
    assert!(
        through_proxy.iter().all(|r| r.method == "CONNECT"),
        "{through_proxy:#?}"
    );
}

#[test]
fn the_real_hosts_are_asked_where_nothing_overrides_them() {
    let mut studio = Studio::default().with_real_hosts();
    let proxy = studio.aws.proxy_url();
    studio.set("https_proxy", &proxy);
    studio.git(&["clone", WITH_REGION]).succeeded();
    let hosts = |requests: Vec<local_aws::Request>| {
        let mut hosts: Vec<_> = requests.into_iter().map(|r| r.host).collect();
        hosts.dedup();
        hosts
    };
    assert_eq!(
        hosts(studio.aws.git_requests()),
        ["git-codecommit.eu-west-1.amazonaws.com"]
    );
    assert_eq!(
        hosts(studio.aws.sts_requests()),
        ["sts.eu-west-1.amazonaws.com"]
    );

    // In a space of another region, STS is asked there: a VPC may reach no other.
    studio.aws.clear_record();
    studio.set("AWS_DEFAULT_REGION", "us-east-1");
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
    assert_eq!(
        hosts(studio.aws.git_requests()),
        ["git-codecommit.eu-west-1.amazonaws.com"]
    );
    assert_eq!(
        hosts(studio.aws.sts_requests()),
        ["sts.us-east-1.amazonaws.com"]
    );
}

#[test]
fn no_proxy_is_honoured() {
    let mut studio = Studio::default();
    studio.set("https_proxy", "http://127.0.0.1:9");
    studio.git(&["ls-remote", WITH_REGION]).failed();
    studio.set("no_proxy", "localhost");
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
}

#[test]
fn instance_metadata_where_the_profile_says_so_and_as_the_last_resort() {
    let mut studio = Studio::with_aws(|aws| {
        aws.permission(local_aws::EXECUTION_ROLE, Permission::PullPush)
            .role(ROLE)
    })
    .without_profile();
    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    studio.unset("AWS_EC2_METADATA_DISABLED");
    let service = studio.aws.instance_metadata_url();
    studio.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service);
    // A proxy must not see these either.
    studio.set("http_proxy", "http://127.0.0.1:9");
    let nothing_else = studio.identity("codecommit::eu-west-1://demo-repo");
    assert_eq!(nothing_else, local_aws::EXECUTION_ROLE_SESSION);
    studio.write(
        ".aws/config",
        &format!("[profile p]\nrole_arn = {ROLE}\ncredential_source = Ec2InstanceMetadata\n"),
    );
    let role = studio.identity("codecommit::eu-west-1://p@demo-repo");
    assert!(role.contains("assumed-role/Reader/"), "{role}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test waits by the real clock")]
fn instance_metadata_that_asks_for_patience_is_asked_again() {
    let mut studio =
        Studio::with_aws(|aws| aws.permission(local_aws::EXECUTION_ROLE, Permission::PullPush))
            .without_profile();
    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    studio.unset("AWS_EC2_METADATA_DISABLED");
    let service = studio.aws.instance_metadata_url();
    studio.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service);
    for status in [500, 503] {
        let answer = Action::status(status, "");
        studio.aws.fail(Fault::new(Service::Container, answer));
        studio.identity("codecommit::eu-west-1://demo-repo");
    }
    // One where nobody listens: the person waits for no second connection.
    studio.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9");
    let started = std::time::Instant::now();
    studio
        .git(&["ls-remote", "codecommit::eu-west-1://demo-repo"])
        .is(&expect![[r#"
            exit code 128
            -- stderr
            git-remote-codecommit: no AWS credentials are configured for profile "default", and the EC2 instance metadata service has none (Connection refused (os error 111))
            hint: give the profile a role_arn with credential_source or source_profile, or access keys
            hint: in a container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be in the environment (sudo and cron drop it)
        "#]]);
    assert!(started.elapsed() < std::time::Duration::from_secs(2));
}

#[test]
fn a_git_host_written_in_capitals_is_signed_as_it_is_sent() {
    let mut studio = Studio::default();
    let shouted = studio.aws.git_authority().to_uppercase();
    studio.set("CODE_COMMIT_ENDPOINT", &shouted);
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
}

#[test]
fn a_region_of_sts_matters_only_where_a_role_is_assumed() {
    let (mut studio, keys) = studio();
    studio.write(
        ".aws/credentials",
        &format!("[dev]\n{}", static_keys(&keys)),
    );
    studio.set("AWS_DEFAULT_REGION", "aws-global");
    let address = "codecommit::eu-west-1://dev@demo-repo";
    assert_eq!(studio.identity(address), DEV);
    let role = format!("[profile p]\nrole_arn = {ROLE}\nsource_profile = dev\n");
    studio.write(".aws/config", &role);
    let address = "codecommit::eu-west-1://p@demo-repo";
    assert_eq!(
        studio.git(&["ls-remote", address]).failed().said(),
        "git-remote-codecommit: AWS_DEFAULT_REGION is \"aws-global\", which is not an AWS region\n\
         hint: a region looks like eu-west-1"
    );
}
