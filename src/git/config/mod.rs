//! Git's configuration, as git itself sees it: one snapshot a run.
//!
//! It is read [in this process](read), or `git config --list` resolves files, includes, `includeIf`, worktrees, `git -c`
//! and the environment. What neither gives is every value of a key that is scoped by URL: [`GitConfig::at_url`] does that,
//! by git's rules ([`url`]).
//!
//! The helpers ask for keys and values alone, which is all they need. The doctor and setup ask for the
//! [`Origin`] of each entry, too.

mod declined;
mod entry;
mod error;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
#[cfg(unix)]
mod in_process;
mod origin;
mod url;
mod value;

use std::path::Path;
use std::process::{Command, Stdio};

use self::entry::{Entry, Key};
use crate::process;

pub(crate) use declined::Declined;
pub(crate) use error::Error;
#[cfg(unix)]
pub(crate) use in_process::{Surroundings, read};
pub(crate) use origin::Origin;
pub(crate) use url::UrlConfig;
pub(crate) use value::{Value, truth};

/// Every entry of git's configuration, in the order git reads them.
///
/// No `Debug`: values may hold passwords and tokens.
pub(crate) struct GitConfig {
    entries: Vec<Entry>,
}

/// What [`GitConfig::parse_with_origins`] reads is written with these.
const WITH_ORIGINS: [&str; 2] = ["--show-scope", "--show-origin"];

/// A git that is listing its configuration.
pub(crate) struct Asked {
    git: process::Answering,
    has_origins: bool,
}

impl Asked {
    /// Waits for the list. Fails if git refuses one of its files, or waits for one itself.
    pub(crate) fn answer(self) -> Result<GitConfig, Error> {
        let said = self.git.output().map_err(Error::of)?;
        let words = String::from_utf8_lossy(&said.stderr);
        let is_done = said.status.success();
        let (reasons, others): (Vec<&str>, Vec<&str>) = words
            .lines()
            .partition(|line| !is_done && reason(line).is_some());
        // Its warnings and traces are the person's.
        process::pass_on(&others);
        if is_done {
            return Ok(match self.has_origins {
                true => GitConfig::parse_with_origins(&said.stdout),
                false => GitConfig::parse(&said.stdout),
            });
        }
        let reasons: Vec<&str> = reasons.into_iter().filter_map(reason).collect();
        Err(Error::Refused(match reasons.join("; ") {
            reasons if reasons.is_empty() => {
                format!("\"git config\" ended early ({})", said.status)
            }
            reasons => reasons,
        }))
    }
}

/// What git says is wrong, without its mark.
fn reason(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("fatal: ");
    rest.or_else(|| line.strip_prefix("error: "))
}

impl GitConfig {
    /// Asks git, which takes about a millisecond: there is time for other things before the answer is [read](Asked::answer).
    /// Fails if git is not there.
    pub(crate) fn ask() -> Result<Asked, Error> {
        Self::ask_for(&[])
    }

    /// The same, with the origin of each entry.
    /// Fails if git is not there.
    pub(crate) fn ask_with_origins() -> Result<Asked, Error> {
        Self::ask_for(&WITH_ORIGINS)
    }

    /// Asks for what holds outside a repository for the user of a home directory, with origins.
    /// Fails if git is not there.
    pub(crate) fn ask_outside_repositories(home: &Path) -> Result<Asked, Error> {
        let mut git = Self::listing(&WITH_ORIGINS);
        // The home directory may itself be a repository.
        git.current_dir("/").env_remove("GIT_DIR").env("HOME", home);
        let git = process::start(&mut git).map_err(Error::Start)?;
        let has_origins = true;
        Ok(Asked { git, has_origins })
    }

    fn ask_for(options: &[&str]) -> Result<Asked, Error> {
        let git = process::start(&mut Self::listing(options)).map_err(Error::Start)?;
        let has_origins = !options.is_empty();
        Ok(Asked { git, has_origins })
    }

    fn listing(options: &[&str]) -> Command {
        let mut git = process::git("config");
        git.args(["-z", "--list", "--includes"])
            .args(options)
            // Its reasons are told by their English marks.
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        git
    }

    /// Reads what `git config -z --list` writes: `key LF value NUL`, or `key NUL` for one without `=`.
    pub(crate) fn parse(list: &[u8]) -> Self {
        let entries = list.split(|byte| *byte == 0);
        Self {
            entries: entries
                .filter_map(|entry| Entry::parse(entry, None))
                .collect(),
        }
    }

    /// Reads the same with [`WITH_ORIGINS`]: `scope NUL origin NUL key LF value NUL`.
    pub(crate) fn parse_with_origins(list: &[u8]) -> Self {
        let mut parts = list.split(|byte| *byte == 0);
        let mut entries = Vec::new();
        while let (Some(scope), Some(origin), Some(entry)) =
            (parts.next(), parts.next(), parts.next())
        {
            let origin = Origin::parse(scope, origin);
            entries.extend(Entry::parse(entry, Some(origin)));
        }
        Self { entries }
    }

    /// The value of a key, such as `core.askPass` or `remote.<name>.proxy`: the last one counts.
    #[must_use]
    pub(crate) fn value(&self, key: &str) -> Option<Value<'_>> {
        self.values(key).pop()
    }

    /// Every value of a key, in git's order.
    #[must_use]
    pub(crate) fn values(&self, key: &str) -> Vec<Value<'_>> {
        let Some(wanted) = Key::parse(key.as_bytes()) else {
            return Vec::new();
        };
        let entries = self.entries.iter().filter(|entry| {
            entry.section == wanted.section
                && entry.name == wanted.name
                && entry.subsection.as_deref() == wanted.subsection
        });
        entries.map(Value::new).collect()
    }

    /// Every value of `<section>.<subsection>.<name>` with its subsection, in git's order.
    pub(crate) fn scoped(&self, section: &str, name: &str) -> Vec<(&[u8], Value<'_>)> {
        let entries = self.entries.iter().filter(|entry| {
            entry.section.eq_ignore_ascii_case(section) && entry.name.eq_ignore_ascii_case(name)
        });
        entries
            .filter_map(|entry| Some((entry.subsection.as_deref()?, Value::new(entry))))
            .collect()
    }

    /// Every value of `<section>.<name>` and `<section>.<url>.<name>` that matches a URL, in git's order, however well it
    /// does: credential helpers are asked by this rule, not by that of [`at_url`](Self::at_url).
    pub(crate) fn every_at_url(&self, section: &str, url: &str, name: &str) -> Vec<Value<'_>> {
        let entries = self.entries.iter();
        entries
            .filter_map(|entry| UrlConfig::new(std::iter::once(entry), section, url).value(name))
            .collect()
    }

    /// The section's keys as they hold for a URL: `<section>.<name>` and `<section>.<url>.<name>`.
    #[must_use]
    pub(crate) fn at_url(&self, section: &str, url: &str) -> UrlConfig<'_> {
        UrlConfig::new(self.entries.iter(), section, url)
    }
}

#[cfg(test)]
mod tests;
