//! Home directories on network file systems: EFS, SMB and FUSE lack locks, hard links, files without a name or
//! renames that replace nothing; are slow; have a clock of their own; and fail now and then.
//!
//! `fuse.py` shows the home directory so, in a namespace of the test's own.

mod faults;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_aws::CONTRIBUTOR_ROLE;

use crate::harness::{Outcome, Studio, WITH_REGION, helpers, is_inside};

/// What no such file system has, with a slow server whose clock is two hours ahead.
const POOR: &[&str] = &[
    "--refuse",
    "links",
    "--refuse",
    "tmpfile",
    "--refuse",
    "noreplace",
    "--slow",
    "0.05",
    "--clock",
    "7200",
];
/// The two ways of having no locks: NFS without its lock daemon, and a file system that knows of none.
const NO_LOCKS: [&[&str]; 2] = [&["--refuse", "locks"], &["--refuse", "no-locks"]];

/// Whether this is the test in its namespace, where it can mount.
fn can_mount(test: &str) -> bool {
    if !Path::new("/dev/fuse").exists() {
        local_aws::skip_even_in_ci("/dev/fuse");
        return false;
    }
    is_inside(&format!("network_home::{test}"), "ip link set lo up")
}

/// A home directory that is shown through `fuse.py` while this lives.
struct Shown {
    server: Child,
    output: BufReader<std::process::ChildStdout>,
}

/// What a file system was asked for.
struct Requests {
    count: usize,
    /// Of each kind, `kind=number`.
    kinds: String,
    /// The numbers of those that are the first of their kind for their file.
    firsts: Vec<usize>,
}

impl Shown {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests start the programs they test"
    )]
    fn new(studio: &Studio, options: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/network_home/fuse.py");
        let (real, home) = (real(studio), studio.home());
        if !real.exists() {
            fs::rename(&home, &real).unwrap();
            fs::create_dir(&home).unwrap();
        }
        let mut server = Command::new("python3")
            .arg(script)
            .args([&real, &home])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self { server, output }
    }

    /// Ends it; returns what was asked of it.
    fn end(mut self) -> Requests {
        drop(self.server.stdin.take());
        let mut text = String::new();
        self.output.read_to_string(&mut text).unwrap();
        assert!(self.server.wait().unwrap().success());
        let (counts, firsts) = text.split_once('\n').unwrap();
        let (count, kinds) = counts.split_once(' ').unwrap_or((counts, ""));
        let firsts = firsts.split_whitespace();
        Requests {
            count: count.parse().unwrap(),
            kinds: kinds.to_owned(),
            firsts: firsts.map(|number| number.parse().unwrap()).collect(),
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test measures what a person waits for"
)]
fn now() -> Instant {
    Instant::now()
}

/// The folder behind a home directory that is shown.
fn real(studio: &Studio) -> PathBuf {
    studio.place().join("real")
}

/// Every file below a folder with its text, by name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            match path.is_dir() {
                true => open.push(path),
                false => found.push((
                    name,
                    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned(),
                )),
            }
        }
    }
    found.sort();
    found
}

fn run(studio: &Studio, arguments: &[&str]) -> Outcome {
    outside(studio, &helpers().join("git-codecommit"), arguments, "")
}

/// Runs a program whose working directory is not in the home: there the start itself could fail.
fn outside(studio: &Studio, program: &Path, arguments: &[&str], input: &str) -> Outcome {
    let mut command = studio.command(".", program, arguments);
    command.current_dir(studio.place());
    Outcome::of(command, input)
}

fn setup(studio: &Studio) -> Outcome {
    let bin = helpers().display().to_string();
    let arguments = [
        "setup",
        "--yes",
        "--role-arn",
        CONTRIBUTOR_ROLE,
        "--region",
        "eu-west-1",
        "--bin-dir",
        &bin,
    ];
    run(studio, &arguments)
}

/// A home in which setup has something to change.
fn fresh() -> Studio {
    let studio = Studio::default();
    studio.write(".aws/config", "# mine\n[default]\nregion = us-east-1\n");
    studio.write(
        ".gitconfig",
        "[user]\n\tname = n\n\temail = e@example.com\n",
    );
    studio
}

#[test]
fn setup_and_undo_are_whole_on_a_poor_file_system() {
    if !can_mount("setup_and_undo_are_whole_on_a_poor_file_system") {
        return;
    }
    for locks in NO_LOCKS {
        let studio = fresh();
        let before = files(&studio.home());
        let shown = Shown::new(&studio, &[POOR, locks].concat());
        setup(&studio).succeeded();
        let after = files(&real(&studio));
        let config = |files: &[(String, String)]| {
            files
                .iter()
                .find(|(name, _)| name == ".aws/config")
                .cloned()
        };
        assert!(config(&after).unwrap().1.contains(CONTRIBUTOR_ROLE));
        assert!(
            after
                .iter()
                .any(|(name, _)| name == ".config/git-codecommit/state.json"),
            "{after:?}"
        );
        let said = setup(&studio).succeeded();
        assert_eq!(files(&real(&studio)), after, "{said:?}");
        run(&studio, &["unsetup", "--yes"]).succeeded();
        shown.end();
        assert_eq!(files(&real(&studio)), before);
    }
}

#[test]
fn without_locks_each_process_asks_and_none_waits() {
    if !can_mount("without_locks_each_process_asks_and_none_waits") {
        return;
    }
    const PROCESSES: usize = 4;
    for locks in NO_LOCKS {
        let studio = Studio::default().with_cache();
        let shown = Shown::new(&studio, &[POOR, locks].concat());
        let started = now();
        std::thread::scope(|scope| {
            let mut runs = Vec::new();
            for _ in 0..PROCESSES {
                let list = ["ls-remote", WITH_REGION];
                let command = studio.command(".", Path::new("git"), &list);
                runs.push(scope.spawn(move || Outcome::of(command, "")));
            }
            for run in runs {
                run.join().unwrap().succeeded();
            }
        });
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "{:?}",
            started.elapsed()
        );
        let (_, asked) = studio.asked();
        assert!((1..=PROCESSES).contains(&asked), "{asked} calls");
        // Whoever comes later finds a session.
        studio.git(&["ls-remote", WITH_REGION]).succeeded();
        assert_eq!(studio.asked(), (0, 0));
        shown.end();
        assert_sessions_are_whole(&studio, "");
    }
}

/// Nothing is in the cache but locks and whole sessions.
fn assert_sessions_are_whole(studio: &Studio, context: &str) {
    let cache = real(studio).join(".aws/cli/cache");
    if !cache.exists() {
        return;
    }
    for (name, text) in files(&cache) {
        if !name.ends_with(".lock") {
            let is_session = name.len() == "f".repeat(40).len() + ".json".len();
            assert!(is_session, "{name}\n{context}");
            assert!(
                text.starts_with("{\"Credentials\":{\"AccessKeyId\":\"ASIA")
                    && text.ends_with("}}"),
                "{name}: {text}\n{context}"
            );
        }
    }
}
