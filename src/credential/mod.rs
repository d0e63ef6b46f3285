//! `git-credential-codecommit`: git's credential-helper protocol.
//!
//! `get` answers a user name and password signed for the host and path that git names; a host that is neither
//! CodeCommit's nor AWS CodeConnections' gets no answer, so that other helpers go on. `erase` drops the cached
//! session; `store` has nothing to keep.

mod answer;
mod codec;
mod error;
#[cfg(test)]
pub(crate) mod exit_tests;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod options;

use std::io::{BufRead, Write};

use self::answer::Run;
use self::codec::Request;
use self::options::{Action, Options};
use crate::about;
use crate::error::Error as AnyError;
use crate::message::{Messages, Notices};
use crate::target::RequestHost;
use crate::world::World;

pub(crate) use self::options::of_words;

/// Runs the helper. Returns the exit code; all errors have been said on `stderr` by then.
pub fn run(
    world: &World,
    stdin: impl BufRead,
    mut stdout: impl Write,
    stderr: impl Write + 'static,
) -> u8 {
    if let Some(code) = about::answer(
        world,
        &mut stdout,
        "git-credential-codecommit",
        options::HELP,
    ) {
        return code;
    }
    let messages = Messages::new("git-credential-codecommit", world, stderr);
    match answer(world, &messages, stdin, &mut stdout) {
        Ok(()) => 0,
        Err(error) => {
            messages.error(&error);
            error.exit().code()
        }
    }
}
fn answer(
    world: &World,
    messages: &Messages,
    stdin: impl BufRead,
    stdout: &mut impl Write,
) -> Result<(), AnyError> {
    let options = match Options::parse(world) {
        Ok(options) => options,
        Err(error) => {
            // Git does not look at the exit code: it would go on to ask the person.
            let is_get = world.arguments().last().is_some_and(|last| last == "get");
            if is_get && Request::read(stdin)?.is_for_aws() {
                codec::write_quit(stdout)?;
            }
            return Err(error);
        }
    };
    match options.action {
        Action::Other => return Ok(()),
        Action::Capability => return Ok(codec::write_capabilities(stdout)?),
        Action::Get | Action::Erase => {}
    }
    let request = Request::read(stdin)?;
    let host = RequestHost::of(
        world,
        messages,
        request.protocol.as_deref(),
        request.host.as_deref(),
        &request.signed_path(),
        options.ignore_host_check,
    )?;
    let Some(host) = host else {
        let notices: &dyn Notices = messages;
        notices.trace(|| "not a git host of AWS: no answer".into());
        return Ok(());
    };
    world.ask_git_config();
    (messages as &dyn Notices).trace(|| world.git_config_source());
    let run = Run {
        world,
        notices: messages,
        request: &request,
        host: &host,
        overrides: options.overrides,
    };
    if options.action == Action::Erase {
        run.erase();
        return Ok(());
    }
    // From here on the request is ours: a failure ends git's search, or it would ask the person for
    // a user name that nobody has.
    match run.sign() {
        Ok(answer) => codec::write_answer(&answer, stdout)?,
        Err(error) => {
            codec::write_quit(stdout)?;
            return Err(error);
        }
    }
    Ok(())
}
