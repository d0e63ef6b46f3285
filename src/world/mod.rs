//! The process's surroundings: arguments, environment, home directory, clock, and git's configuration.
//!
//! This is the only reader of each (`clippy.toml` bans the others), so every other module can
//! be tested with a made-up [`World`].

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use self::homes::Homes;
use crate::git::config::{Asked, Declined, GitConfig};
use crate::platform;
use crate::secret::Secret;

mod git_config;
mod homes;
pub(crate) mod input_file;
#[cfg(unix)]
mod known_git;
pub(crate) mod path_lookup;
pub(crate) mod private_file;
pub(crate) mod studio;
mod switch;
pub(crate) mod variable;

pub(crate) use switch::NotABoolean;

/// What a program was started with.
///
/// Neither `Debug` nor `Clone`: the environment may hold secrets.
pub struct World {
    arguments: Vec<OsString>,
    environment: HashMap<OsString, OsString>,
    home: Option<PathBuf>,
    account_home: Option<PathBuf>,
    aws_home: Option<PathBuf>,
    program: Option<PathBuf>,
    can_ask: bool,
    terminals: Terminals,
    clock: fn() -> OffsetDateTime,
    git_config: OnceCell<GitConfig>,
    git_asked: RefCell<Option<Asked>>,
    git_config_declined: OnceCell<Declined>,
}

/// Which of this process's outputs a person sees as they come.
#[derive(Clone, Copy, Default)]
struct Terminals {
    output: bool,
    errors: bool,
}

impl World {
    /// Takes the snapshot of this process: the one place that reads it.
    #[expect(
        clippy::disallowed_methods,
        reason = "World is the owner of the process's surroundings"
    )]
    #[must_use]
    pub fn from_process() -> Self {
        // Before anything secret is in memory.
        platform::forbid_core_dumps();
        crate::process::end_quietly_on_panic();
        platform::report_limit_on_file_size();
        let environment: HashMap<_, _> = std::env::vars_os()
            .map(|(name, value)| (platform::variable_name(&name), value))
            .collect();
        let value = |name: &str| environment.get(OsStr::new(name)).cloned();
        let system = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let Homes {
            of_git: home,
            of_aws: aws_home,
        } = match platform::IS_WINDOWS {
            true => Homes::on_windows(value, Path::is_dir, system),
            false => Homes::on_unix(value, system),
        };
        // Remote sessions may start in "/", which is the home of nobody.
        let account_home = match &home {
            Some(home) if home == Path::new("/") => {
                platform::home_of_this_user().or(Some(home.clone()))
            }
            home => home.clone(),
        };
        Self {
            arguments: std::env::args_os().skip(1).collect(),
            environment,
            home,
            account_home,
            aws_home,
            program: std::env::current_exe().ok(),
            can_ask: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            terminals: Terminals {
                output: std::io::stdout().is_terminal(),
                errors: std::io::stderr().is_terminal(),
            },
            clock: OffsetDateTime::now_utc,
            git_config: OnceCell::new(),
            git_asked: RefCell::default(),
            git_config_declined: OnceCell::new(),
        }
    }

    /// Makes a world for a test; git's configuration is empty in it.
    #[must_use]
    #[cfg(any(test, fuzzing))]
    pub(crate) fn new(
        arguments: &[&str],
        environment: &[(&str, &str)],
        home: &Path,
        clock: fn() -> OffsetDateTime,
    ) -> Self {
        Self {
            arguments: arguments.iter().map(OsString::from).collect(),
            environment: environment
                .iter()
                .map(|(name, value)| (OsString::from(name), OsString::from(value)))
                .collect(),
            home: Some(home.to_owned()),
            account_home: Some(home.to_owned()),
            aws_home: Some(home.to_owned()),
            program: None,
            can_ask: false,
            terminals: Terminals::default(),
            clock,
            git_config: GitConfig::parse(b"").into(),
            git_asked: RefCell::default(),
            git_config_declined: OnceCell::new(),
        }
    }

    /// A world with nothing but an environment, at the epoch.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn of(environment: &[(&str, &str)]) -> Self {
        Self::new(&[], environment, Path::new("/home/x"), || {
            OffsetDateTime::UNIX_EPOCH
        })
    }

    /// A world with git configuration, as `git config -z --list` writes it.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn with_git_config(mut self, list: &str) -> Self {
        self.git_config = GitConfig::parse(list.as_bytes()).into();
        self
    }

    /// The command line after the program's name.
    #[must_use]
    pub(crate) fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    fn value(&self, name: &str) -> Option<&OsString> {
        self.environment
            .get(&platform::variable_name(name.as_ref()))
    }

    /// An environment variable's text; an empty or blank one counts as unset.
    ///
    /// Bytes that are not UTF-8 are replaced: such a profile or region is then not found, by name.
    #[must_use]
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let value = self.value(name)?.to_string_lossy();
        (!value.trim().is_empty()).then(|| value.into_owned())
    }

    /// The first of several variables that is set.
    #[must_use]
    pub(crate) fn first_variable(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.variable(name))
    }

    /// An environment variable's text, which may be empty.
    #[must_use]
    pub(crate) fn raw_variable(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        Some(value.to_string_lossy().into_owned())
    }

    /// The names of the variables that begin so.
    pub(crate) fn names_beginning<'s>(&'s self, start: &'s str) -> impl Iterator<Item = &'s OsStr> {
        let names = self.environment.keys().map(OsString::as_os_str);
        names.filter(move |name| name.as_encoded_bytes().starts_with(start.as_bytes()))
    }

    /// A path in an environment variable; an empty or blank one counts as unset.
    #[must_use]
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        let value = self.value(name)?;
        (!value.to_string_lossy().trim().is_empty()).then(|| PathBuf::from(value))
    }

    /// An environment variable that holds a secret.
    #[must_use]
    pub(crate) fn secret(&self, name: &str) -> Option<Secret> {
        self.variable(name).map(Secret::new)
    }

    /// Whether a variable says `true`, in any case.
    #[must_use]
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.variable(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    #[must_use]
    pub(crate) fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The folder in which the AWS tools have `.aws`; on Windows, `HOME` may be another one.
    #[must_use]
    pub(crate) fn aws_home(&self) -> Option<&Path> {
        self.aws_home.as_deref()
    }

    /// The home directory of the user that this runs as: `HOME`, but for a `HOME` of `/`, which some sessions start
    /// with, what the password database says.
    #[must_use]
    pub(crate) fn account_home(&self) -> Option<&Path> {
        self.account_home.as_deref()
    }

    /// The file that this program was started from.
    #[must_use]
    pub(crate) fn program(&self) -> Option<&Path> {
        self.program.as_deref()
    }

    /// Whether a person sits at both standard input and standard error.
    #[must_use]
    pub(crate) fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// Whether standard output may be coloured: a terminal that knows how, and
    /// nobody has said no (`NO_COLOR`, <https://no-color.org>).
    #[must_use]
    pub(crate) fn takes_colours(&self) -> bool {
        let is_wanted = self.variable(variable::NO_COLOR).is_none();
        self.terminals.output && is_wanted && !self.is_dumb()
    }

    /// Whether standard output is a terminal: a person sees it, or a recording does.
    #[must_use]
    pub(crate) fn writes_to_terminal(&self) -> bool {
        self.terminals.output
    }

    /// Whether a line on standard error may be written over.
    #[must_use]
    pub(crate) fn takes_animation(&self) -> bool {
        self.terminals.errors && !self.is_dumb()
    }

    fn is_dumb(&self) -> bool {
        self.variable(variable::TERM)
            .is_none_or(|term| term == "dumb")
    }

    #[must_use]
    pub(crate) fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }
}
