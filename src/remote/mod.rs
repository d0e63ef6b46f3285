//! `git-remote-codecommit`: the remote-helper protocol over CodeCommit's smart HTTP.
//!
//! Source: git's `Documentation/gitremote-helpers.adoc` and `gitprotocol-http.adoc`. [`commands`] is the conversation
//! with git, [`smart_http`] the one with the git host; [`rpc`] joins them through `git fetch-pack` and
//! `git send-pack` (protocol v0, v1), [`stateless`] directly (v2). [`handover`] leaves all of it to git.

mod advertisement;
mod commands;
mod connection;
mod error;
mod error_body;
#[cfg(all(test, unix))]
pub(crate) mod exit_tests;
mod framing;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod handover;
mod inquiry;
mod language;
mod lfs;
mod options;
mod payload;
mod pktline;
mod plumbing;
mod refusal;
mod retry;
mod rpc;
mod sending;
mod service;
mod smart_http;
mod stateless;
mod submodule;
mod upload;
mod waiting;

use std::io::{self, BufRead, Write};

use self::commands::Conversation;
use self::smart_http::SmartHttp;
use self::waiting::Waiting;
use crate::about;
use crate::credentials::Resolver;
use crate::error::{Error as AnyError, UsageError};
use crate::http::Http;
use crate::message::{Messages, Notices};
use crate::own_config::Transport;
use crate::target::Target;
use crate::world::World;

pub(crate) use connection::Connection;
pub(crate) use error::Error;
pub(crate) use inquiry::references;
pub(crate) use refusal::clock_difference;

const HELP: &str = "\
git-remote-codecommit: a git remote helper for AWS CodeCommit

usage: git-remote-codecommit REMOTE ADDRESS

Git starts it for addresses such as codecommit::eu-west-1://PROFILE@REPOSITORY: use git clone, git fetch and git push.
\"git codecommit doctor\" says what is wrong where they fail.";

/// Runs the helper: arguments `<remote> <address>`, commands on `stdin`, replies on `stdout`.
///
/// Returns the exit code. All errors have been said on `stderr` by then.
pub fn run(
    world: &World,
    stdin: impl BufRead,
    mut stdout: impl Write,
    stderr: impl Write + 'static,
) -> u8 {
    if let Some(code) = about::answer(world, &mut stdout, "git-remote-codecommit", HELP) {
        return code;
    }
    let messages = Messages::new("git-remote-codecommit", world, stderr);
    match serve(world, &messages, stdin, stdout) {
        Ok(code) => code,
        Err(error) => match error.downcast_ref() {
            // Git, or one of its programs, has failed and said why: this is what they exit with.
            Some(Error::Spoken { .. }) => 128,
            Some(Error::Pipe(cause))
                if matches!(
                    cause.kind(),
                    io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof
                ) =>
            {
                128
            }
            _ => {
                messages.error(&error);
                error.exit().code()
            }
        },
    }
}

/// Settles everything that is offline, then listens to git. Returns the exit code.
fn serve(
    world: &World,
    notices: &dyn Notices,
    stdin: impl BufRead,
    stdout: impl Write,
) -> Result<u8, AnyError> {
    let [remote, address] = world.arguments() else {
        return Err(UsageError {
            problem: format!(
                "git starts this program with two arguments, a remote and an address, not with {}",
                world.arguments().len()
            ),
            hint: "type git clone codecommit::eu-west-1://profile@repository".into(),
        }
        .into());
    };
    // Every run needs it: where git has to be asked, it lists it while the AWS files are read.
    world.ask_git_config();
    notices.trace(|| world.git_config_source());
    let waiting = Waiting::new()?;
    let address = address.to_string_lossy();
    submodule::check(world, &remote.to_string_lossy(), &address)?;
    let target = Target::of_address(world, notices, &address)?;
    let endpoint = target.endpoint()?;
    lfs::configure(
        &target,
        notices,
        &remote.to_string_lossy(),
        endpoint.repository(),
    )?;
    notices.trace(|| format!("{} as {}", endpoint.url(), target.choice));
    let http = Http::new(world, target.ca_bundle());
    let resolver = Resolver::new(&target, &http, notices)?;
    if target.transport == Transport::Git {
        return Ok(handover::run(world, notices, endpoint, &resolver, remote)?);
    }
    let remote = remote.to_string_lossy().into_owned();
    let connection = Connection::new(world, notices, endpoint, &http, resolver, remote);
    Conversation::new(SmartHttp::new(connection), waiting, stdin, stdout).run()?;
    Ok(0)
}
