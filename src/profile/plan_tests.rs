//! Plans as botocore makes them (reference/aws.md 1.1 and 1.3), and the errors where it has none.

use std::path::Path;

use time::OffsetDateTime;

use super::*;
use crate::address::ProfileName;

const CONTAINER: (&str, &str) = (variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, "/c");
const KEYS: [(&str, &str); 2] = [
    (variable::AWS_ACCESS_KEY_ID, "AKID"),
    (variable::AWS_SECRET_ACCESS_KEY, "s"),
];

/// The plan in words, or the error; `profile` empty means that none is named.
fn planned(config: &str, environment: &[(&str, &str)], profile: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), config).unwrap();
    plan_in(home.path(), environment, profile)
        .unwrap_or_else(|error| error.to_string())
        .replace(&home.path().display().to_string(), "~")
        .replace(" (~/.aws/config:", " (")
}

fn plan_in(home: &Path, environment: &[(&str, &str)], profile: &str) -> Result<String, Error> {
    let world = World::new(&[], environment, home, || OffsetDateTime::UNIX_EPOCH);
    let profiles = Profiles::load(&world)?;
    let name = ProfileName::parse(profile).ok();
    let choice = profiles.choose(&world, name.as_ref().map(|name| (name, "the address")))?;
    Plan::new(&world, &profiles, &choice).map(|plan| plan.in_words())
}

#[test]
fn the_published_studio_profile_is_a_container_and_a_role() {
    let config = "[profile CrossAccountAccessProfile]\nregion = eu-west-1\n\
                  credential_source=EcsContainer\nrole_arn = arn:aws:iam::1:role/R\noutput = json\n";
    let expected = "container credentials, then role arn:aws:iam::1:role/R (4)";
    assert_eq!(
        planned(config, &[CONTAINER], "CrossAccountAccessProfile"),
        expected
    );
    let by_environment = [CONTAINER, ("AWS_PROFILE", "CrossAccountAccessProfile")];
    assert_eq!(planned(config, &by_environment, ""), expected);
    assert_eq!(
        planned(config, &[], "CrossAccountAccessProfile"),
        "profile \"CrossAccountAccessProfile\" (3): credential_source is EcsContainer, but no \
         AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI is in the environment"
    );
}

#[test]
fn environment_keys_beat_aws_profile_and_lose_to_a_profile_in_the_address() {
    let config = "[profile p]\naws_access_key_id = A\naws_secret_access_key = s\n";
    let environment = [KEYS[0], KEYS[1], ("AWS_PROFILE", "p")];
    assert_eq!(planned(config, &environment, ""), "environment keys");
    assert_eq!(planned(config, &environment, "p"), "keys of profile \"p\"");
    assert_eq!(
        planned("", &KEYS[..1], ""),
        "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"
    );
}

#[test]
fn roles_are_assumed_from_the_source_outwards() {
    let config = "[profile c]\nrole_arn = r3\nsource_profile = b\n\
                  [profile b]\nrole_arn = r2\nsource_profile = a\n\
                  [profile a]\nrole_arn = r1\ncredential_source = Environment\n";
    assert_eq!(
        planned(config, &KEYS, "c"),
        "environment keys, then role r1 (8), then role r2 (5), then role r3 (2)"
    );
}

#[test]
fn static_keys_end_a_chain_but_lose_to_the_role_of_their_own_profile() {
    let config = "[profile a]\nrole_arn = r1\nsource_profile = b\n\
                  [profile b]\nrole_arn = r2\nsource_profile = c\n\
                  aws_access_key_id = A\naws_secret_access_key = s\n\
                  [profile self]\nrole_arn = r3\nsource_profile = self\n\
                  aws_access_key_id = A\naws_secret_access_key = s\n";
    assert_eq!(
        planned(config, &[], "a"),
        "keys of profile \"b\", then role r1 (2)"
    );
    assert_eq!(
        planned(config, &[], "self"),
        "keys of profile \"self\", then role r3 (10)"
    );
}

#[test]
fn a_credential_source_without_a_role_is_a_source() {
    let config = "[default]\ncredential_source = EcsContainer\n\
                  [profile a]\nrole_arn = r\nsource_profile = default\n";
    assert_eq!(planned(config, &[CONTAINER], ""), "container credentials");
    assert_eq!(
        planned(config, &[CONTAINER], "a"),
        "container credentials, then role r (4)"
    );
}

#[test]
fn a_profile_without_credentials_falls_to_the_container_and_then_to_the_instance() {
    let config = "[profile p]\nregion = eu-west-1\n";
    assert_eq!(planned(config, &[CONTAINER], "p"), "container credentials");
    assert_eq!(planned(config, &[], "p"), "instance metadata");
    assert_eq!(planned("", &[], ""), "instance metadata");
    assert_eq!(
        planned(config, &[("AWS_EC2_METADATA_DISABLED", "true")], "p"),
        "no AWS credentials are configured for profile \"p\""
    );
}

#[test]
fn contradictions_are_named_with_their_line() {
    for (config, expected) in [
        (
            "[profile p]\nrole_arn = r\nsource_profile = a\ncredential_source = Environment\n",
            "profile \"p\" (4): it has both source_profile and credential_source",
        ),
        (
            "[profile p]\nrole_arn = r\n",
            "profile \"p\" (2): role_arn needs a source_profile or a credential_source",
        ),
        (
            "[profile p]\nrole_arn = r\nsource_profile = q\n",
            "profile \"p\" (3): its source_profile \"q\" does not exist",
        ),
        (
            "[profile p]\nrole_arn = r\nsource_profile = p\n",
            "profile \"p\" (3): its source_profile \"p\" leads back to itself",
        ),
        (
            "[profile p]\nrole_arn = r\nsource_profile = q\n\
             [profile q]\nrole_arn = r\nsource_profile = p\n",
            "profile \"q\" (6): its source_profile \"p\" leads back to itself",
        ),
        (
            "[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nregion = x\n",
            "profile \"p\" (3): its source_profile \"q\" has no credentials",
        ),
        (
            "[profile p]\nrole_arn = r\ncredential_source = Moon\n",
            "profile \"p\" (3): credential_source \"Moon\" is unknown",
        ),
        (
            "[profile p]\nregion = eu-west-1\n  role_arn = r\n",
            "profile \"p\" (3): this line is indented, and so belongs to the value above it",
        ),
        (
            "[profile p]\naws_access_key_id = A\n",
            "profile \"p\" (2): its access key has no aws_secret_access_key",
        ),
    ] {
        assert_eq!(planned(config, &[], "p"), expected, "{config}");
    }
}

#[test]
fn a_damaged_profile_does_not_disturb_another() {
    let config = "[profile q]\nregion = x\n  role_arn = r\n[profile p]\nregion = y\n";
    assert_eq!(planned(config, &[CONTAINER], "p"), "container credentials");
}

#[test]
fn keys_of_the_config_file_come_after_an_external_program() {
    let config = "[profile p]\naws_access_key_id = A\naws_secret_access_key = s\n\
                  credential_process = x\n";
    assert!(planned(config, &[], "p").contains("(credential_process)"));
    assert_eq!(
        planned(
            "[profile p]\naws_secret_access_key = s\n",
            &[CONTAINER],
            "p"
        ),
        "container credentials"
    );
}

#[test]
fn what_is_not_supported_yet_says_so_by_name() {
    for (setting, feature) in [
        ("sso_session = x", "IAM Identity Center (sso_session)"),
        ("sso_account_id = 1", "IAM Identity Center (sso_account_id)"),
        (
            "web_identity_token_file = x",
            "web identity (web_identity_token_file)",
        ),
        (
            "credential_process = x",
            "an external program (credential_process)",
        ),
        ("login_session = x", "aws login (login_session)"),
        (
            "role_arn = r\nmfa_serial = m\ncredential_source = EcsContainer",
            "multi-factor authentication (mfa_serial)",
        ),
    ] {
        assert_eq!(
            planned(&format!("[profile p]\n{setting}\n"), &[CONTAINER], "p"),
            format!("profile \"p\" uses {feature}, which git-codecommit does not support yet")
        );
    }
}
