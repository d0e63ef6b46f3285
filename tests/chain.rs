//! The rest of botocore's chain: programs, web identity, IAM Identity Center, `aws login`.

use std::fs;
use std::io::{BufRead as _, BufReader};

use expect_test::expect;
use local_aws::{Permission, Role, Service, SsoSession};

use crate::harness::{Outcome, Studio, every_git, stable};

const ADDRESS: &str = "codecommit::eu-west-1://p@demo-repo";
const START_URL: &str = "https://corp.awsapps.com/start";

/// A home with the profile `p`.
fn studio(profile: &str) -> Studio {
    with_profile(Studio::default(), profile)
}

fn with_profile(studio: Studio, profile: &str) -> Studio {
    studio
        .with_cache()
        .with_profile("p", &format!("region = eu-west-1\n{profile}"))
}

/// What stands on stderr of a run that fails, git's own last lines left out.
fn complaint(studio: &Studio) -> String {
    let said = studio.git(&["ls-remote", ADDRESS]).failed();
    said.stderr
        .replace(&studio.home().display().to_string(), "~")
}

/// A program that answers with fresh keys of the user `dev`, and counts how often it is run.
fn credential_process(studio: &Studio, extra: &str) -> String {
    let keys = studio.aws.issue_user("dev");
    let answer = format!(
        r#"{{"Version": 1, "AccessKeyId": "{}", "SecretAccessKey": "{}"{extra}}}"#,
        keys.access_key_id, keys.secret_access_key
    );
    studio.write("answer.json", &answer);
    let path = studio.write_program(
        "my tool",
        "#!/bin/sh\necho \"$@\" >> \"$HOME/runs\"\ncat \"$HOME/answer.json\"\n[ \"$1\" != fail ]\n",
    );
    format!("'{}'", path.display())
}

#[test]
fn a_credential_process_is_run_once_a_command_and_without_a_shell() {
    let studio = studio("");
    let program = credential_process(&studio, "");
    let profile = format!("[profile p]\ncredential_process = {program} 'a  b' $HOME ;x #y\n");
    studio.write(".aws/config", &profile);
    let arn = "arn:aws:iam::111111111111:user/dev";
    studio.git(&["clone", ADDRESS]).succeeded();
    assert_eq!(studio.identity(ADDRESS), arn);
    let runs = fs::read_to_string(studio.home().join("runs")).unwrap();
    assert_eq!(runs, "a  b $HOME ;x #y\n".repeat(2));
}

#[test]
fn a_credential_process_speaks_to_the_person_at_once() {
    let studio = studio("");
    credential_process(&studio, "");
    // It waits for a touch, as the tools of security keys do.
    let tool = studio.write_program(
        "touch",
        "#!/bin/sh\necho 'touch the key' >&2\nwhile [ ! -e touched ]; do sleep 0.05; done\ncat answer.json\n",
    );
    let profile = format!("[profile p]\ncredential_process = {}\n", tool.display());
    studio.write(".aws/config", &profile);
    let git = every_git()[0].program().to_owned();
    let mut command = studio.command(".", &git, &["ls-remote", ADDRESS]);
    let mut child = command.spawn().unwrap();
    let mut words = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    words.read_line(&mut line).unwrap();
    assert_eq!(line, "touch the key\n");
    studio.write("touched", "");
    Outcome::at_end(&command, child).succeeded();
}

#[test]
fn what_a_credential_process_says_when_it_fails_is_above_our_own_words() {
    let studio = studio("");
    for (script, expected) in [
        (
            "echo 'no such vault' >&2; exit 3",
            expect![[r#"
            exit code 128
            -- stderr
            no such vault
            git-remote-codecommit: credential_process of profile "p" failed (exit status: 3)
            hint: its own messages, if any, are above; run the same command by hand to see more
        "#]],
        ),
        (
            "echo 'half' >&2; echo '{'",
            expect![[r#"
            exit code 128
            -- stderr
            half
            git-remote-codecommit: credential_process of profile "p" printed something that is not JSON with Version, AccessKeyId and SecretAccessKey
            hint: it must print {"Version": 1, "AccessKeyId": …, "SecretAccessKey": …, "SessionToken": …, "Expiration": …} and nothing else
        "#]],
        ),
        (
            "kill -9 $$",
            expect![[r#"
            exit code 128
            -- stderr
            git-remote-codecommit: credential_process of profile "p" failed (signal: 9 (SIGKILL))
            hint: its own messages, if any, are above; run the same command by hand to see more
        "#]],
        ),
    ] {
        let profile = format!("[profile p]\ncredential_process = sh -c \"{script}\"\n");
        studio.write(".aws/config", &profile);
        studio.git(&["ls-remote", ADDRESS]).is(&expected);
    }
}

#[test]
fn a_credential_process_that_fails_is_named_and_nothing_of_it_is_repeated() {
    let studio = studio("");
    let program = credential_process(&studio, "");
    for (command, error) in [
        (
            format!("{program} fail --token hunter2"),
            "credential_process of profile \"p\" failed (exit status: 1)\n\
             hint: its own messages, if any, are above; run the same command by hand to see more\n",
        ),
        (
            "/no/such/program hunter2".to_owned(),
            "cannot start \"/no/such/program\", credential_process of profile \"p\": No such file or \
             directory (os error 2)\nhint: use its full path, or put it on PATH\n",
        ),
        (
            "echo hunter2".to_owned(),
            "credential_process of profile \"p\" printed something that is not JSON with Version, \
             AccessKeyId and SecretAccessKey\nhint: it must print {\"Version\": 1, \"AccessKeyId\": …, \
             \"SecretAccessKey\": …, \"SessionToken\": …, \"Expiration\": …} and nothing else\n",
        ),
        (
            "'hunter2".to_owned(),
            "credential_process of profile \"p\" is not a command line\n\
             hint: write the program and its arguments; no shell interprets them\n",
        ),
    ] {
        studio.write(
            ".aws/config",
            &format!("[profile p]\ncredential_process = {command}\n"),
        );
        let said = complaint(&studio);
        assert_eq!(said, format!("git-remote-codecommit: {error}"));
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_web_identity_token_is_exchanged_unsigned_and_the_session_kept() {
    let role = "arn:aws:iam::111111111111:role/ci/Ci";
    let role_of_token = Role::new(role).web_identity_token("token-of-the-platform");
    let mut studio = with_profile(Studio::with_aws(|aws| aws.role_with(role_of_token)), "");
    studio.write("token", "token-of-the-platform\n");
    let token = studio.home().join("token").display().to_string();
    let arn = "arn:aws:sts::111111111111:assumed-role/Ci/build-7";
    let profile = format!(
        "[profile p]\nregion = eu-west-1\nrole_arn = {role}\nrole_session_name = build-7\n\
         web_identity_token_file = {token}\n"
    );
    studio.write(".aws/config", &profile);
    assert_eq!(studio.identity(ADDRESS), arn);
    assert_eq!(studio.identity(ADDRESS), arn);
    let [call] = studio.aws.sts_requests().try_into().unwrap();
    let sts = call.sts.unwrap();
    assert_eq!(sts.parameter("Action"), Some("AssumeRoleWithWebIdentity"));
    assert_eq!(sts.parameter("DurationSeconds"), None);

    // By the environment, for nobody who names a profile.
    studio.set("AWS_WEB_IDENTITY_TOKEN_FILE", &token);
    studio.set("AWS_ROLE_ARN", role);
    studio.set("AWS_ROLE_SESSION_NAME", "build-8");
    let by_environment = studio.identity("codecommit::eu-west-1://demo-repo");
    assert_eq!(
        by_environment,
        "arn:aws:sts::111111111111:assumed-role/Ci/build-8"
    );

    studio.write("token", "an-old-token");
    studio.set("AWS_ROLE_SESSION_NAME", "build-9");
    let said = studio
        .git(&["ls-remote", "codecommit::eu-west-1://demo-repo"])
        .failed();
    assert!(
        said.stderr.starts_with(&format!(
            "git-remote-codecommit: cannot assume role {role} with the token in {token}: "
        )) && !said.stderr.contains("an-old-token"),
        "{}",
        said.stderr
    );
    fs::remove_file(studio.home().join("token")).unwrap();
    let said = studio
        .git(&["ls-remote", "codecommit::eu-west-1://demo-repo"])
        .failed();
    said.is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: cannot read the web identity token in ~/token: No such file or directory (os error 2)
        hint: the platform writes this file: check its path, and that you may read it
    "#]]);
}

/// A home in which `aws sso login` was run; the token lasts so many minutes.
fn single_sign_on(minutes: i64) -> (Studio, SsoSession, std::path::PathBuf) {
    let studio = with_profile(
        Studio::with_aws(|aws| aws.sso_role("111111111111", "Developer")),
        &format!(
            "sso_session = corp\nsso_account_id = 111111111111\nsso_role_name = Developer\n\
             [sso-session corp]\nsso_start_url = {START_URL}\nsso_region = eu-west-1\n"
        ),
    );
    let session = studio.aws.sso_session(time::Duration::minutes(minutes));
    let name = format!(".aws/sso/cache/{}", SsoSession::cache_name("corp"));
    studio.write(&name, &session.cache_file(START_URL, "eu-west-1"));
    let path = studio.home().join(name);
    (studio, session, path)
}

#[test]
fn iam_identity_center_gives_a_session_that_is_kept() {
    let (studio, _, _) = single_sign_on(60);
    let arn = studio.identity(ADDRESS);
    assert!(
        arn.contains("assumed-role/AWSReservedSSO_Developer"),
        "{arn}"
    );
    assert_eq!(studio.identity(ADDRESS), arn);
    let asked: Vec<Service> = studio
        .aws
        .sign_in_requests()
        .iter()
        .map(|r| r.service)
        .collect();
    assert_eq!(asked, [Service::Sso]);
}

#[test]
fn a_token_that_has_ended_is_renewed_and_saved_for_the_aws_cli() {
    let (studio, session, file) = single_sign_on(-1);
    studio.identity(ADDRESS);
    let asked: Vec<Service> = studio
        .aws
        .sign_in_requests()
        .iter()
        .map(|r| r.service)
        .collect();
    assert_eq!(asked, [Service::SsoOidc, Service::Sso]);
    let saved = fs::read_to_string(&file).unwrap();
    assert!(!saved.contains(&session.refresh_token), "{saved}");
}

#[test]
fn who_has_not_signed_in_is_told_how() {
    let (studio, _, file) = single_sign_on(60);
    fs::remove_file(&file).unwrap();
    let said = complaint(&studio);
    expect![[r#"
        git-remote-codecommit: cannot get credentials for profile "p" from IAM Identity Center: nobody has signed in: ~/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json does not exist
        hint: run: aws sso login --profile p
        hint: if it still fails, ask your administrator whether the account and the role are assigned to you
    "#]].assert_eq(&said);
}

#[test]
fn the_older_form_of_identity_center_settings_works_too() {
    let (studio, session, file) = single_sign_on(60);
    fs::remove_file(&file).unwrap();
    studio.write(
        ".aws/config",
        &format!(
            "[profile p]\nsso_start_url = {START_URL}\nsso_region = eu-west-1\n\
             sso_account_id = 111111111111\nsso_role_name = Developer\n"
        ),
    );
    let name = format!(".aws/sso/cache/{}", SsoSession::cache_name(START_URL));
    studio.write(&name, &session.legacy_cache_file(START_URL, "eu-west-1"));
    assert!(
        studio
            .identity(ADDRESS)
            .contains("AWSReservedSSO_Developer")
    );
}

#[test]
fn a_console_session_of_aws_login_is_used_and_renewed() {
    let user = "arn:aws:iam::111111111111:user/ada";
    let studio = studio(&format!("login_session = {user}\n"));
    studio.aws.set_permission(user, Permission::PullPush);
    let write = |minutes| {
        let session = studio
            .aws
            .login_session(user, time::Duration::minutes(minutes));
        studio.write(
            &format!(".aws/login/cache/{}", session.cache_name()),
            &session.cache_file(),
        );
    };
    write(14);
    assert_eq!(studio.identity(ADDRESS), user);
    assert!(studio.aws.sign_in_requests().is_empty());
    write(-1);
    assert_eq!(studio.identity(ADDRESS), user);
    assert_eq!(studio.aws.sign_in_requests().len(), 1);
    fs::remove_dir_all(studio.home().join(".aws/login")).unwrap();
    let said = complaint(&studio);
    expect![[r#"
        git-remote-codecommit: cannot get credentials for profile "p" from the "aws login" session: nobody has signed in: ~/.aws/login/cache/178667f5500dce06c33b77bedc044c169ad7b45252574905118bcf346320c16f.json does not exist
        hint: run: aws login --profile p
    "#]].assert_eq(&stable(&said));
}

#[test]
fn fips_and_dual_stack_hold_for_identity_center_too() {
    let mut studio = Studio::default().without_profile();
    let start = "https://corp.awsapps.com/start";
    let profile = format!(
        "[profile p]\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = Developer\n\
         [sso-session corp]\nsso_start_url = {start}\nsso_region = us-east-1\n"
    );
    let session = studio.aws.sso_session(time::Duration::minutes(60));
    let name = format!(".aws/sso/cache/{}", SsoSession::cache_name("corp"));
    studio.write(&name, &session.cache_file(start, "us-east-1"));
    studio.unset("AWS_ENDPOINT_URL_SSO");
    studio.unset("AWS_ENDPOINT_URL_STS");
    let proxy = studio.aws.proxy_url();
    studio.set("https_proxy", &proxy);
    let asked = |settings: &str, environment: &[(&str, &str)]| {
        studio.write(
            ".aws/config",
            &profile.replace("sso_session", &format!("{settings}sso_session")),
        );
        studio.aws.clear_record();
        studio.git_with(
            ".",
            environment,
            &["ls-remote", "codecommit::eu-west-1://p@demo-repo"],
        );
        let requests = studio.aws.proxy_requests();
        let mut hosts = requests.into_iter().map(|request| request.host);
        hosts.find(|host| host.contains("portal"))
    };
    let hosts = [
        asked("", &[]),
        asked("", &[("AWS_USE_FIPS_ENDPOINT", "true")]),
        asked("use_fips_endpoint = true\n", &[]),
        asked("", &[("AWS_USE_DUALSTACK_ENDPOINT", "true")]),
        asked("use_dualstack_endpoint = true\n", &[]),
    ];
    expect![[r#"
        [
            Some(
                "portal.sso.us-east-1.amazonaws.com:443",
            ),
            Some(
                "portal.sso-fips.us-east-1.amazonaws.com:443",
            ),
            Some(
                "portal.sso-fips.us-east-1.amazonaws.com:443",
            ),
            Some(
                "portal.sso.us-east-1.api.aws:443",
            ),
            Some(
                "portal.sso.us-east-1.api.aws:443",
            ),
        ]
    "#]]
    .assert_debug_eq(&hosts);
}
