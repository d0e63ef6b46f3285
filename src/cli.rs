//! `git codecommit …`: what a person asks of the helpers directly.

use std::io::{self, Write};

use crate::error::{Error, UsageError};
use crate::message::Messages;
use crate::target::Target;
use crate::world::World;

const USAGE: &str = "\
usage: git codecommit url ADDRESS    print the https URL of a codecommit:: address
       git codecommit version        print this program's version
       git codecommit help           print this text

Addresses: codecommit://[PROFILE@]REPOSITORY
           codecommit::REGION://[PROFILE@]REPOSITORY
";

/// Runs the program. Returns the exit code; all errors have been said on `stderr` by then.
pub fn run(world: &World, mut stdout: impl Write, stderr: impl Write + 'static) -> u8 {
    let messages = Messages::new("git-codecommit", world, stderr);
    let text = match text(world, &messages) {
        Ok(text) => text,
        Err(error) => {
            messages.error(&error);
            return error.exit_code();
        }
    };
    // Whoever closes the pipe has seen enough.
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => 1,
        _ => 0,
    }
}

fn text(world: &World, messages: &Messages) -> Result<String, Error> {
    let arguments: Vec<_> = world
        .arguments()
        .iter()
        .map(|argument| argument.to_string_lossy())
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    match arguments.as_slice() {
        ["help" | "--help" | "-h"] => Ok(USAGE.to_owned()),
        ["version" | "--version" | "-V"] => {
            Ok(format!("git-codecommit {}\n", env!("CARGO_PKG_VERSION")))
        }
        ["url", address] => {
            let target = Target::resolve(world, messages, address)?;
            Ok(format!("{}\n", target.endpoint.url()))
        }
        other => Err(UsageError {
            problem: match other {
                [] => "no command is named".to_owned(),
                ["url", ..] => "url takes one address".to_owned(),
                [command, ..] => format!("unknown command {command:?}"),
            },
            hint: "git codecommit help lists the commands".to_owned(),
        }
        .into()),
    }
}
