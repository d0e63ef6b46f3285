//! Plans as botocore makes them, and the errors where it has none.

use std::path::Path;

use time::OffsetDateTime;

use super::*;
use crate::profile::ProfileName;

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
    Plan::new(&world, &profiles, &choice).map(|plan| plan.to_string())
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
fn a_credential_source_without_a_role_does_not_keep_botocore_from_the_container() {
    for source in ["Environment", "Ec2InstanceMetadata", "EcsContainer", "Moon"] {
        let config = format!("[profile p]\ncredential_source = {source}\n");
        let environment = [CONTAINER, KEYS[0], KEYS[1]];
        assert_eq!(
            planned(&config, &environment, "p"),
            "container credentials",
            "{source}"
        );
    }
    // Where botocore finds nothing, the setting is taken at its word.
    let config = "[profile p]\ncredential_source = Environment\n";
    assert_eq!(planned(config, &KEYS, "p"), "environment keys");
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
    assert_eq!(
        planned(config, &[], "p"),
        "credential_process of profile \"p\""
    );
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
fn every_source_of_a_profile_has_its_place_in_botocores_order() {
    let everything = [
        "web_identity_token_file = /t\nrole_arn = r",
        "sso_account_id = 1\nsso_role_name = n\nsso_start_url = u\nsso_region = g",
        "login_session = arn:l",
        "credential_process = tool --secret hunter2",
        "aws_access_key_id = A\naws_secret_access_key = s",
    ];
    let expected = [
        "role r for the web identity token in /t",
        "IAM Identity Center role n in account 1",
        "aws login session arn:l",
        "credential_process of profile \"p\"",
        "keys of profile \"p\"",
    ];
    for (first, expected) in expected.iter().enumerate() {
        let config = format!("[profile p]\n{}\n", everything[first..].join("\n"));
        assert_eq!(planned(&config, &[CONTAINER], "p"), *expected, "{config}");
        let as_source = config + "[profile q]\nrole_arn = r2\nsource_profile = p\n";
        // The same order counts at the end of a chain: keys beside them only keep the role from being
        // assumed (seen with botocore).
        let chained = planned(&as_source, &[], "q");
        assert!(
            chained.starts_with(&format!("{expected}, then role r2")),
            "{chained}"
        );
    }
}

#[test]
fn a_chain_ends_at_any_source_but_not_at_the_environments_token() {
    let config = "[profile q]\nrole_arn = r2\nsource_profile = p\n[profile p]\n";
    let token = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/env"),
        ("AWS_ROLE_ARN", "re"),
    ];
    for (settings, expected) in [
        (
            "web_identity_token_file = /t\nrole_arn = r",
            "role r for the web identity token in /t",
        ),
        (
            "credential_process = x",
            "credential_process of profile \"p\"",
        ),
        ("login_session = arn:l", "aws login session arn:l"),
    ] {
        assert_eq!(
            planned(&format!("{config}{settings}\n"), &token, "q"),
            format!("{expected}, then role r2 (2)")
        );
    }
    assert!(planned(&format!("{config}region = x\n"), &token, "q").contains("has no credentials"));
}

#[test]
fn the_web_identity_of_the_environment_counts_unless_a_profile_is_named() {
    let token = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/env"),
        ("AWS_ROLE_ARN", "re"),
        CONTAINER,
    ];
    let config = "[profile p]\nregion = x\n[default]\nregion = x\n";
    assert_eq!(
        planned(config, &token, ""),
        "role re for the web identity token in /env"
    );
    assert_eq!(planned(config, &token, "p"), "container credentials");
    assert_eq!(
        planned(config, &token[..1], ""),
        "profile \"default\" (AWS_WEB_IDENTITY_TOKEN_FILE): a web identity token needs the ARN of a role"
    );
}

#[test]
fn an_sso_session_gives_what_the_profile_leaves_out() {
    let session = "[sso-session s]\nsso_start_url = u\nsso_region = g\n";
    let profile = "[profile p]\nsso_session = s\nsso_account_id = 1\nsso_role_name = n\n";
    assert_eq!(
        planned(&format!("{session}{profile}"), &[], "p"),
        "IAM Identity Center role n in account 1"
    );
    for (config, problem) in [
        (
            profile.to_owned(),
            "\"p\" (2): its sso_session \"s\" has no [sso-session] section",
        ),
        (
            format!("{profile}sso_region = h\n{session}"),
            "\"p\" (5): its sso_region differs from the one of its sso_session (8)",
        ),
        (
            format!("{session}[profile p]\nsso_session = s\nsso_account_id = 1\n"),
            "\"p\" (6): its IAM Identity Center settings have no sso_role_name",
        ),
        (
            "[profile p]\nsso_role_name = n\nsso_account_id = 1\n".to_owned(),
            "\"p\" (3): its IAM Identity Center settings have no sso_start_url",
        ),
    ] {
        assert_eq!(
            planned(&config, &[], "p"),
            format!("profile {problem}"),
            "{config}"
        );
    }
    // A session alone gives tokens, not keys: it is no source.
    assert_eq!(
        planned(
            &format!("{session}[profile p]\nsso_session = s\n"),
            &[CONTAINER],
            "p"
        ),
        "container credentials"
    );
}

#[test]
fn each_step_names_the_setting_that_decided_it() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config");
    let text = "[profile p]\nrole_arn = r\nsource_profile = q\nmfa_serial = m\nexternal_id = x\n\
                duration_seconds = 900\nrole_session_name = n\n[profile q]\nlogin_session = l\n";
    std::fs::write(&config, text).unwrap();
    let config = config.to_str().unwrap();
    let world = World::of(&[("AWS_CONFIG_FILE", config), ("AWS_PROFILE", "p")]);
    let profiles = Profiles::load(&world).unwrap();
    let choice = profiles.choose(&world, None).unwrap();
    let plan = Plan::new(&world, &profiles, &choice).unwrap();
    assert_eq!(
        plan.steps(),
        [
            format!("aws login session l: login_session ({config}:9)"),
            format!(
                "AssumeRole r ({config}:2), session name n, external id x, MFA device m, for 900 seconds"
            ),
        ]
    );
    let option = plan.clone().then_role("r", "--role-arn");
    assert_eq!(option, plan, "the plan ends with that role already");
    assert_eq!(plan.then_role("r2", "--role-arn").hops[1].at, "--role-arn");
}
