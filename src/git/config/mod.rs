//! Git's configuration, as git itself sees it: one snapshot a run.
//!
//! `git config --list` resolves files, includes, `includeIf`, worktrees, `git -c` and the environment.
//! What it cannot give is every value of a key that is scoped by URL: [`GitConfig::at_url`] does that,
//! by git's rules ([`url`]).

mod entry;
mod error;
mod url;
mod value;

use std::process::{Child, Stdio};

use self::entry::{Entry, Key};
use crate::process;

pub(crate) use error::Error;
pub(crate) use url::UrlConfig;
pub(crate) use value::Value;

/// Every entry of git's configuration, in the order git reads them.
///
/// No `Debug`: values may hold passwords and tokens.
pub(crate) struct GitConfig {
    entries: Vec<Entry>,
}

/// A git that is listing its configuration.
pub(crate) struct Asked(Child);

impl Asked {
    /// Waits for the list.
    ///
    /// # Errors
    /// If git refuses one of its files.
    pub(crate) fn answer(self) -> Result<GitConfig, Error> {
        let said = self.0.wait_with_output().map_err(Error::Start)?;
        let words = String::from_utf8_lossy(&said.stderr);
        let is_done = said.status.success();
        let (reasons, others): (Vec<&str>, Vec<&str>) = words
            .lines()
            .partition(|line| !is_done && reason(line).is_some());
        // Its warnings and traces are the person's.
        process::pass_on(&others);
        if is_done {
            return Ok(GitConfig::parse(&said.stdout));
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
    /// Asks git, which takes about a millisecond: there is time for other things before the answer is
    /// [read](Asked::answer).
    ///
    /// # Errors
    /// If git is not there.
    pub(crate) fn ask() -> Result<Asked, Error> {
        let child = process::git("config")
            .args(["-z", "--list", "--includes"])
            // Its reasons are told by their English marks.
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Error::Start)?;
        Ok(Asked(child))
    }

    /// Reads what `git config -z --list` writes: `key LF value NUL`, or `key NUL` for one without `=`.
    pub(crate) fn parse(list: &[u8]) -> Self {
        let entries = list.split(|byte| *byte == 0).filter_map(|entry| {
            let (key, value) = match entry.iter().position(|byte| *byte == b'\n') {
                Some(end) => (&entry[..end], Some(entry[end + 1..].to_vec())),
                None => (entry, None),
            };
            let key = Key::parse(key)?;
            Some(Entry {
                section: key.section,
                subsection: key.subsection.map(<[u8]>::to_vec),
                name: key.name,
                value,
            })
        });
        Self {
            entries: entries.collect(),
        }
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

    /// The section's keys as they hold for a URL: `<section>.<name>` and `<section>.<url>.<name>`.
    #[must_use]
    pub(crate) fn at_url(&self, section: &str, url: &str) -> UrlConfig<'_> {
        UrlConfig::new(self.entries.iter(), section, url)
    }
}

#[cfg(test)]
mod tests;
