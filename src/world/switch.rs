//! Environment variables that git reads as booleans.

use super::World;
use crate::error::{Exit, Explain};
use crate::git::config::truth;

/// A variable is neither true nor false.
#[derive(Debug, thiserror::Error)]
#[error("{name} is {value:?}, which is not a boolean")]
pub(crate) struct NotABoolean {
    name: &'static str,
    value: String,
}

impl Explain for NotABoolean {
    fn hints(&self) -> Vec<String> {
        vec!["use true, yes, on or 1; or false, no, off or 0".into()]
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

impl World {
    /// A variable that git reads as a boolean, such as `GIT_TERMINAL_PROMPT` (git(1)): `true`, `yes`, `on` or a
    /// number other than 0 in any case, or their opposites; an empty one is false. Fails if it is none of them, where
    /// git gives up as well.
    pub(crate) fn git_boolean(&self, name: &'static str) -> Result<Option<bool>, NotABoolean> {
        let Some(value) = self.raw_variable(name) else {
            return Ok(None);
        };
        match truth(value.as_bytes()) {
            Some(value) => Ok(Some(value)),
            None => Err(NotABoolean { name, value }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::variable::GIT_TERMINAL_PROMPT;

    #[test]
    fn a_variable_is_read_as_git_reads_it() {
        // Each tried with `git -c a.b=VALUE config --type=bool a.b`.
        for (value, expected) in [
            ("true", Some(true)),
            ("YES", Some(true)),
            ("On", Some(true)),
            ("1", Some(true)),
            ("-1", Some(true)),
            ("0x10", Some(true)),
            ("1k", Some(true)),
            ("FALSE", Some(false)),
            ("no", Some(false)),
            ("Off", Some(false)),
            ("0", Some(false)),
            ("00", Some(false)),
            ("", Some(false)),
            ("maybe", None),
            ("t", None),
            ("1.5", None),
        ] {
            let world = World::of(&[(GIT_TERMINAL_PROMPT, value)]);
            let found = world.git_boolean(GIT_TERMINAL_PROMPT);
            assert_eq!(found.ok(), expected.map(Some), "{value:?}");
        }
        let unset = World::of(&[]).git_boolean(GIT_TERMINAL_PROMPT);
        assert_eq!(unset.unwrap(), None);
    }
}
