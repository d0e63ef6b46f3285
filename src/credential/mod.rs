//! `git-credential-codecommit`: git's credential-helper protocol.
//!
//! `get` answers a user name and password signed for the host and path that git names; a host that
//! is not CodeCommit's gets no answer, so that other helpers go on. `store` and `erase` have nothing
//! to keep.

mod codec;

use std::io::{BufRead, Write};

use crate::address::ProfileName;
use crate::credentials::Resolver;
use crate::endpoint::Host;
use crate::error::{Error as AnyError, UsageError};
use crate::message::Messages;
use crate::profile::{Plan, Profiles};
use crate::signature::{self, BasicAuth};
use crate::world::World;

/// Why a credential request cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Git did not say which repository is meant.
    #[error("git asked for {host} without naming the repository")]
    NoPath {
        /// The host.
        host: String,
    },
    /// The path cannot be signed.
    #[error("the path {0:?} cannot be signed")]
    Path(String),
    /// Git's request, or the answer, would break the protocol.
    #[error("the credential request cannot be read: {0}")]
    Protocol(&'static str),
    /// Reading from or writing to git failed.
    #[error("lost the connection to git: {0}")]
    Pipe(#[from] std::io::Error),
    /// No async runtime could be started.
    #[error("cannot start: {0}")]
    Runtime(std::io::Error),
}

impl Error {
    /// What to do next.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NoPath { host } => vec![format!(
                "run: git config --global credential.https://{host}.useHttpPath true"
            )],
            Self::Path(_) => {
                vec!["a CodeCommit URL ends in /v1/repos/ and the repository's name".into()]
            }
            Self::Protocol(_) => vec!["this program is started by git, not by hand".into()],
            Self::Pipe(_) | Self::Runtime(_) => vec![],
        }
    }
}

/// What git wants of the helper.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    Get,
    /// `store`, `erase` and whatever a later git invents: nothing to do.
    Other,
}

/// The command line: `[--profile NAME] get|store|erase`.
struct Options {
    profile: Option<ProfileName>,
    action: Action,
}

/// Runs the helper. Returns the exit code; all errors have been said on `stderr` by then.
pub fn run(
    world: &World,
    stdin: impl BufRead,
    mut stdout: impl Write,
    stderr: impl Write + 'static,
) -> u8 {
    let messages = Messages::new("git-credential-codecommit", world, stderr);
    match answer(world, &messages, stdin, &mut stdout) {
        Ok(()) => 0,
        Err(error) => {
            messages.error(&error);
            error.exit_code()
        }
    }
}

fn answer(
    world: &World,
    messages: &Messages,
    stdin: impl BufRead,
    stdout: &mut impl Write,
) -> Result<(), AnyError> {
    let options = Options::parse(world)?;
    if options.action == Action::Other {
        return Ok(());
    }
    let request = codec::Request::read(stdin)?;
    // Strictly https and strictly AWS: anyone else would be handed a session token.
    let Some(host) = request
        .host
        .as_deref()
        .filter(|_| request.protocol.as_deref() == Some("https"))
        .and_then(recognised)
    else {
        messages.trace(|| "not a CodeCommit host: no answer".into());
        return Ok(());
    };
    // From here on the request is ours: a failure ends git's search, or it would ask the person for
    // a user name that nobody has.
    match signed(world, messages, &options, &request, &host) {
        Ok(auth) => codec::write_answer(&auth, stdout)?,
        Err(error) => {
            codec::write_quit(stdout)?;
            return Err(error);
        }
    }
    Ok(())
}

/// The host, if it is a CodeCommit git host; port 443 may be named.
fn recognised(host: &str) -> Option<Host> {
    Host::recognise(host.strip_suffix(":443").unwrap_or(host))
}

fn signed(
    world: &World,
    messages: &Messages,
    options: &Options,
    request: &codec::Request,
    host: &Host,
) -> Result<BasicAuth, AnyError> {
    let path = match request.path.as_deref() {
        None | Some("") => {
            return Err(Error::NoPath {
                host: host.name().to_owned(),
            }
            .into());
        }
        // Verbatim, with a slash in front: so does the AWS CLI, and its test pins "//v1/repos/…".
        Some(path) => format!("/{path}"),
    };
    let is_repository = path.trim_start_matches('/').starts_with("v1/repos/");
    let is_odd = |c: char| c.is_control() || matches!(c, '?' | '#' | char::REPLACEMENT_CHARACTER);
    if !is_repository || path.contains(is_odd) {
        return Err(Error::Path(path).into());
    }
    let profiles = Profiles::load(world)?;
    let named = options.profile.as_ref().map(|name| (name, "--profile"));
    let choice = profiles.choose(world, named)?;
    let plan = Plan::new(world, &profiles, &choice)?;
    messages.trace(|| format!("{}{path} as {}", host.name(), choice.in_words()));

    let resolver = Resolver::new(world, messages, &profiles, &choice, &plan, host.region())?;
    let credentials = match resolver.at_hand(&plan) {
        Some(credentials) => credentials?,
        None => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::Runtime)?
            .block_on(resolver.resolve(&plan))?,
    };
    Ok(signature::sign(
        &credentials,
        host.region(),
        host.name(),
        &path,
        world.now(),
    ))
}

impl Options {
    fn parse(world: &World) -> Result<Self, AnyError> {
        let usage = |problem: String| UsageError {
            problem,
            hint: "usage: git-credential-codecommit [--profile NAME] get|store|erase".into(),
        };
        let mut profile = None;
        let mut action = None;
        let mut arguments = world.arguments().iter().map(|a| a.to_string_lossy());
        while let Some(argument) = arguments.next() {
            let (option, value) = match argument.split_once('=') {
                Some((option, value)) if option.starts_with("--") => {
                    (option.to_owned(), Some(value.to_owned()))
                }
                _ => (argument.into_owned(), None),
            };
            match option.as_str() {
                "--profile" => {
                    let name = value
                        .or_else(|| arguments.next().map(std::borrow::Cow::into_owned))
                        .ok_or_else(|| usage("--profile needs a name".into()))?;
                    profile = Some(ProfileName::parse(&name)?);
                }
                option if option.starts_with('-') => {
                    return Err(usage(format!("unknown option {option:?}")).into());
                }
                "get" => action = Some(Action::Get),
                // gitcredentials(7): a helper ignores an operation it does not know.
                _ => action = Some(Action::Other),
            }
        }
        let action = action.ok_or_else(|| usage("no operation is named".into()))?;
        Ok(Self { profile, action })
    }
}
