//! The gits of this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One git.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    program: PathBuf,
    /// For example `2.47.3`.
    pub(crate) version: String,
}

impl Git {
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Whether this git is of that version or a later one.
    pub(crate) fn is_at_least(&self, major: u32, minor: u32) -> bool {
        let mut numbers = self
            .version
            .split('.')
            .map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap(), numbers.next().unwrap()) >= (major, minor)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.program.parent().unwrap()
    }
}

/// Every git on PATH and in the usual places, one of each version.
#[expect(
    clippy::disallowed_methods,
    reason = "tests look for the machine's gits themselves"
)]
pub(crate) fn every_git() -> Vec<Git> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/bin", "/usr/bin"].map(PathBuf::from);
    let mut found: Vec<Git> = Vec::new();
    for folder in std::env::split_paths(&path).chain(usual) {
        let program = folder.join("git");
        let Ok(said) = Command::new(&program).arg("--version").output() else {
            continue;
        };
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let Some(version) = said.strip_prefix("git version ") else {
            continue;
        };
        let version = version.trim().to_owned();
        if found.iter().all(|git| git.version != version) {
            found.push(Git { program, version });
        }
    }
    assert!(!found.is_empty(), "the tests need git");
    found
}
