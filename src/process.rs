//! Starting processes: the one place that does. Who starts one decides its pipes.
//!
//! A child gets this process's own environment and folder, and so git's `GIT_DIR` and `GIT_CONFIG_…`.

use std::process::Command;

/// `git <program>`. It is found on PATH, where git puts its own folder first.
#[expect(clippy::disallowed_methods, reason = "the owner of starting processes")]
pub(crate) fn git(program: &str) -> Command {
    let mut command = Command::new("git");
    command.arg(program);
    command
}

/// A program that the person's settings name: `credential_process`, an askpass program.
#[expect(clippy::disallowed_methods, reason = "the owner of starting processes")]
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(name)
}
