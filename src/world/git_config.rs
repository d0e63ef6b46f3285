//! Git's configuration, read in this process where that is certain, or else by asking git.

use std::ffi::OsStr;
#[cfg(unix)]
use std::ffi::OsString;
use std::path::Path;

use super::{World, variable};
use crate::git::config::{self, Asked, Declined, GitConfig};

impl World {
    /// Reads git's configuration, or asks git for it: [`git_config`](Self::git_config) will wait for the answer. A failure
    /// shows there.
    pub(crate) fn ask_git_config(&self) {
        let is_known = self.git_config.get().is_some() || self.git_asked.borrow().is_some();
        if !is_known && !self.has_read_git_config(true) {
            *self.git_asked.borrow_mut() = GitConfig::ask().ok();
        }
    }

    /// Git's configuration; it is read at the first call, and not again in this run. Fails if git is not there
    /// or refuses one of its files.
    pub(crate) fn git_config(&self) -> Result<&GitConfig, config::Error> {
        self.git_config_by(GitConfig::ask, true)
    }

    /// The same with the origin of each entry, if this is the first call. Nothing is written for it.
    /// Fails as [`git_config`](Self::git_config) does.
    pub(crate) fn git_config_with_origins(&self) -> Result<&GitConfig, config::Error> {
        self.git_config_by(GitConfig::ask_with_origins, false)
    }

    fn git_config_by(
        &self,
        ask: fn() -> Result<Asked, config::Error>,
        may_learn: bool,
    ) -> Result<&GitConfig, config::Error> {
        if let Some(config) = self.git_config.get() {
            return Ok(config);
        }
        let asked = match self.git_asked.take() {
            Some(asked) => asked,
            None => {
                if self.has_read_git_config(may_learn)
                    && let Some(config) = self.git_config.get()
                {
                    return Ok(config);
                }
                ask()?
            }
        };
        let config = asked.answer()?;
        Ok(self.git_config.get_or_init(|| config))
    }

    /// Tries to do without git.
    fn has_read_git_config(&self, may_learn: bool) -> bool {
        let folder = std::env::current_dir();
        let read = match folder {
            Ok(folder) => self.read_git_config(&[], &folder, may_learn),
            Err(_) => Err(Declined::of("the current folder has no name")),
        };
        match read {
            Ok(config) => self.git_config.set(config).is_ok(),
            Err(declined) => {
                let _ = self.git_config_declined.set(declined);
                false
            }
        }
    }

    /// Git's configuration as it is outside of any repository, for another home directory.
    ///
    /// # Errors
    /// If git has to be asked.
    pub(crate) fn git_config_outside(&self, home: &Path) -> Result<GitConfig, Declined> {
        let instead = [
            (variable::HOME, Some(home.as_os_str())),
            (variable::GIT_DIR, None),
        ];
        // A home directory may itself be a repository.
        self.read_git_config(&instead, Path::new("/"), false)
    }

    /// Reads git's configuration, with some variables replaced. `may_learn`: what has to be asked of git once
    /// may be asked and kept.
    #[cfg(unix)]
    fn read_git_config(
        &self,
        instead: &[(&str, Option<&OsStr>)],
        folder: &Path,
        may_learn: bool,
    ) -> Result<GitConfig, Declined> {
        let variables = |name: &str| -> Option<OsString> {
            match instead.iter().find(|(replaced, _)| *replaced == name) {
                Some((_, value)) => value.map(OsStr::to_owned),
                None => self.environment.get(OsStr::new(name)).cloned(),
            }
        };
        let system = super::known_git::system_file(self, may_learn)?;
        config::read(&config::Surroundings {
            variables: &variables,
            folder,
            system: &system,
        })
    }

    /// Only git knows its places on this platform.
    #[cfg(not(unix))]
    fn read_git_config(
        &self,
        _: &[(&str, Option<&OsStr>)],
        _: &Path,
        _: bool,
    ) -> Result<GitConfig, Declined> {
        Err(Declined::of("this platform is not known well enough"))
    }

    /// For the trace: which way git's configuration came.
    pub(crate) fn git_config_source(&self) -> String {
        match self.git_config_declined.get() {
            None => "git's configuration: read in this process".to_owned(),
            Some(declined) => format!("git's configuration: git is asked ({})", declined.why()),
        }
    }
}
