//! `scripts/live` before it meets the real service: against the local AWS, with moto in the place of CodeCommit's API.
//!
//! moto and the AWS CLI come from PyPI: `scripts/test` leaves these tests out where it cannot be reached.

mod replay;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use local_aws::{Builder, Keys, Permission, Protocol};

use crate::harness::{Outcome, Studio, helpers};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const NAME: &str = "live-test";
const SESSION: &str =
    "arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/live";

/// CodeCommit's API, as moto has it; it ends with its standard input.
struct Moto {
    server: Child,
    url: String,
}

impl Moto {
    #[expect(clippy::disallowed_methods, reason = "a part of the test's own world")]
    fn start(python: &Path) -> Self {
        let mut server = Command::new(python)
            .args([&format!("{ROOT}/tests/iac/deploy.py"), "serve"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        said.read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { server, url }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

/// A home with the keys of a session, the programs under test, the AWS CLI and moto.
struct Live {
    studio: Studio,
    moto: Moto,
    keys: Keys,
    bin: PathBuf,
}

impl Live {
    fn new(protocol: Protocol) -> Self {
        Self::with(|aws| aws.protocol(protocol))
    }

    fn with(set_up: impl FnOnce(Builder) -> Builder) -> Self {
        let python = python();
        let aws = |aws: Builder| set_up(aws.empty_repository(NAME));
        let mut studio = Studio::with_aws(aws).without_profile();
        let keys = studio.aws.issue_session(SESSION, time::Duration::hours(1));
        let moto = Moto::start(&python);
        let bin = python.parent().unwrap().to_owned();
        let folders = [helpers().display().to_string(), bin.display().to_string()];
        let path = format!("{}:{}", folders.join(":"), studio.system_path());
        let site = "https://git-codecommit.eu-west-1.amazonaws.com";
        let proxy = studio.aws.proxy_url();
        let ca = studio.aws.ca_file().display().to_string();
        for (name, value) in [
            ("PATH", path.as_str()),
            ("AWS_ENDPOINT_URL_CODECOMMIT", &moto.url),
            ("AWS_ACCESS_KEY_ID", &keys.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key),
            ("AWS_SESSION_TOKEN", keys.session_token.as_deref().unwrap()),
            // git's own https transport knows nothing of CODE_COMMIT_ENDPOINT.
            ("GIT_CONFIG_COUNT", "2"),
            ("GIT_CONFIG_KEY_0", &format!("http.{site}.proxy")),
            ("GIT_CONFIG_VALUE_0", &proxy),
            ("GIT_CONFIG_KEY_1", &format!("http.{site}.sslCAInfo")),
            ("GIT_CONFIG_VALUE_1", &ca),
        ] {
            studio.set(name, value);
        }
        Self {
            studio,
            moto,
            keys,
            bin,
        }
    }

    fn command(&self, more: &[&str]) -> Command {
        let script = Path::new(ROOT).join("scripts/live");
        let mut arguments = vec!["--region", "eu-west-1", "--name", NAME, "--large", "1"];
        arguments.extend(more);
        self.studio.command(".", &script, &arguments)
    }

    fn run(&self) -> Outcome {
        Outcome::of(self.command(&[]), "")
    }

    fn transcript(&self) -> String {
        std::fs::read_to_string(self.studio.home().join("live-transcript.txt")).unwrap()
    }

    /// The names of the repositories that the API knows.
    fn repositories(&self) -> String {
        let aws = self.bin.join("aws");
        let arguments = [
            "--region=eu-west-1",
            "codecommit",
            "get-repository",
            "--repository-name",
            NAME,
        ];
        let said = self.studio.run_in(".", &aws, &arguments, "");
        assert!(
            said.code == Some(0) || said.stderr.contains("RepositoryDoesNotExist"),
            "{} {said:?}",
            self.moto.url
        );
        said.stdout
    }

    fn assert_deleted_and_no_secret(&self, said: &Outcome) {
        assert_eq!(self.repositories(), "", "{said:?}");
        assert!(
            said.stdout.contains("the repository is deleted\n"),
            "{said:?}"
        );
        let all = format!("{}{}{}", self.transcript(), said.stdout, said.stderr);
        let secrets = [
            &self.keys.access_key_id,
            &self.keys.secret_access_key,
            self.keys.session_token.as_ref().unwrap(),
        ];
        for secret in secrets {
            assert!(!all.contains(secret.as_str()), "{secret} in {all}");
        }
        for word in ["Authorization: Basic", "MyCrossAccount"] {
            assert!(!all.contains(word), "{word} in {all}");
        }
    }
}

/// The Python of `scripts/iac`, which has moto and the AWS CLI.
#[expect(
    clippy::disallowed_methods,
    reason = "tests start the programs they test"
)]
fn python() -> PathBuf {
    let script = Path::new(ROOT).join("scripts/iac");
    let said = Command::new(script).arg("--prepare").output().unwrap();
    assert!(said.status.success(), "{said:?}");
    PathBuf::from(String::from_utf8(said.stdout).unwrap().trim())
}

/// The verdict of each belief.
fn verdicts(said: &Outcome) -> Vec<(&str, &str)> {
    let lines = said.stdout.lines();
    lines
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("belief ")?.split_once(": ")?;
            Some((name, rest.split(':').next().unwrap()))
        })
        .collect()
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn the_local_aws_is_as_believed_and_nothing_is_left() {
    let live = Live::new(Protocol::V0Only);
    let said = live.run().succeeded();
    let unchecked = ["password-age", "throttling"];
    let seen = verdicts(&said);
    assert_eq!(seen.len(), 15, "{said:?}");
    for (name, verdict) in seen {
        let wanted = if unchecked.contains(&name) {
            "not checked"
        } else {
            "as believed"
        };
        assert_eq!(verdict, wanted, "{name}: {said:?}");
    }
    live.assert_deleted_and_no_secret(&said);
    let transcript = live.transcript();
    for line in ["main job: done", "[deleted]         topic", "< 403"] {
        assert!(transcript.contains(line), "{line}: {transcript}");
    }
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_service_with_another_protocol_is_told_from_the_believed_one() {
    let live = Live::new(Protocol::Any);
    let said = live.run();
    assert_eq!(said.code, Some(3), "{said:?}");
    let wrong: Vec<_> = verdicts(&said)
        .into_iter()
        .filter(|(_, verdict)| *verdict == "WRONG")
        .map(|(name, _)| name)
        .collect();
    assert_eq!(wrong, ["advertisement", "protocol-v2"], "{said:?}");
    live.assert_deleted_and_no_secret(&said);
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_main_job_that_fails_still_deletes_the_repository() {
    let live = Live::new(Protocol::V0Only);
    let role = local_aws::CONTRIBUTOR_ROLE;
    live.studio.aws.set_permission(role, Permission::Pull);
    let said = live.run();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.stdout.contains("main job: failed: git push"),
        "{said:?}"
    );
    live.assert_deleted_and_no_secret(&said);
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_signal_still_deletes_the_repository() {
    let live = Live::new(Protocol::V0Only);
    let mut command = live.command(&[]);
    let mut child = command.spawn().unwrap();
    // Once the repository is made, the first clone begins.
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("git clone") {
        line.clear();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "no clone began");
    }
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut said, &mut rest).unwrap();
    let mut said = Outcome::at_end(&command, child);
    said.stdout = rest;
    assert_eq!(said.code, Some(128 + 15), "{said:?}");
    live.assert_deleted_and_no_secret(&said);
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_repository_that_is_there_already_is_not_touched() {
    let live = Live::new(Protocol::V0Only);
    let aws = live.bin.join("aws");
    let make = [
        "--region=eu-west-1",
        "codecommit",
        "create-repository",
        "--repository-name",
        NAME,
    ];
    live.studio.run_in(".", &aws, &make, "").succeeded();
    let said = live.run();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.stdout.contains("the repository could not be made"),
        "{said:?}"
    );
    assert!(live.repositories().contains(NAME));
}

#[test]
fn each_belief_is_a_line_of_the_table() {
    let script = Path::new(ROOT).join("scripts/live");
    let studio = Studio::default();
    let said = studio.run_in(".", &script, &["--list"], "").succeeded();
    let table = std::fs::read_to_string(Path::new(ROOT).join("docs/service.md")).unwrap();
    let listed: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(listed, said.stdout.lines().collect::<Vec<_>>());
}
