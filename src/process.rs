//! Starting processes: the one place that does. Who starts one decides its pipes.
//!
//! A child gets this process's own environment and folder, and so git's `GIT_DIR` and `GIT_CONFIG_…`.

mod answer;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output};

use crate::error::Exit;
use crate::printable::printable;

pub(crate) use answer::{Answering, LIMIT as ANSWER_LIMIT, UNENDED_HINT, answer, start};

/// `git <program>`. It is found on PATH, where git puts its own folder first.
#[expect(clippy::disallowed_methods, reason = "the owner of starting processes")]
pub(crate) fn git(program: &str) -> Command {
    let mut command = Command::new("git");
    command.arg(program);
    command
}

/// `git -C <folder> <program>` for the repository of that folder itself, whatever repository this process is in.
pub(crate) fn git_in(folder: &Path, program: &str) -> Command {
    let mut command = git("-C");
    command.arg(folder).arg(program);
    let parent = folder.parent().unwrap_or(folder);
    command.env("GIT_CEILING_DIRECTORIES", parent);
    for name in LOCAL_VARIABLES {
        command.env_remove(name);
    }
    command
}

/// What leads git to a repository, but for `GIT_CONFIG_…`, which `git -c` sets (`git rev-parse --local-env-vars`).
const LOCAL_VARIABLES: [&str; 12] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
];

/// A program that the person's settings name: `credential_process`, an askpass program.
#[expect(clippy::disallowed_methods, reason = "the owner of starting processes")]
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(name)
}

/// Runs a program to its end and keeps what it says: nothing of it reaches the person as it comes.
#[expect(clippy::disallowed_methods, reason = "here the words are kept")]
pub(crate) async fn captured(command: &mut tokio::process::Command) -> std::io::Result<Output> {
    command.output().await
}

/// What helps where the system starts no thread and no process.
pub(crate) const LIMIT_HINT: &str =
    "raise the limit on processes (ulimit -u, or the container's pids limit), or stop some";

/// What helps where there is no file descriptor left.
pub(crate) const OPEN_FILES_HINT: &str = "raise the limit on open files (ulimit -n)";

/// Whether the system, or this process, has as many files open as it may: ENFILE and EMFILE of every unix.
fn is_for_want_of_files(cause: &io::Error) -> bool {
    cfg!(unix) && matches!(cause.raw_os_error(), Some(23 | 24))
}

/// What helps where git cannot be started.
pub(crate) fn start_hint(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::WouldBlock => LIMIT_HINT,
        _ if is_for_want_of_files(cause) => OPEN_FILES_HINT,
        _ => "check that git is installed and on PATH",
    }
}

/// Lets a panic, a fault of this program, end in two lines: what a panic says may hold a secret, and a core dump would.
pub(crate) fn end_quietly_on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        let is_thread = said.contains("spawn") && said.contains("thread");
        // As Debug of an io::Error; a library may need a file descriptor where it can report no error.
        let is_file = said.contains("Os { code: 24,") || said.contains("Os { code: 23,");
        let (lines, exit) = if is_thread {
            let lines = format!("cannot start a thread\nhint: {LIMIT_HINT}");
            (lines, Exit::Network)
        } else if is_file && cfg!(unix) {
            let lines = format!("too many open files\nhint: {OPEN_FILES_HINT}");
            (lines, Exit::Network)
        } else {
            let place = panic.location();
            let lines = format!(
                "internal error ({})\nhint: report this at the project's issue tracker, with the command that you ran",
                place.map(ToString::to_string).unwrap_or_default()
            );
            (lines, Exit::General)
        };
        let lines = format!("git-codecommit: {lines}\n");
        let _ = std::io::stderr().write_all(lines.as_bytes());
        #[expect(
            clippy::disallowed_methods,
            reason = "after a panic nothing is cleaned up: the alternative is an abort with a core dump"
        )]
        std::process::exit(exit.code().into());
    }));
}

/// A word of a shell command, in single quotes where it needs any.
pub(crate) fn shell_quoted(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&b);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    single_quoted(text)
}

/// A word in single quotes, as a shell reads it, and git in `GIT_CONFIG_PARAMETERS`.
pub(crate) fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Repeats lines of a git program that ran for this one: traces and warnings are not kept back.
pub(crate) fn pass_on(lines: &[&str]) {
    for line in lines {
        let _ = std::io::stderr().write_all(format!("{}\n", printable(line)).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_word_is_one_word() {
        for (word, quoted) in [
            ("a-b_c/d.e@f:g+h=i,j", "a-b_c/d.e@f:g+h=i,j"),
            ("", "''"),
            ("a b", "'a b'"),
            (
                "it's $(x)\n`y` \"z\" \\ ~ *",
                "'it'\\''s $(x)\n`y` \"z\" \\ ~ *'",
            ),
        ] {
            assert_eq!(shell_quoted(word), quoted);
        }
    }
}
