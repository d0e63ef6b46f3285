//! The git programs this helper starts.

use std::ffi::OsString;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::error::Error;
use crate::process;

/// Starts `git <program> <arguments>` with pipes for its standard input and output.
pub(super) fn start(program: &'static str, arguments: &[OsString]) -> Result<Child, Error> {
    Command::from(process::git(program))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|cause| Error::Start { program, cause })
}
