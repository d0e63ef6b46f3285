//! What has to be asked of a git once: where it has the system's config file, and whether it is one whose
//! configuration can be read without it.
//!
//! The answer is kept in `~/.cache/git-codecommit/git`, a line for each git, with all by which one sees that the program
//! is still the same. Whatever does not fit is asked again.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::private_file::KNOWN_GITS;
use super::{World, private_file, variable};
use crate::git::config::Declined;
use crate::git::version::GitVersion;
use crate::process::{self, Answering};

/// A machine has a few gits, and each may be found in two folders.
const MOST_GITS: usize = 8;
const MOST_BYTES: u64 = 64 << 10;
/// Begins the answers for a git whose configuration can be read; the path follows.
const SYSTEM: &str = "system=";
/// Begins those for another git; the reason follows.
const NO: &str = "no=";

/// Where the git on PATH has the system's config file.
///
/// # Errors
/// If git has to be asked for its configuration.
pub(super) fn system_file(world: &World, may_learn: bool) -> Result<PathBuf, Declined> {
    let (git, mark) = git_on_path(world)?;
    let home = world.environment.get(std::ffi::OsStr::new(variable::HOME));
    let home = home.map(Path::new).filter(|home| home.is_absolute());
    let home = home.ok_or(Declined::of("HOME is not set"))?;
    let file = home.join(KNOWN_GITS);
    let kept = kept(&file).unwrap_or_default();
    let known = kept.lines().find_map(|line| {
        let answer = line.strip_prefix(&mark)?.strip_prefix('\t')?;
        (answer.starts_with(SYSTEM) || answer.starts_with(NO)).then(|| answer.to_owned())
    });
    let answer = match known {
        Some(answer) => answer,
        None if may_learn => learn(&git, &mark, &kept, home, &file)?,
        None => return Err(Declined::of("this git is not known yet")),
    };
    match answer.strip_prefix(SYSTEM) {
        Some(path) => Ok(PathBuf::from(path)),
        None => Err(Declined::at(
            &git,
            answer.strip_prefix(NO).unwrap_or(&answer),
        )),
    }
}

/// The program that `git` stands for, and what tells it from another one.
fn git_on_path(world: &World) -> Result<(PathBuf, String), Declined> {
    let path = world.environment.get(std::ffi::OsStr::new(variable::PATH));
    let path = path.and_then(|path| path.to_str());
    let path = path.ok_or(Declined::of("PATH is odd"))?;
    for folder in path.split(':') {
        if !folder.starts_with('/') {
            return Err(Declined::of("PATH has a relative folder"));
        }
        let git = Path::new(folder).join("git");
        let Ok(found) = std::fs::metadata(&git) else {
            continue;
        };
        if !found.is_file() || found.mode() & 0o111 != 0o111 {
            return Err(Declined::at(&git, "is not a program for everybody"));
        }
        let mut mark = String::with_capacity(160);
        let _ = write!(
            mark,
            "1\t{}\t{}\t{}\t{}\t{}.{:09}\t{}.{:09}",
            git.display(),
            found.dev(),
            found.ino(),
            found.len(),
            found.mtime(),
            found.mtime_nsec(),
            found.ctime(),
            found.ctime_nsec()
        );
        return match folder.contains(|c: char| c.is_control()) {
            true => Err(Declined::of("PATH is odd")),
            false => Ok((git, mark)),
        };
    }
    Err(Declined::of("git is not on PATH"))
}

fn kept(file: &Path) -> Option<String> {
    let mut text = String::new();
    let file = private_file::open(file).ok()?;
    file.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}

/// Asks git, and keeps the answer.
fn learn(git: &Path, mark: &str, kept: &str, home: &Path, file: &Path) -> Result<String, Declined> {
    let unkept = |_| Declined::at(file, "cannot be written");
    let owner = std::fs::metadata(home).map_err(unkept)?.uid();
    if owner != rustix::process::geteuid().as_raw() {
        return Err(Declined::at(home, "belongs to another user"));
    }
    let folder = file.parent().unwrap_or(home);
    private_file::create_folder(folder).map_err(unkept)?;
    // First of all: what cannot be kept would be asked in each run.
    let mut written = tempfile::NamedTempFile::new_in(folder).map_err(unkept)?;
    let answer = ask(git).ok_or(Declined::at(git, "does not say where its files are"))?;
    let others: Vec<&str> = kept
        .lines()
        .filter(|line| !line.starts_with(mark))
        .collect();
    let others = &others[others.len().saturating_sub(MOST_GITS - 1)..];
    let lines = others.iter().copied();
    let mut text = String::new();
    for line in lines.chain([format!("{mark}\t{answer}").as_str()]) {
        text.push_str(line);
        text.push('\n');
    }
    written.write_all(text.as_bytes()).map_err(unkept)?;
    let persisted = written.persist(file);
    persisted.map_err(|_| Declined::at(file, "cannot be written"))?;
    Ok(answer)
}

/// The three questions, asked at once.
fn ask(git: &Path) -> Option<String> {
    let version = start(&["version"])?;
    let exec_path = start(&["--exec-path"])?;
    // Git tells every version of it only to an editor.
    let system = start(&["config", "--system", "--edit"])?;
    let version = said(version)?;
    let exec_path = said(exec_path)?;
    let system = said(system)?;
    if !is_tried(version.trim_end()) {
        return Some(format!("{NO}has a version that is not tried"));
    }
    if !is_itself(
        git,
        &Path::new(exec_path.trim_end_matches('\n')).join("git"),
    ) {
        return Some(format!("{NO}is a wrapper"));
    }
    let system = system.strip_suffix('\n')?;
    let is_plain = system.starts_with('/') && !system.contains(|c: char| c.is_control());
    is_plain.then(|| format!("{SYSTEM}{system}"))
}

/// A release from 2.36 to 2.x, without anything that a distributor adds to its name: Apple's git reads one more file.
fn is_tried(said: &str) -> bool {
    let version = GitVersion::parse(said);
    let is_plain = said.strip_prefix("git version ").is_some_and(|number| {
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
        number.split('.').all(is_part)
    });
    is_plain && version.is_at_least(2, 36) && !version.is_at_least(3, 0)
}

fn start(arguments: &[&str]) -> Option<Answering> {
    let (first, others) = arguments.split_first()?;
    let mut git = process::git(first);
    git.args(others)
        .current_dir("/")
        .env("LC_ALL", "C")
        .env("GIT_EDITOR", "echo")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    // They would lead it, or its files, elsewhere.
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_EXEC_PATH",
        "GIT_CONFIG",
        "GIT_CONFIG_SYSTEM",
    ] {
        git.env_remove(name);
    }
    process::start(&mut git).ok()
}

fn said(git: Answering) -> Option<String> {
    let said = git.output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    said.status.success().then_some(text)
}

/// Whether a program is git, and not one that starts git with something else in its surroundings: git has itself in its
/// own folder, too.
fn is_itself(git: &Path, own: &Path) -> bool {
    let is_named_so = git.canonicalize().is_ok_and(|real| real.ends_with("git"));
    let mark = |path: &Path| std::fs::metadata(path).map(|found| (found.dev(), found.ino()));
    let is_same = match (mark(git), mark(own)) {
        (Ok(one), Ok(other)) if one == other => true,
        _ => {
            matches!((std::fs::read(git), std::fs::read(own)), (Ok(one), Ok(other)) if one == other)
        }
    };
    let mut start = [0; 2];
    let read = std::fs::File::open(git).and_then(|mut file| file.read_exact(&mut start));
    is_named_so && is_same && read.is_ok() && &start != b"#!"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_gits_that_are_like_those_of_the_tests_are_done_without() {
        for (said, expected) in [
            ("git version 2.36.0", true),
            ("git version 2.39.5", true),
            ("git version 2.54.0", true),
            ("git version 2.35.9", false),
            ("git version 3.0.0", false),
            ("git version 2.39.5 (Apple Git-154)", false),
            ("git version 2.47.3.windows.1", false),
            ("git version 2.49.0-rc1", false),
            ("git version 2.49.0.395.g12beb8f557", false),
            ("hub version 2.49.0", false),
            ("", false),
        ] {
            assert_eq!(is_tried(said), expected, "{said:?}");
        }
    }
}
