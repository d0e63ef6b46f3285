//! Any failure of the programs, as a person and the caller's shell see it.
//!
//! Each module has an error enum of its own and implements [`Explain`] beside it: the message says what happened
//! and why, the hints say what to do next, and the exit class tells scripts which kind of failure it was.

use std::fmt;
use std::io;

/// An error that knows what to do about it.
pub(crate) trait Explain: std::error::Error {
    /// What to do next, a line each.
    fn hints(&self) -> Vec<String>;

    /// The class of the exit code.
    fn exit(&self) -> Exit;
}

/// Classes of failures. Scripts see them as exit codes (docs/user-guide.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing of the below: the person said no, or the output could not be written.
    General,
    /// The command line cannot be read: a misspelt option, an argument too few.
    Usage,
    /// Settings are missing, contradict each other or cannot be used.
    Settings,
    Credentials,
    /// The network, the git host, or the connection to git itself failed.
    Network,
    /// Setup cannot read or write a file.
    File,
    /// Setup is done, but a step after it failed.
    AfterSetup,
    /// A git program failed and has already said why: its own code for that.
    Git,
}

impl Exit {
    /// The class of a source of credentials that failed with this: a setting stays a setting, and a network that
    /// does not lead to the source means that there are no credentials.
    pub(crate) fn of_credentials(self) -> Self {
        match self {
            Self::Settings => Self::Settings,
            _ => Self::Credentials,
        }
    }

    /// The number that the process ends with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::General => 1,
            Self::Usage => 2,
            Self::Settings => 3,
            Self::Credentials => 4,
            Self::Network | Self::File => 5,
            Self::AfterSetup => 6,
            Self::Git => 128,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Error(Box<dyn Explain + Send + Sync>);

impl Error {
    /// What to do next, a line each.
    pub(crate) fn hints(&self) -> Vec<String> {
        self.0.hints()
    }

    /// The class of the exit code.
    pub(crate) fn exit(&self) -> Exit {
        self.0.exit()
    }

    /// The module's own error, if it is one of this type.
    pub(crate) fn downcast_ref<T: std::error::Error + 'static>(&self) -> Option<&T> {
        let error: &(dyn std::error::Error + 'static) = &*self.0;
        error.downcast_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: Explain + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Output(error).into()
    }
}

/// The result of a command cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the output: {0}")]
pub(crate) struct Output(pub(crate) io::Error);

impl Explain for Output {
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }

    fn exit(&self) -> Exit {
        Exit::General
    }
}

/// A command line that makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub(crate) struct UsageError {
    pub(crate) problem: String,
    pub(crate) hint: String,
}

impl Explain for UsageError {
    fn hints(&self) -> Vec<String> {
        vec![self.hint.clone()]
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// The errors that the tests of exit classes make: docs/errors.md is made of them.
#[cfg(test)]
pub(crate) mod examples {
    use std::any::type_name;
    use std::cell::RefCell;

    use super::{Exit, Explain};

    thread_local! {
        static MADE: RefCell<Vec<Example>> = RefCell::default();
    }

    /// What a person reads of an error.
    #[derive(Clone, Debug)]
    pub(crate) struct Example {
        /// The module and the variant.
        pub(crate) kind: String,
        pub(crate) message: String,
        pub(crate) hints: Vec<String>,
        pub(crate) class: Exit,
    }

    /// Checks the class of an error, and notes it.
    pub(crate) fn check<E: Explain>(error: &E, class: Exit) {
        let path = type_name::<E>().trim_start_matches("git_codecommit::");
        let module = path.rsplit_once("::").map_or(path, |(module, _)| module);
        let shown = format!("{error:?}");
        let variant = shown.split(|c: char| !c.is_alphanumeric()).next();
        check_as(
            &format!("{module}::{}", variant.unwrap_or_default()),
            error,
            class,
        );
    }

    /// The same for an error that another one holds.
    pub(crate) fn check_as(kind: &str, error: &dyn Explain, class: Exit) {
        assert_eq!(error.exit(), class, "{error:?}");
        let example = Example {
            kind: kind.to_owned(),
            message: error.to_string(),
            hints: error.hints(),
            class,
        };
        MADE.with_borrow_mut(|made| made.push(example));
    }

    /// What this thread has noted since the last call.
    pub(crate) fn made() -> Vec<Example> {
        MADE.take()
    }
}
