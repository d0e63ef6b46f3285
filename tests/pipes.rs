//! Files that are pipes: nobody writes into one of them, and no command waits for ever.

use std::path::Path;

use local_aws::SsoSession;

use crate::harness::{Outcome, PROFILE, Studio, WITH_REGION, every_git, helpers};

const ROLE: &str = "arn:aws:iam::111111111111:role/Web";
const LIST: &[&str] = &["ls-remote", WITH_REGION];
const WITH_KEYS: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00"),
    ("AWS_SECRET_ACCESS_KEY", "not-a-real-secret"),
];

/// A way to name the pipe, and what is said of it.
struct Case {
    name: &'static str,
    environment: Vec<(&'static str, String)>,
    arguments: Vec<String>,
    said: &'static str,
}

fn case(
    name: &'static str,
    environment: &[(&'static str, &str)],
    arguments: &[&str],
    said: &'static str,
) -> Case {
    Case {
        name,
        environment: environment
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
        arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
        said,
    }
}

fn make_pipe(studio: &Studio, name: &str) -> String {
    let path = studio.home().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let path = path.display().to_string();
    studio
        .run_in(".", Path::new("/usr/bin/mkfifo"), &[&path], "")
        .succeeded();
    path
}

/// Runs a command that must end by itself.
fn in_time(studio: &Studio, case: &Case, program: &str) -> std::process::Command {
    let mut all = vec!["--signal=KILL", "60", program];
    all.extend(case.arguments.iter().map(String::as_str));
    let mut command = studio.command(".", Path::new("/usr/bin/timeout"), &all);
    command.envs(case.environment.iter().map(|(name, value)| (name, value)));
    command
}

const UNENDED: &str = "it is a pipe or a device that did not end within 10 seconds";

#[test]
fn a_file_that_is_a_pipe_without_a_writer_is_named_after_ten_seconds() {
    let studio = Studio::default();
    let default = ["ls-remote", "codecommit::eu-west-1://demo-repo"];
    let pipe = |name: &str| make_pipe(&studio, name);
    // Each has its own: one that is written to, the trace, would end the others.
    let by_variable = |name: &'static str, more: &[(&'static str, &str)], arguments, said| {
        let pipe = pipe(name);
        let mut environment = more.to_vec();
        environment.push((name, &pipe));
        case(name, &environment, arguments, said)
    };
    let by_setting = |key: &'static str, said| {
        let setting = format!("http.{key}={}", pipe(key));
        case(key, &[], &["-c", &setting, LIST[0], LIST[1]], said)
    };
    let cases = [
        by_variable("AWS_CONFIG_FILE", &[], LIST, UNENDED),
        by_variable("AWS_SHARED_CREDENTIALS_FILE", &[], LIST, UNENDED),
        by_variable(
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            &[("AWS_ROLE_ARN", ROLE)],
            &default,
            UNENDED,
        ),
        by_variable(
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            &[],
            &default,
            UNENDED,
        ),
        by_variable("AWS_CA_BUNDLE", WITH_KEYS, &default, UNENDED),
        by_variable("GIT_TRACE_CURL", &[], LIST, "warning: GIT_TRACE_CURL="),
        by_setting("sslCert", UNENDED),
        by_setting("pinnedPubkey", "not a public key, in a file or as"),
    ];
    let git = every_git()[0].program().display().to_string();
    std::thread::scope(|scope| {
        for case in &cases {
            let command = in_time(&studio, case, &git);
            scope.spawn(move || {
                let said = Outcome::of(command, "");
                assert_ne!(said.code, Some(137), "{}: {said:?}", case.name);
                assert!(said.stderr.contains(case.said), "{}: {said:?}", case.name);
            });
        }
    });
}

#[test]
fn a_pipe_in_place_of_a_token_or_a_password_file_is_not_waited_for() {
    let studio = Studio::default().without_profile();
    let start = "https://corp.awsapps.com/start";
    studio.write(
        ".aws/config",
        &format!(
            "[profile sso]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 111111111111\n\
             sso_role_name = Developer\n[sso-session corp]\nsso_start_url = {start}\n\
             sso_region = us-east-1\n[profile login]\nregion = eu-west-1\nlogin_session = arn:x\n"
        ),
    );
    let token = format!(".aws/sso/cache/{}", SsoSession::cache_name("corp"));
    make_pipe(&studio, &token);
    let session = studio
        .aws
        .login_session("arn:x", time::Duration::minutes(14));
    let token = format!(".aws/login/cache/{}", session.cache_name());
    make_pipe(&studio, &token);
    for name in [".netrc", ".git-credentials"] {
        make_pipe(&studio, name);
    }
    let program = helpers().join("git-codecommit").display().to_string();
    let setup = [
        "setup",
        "--yes",
        "--profile",
        "sso",
        "--region",
        "eu-west-1",
    ];
    for (name, program, arguments, code, expected) in [
        (
            "sso",
            "git",
            ["ls-remote", "codecommit://sso@demo-repo"].as_slice(),
            128,
            "it is not a plain file",
        ),
        (
            "login",
            "git",
            &["ls-remote", "codecommit://login@demo-repo"],
            128,
            "it is not a plain file",
        ),
        ("setup", &program, &setup, 0, ""),
        (
            "doctor",
            &program,
            &["doctor", "--offline", "--verbose"],
            0,
            "/.netrc: it is not a plain file",
        ),
    ] {
        let case = case(name, &[], arguments, "");
        let said = Outcome::of(in_time(&studio, &case, program), "");
        assert_ne!(said.code, Some(137), "{name}: {said:?}");
        assert!(
            name == "doctor" || said.code == Some(code),
            "{name}: {said:?}"
        );
        let text = format!("{}{}", said.stdout, said.stderr);
        assert!(text.contains(expected), "{name}: {said:?}");
    }
}

#[test]
fn what_a_shell_hands_over_by_a_pipe_is_read() {
    let studio = Studio::default();
    let script = format!(
        "AWS_CONFIG_FILE=<(sleep 0.2; cat .aws/config) git ls-remote {WITH_REGION} && \
         AWS_CONFIG_FILE=/dev/null AWS_PROFILE= git ls-remote codecommit::eu-west-1://{PROFILE}@demo-repo"
    );
    let said = studio.run_in(".", Path::new("/bin/bash"), &["-c", &script], "");
    // The first command found the profile, and the second none.
    assert_eq!(said.code, Some(128), "{said:?}");
    let problem = format!("profile {PROFILE:?}, chosen by the address, is not in");
    assert_eq!(said.stderr.matches(&problem).count(), 1, "{said:?}");
    assert_eq!(studio.aws.sts_requests().len(), 1);
    // Git's own commands come by standard input: nothing may read them away.
    let said = studio.git_with(".", &[("AWS_CONFIG_FILE", "/dev/stdin")], LIST);
    assert!(
        said.stderr.contains("it is this program's standard input"),
        "{said:?}"
    );
}

#[test]
fn a_git_that_waits_for_a_pipe_itself_is_stopped_after_fifteen_seconds() {
    const UNENDED: &str = "\"git config\" did not end within 15 seconds\n\
         hint: git may wait for one of its files: check that ~/.gitconfig and what it includes are plain files, \
         and that their disk or file server answers\n";
    let studio = Studio::default();
    let program = |name: &str| helpers().join(name).display().to_string();
    let (credential, remote, command) = (
        program("git-credential-codecommit"),
        program("git-remote-codecommit"),
        program("git-codecommit"),
    );
    // A git that gives no answer to anything.
    let dead = studio.write_program("dead/git", "#!/bin/sh\nexec sleep 1000\n");
    let path = format!("{}:/usr/bin:/bin", dead.parent().unwrap().display());
    let pipes: Vec<String> = (0..4)
        .map(|number| make_pipe(&studio, &format!("pipe-{number}")))
        .collect();
    let by_pipe = |number: usize| [("GIT_CONFIG_GLOBAL", pipes[number].as_str())];
    let url = ["origin", "eu-west-1://CrossAccountAccessProfile@demo-repo"];
    let setup = ["setup", "--yes", "--profile", PROFILE];
    let doctor = ["doctor", "--offline"];
    let cases = [
        (case("get", &by_pipe(0), &["get"], UNENDED), &credential, 3),
        (case("remote", &by_pipe(1), &url, UNENDED), &remote, 3),
        (
            case(
                "setup",
                &by_pipe(2),
                &setup,
                "git version did not end within 15 seconds\nhint: git may wait",
            ),
            &command,
            5,
        ),
        (
            case(
                "doctor",
                &by_pipe(3),
                &doctor,
                "git version: it did not end within 15 seconds\n",
            ),
            &command,
            3,
        ),
        (
            case("dead", &[("PATH", &path)], &["get"], UNENDED),
            &credential,
            3,
        ),
    ];
    std::thread::scope(|scope| {
        for (case, program, code) in &cases {
            let command = in_time(&studio, case, program);
            scope.spawn(move || {
                let said = Outcome::of(command, crate::harness::REQUEST);
                assert_eq!(said.code, Some(*code), "{}: {said:?}", case.name);
                let text = format!("{}{}", said.stdout, said.stderr);
                assert!(text.contains(case.said), "{}: {said:?}", case.name);
            });
        }
    });
    for pipe in &pipes {
        assert_eq!(readers(pipe), Vec::<String>::new(), "git was not stopped");
    }
}

/// The processes that wait for a writer of a pipe, or have it open.
fn readers(pipe: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let commands = processes.filter_map(|process| {
        let environment = std::fs::read(process.path().join("environ")).ok()?;
        let name = format!("GIT_CONFIG_GLOBAL={pipe}");
        let is_its = environment
            .split(|byte| *byte == 0)
            .any(|set| set == name.as_bytes());
        is_its.then(|| process.file_name().to_string_lossy().into_owned())
    });
    commands.collect()
}
