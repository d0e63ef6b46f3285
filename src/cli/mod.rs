//! `git codecommit …`: the commands for a person or a script.
//!
//! [`command`] is the one definition of the command line; help, shell completions and manual pages
//! are made from it. Each subcommand has a file of its own, with its arguments and what it does.

mod browse;
mod cache;
mod clone_all;
mod command;
mod completions;
mod credential;
mod doctor;
#[cfg(test)]
mod errors_page;
#[cfg(test)]
mod exit_tests;
mod list;
mod man;
mod policy;
mod repositories;
mod session;
mod setup;
mod setup_args;
mod studio;
mod url;
mod usage;
mod version;

use std::ffi::OsString;
use std::io::{self, Write};
use std::iter;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use self::command::{CommandLine, Subcommand};
use self::session::Session;
use crate::error::{Error, Output};
use crate::message::Messages;
use crate::world::World;

/// Runs the program. Returns the exit code; all errors have been written to `stderr` by then.
pub fn run(world: &World, mut stdout: impl Write, stderr: impl Write + 'static) -> u8 {
    let messages = Messages::new("git-codecommit", world, stderr);
    let mut session = Session {
        world,
        messages: &messages,
        out: &mut stdout,
    };
    let ended = dispatch(&mut session).and_then(|code| {
        session.out.flush()?;
        Ok(code)
    });
    match ended {
        Ok(code) => code,
        // The reader closed the pipe, as `head` does.
        Err(error) if is_closed(&error) => 0,
        Err(error) => {
            messages.error(&error);
            error.exit().code()
        }
    }
}

fn is_closed(error: &Error) -> bool {
    let output = error.downcast_ref::<Output>();
    output.is_some_and(|Output(cause)| cause.kind() == io::ErrorKind::BrokenPipe)
}

fn dispatch(session: &mut Session) -> Result<u8, Error> {
    let arguments = session.world.arguments().iter().cloned();
    let arguments = iter::once(OsString::from("git-codecommit")).chain(arguments);
    let command = match CommandLine::try_parse_from(arguments) {
        Ok(command) => command,
        Err(asked)
            if matches!(
                asked.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            write!(session.out, "{}", asked.render())?;
            return Ok(0);
        }
        Err(error) => return Err(usage::usage_error(&error).into()),
    };
    match command.subcommand {
        Subcommand::Setup(setup) => setup.run(session)?,
        Subcommand::Unsetup(unsetup) => unsetup.run(session)?,
        Subcommand::Studio(studio) => studio.run(session)?,
        Subcommand::Policy(policy) => policy.run(session)?,
        Subcommand::List(list) => return list.run(session),
        Subcommand::CloneAll(clone_all) => return clone_all.run(session),
        Subcommand::Browse(browse) => browse.run(session)?,
        Subcommand::Url(url) => url.run(session)?,
        Subcommand::Credential(credential) => credential.run(session)?,
        Subcommand::Doctor(doctor) => return doctor.run(session),
        Subcommand::Cache(cache) => cache.run(session)?,
        Subcommand::Completions(completions) => completions.run(session, CommandLine::command())?,
        Subcommand::Man(man) => man.run(session, CommandLine::command())?,
        Subcommand::Version(version) => version.run(session)?,
    }
    Ok(0)
}
