//! `git-credential-codecommit`: git's credential-helper protocol.
//!
//! `get` answers a user name and password signed for the host and path that git names; a host that
//! is not CodeCommit's gets no answer, so that other helpers go on. `erase` drops the cached session;
//! `store` has nothing to keep.

mod codec;
mod options;

use std::io::{BufRead, Write};

use self::codec::{Answer, Request};
use self::options::{Action, Options};
use crate::credentials::Resolver;
use crate::endpoint::{self, Host, Region};
use crate::error::Error as AnyError;
use crate::git_version::GitVersion;
use crate::message::Messages;
use crate::own_config::OwnConfig;
use crate::profile::{Choice, Plan, Profiles};
use crate::signature;
use crate::world::World;

/// The first git that sends Authorization with every request when it has been given one (git commit
/// ed0f7a62f7): before it, requests above a megabyte fail.
const AUTHTYPE: (u32, u32) = (2, 54);

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
            Self::Pipe(_) => vec![],
        }
    }
}

/// Runs the helper. Returns the exit code; all errors have been said on `stderr` by then.
pub fn run(
    world: &World,
    stdin: impl BufRead,
    mut stdout: impl Write,
    stderr: impl Write + 'static,
) -> u8 {
    if world.arguments() == ["--version"] {
        let said = writeln!(
            stdout,
            "git-credential-codecommit {}",
            env!("CARGO_PKG_VERSION")
        );
        return u8::from(said.is_err());
    }
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
    let options = match Options::parse(world) {
        Ok(options) => options,
        Err(error) => {
            // Git does not look at the exit code: it would go on to ask the person.
            let is_get = world.arguments().last().is_some_and(|last| last == "get");
            if is_get && Request::read(stdin)?.is_for_codecommit() {
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
    let Some(place) = Place::of(world, messages, &options, &request)? else {
        messages.trace(|| "not a CodeCommit host: no answer".into());
        return Ok(());
    };
    if options.action == Action::Erase {
        erase(world, messages, &options, &request, &place);
        return Ok(());
    }
    // From here on the request is ours: a failure ends git's search, or it would ask the person for
    // a user name that nobody has.
    match signed(world, messages, &options, &request, &place) {
        Ok(answer) => codec::write_answer(&answer, stdout)?,
        Err(error) => {
            codec::write_quit(stdout)?;
            return Err(error);
        }
    }
    Ok(())
}

/// The git host of a request.
struct Place {
    /// Its name, without a port, as it is signed: so does the AWS CLI.
    name: String,
    /// The name as git gave it.
    authority: String,
    /// The region in the name; a host of the person's own has none.
    region: Option<Region>,
}

impl Place {
    /// Strictly https and strictly AWS: anyone else would be handed a session token. A host that
    /// `codecommit.endpoint` names is the person's own word, and asks for `--ignore-host-check` too.
    fn of(
        world: &World,
        messages: &Messages,
        options: &Options,
        request: &Request,
    ) -> Result<Option<Self>, AnyError> {
        let (Some("https"), Some(host)) = (request.protocol.as_deref(), request.host.as_deref())
        else {
            return Ok(None);
        };
        if let Some(host) = recognised(host) {
            return Ok(Some(Self {
                name: host.name().to_owned(),
                authority: host.name().to_owned(),
                region: Some(host.region().clone()),
            }));
        }
        if !options.ignore_host_check {
            return Ok(None);
        }
        let own = OwnConfig::of_url(world, host, &path_of(request), None);
        let (Some(asked), Some(named)) = (endpoint::checked_authority(host), own.text("endpoint")?)
        else {
            return Ok(None);
        };
        if endpoint::checked_authority(&named.value).as_ref() != Some(&asked) {
            return Ok(None);
        }
        messages.warning(&format!(
            "{asked} is no AWS host: it is answered because {} names it",
            named.key
        ));
        let name = asked.split(':').next().unwrap_or_default().to_owned();
        Ok(Some(Self {
            name,
            authority: host.to_owned(),
            region: None,
        }))
    }
}

/// The host, if it is a CodeCommit git host; port 443 may be named.
fn recognised(host: &str) -> Option<Host> {
    Host::recognise(host.strip_suffix(":443").unwrap_or(host))
}

impl Request {
    fn is_for_codecommit(&self) -> bool {
        self.protocol.as_deref() == Some("https")
            && self.host.as_deref().and_then(recognised).is_some()
    }
}

/// The path as it is signed: verbatim, with a slash in front. So does the AWS CLI, and its test pins
/// `//v1/repos/…`.
fn path_of(request: &Request) -> String {
    format!("/{}", request.path.as_deref().unwrap_or_default())
}

/// Everything that is settled offline.
struct Settled<'a> {
    own: OwnConfig<'a>,
    profiles: Profiles,
    choice: Choice,
    plan: Plan,
    region: Region,
}

impl<'a> Settled<'a> {
    fn of(
        world: &'a World,
        options: &Options,
        request: &Request,
        place: &Place,
    ) -> Result<Self, AnyError> {
        let path = path_of(request);
        let own = OwnConfig::of_url(world, &place.authority, &path, place.region.as_ref());
        let profiles = Profiles::load(world)?;
        let choice = match &options.profile {
            Some(name) => profiles.choose(world, Some((name, "--profile")))?,
            None => own.choose(world, &profiles)?,
        };
        let mut plan = Plan::new(world, &profiles, &choice)?;
        if let Some(role_arn) = &options.role_arn {
            plan = plan.then_role(role_arn, "--role-arn");
        }
        let region = match place.region.as_ref().or(options.region.as_ref()) {
            Some(region) => region.clone(),
            None => {
                let in_profile = profiles.setting(&choice.name, "region");
                let (profile, repository) = (choice.in_words(), path.rsplit('/').next());
                let repository = repository.unwrap_or_default();
                let found =
                    endpoint::of_repository(world, None, in_profile, &profile, repository, false)?;
                found.region
            }
        };
        Ok(Self {
            own,
            profiles,
            choice,
            plan,
            region,
        })
    }

    fn resolver(
        &'a self,
        world: &'a World,
        messages: &'a Messages,
        options: &Options,
    ) -> Result<Resolver<'a>, AnyError> {
        let resolver = Resolver::new(
            world,
            messages,
            &self.profiles,
            &self.choice,
            &self.plan,
            &self.own,
            &self.region,
        )?;
        Ok(resolver.with_region(options.region.clone()))
    }
}

fn signed(
    world: &World,
    messages: &Messages,
    options: &Options,
    request: &Request,
    place: &Place,
) -> Result<Answer, AnyError> {
    if request.path.as_deref().unwrap_or_default().is_empty() {
        return Err(Error::NoPath {
            host: place.name.clone(),
        }
        .into());
    }
    let path = path_of(request);
    let is_repository = path.trim_start_matches('/').starts_with("v1/repos/");
    let is_odd = |c: char| c.is_control() || matches!(c, '?' | '#' | char::REPLACEMENT_CHARACTER);
    if !is_repository || path.contains(is_odd) {
        return Err(Error::Path(path).into());
    }
    let settled = Settled::of(world, options, request, place)?;
    messages.trace(|| format!("{}{path} as {}", place.name, settled.choice.in_words()));
    let credentials = settled
        .resolver(world, messages, options)?
        .resolve_blocking()?;
    let auth = signature::sign(
        &credentials,
        &settled.region,
        &place.name,
        &path,
        world.now(),
    );
    // Git's other helpers are then not told to store it (osxkeychain keeps passwords for ever).
    let (major, minor) = AUTHTYPE;
    let as_header = request.offers_authtype
        && GitVersion::ask().is_some_and(|git| git.is_at_least(major, minor));
    Ok(Answer { auth, as_header })
}

/// Git was refused with what it had of us: a kept session with that key is not used again.
///
/// Nothing is said of what goes wrong: git erases in passing, and the next `get` will say it.
fn erase(world: &World, messages: &Messages, options: &Options, request: &Request, place: &Place) {
    let Some(access_key_id) = &request.access_key_id else {
        return;
    };
    let erased = Settled::of(world, options, request, place).and_then(|settled| {
        settled
            .resolver(world, messages, options)?
            .forget_key(access_key_id);
        Ok(())
    });
    if let Err(error) = erased {
        messages.trace(|| format!("nothing erased: {error}"));
    }
}
