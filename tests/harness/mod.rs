//! A throwaway home in front of a local AWS, in which real git runs.
//!
//! Every command starts from an empty environment: nothing of the person's own settings, nor of the
//! machine's, can decide a test.

mod git;
mod namespace;
mod outcome;
mod processes;
mod sessions;
mod set_up;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use local_aws::{Auth, CONTRIBUTOR_ROLE, LocalAws, Request, SignedHost};
use tempfile::TempDir;

pub(crate) use git::{Git, every_git};
pub(crate) use namespace::is_inside;
pub(crate) use outcome::{Outcome, stable};
pub(crate) use processes::until;
pub(crate) use set_up::{CAREFUL_ROLE, SERIAL};

/// The profile of AWS's published cross-account pattern.
pub(crate) const PROFILE: &str = "CrossAccountAccessProfile";
/// The first URL form.
pub(crate) const WITH_REGION: &str = "codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo";
/// The second URL form: the region comes from the profile.
pub(crate) const WITHOUT_REGION: &str = "codecommit://CrossAccountAccessProfile@demo-repo";
/// The third URL form: git's own https transport, and the credential helper.
pub(crate) const HTTPS: &str = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo";
/// What git asks a credential helper for that URL.
pub(crate) const REQUEST: &str =
    "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/demo-repo\n";

/// A home directory, a git and a local AWS.
pub(crate) struct Studio {
    pub(crate) aws: LocalAws,
    place: TempDir,
    git: Git,
    environment: BTreeMap<String, String>,
}

impl Studio {
    /// A Studio space as the published pattern has it: container credentials and the profile.
    fn new(git: &Git, aws: LocalAws) -> Self {
        let place = tempfile::tempdir().unwrap();
        let mut studio = Self {
            environment: BTreeMap::new(),
            git: git.clone(),
            place,
            aws,
        };
        let home = studio.home();
        std::fs::create_dir(&home).unwrap();
        studio.set("HOME", home.to_str().unwrap());
        let path = format!("{}:{}", helpers().display(), studio.system_path());
        studio.set("PATH", &path);
        studio.set("TMPDIR", home.parent().unwrap().to_str().unwrap());
        studio.set("LC_ALL", "C.UTF-8");
        studio.set("GIT_CONFIG_NOSYSTEM", "1");
        studio.set("GIT_TERMINAL_PROMPT", "0");
        // Nothing but loopback answers here; the instance metadata's address never will.
        studio.set("AWS_EC2_METADATA_DISABLED", "true");
        for (name, value) in studio.aws.environment() {
            studio.set(name, &value);
        }
        studio.write(
            ".gitconfig",
            "[user]\n\tname = Data Scientist\n\temail = ds@example.com\n\
             [init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n[gc]\n\tauto = 0\n\
             [codecommit]\n\tcache = false\n",
        );
        studio.with_profile(
            PROFILE,
            &format!(
                "region = eu-west-1\ncredential_source=EcsContainer\n\
                 role_arn = {CONTRIBUTOR_ROLE}\noutput = json\n"
            ),
        )
    }

    /// Gives all of it to another user, who needs root to become (see [`is_root`]).
    pub(crate) fn give_to(&mut self, user: &str) {
        let authority = std::fs::read_to_string(self.aws.ca_file()).unwrap();
        self.write("ca.pem", &authority);
        let path = self.home().join("ca.pem");
        self.set("AWS_CA_BUNDLE", path.to_str().unwrap());
        let place = self.place().display().to_string();
        self.run_in(".", Path::new("/bin/chown"), &["-R", user, &place], "")
            .succeeded();
    }

    /// Whether its git is of that version or a later one.
    pub(crate) fn has_git(&self, major: u32, minor: u32) -> bool {
        self.git.is_at_least(major, minor)
    }

    /// PATH without the programs under test.
    pub(crate) fn system_path(&self) -> String {
        format!("{}:/usr/bin:/bin", self.git.folder().display())
    }

    /// Sets an environment variable for every later command.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Takes an environment variable away from every later command.
    pub(crate) fn unset(&mut self, name: &str) {
        self.environment.remove(name);
    }

    /// The home directory, where commands start.
    pub(crate) fn home(&self) -> PathBuf {
        self.place.path().join("home")
    }

    /// Everything a run could have left a trace in.
    pub(crate) fn place(&self) -> &Path {
        self.place.path()
    }

    /// Runs git in the home directory.
    pub(crate) fn git(&self, arguments: &[&str]) -> Outcome {
        self.git_in(".", arguments)
    }

    /// Runs git in a folder below the home directory.
    pub(crate) fn git_in(&self, folder: &str, arguments: &[&str]) -> Outcome {
        self.run_in(folder, self.git.program(), arguments, "")
    }

    /// Runs git in a folder below the home directory, with more in its environment.
    pub(crate) fn git_with(
        &self,
        folder: &str,
        environment: &[(&str, &str)],
        arguments: &[&str],
    ) -> Outcome {
        let mut command = self.command(folder, self.git.program(), arguments);
        command.envs(environment.iter().copied());
        Outcome::of(command, "")
    }

    /// Runs one of the helpers, with text for its standard input.
    pub(crate) fn helper(&self, name: &str, arguments: &[&str], input: &str) -> Outcome {
        self.run_in(".", &helpers().join(name), arguments, input)
    }

    /// Asks the credential helper for the password of [`HTTPS`].
    pub(crate) fn credential(&self, options: &[&str]) -> Outcome {
        let arguments = [options, &["get"]].concat();
        self.helper("git-credential-codecommit", &arguments, REQUEST)
    }

    /// Runs a command line on a terminal of its own, where a person types.
    pub(crate) fn on_a_terminal(&self, command: &str, typed: &str) -> Outcome {
        let options = ["--quiet", "--return", "--command", command, "/dev/null"];
        self.run_in(".", "/usr/bin/script".as_ref(), &options, typed)
    }

    /// Runs any program, with text for its standard input.
    pub(crate) fn run_in(
        &self,
        folder: &str,
        program: &Path,
        arguments: &[&str],
        input: &str,
    ) -> Outcome {
        Outcome::of(self.command(folder, program, arguments), input)
    }

    /// A command in this home, not yet started.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests start the programs they test"
    )]
    pub(crate) fn command(&self, folder: &str, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.home().join(folder))
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Makes a commit that changes `path`; returns its id.
    pub(crate) fn commit(&self, folder: &str, path: &str, text: &str) -> String {
        self.write(&format!("{folder}/{path}"), text);
        self.git_in(folder, &["add", "--all"]).succeeded();
        self.git_in(folder, &["commit", "--quiet", "-m", path])
            .succeeded();
        self.head(folder)
    }

    /// The commit a clone has checked out.
    pub(crate) fn head(&self, folder: &str) -> String {
        let said = self.git_in(folder, &["rev-parse", "HEAD"]).succeeded();
        said.stdout.trim().to_owned()
    }

    /// A reference of the repository in the local AWS; empty if it is not there.
    pub(crate) fn remote_ref(&self, name: &str) -> String {
        let repository = self.aws.repository_path("demo-repo");
        let repository = repository.to_str().unwrap().to_owned();
        let said = self.git(&["-C", &repository, "rev-parse", "--verify", "--quiet", name]);
        said.stdout.trim().to_owned()
    }

    /// Checks that every git request was signed and accepted, and that each run (it starts with its one
    /// GET) asked the container endpoint and STS once.
    pub(crate) fn assert_each_run_signed(&self) {
        let requests = self.aws.git_requests();
        for request in &requests {
            let signed = matches!(request.authorization, Auth::Ok { .. });
            assert!(signed && request.status == Some(200), "{request:#?}");
        }
        let runs = requests.iter().filter(|r| r.method == "GET").count();
        assert_eq!(self.aws.container_requests().len(), runs, "container calls");
        assert_eq!(self.aws.sts_requests().len(), runs, "STS calls");
    }

    /// Checks what the local AWS saw of the runs since the last call, and forgets it: every git
    /// request signed and accepted, one container call and one AssumeRole a run.
    pub(crate) fn assert_record(&self, runs: usize, requests: &[&str]) {
        let record = self.aws.requests();
        let git: Vec<&Request> = record
            .iter()
            .filter(|request| request.service == local_aws::Service::Git)
            .collect();
        for request in &git {
            assert!(
                matches!(&request.authorization, Auth::Ok { arn, signed_host, .. }
                    if arn.starts_with("arn:aws:sts::111111111111:assumed-role/MyCross")
                        && *signed_host == SignedHost::WithPort),
                "{request:#?}"
            );
            assert_eq!(request.status, Some(200), "{request:#?}");
        }
        let seen: Vec<String> = git.iter().map(|request| shown(request)).collect();
        assert_eq!(seen, requests);
        let count = |service| record.iter().filter(|r| r.service == service).count();
        assert_eq!(
            count(local_aws::Service::Container),
            runs,
            "container calls"
        );
        assert_eq!(count(local_aws::Service::Sts), runs, "STS calls");
        self.aws.clear_record();
    }
}

/// `GET upload-pack` for `GET …/info/refs?service=git-upload-pack`, `POST upload-pack` for the rest.
fn shown(request: &Request) -> String {
    let service = match request.query.split_once("service=git-") {
        Some((_, service)) => service,
        None => request.path.rsplit_once("/git-").map_or("?", |(_, s)| s),
    };
    format!("{} {service}", request.method)
}

/// Text of so many numbers, of 9 to 10 digits each, that compresses to no less than half; the same
/// every time.
pub(crate) fn digits(count: usize) -> String {
    let mut number = 1u64;
    let numbers = std::iter::repeat_with(|| {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (number >> 33).to_string()
    });
    numbers.take(count).collect()
}

/// The folder of the programs under test.
pub(crate) fn helpers() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_git-remote-codecommit"));
    program.parent().unwrap().to_owned()
}

/// Whether the tests may start programs as other users.
pub(crate) fn is_root() -> bool {
    let process = std::fs::metadata("/proc/self");
    process.is_ok_and(|found| std::os::unix::fs::MetadataExt::uid(&found) == 0)
}
