//! Aliases of git, by which it may start a remote helper: `git remote-NAME` is a program of that name, or else an alias.
//!
//! Source: git-config(1), "alias.*"; gitremote-helpers(7), "INVOCATION".

use crate::git::config::GitConfig;
use crate::git::helper_line::Helper;

/// An alias. What its command holds besides the program is not shown.
pub(super) struct Alias {
    /// Its key, and where it is set.
    pub(super) shown: String,
    pub(super) runs: Runs,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Runs {
    Program(String),
    /// Another command of git, which may be an alias, too.
    GitCommand(String),
}

impl Alias {
    /// The alias of a command of git such as `remote-codecommit`.
    pub(super) fn of(config: &GitConfig, command: &str) -> Option<Self> {
        let value = config.value(&format!("alias.{command}"));
        let value = value.or_else(|| config.value(&format!("alias.{command}.command")))?;
        let text = value.text().ok()?.trim();
        // A shell command has the form of a credential helper's.
        let words = Helper::new(text, "").words;
        let word = words.into_iter().find(|word| word != "exec")?;
        let runs = match text.starts_with('!') {
            true => Runs::Program(word),
            false => Runs::GitCommand(word),
        };
        let origin = value.origin().map(ToString::to_string).unwrap_or_default();
        Some(Self {
            shown: format!("{} ({origin})", value.key()),
            runs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_an_alias_is_found_behind_exec_and_variables() {
        let program = |word: &str| Runs::Program(word.to_owned());
        for (value, expected) in [
            ("!exec ~/.local/bin/x", program("~/.local/bin/x")),
            ("!AWS_PROFILE=p exec '/a b/x' $@", program("/a b/x")),
            ("! x", program("x")),
            (
                "remote-codecommit",
                Runs::GitCommand("remote-codecommit".to_owned()),
            ),
        ] {
            for key in ["alias.remote-x", "alias.remote-x.command"] {
                let list = format!("global\0file:/f\0{key}\n{value}\0");
                let config = GitConfig::parse_with_origins(list.as_bytes());
                let alias = Alias::of(&config, "remote-x").unwrap();
                assert_eq!(alias.runs, expected, "{value}");
                assert_eq!(alias.shown, format!("{key} (/f)"));
            }
        }
        let config = GitConfig::parse(b"alias.x\n!\0");
        assert!(Alias::of(&config, "x").is_none() && Alias::of(&config, "y").is_none());
    }
}
