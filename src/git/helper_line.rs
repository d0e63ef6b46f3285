//! One credential helper: what git runs for a line of its configuration.

use std::fmt;
use std::path::{Path, PathBuf};

/// Helpers that keep what they are told.
const KEEPERS: [&str; 11] = [
    "store",
    "cache",
    "osxkeychain",
    "manager",
    "manager-core",
    "wincred",
    "libsecret",
    "gnome-keyring",
    "netrc",
    "oauth",
    "pass-git-helper",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ours,
    /// `aws codecommit credential-helper`.
    AwsCli,
    Keeper(&'static str),
    Other,
}

/// A helper. Its command may hold a password: it is not shown.
pub(crate) struct Helper {
    pub(crate) kind: Kind,
    /// The file, or where else it is set.
    pub(crate) origin: String,
    /// Variables that its line sets for it.
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) words: Vec<String>,
}

impl Helper {
    pub(crate) fn new(value: &str, origin: &str) -> Self {
        // A helper that is neither a command nor an absolute path is one of git's own names, whatever its options hold.
        let is_command = value.starts_with(['!', '/']);
        let mut words = words(value.strip_prefix('!').unwrap_or(value));
        let set = words.iter().map_while(|word| assignment(word));
        let variables: Vec<(String, String)> = set.filter(|_| is_command).collect();
        words.drain(..variables.len());
        let program = words.first().map(String::as_str).unwrap_or_default();
        let name = match is_command {
            true => program.rsplit('/').next().unwrap_or_default(),
            false => program,
        };
        let is_helper = !is_command || name.starts_with("git-credential-");
        let name = match is_command {
            true => name.strip_prefix("git-credential-").unwrap_or(name),
            false => name,
        };
        let has = |word: &str| words.iter().any(|other| other == word);
        let keeper = KEEPERS.into_iter().find(|keeper| *keeper == name);
        let kind = match keeper {
            _ if is_helper && name == "codecommit" => Kind::Ours,
            _ if has("codecommit") && has("credential-helper") => Kind::AwsCli,
            Some(keeper) if is_helper => Kind::Keeper(keeper),
            _ => Kind::Other,
        };
        Self {
            kind,
            origin: origin.to_owned(),
            variables,
            words,
        }
    }

    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        let mut words = self.words.iter();
        while let Some(word) = words.next() {
            if word == name {
                return words.next().map(String::as_str);
            }
            if let Some(value) = word
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('='))
            {
                return Some(value);
            }
        }
        None
    }
}

impl fmt::Display for Helper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.kind {
            Kind::Ours => "git-credential-codecommit",
            Kind::AwsCli => "the AWS CLI's credential helper",
            Kind::Keeper(name) => name,
            Kind::Other => "another credential helper",
        };
        write!(f, "{name} ({})", self.origin)
    }
}

/// `NAME=value`, as it may stand in front of a command.
fn assignment(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let is_name = name.bytes().next().is_some_and(is_letter)
        && name
            .bytes()
            .all(|byte| is_letter(byte) || byte.is_ascii_digit());
    is_name.then(|| (name.to_owned(), value.to_owned()))
}

/// The words of a command line, quotes taken off; what else a shell would do is not done.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in command.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// A path as a shell has it.
pub(crate) fn located(home: Option<&Path>, text: &str) -> Option<PathBuf> {
    let mut under_home = ["~/", "$HOME/", "${HOME}/"].into_iter();
    match under_home.find_map(|home| text.strip_prefix(home)) {
        Some(rest) => Some(home?.join(rest)),
        None => Some(PathBuf::from(text)),
    }
}
