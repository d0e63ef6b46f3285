//! A Studio space from its start: the lifecycle configuration, and what works in it afterwards.

mod forms;
mod hanging;
mod lifecycle;
mod obstacles;
mod published;
mod quoting;
mod swapped;
mod unified;
mod whoami;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use local_aws::{CONTRIBUTOR_ROLE, lacks};

use crate::harness::{Git, Outcome, PROFILE, Studio, helpers};

const PROGRAMS: [&str; 3] = [
    "git-remote-codecommit",
    "git-credential-codecommit",
    "git-codecommit",
];

/// A space as SageMaker Distribution has it: conda's helper first on PATH, `~/.local/bin` not on it, no AWS
/// file, container credentials. Git's own https is led to the local AWS.
fn space(git: &Git) -> Studio {
    space_with(Studio::default().with_git(git))
}

/// The same with a local AWS of one's own.
fn space_with(studio: Studio) -> Studio {
    let mut studio = studio.without_profile().with_https_host();
    program(
        &studio,
        "conda/bin/git-remote-codecommit",
        "#!/bin/sh\necho 'conda was run' >&2\nexit 1\n",
    );
    let conda = studio.place().join("conda/bin");
    studio.set(
        "PATH",
        &format!("{}:{}", conda.display(), studio.system_path()),
    );
    studio
}

/// A program of one's own in a folder beside the home directory.
fn program(studio: &Studio, path: &str, text: &str) -> PathBuf {
    studio.write_program(&format!("../{path}"), text);
    studio.place().join(path)
}

/// The archive of the programs and install.sh, as scripts/package makes it; one for all tests.
fn archive() -> (PathBuf, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let archive = folder.join("programs.tar.gz");
    let lock = std::fs::File::create(folder.join("programs.lock")).unwrap();
    lock.lock().unwrap();
    let time = |path: &Path| {
        path.metadata()
            .and_then(|m| m.modified())
            .unwrap_or(SystemTime::UNIX_EPOCH)
    };
    let installer = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh"));
    let newest = PROGRAMS
        .map(|name| time(&helpers().join(name)))
        .into_iter()
        .max()
        .unwrap();
    if time(&archive) <= newest.max(time(installer)) {
        let script = format!(
            "set -e; rm -rf packed; mkdir packed; for p in {}; do strip -o packed/$p '{}'/$p; done\n\
             cp '{}' packed; tar -cf - packed | gzip -1 > programs.tar.gz",
            PROGRAMS.join(" "),
            helpers().display(),
            installer.display()
        );
        shell(folder, &script);
    }
    let sum = shell(folder, "sha256sum < programs.tar.gz");
    (archive, sum[..64].to_owned())
}

#[expect(clippy::disallowed_methods, reason = "tests start the tools they need")]
fn shell(folder: &Path, script: &str) -> String {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script]).current_dir(folder);
    let said = command.output().unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    String::from_utf8(said.stdout).unwrap()
}

/// The lifecycle script, written to a file as the service does it.
fn lifecycle_script(studio: &Studio, more: &[&str]) -> PathBuf {
    let (archive, sum) = archive();
    let source = format!("file://{}", archive.display());
    lifecycle_script_from(studio, &source, &sum, more)
}

fn lifecycle_script_from(studio: &Studio, source: &str, sum: &str, more: &[&str]) -> PathBuf {
    let role = ["--role-arn", CONTRIBUTOR_ROLE, "--region", "eu-west-1"];
    write_script(studio, source, sum, &[&role, more].concat())
}

/// The lifecycle script with these arguments of setup and no other.
fn lifecycle_script_of(studio: &Studio, setup: &[&str]) -> PathBuf {
    let (archive, sum) = archive();
    let source = format!("file://{}", archive.display());
    write_script(studio, &source, &sum, setup)
}

fn write_script(studio: &Studio, source: &str, sum: &str, setup: &[&str]) -> PathBuf {
    let mut arguments = vec!["studio", "lifecycle-script", "--source", source];
    arguments.extend(["--sha256", sum]);
    arguments.extend(setup);
    let said = studio.helper("git-codecommit", &arguments, "").succeeded();
    program(studio, "lifecycle_script.sh", &said.stdout)
}

/// Runs a script in the environment that the service gives it: PATH is not to be relied on.
fn start_of_space(studio: &Studio, script: &Path) -> Outcome {
    let mut command = studio.command(".", script, &[]);
    command
        .env("PATH", "/usr/bin:/bin")
        .env_remove("GIT_TERMINAL_PROMPT");
    Outcome::of(command, "")
}

/// The shells of this machine.
fn shells() -> impl Iterator<Item = &'static [&'static str]> {
    let known: [&[&str]; 3] = [&["dash"], &["bash"], &["busybox", "sh"]];
    known.into_iter().filter(|shell| !lacks(shell[0]))
}

/// Runs a script by a shell of one's own.
fn in_shell(studio: &Studio, shell: &[&str], script: &Path) -> Outcome {
    let script = script.display().to_string();
    let mut arguments = vec!["-c", "exec \"$@\"", "sh"];
    arguments.extend(shell);
    arguments.push(&script);
    studio.run_in(".", Path::new("/bin/sh"), &arguments, "")
}

/// The command lines of the processes of this place: those whose environment names it.
fn running(studio: &Studio) -> Vec<String> {
    let place = studio.place().display().to_string();
    let words = |process: &Path, file: &str| {
        let words = std::fs::read(process.join(file)).unwrap_or_default();
        String::from_utf8_lossy(&words).replace('\0', " ")
    };
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .map(|process| process.path())
        .filter(|process| words(process, "environ").contains(&place))
        .map(|process| words(&process, "cmdline"))
        .collect()
}

/// What was ended is given a moment to be gone.
#[track_caller]
fn assert_nothing_runs(studio: &Studio) {
    let started = now();
    while !running(studio).is_empty() && started.elapsed().as_secs() < 5 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let left = running(studio);
    assert!(left.is_empty(), "{left:?}");
}

/// Types a line into a terminal: interactive bash without login.
fn in_terminal(studio: &Studio, line: &str) -> Outcome {
    studio.run_in(".", Path::new("/bin/bash"), &["-ic", line], "")
}

/// Everything in the home directory: modes, links, and the bytes and times of files.
fn tree(studio: &Studio) -> BTreeMap<PathBuf, (u32, Option<SystemTime>, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = vec![studio.home()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let (time, bytes) = if metadata.is_symlink() {
                let target = std::fs::read_link(&path).unwrap();
                (None, target.into_os_string().into_encoded_bytes())
            } else if metadata.is_dir() {
                open.push(path.clone());
                (None, Vec::new())
            } else {
                (metadata.modified().ok(), std::fs::read(&path).unwrap())
            };
            let name = path.strip_prefix(studio.home()).unwrap().to_owned();
            found.insert(name, (metadata.permissions().mode(), time, bytes));
        }
    }
    found
}

/// Fails with the names that differ.
#[track_caller]
fn assert_unchanged(
    studio: &Studio,
    before: &BTreeMap<PathBuf, (u32, Option<SystemTime>, Vec<u8>)>,
) {
    let now = tree(studio);
    let names = now.keys().chain(before.keys());
    let differ: Vec<_> = names
        .filter(|name| now.get(*name) != before.get(*name))
        .collect();
    assert!(differ.is_empty(), "{differ:?}");
}

#[expect(clippy::disallowed_methods, reason = "tests measure their own time")]
fn now() -> Instant {
    Instant::now()
}

fn address() -> String {
    format!("codecommit::eu-west-1://{PROFILE}@demo-repo")
}

fn read(studio: &Studio, name: &str) -> String {
    std::fs::read_to_string(studio.home().join(name))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}
