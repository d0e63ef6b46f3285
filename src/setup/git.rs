//! Git's own programs, as setup uses them: to change a git config file, and to find one.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use super::Error;
use crate::git::config::{self, Asked, GitConfig};
use crate::git::version::GitVersion;
use crate::process;
use crate::world::World;

pub(super) fn version(home: &Path) -> Result<GitVersion, Error> {
    Ok(GitVersion::parse(&said("version", home, |_| {})?))
}

/// The file of `--local` or `--system`. Git tells every version of it only to an editor; it makes no
/// file for these two.
pub(super) fn path_of_config(scope: &str, home: &Path) -> Result<PathBuf, Error> {
    let said = said("config", home, |git| {
        git.args([scope, "--edit"]).env("GIT_EDITOR", "echo");
    })?;
    Ok(PathBuf::from(said.trim_end_matches('\n')))
}

/// The values of a key in a config file's content.
pub(super) fn values_in(content: &[u8], key: &str, home: &Path) -> Result<Vec<String>, Error> {
    let mut git = command("config", home);
    // With "-" git would follow the file's includes, and refuse relative ones.
    git.args(["--file", "-", "--no-includes", "-z", "--get-all", key])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    let said = process::start(&mut git).and_then(|mut git| {
        let input = git.input();
        // Git may end before it has read all: what it says then counts.
        let write = move || input.map(|mut input| input.write_all(content));
        thread::scope(|scope| {
            thread::Builder::new().spawn_scoped(scope, write)?;
            git.output()
        })
    });
    let said = said.map_err(|error| failed("config", &error))?;
    // 1: no such key.
    if said.status.code() == Some(1) {
        return Ok(Vec::new());
    }
    let text = text("config", said)?;
    Ok(text.split_terminator('\0').map(str::to_owned).collect())
}

/// What git's files say outside a repository, with origins.
pub(super) fn config(world: &World, home: &Path) -> Result<GitConfig, Error> {
    if let Ok(config) = world.git_config_outside(home) {
        return Ok(config);
    }
    let asked = GitConfig::ask_outside_repositories(home);
    asked.and_then(Asked::answer).map_err(|error| match error {
        config::Error::Start(error) => failed("config", &error),
        config::Error::Unended => unended("config"),
        config::Error::Refused(words) => refused("config", &words),
        error @ config::Error::Value { .. } => refused("config", &error.to_string()),
    })
}

/// Clones a repository, with git's own words for the person.
pub(super) fn clone(
    url: &str,
    folder: &Path,
    settings: &Path,
    home: &Path,
    quiet: bool,
) -> Result<bool, Error> {
    let mut git = process::git("-c");
    // With --scope local, or where HOME is another folder, no file of git's includes them.
    git.arg(format!("include.path={}", settings.display()))
        .arg("clone")
        .env("HOME", home)
        .env("LC_ALL", "C.UTF-8")
        .args(quiet.then_some("--quiet"))
        .args(["--", url])
        .arg(folder)
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        // Standard output is this program's own.
        .stdout(Stdio::null())
        .stderr(Stdio::inherit());
    // It takes as long as it takes: the helper that it starts ends where the host is silent.
    let status = git.status().map_err(|error| failed("clone", &error))?;
    Ok(status.success())
}

/// The URL of a clone's `origin`, as it is written there; none if it is no clone.
pub(super) fn origin(folder: &Path, home: &Path) -> Result<Option<String>, Error> {
    let said = run("config", home, |git| {
        git.args(["--get", "remote.origin.url"])
            .current_dir(folder)
            .env_remove("GIT_DIR")
            .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap_or(folder));
    })?;
    let url = String::from_utf8_lossy(&said.stdout).trim_end().to_owned();
    Ok((said.status.success() && !url.is_empty()).then_some(url))
}

fn said(program: &str, home: &Path, with: impl FnOnce(&mut Command)) -> Result<String, Error> {
    text(program, run(program, home, with)?)
}

fn run(program: &str, home: &Path, with: impl FnOnce(&mut Command)) -> Result<Output, Error> {
    let mut git = command(program, home);
    git.stdin(Stdio::null()).stderr(Stdio::piped());
    with(&mut git);
    process::answer(&mut git).map_err(|error| failed(program, &error))
}

fn command(program: &str, home: &Path) -> Command {
    let mut git = process::git(program);
    // Git finds nothing of a person's without HOME.
    git.env("HOME", home).env("LC_ALL", "C.UTF-8");
    git
}

fn text(program: &str, said: Output) -> Result<String, Error> {
    if said.status.success() {
        return Ok(String::from_utf8_lossy(&said.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&said.stderr);
    let words = words.lines().next().unwrap_or("it gave no reason");
    let words = words.strip_prefix("fatal: ").unwrap_or(words);
    let words = words.strip_prefix("error: ").unwrap_or(words);
    Err(refused(program, words))
}

fn refused(program: &str, words: &str) -> Error {
    Error::Git {
        command: program.to_owned(),
        words: words.to_owned(),
    }
}

fn failed(program: &str, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::TimedOut => unended(program),
        _ => refused(program, &format!("git cannot be started: {error}")),
    }
}

fn unended(program: &str) -> Error {
    Error::Unended {
        command: program.to_owned(),
    }
}
