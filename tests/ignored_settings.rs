//! Settings that look like credentials but do not count, and what the error says of them.

use expect_test::expect;

use crate::harness::Studio;

/// A home without any credentials.
fn nothing() -> Studio {
    Studio::default().without_credentials().with_cache()
}

#[test]
fn blank_values_count_as_absent() {
    let mut studio = Studio::default();
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_REGION",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
    ] {
        studio.set(name, " ");
    }
    for key in [
        "codecommit.profile",
        "codecommit.stsRegion",
        "codecommit.endpoint",
    ] {
        studio.configure(key, " ");
    }
    let said = studio.credential(&[]).succeeded();
    assert!(said.stdout.starts_with("username=ASIA"), "{said:?}");
    studio
        .git(&["ls-remote", crate::harness::WITHOUT_REGION])
        .is(&expect![[r#"
            -- stdout
            7d39b4094437f4764644978043104e18f0a80422	HEAD
            11039d1a0dfa9ef8fb4d4de4ea82300637adcde5	refs/heads/feature
            7d39b4094437f4764644978043104e18f0a80422	refs/heads/main
            44a4433e0bbc1f25b6026f9f15d1ce9443f1ee00	refs/tags/v1.0
            61ce63b8c7d6e492791e3ac45d663efd8d8f3ac6	refs/tags/v1.0^{}
        "#]]);
}

#[test]
fn what_is_set_but_does_not_count_is_named() {
    let mut studio = nothing();
    studio.write(
        ".aws/config",
        "[profile empty]\nregion = eu-west-1\n[profile half]\naws_secret_access_key = hunter2\n",
    );
    studio.set("AWS_ACCESS_KEY_ID", "AKIA");
    studio.set("AWS_SECRET_ACCESS_KEY", "hunter2");
    studio.credential(&["--profile", "empty"]).refuses(3, &expect![[r#"
        git-credential-codecommit: no AWS credentials are configured for profile "empty"
        hint: AWS_ACCESS_KEY_ID is set, but does not count, because --profile names profile "empty"
        hint: give the profile a role_arn with credential_source or source_profile, or access keys
        hint: in a container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be in the environment (sudo and cron drop it)
    "#]]);
    studio.unset("AWS_ACCESS_KEY_ID");
    studio.credential(&["--profile", "half"]).refuses(3, &expect![[r#"
        git-credential-codecommit: no AWS credentials are configured for profile "half"
        hint: profile "half" has aws_secret_access_key, which does not count without aws_access_key_id
        hint: give the profile a role_arn with credential_source or source_profile, or access keys
        hint: in a container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be in the environment (sudo and cron drop it)
    "#]]);
    studio.credential(&[]).refuses(3, &expect![[r#"
        git-credential-codecommit: no AWS credentials are configured for profile "default"
        hint: AWS_SECRET_ACCESS_KEY is set, but does not count without AWS_ACCESS_KEY_ID
        hint: give the profile a role_arn with credential_source or source_profile, or access keys
        hint: in a container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be in the environment (sudo and cron drop it)
    "#]]);
    studio.set("AWS_ACCESS_KEY_ID", " ");
    studio.set("AWS_ROLE_ARN", "arn:aws:iam::111111111111:role/R");
    studio.credential(&[]).refuses(3, &expect![[r#"
        git-credential-codecommit: no AWS credentials are configured for profile "default"
        hint: AWS_ACCESS_KEY_ID is set, but does not count, because it is blank
        hint: AWS_ROLE_ARN is set, but does not count without AWS_WEB_IDENTITY_TOKEN_FILE
        hint: give the profile a role_arn with credential_source or source_profile, or access keys
        hint: in a container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be in the environment (sudo and cron drop it)
    "#]]);
}

#[test]
fn a_section_under_the_other_files_name_is_pointed_at() {
    let studio = nothing();
    studio.write(
        ".aws/config",
        "[profile a]\n[saml]\nregion = x\n[Profile sso]\n",
    );
    studio.write(
        ".aws/credentials",
        "[Corp]\n[profile dev]\naws_access_key_id = AKIA\n",
    );
    for (profile, expected) in [
        (
            "saml",
            expect![[r#"
            git-credential-codecommit: profile "saml", chosen by --profile, is not in ~/.aws/config or ~/.aws/credentials
            hint: [saml] (~/.aws/config:2) does not count in this file: write [profile saml]
        "#]],
        ),
        (
            "sso",
            expect![[r#"
            git-credential-codecommit: profile "sso", chosen by --profile, is not in ~/.aws/config or ~/.aws/credentials
            hint: [Profile sso] (~/.aws/config:4) does not count in this file: write [profile sso]
        "#]],
        ),
        (
            "dev",
            expect![[r#"
            git-credential-codecommit: profile "dev", chosen by --profile, is not in ~/.aws/config or ~/.aws/credentials
            hint: [profile dev] (~/.aws/credentials:2) does not count in this file: write [dev]
        "#]],
        ),
        (
            "corp",
            expect![[r#"
            git-credential-codecommit: profile "corp", chosen by --profile, is not in ~/.aws/config or ~/.aws/credentials
            hint: upper and lower case matter in the name of a profile: there is "Corp"
        "#]],
        ),
        (
            "nothing",
            expect![[r#"
            git-credential-codecommit: profile "nothing", chosen by --profile, is not in ~/.aws/config or ~/.aws/credentials
            hint: name one of these profiles: Corp, a, profile dev
        "#]],
        ),
    ] {
        studio
            .credential(&["--profile", profile])
            .refuses(3, &expected);
    }
}

#[test]
fn a_program_whose_path_has_an_unquoted_space_is_pointed_at() {
    let studio = nothing();
    studio.write("my tools/get it", "#!/bin/sh\n");
    for (command, expected) in [
        (
            "my tools/get it --now",
            expect![[r#"
            git-credential-codecommit: cannot start "~/my", credential_process of profile "p": No such file or directory (os error 2)
            hint: the path has a space: put it in quotation marks, as in "~/my tools/get it"
        "#]],
        ),
        (
            "'my tools/get' it",
            expect![[r#"
            git-credential-codecommit: cannot start "~/my tools/get", credential_process of profile "p": No such file or directory (os error 2)
            hint: the path has a space: put it in quotation marks, as in "~/my tools/get it"
        "#]],
        ),
        (
            "no such/thing",
            expect![[r#"
            git-credential-codecommit: cannot start "~/no", credential_process of profile "p": No such file or directory (os error 2)
            hint: use its full path, or put it on PATH
        "#]],
        ),
    ] {
        let home = studio.home().display().to_string();
        let command = match command.strip_prefix('\'') {
            Some(quoted) => format!("'{home}/{quoted}"),
            None => format!("{home}/{command}"),
        };
        studio.write(
            ".aws/config",
            &format!("[profile p]\ncredential_process = {command}\n"),
        );
        studio.credential(&["--profile", "p"]).refuses(4, &expected);
    }
}

#[test]
fn identity_center_settings_that_give_no_keys_are_pointed_at() {
    let studio = nothing();
    let session = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    for (profile, expected) in [
        (
            "sso_session = corp\n",
            expect![[r#"
            git-credential-codecommit: profile "p" (~/.aws/config:2): it has sso_session, but no sso_account_id and sso_role_name
            hint: run "aws configure sso --profile p" to choose an account and a role
        "#]],
        ),
        (
            "sso_session = typo\nsso_account_id = 1\nsso_role_name = R\n",
            expect![[r#"
                git-credential-codecommit: profile "p" (~/.aws/config:2): its sso_session "typo" has no [sso-session] section
                hint: correct the name, or run "aws configure sso --profile p"
            "#]],
        ),
        (
            "sso_session = typo\n",
            expect![[r#"
            git-credential-codecommit: profile "p" (~/.aws/config:2): it has sso_session, but no sso_account_id and sso_role_name
            hint: run "aws configure sso --profile p" to choose an account and a role
        "#]],
        ),
        (
            "sso_session = corp\nsso_region = eu-west-1\n",
            expect![[r#"
                git-credential-codecommit: profile "p" (~/.aws/config:2): it has sso_session, but no sso_account_id and sso_role_name
                hint: run "aws configure sso --profile p" to choose an account and a role
            "#]],
        ),
        (
            "sso_start_url = https://corp.awsapps.com/start\n",
            expect![[r#"
                git-credential-codecommit: profile "p" (~/.aws/config:2): it has sso_start_url, but no sso_account_id and sso_role_name
                hint: run "aws configure sso --profile p" to choose an account and a role
            "#]],
        ),
    ] {
        studio.write(".aws/config", &format!("[profile p]\n{profile}{session}"));
        studio.credential(&["--profile", "p"]).refuses(3, &expected);
    }
}
