//! `git-remote-codecommit`: the remote-helper protocol over CodeCommit's smart HTTP.
//!
//! Source: git's `Documentation/gitremote-helpers.adoc` and `gitprotocol-http.adoc`, as digested in
//! reference/git.md section 1. [`commands`] is the conversation with git, [`smart_http`] the one with
//! the git host; [`rpc`] joins them through `git fetch-pack` and `git send-pack` (protocol v0, v1),
//! [`stateless`] directly (v2). [`handover`] leaves all of it to git.

mod advertisement;
mod commands;
mod handover;
mod inquiry;
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
mod upload;
mod waiting;
mod words;

use std::io::{self, BufRead, Write};

use crate::credentials::Resolver;
use crate::error::{Error as AnyError, UsageError};
use crate::http;
use crate::message::Messages;
use crate::profile::Plan;
use crate::target::Target;
use crate::world::World;

pub(crate) use inquiry::references;
pub use refusal::Refusal;

/// What goes wrong between git and the git host.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The git host answered with an HTTP error.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// The host speaks HTTP, but not git's smart HTTP.
    #[error("{host} did not answer as a git host: {problem}")]
    NotGit {
        /// `host[:port]`.
        host: String,
        /// What was wrong with the answer.
        problem: String,
    },
    /// The host sent an `ERR` packet.
    #[error("the git host says: {0}")]
    Remote(String),
    /// A body ended in the middle of a packet, or broke the framing.
    #[error("the answer of {host} is damaged: {problem}")]
    Damaged {
        /// `host[:port]`.
        host: String,
        /// What was wrong.
        problem: &'static str,
    },
    /// A push whose answer was lost: the host may have done it.
    #[error("{0}")]
    Unclear(Box<AnyError>),
    /// Git sent something that is no command.
    #[error("git sent a command this helper does not know: {0:?}")]
    UnknownCommand(String),
    /// Git, or one of its programs, sent a packet that is none.
    #[error("git sent a damaged packet")]
    DamagedRequest,
    /// A git program could not be started.
    #[error("cannot start \"git {program}\": {cause}")]
    Start {
        /// Its name.
        program: &'static str,
        /// The system's reason.
        cause: io::Error,
    },
    /// A git program failed and has said why itself: there is nothing to add.
    #[error("\"git {program}\" failed")]
    Spoken {
        /// Its name.
        program: &'static str,
    },
    /// A git program ended without a word: a signal, most often for want of memory.
    #[error("\"git {program}\" ended early ({status})")]
    Ended {
        /// Its name.
        program: &'static str,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// Reading from or writing to git failed.
    #[error("lost the connection to git: {0}")]
    Pipe(#[from] io::Error),
}

impl Error {
    /// A failed read from git: damage, or git has gone.
    fn reading(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData => Self::DamagedRequest,
            _ => Self::Pipe(error),
        }
    }

    /// Says of a failed push that the host may have done it, where that is so: the request was
    /// sent, and no answer that can be understood came back.
    fn unless_clear(error: AnyError) -> AnyError {
        let is_clear = match &error {
            AnyError::Http(
                http::Error::Cut { .. } | http::Error::Timeout { .. } | http::Error::TooSlow { .. },
            )
            | AnyError::Remote(Self::Damaged { .. } | Self::NotGit { .. }) => false,
            AnyError::Remote(Self::Refused(refusal)) => !refusal.status.is_server_error(),
            _ => true,
        };
        if is_clear {
            error
        } else {
            Self::Unclear(Box::new(error)).into()
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Refused(refusal) => refusal.hints(),
            Self::Unclear(cause) => {
                let mut hints = vec![
                    "the push may have arrived: run git fetch, then git status, to see".to_owned(),
                ];
                hints.extend(cause.hints());
                hints
            }
            Self::NotGit { .. } => vec![
                "a proxy's login page or a wrong CODE_COMMIT_ENDPOINT answers like this".into(),
            ],
            Self::Damaged { .. } => vec!["try again".into()],
            Self::Start { .. } => vec!["check that git is installed and on PATH".into()],
            Self::UnknownCommand(_) | Self::DamagedRequest => {
                vec!["this program is started by git, not by hand".into()]
            }
            Self::Ended { .. } => {
                vec!["if nobody stopped it, check the free memory and disk space".into()]
            }
            Self::Remote(_) | Self::Spoken { .. } | Self::Pipe(_) => vec![],
        }
    }
}

/// Runs the helper: arguments `<remote> <address>`, commands on `stdin`, replies on `stdout`.
///
/// Returns the exit code. All errors have been said on `stderr` by then.
pub fn run(
    world: &World,
    stdin: impl BufRead,
    mut stdout: impl Write,
    stderr: impl Write + 'static,
) -> u8 {
    if world.arguments() == ["--version"] {
        let said = writeln!(
            stdout,
            "git-remote-codecommit {}",
            env!("CARGO_PKG_VERSION")
        );
        return u8::from(said.is_err());
    }
    let messages = Messages::new("git-remote-codecommit", world, stderr);
    match serve(world, &messages, stdin, stdout) {
        Ok(code) => code,
        // Git, or one of its programs, has failed and said why: this is what they exit with.
        Err(AnyError::Remote(Error::Spoken { .. })) => 128,
        Err(AnyError::Remote(Error::Pipe(cause)))
            if matches!(
                cause.kind(),
                io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof
            ) =>
        {
            128
        }
        Err(error) => {
            messages.error(&error);
            error.exit_code()
        }
    }
}

/// Settles everything that is offline, then listens to git. Returns the exit code.
fn serve(
    world: &World,
    messages: &Messages,
    stdin: impl BufRead,
    stdout: impl Write,
) -> Result<u8, AnyError> {
    let [remote, address] = world.arguments() else {
        return Err(UsageError {
            problem: format!(
                "git starts this program with a remote and an address; it got {} arguments",
                world.arguments().len()
            ),
            hint: "type git clone codecommit::eu-west-1://profile@repository".into(),
        }
        .into());
    };
    // Every run needs it: git lists it while the AWS files are read.
    world.ask_git_config();
    let waiting = waiting::Waiting::new().map_err(Error::Pipe)?;
    let target = Target::resolve(world, messages, &address.to_string_lossy())?;
    let plan = Plan::new(world, &target.profiles, &target.choice)?;
    messages.trace(|| format!("{} as {}", target.endpoint.url(), target.choice.in_words()));
    let region = target.endpoint.region();
    let resolver = Resolver::new(
        world,
        messages,
        &target.profiles,
        &target.choice,
        &plan,
        &target.own,
        region,
    )?;
    if handover::is_wanted(&target.own)? {
        return handover::run(&target.endpoint, &resolver, remote);
    }
    let git_host = smart_http::SmartHttp::new(
        &target.endpoint,
        resolver,
        remote.to_string_lossy().into_owned(),
    );
    commands::Conversation::new(git_host, waiting, stdin, stdout).run()?;
    Ok(0)
}
