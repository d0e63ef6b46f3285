//! Reads git's configuration in this process, or declines: git is then asked, as if this were not here.
//!
//! gix knows the syntax of the files and the patterns of conditions. Which files count, in which order and under
//! which conditions is said by git-config(1), "FILES", "ENVIRONMENT" and "Includes". What these leave open, and what
//! gits do differently, is declined: the answer is git's own or none. The tests compare with each git of the machine.

mod command;
mod condition;
mod file;
mod format;
mod repository;
mod surroundings;
mod text;

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::rc::Rc;

use self::format::Format;
use self::repository::Repository;
pub(crate) use self::surroundings::Surroundings;
use super::GitConfig;
use super::declined::Declined;
use super::entry::Entry;
use super::origin::{Origin, Source, path};
use super::value::truth;

/// Git itself allows ten.
const MOST_INCLUDES_DEEP: usize = 10;
const MOST_FILES: usize = 64;

/// They lead git elsewhere, in ways that are not followed here.
const LEADS_ELSEWHERE: [&str; 8] = [
    "GIT_CONFIG",
    "GIT_COMMON_DIR",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_REFERENCE_BACKEND",
    "GIT_REF_STORAGE_FORMAT",
    "GIT_TEST_ASSUME_DIFFERENT_OWNER",
    "GIT_WORK_TREE",
];

/// Reads what `git config --list --includes` would list here.
pub(crate) fn read(around: &Surroundings<'_>) -> Result<GitConfig, Declined> {
    for name in LEADS_ELSEWHERE {
        if around.variable(name).is_some() {
            return Err(Declined::set(name));
        }
    }
    let mut reader = Reader::new(around, Repository::find(around)?, Remotes::Unknown);
    reader.read()?;
    Ok(GitConfig {
        entries: reader.entries,
    })
}

/// The URLs that `hasconfig:remote.*.url:` looks at.
enum Remotes {
    Unknown,
    /// Every such condition counts as true for now.
    Collecting,
    Known(Vec<Vec<u8>>),
}

struct Reader<'a> {
    around: &'a Surroundings<'a>,
    repository: Option<Repository>,
    entries: Vec<Entry>,
    files: usize,
    format: Format,
    remotes: Remotes,
    used_second_name: bool,
}

/// A file that is being read.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// Where it can be opened.
    path: &'p Path,
    scope: &'p str,
    depth: usize,
    is_conditional: bool,
}

impl<'a> Reader<'a> {
    fn new(around: &'a Surroundings<'a>, repository: Option<Repository>, remotes: Remotes) -> Self {
        Self {
            around,
            repository,
            entries: Vec::new(),
            files: 0,
            format: Format::default(),
            remotes,
            used_second_name: false,
        }
    }

    fn read(&mut self) -> Result<(), Declined> {
        let around = self.around;
        if !has_no_system(around)? {
            match around.variable("GIT_CONFIG_SYSTEM") {
                Some(path) if path.is_empty() => {}
                Some(_) => self.global("GIT_CONFIG_SYSTEM", "", "system")?,
                None => self.top(around.system, around.system, "system")?,
            }
        }
        match around.variable("GIT_CONFIG_GLOBAL") {
            Some(path) if path.is_empty() => {}
            Some(_) => self.global("GIT_CONFIG_GLOBAL", "", "global")?,
            None => {
                match around
                    .variable("XDG_CONFIG_HOME")
                    .is_some_and(|xdg| !xdg.is_empty())
                {
                    true => self.global("XDG_CONFIG_HOME", "git/config", "global")?,
                    false => self.global("HOME", ".config/git/config", "global")?,
                }
                self.global("HOME", ".gitconfig", "global")?;
            }
        }
        if let Some(repository) = &self.repository {
            let (common, shown) = (&repository.common, &repository.shown);
            let (path, shown) = (common.join("config"), shown.join("config"));
            let of_worktree = repository.real.join("config.worktree");
            self.top(&path, &shown, "local")?;
            if self.format.has_worktree_config()? {
                self.top(&of_worktree, &of_worktree, "worktree")?;
            }
        }
        for entry in command::entries(around)? {
            self.entry(entry, None)?;
        }
        self.check()
    }

    /// What can be judged when all is known.
    fn check(&self) -> Result<(), Declined> {
        let Some(repository) = &self.repository else {
            return Ok(());
        };
        self.format.check(repository)?;
        let has_rule = |entry: &Entry| entry.is("safe", "barerepository");
        if repository.is_bare && self.entries.iter().any(has_rule) {
            return Err(Declined::of("safe.bareRepository is set"));
        }
        match self.used_second_name && self.format.moves() {
            true => Err(Declined::of("a relative GIT_DIR meets core.worktree")),
            false => Ok(()),
        }
    }

    /// A file in the folder that a variable names.
    fn global(&mut self, variable: &str, name: &str, scope: &str) -> Result<(), Declined> {
        let Some(folder) = self.around.absolute(variable)? else {
            return Ok(());
        };
        let path = match name {
            "" => folder,
            name => folder.join(name),
        };
        self.top(&path, &path, scope)
    }

    fn top(&mut self, path: &Path, shown: &Path, scope: &str) -> Result<(), Declined> {
        let place = Place {
            path,
            scope,
            depth: 0,
            is_conditional: false,
        };
        self.file(place, shown)
    }

    fn file(&mut self, place: Place<'_>, shown: &Path) -> Result<(), Declined> {
        let Some(text) = file::read(place.path)? else {
            return Ok(());
        };
        self.files += 1;
        if self.files > MOST_FILES {
            return Err(Declined::of("there are many files"));
        }
        let source = Source::file(place.scope, shown.to_owned());
        let taken = text::read(&text, &mut |line| {
            self.entry(of_line(&line, &source)?, Some(place))
        });
        taken.map_err(|declined| declined.in_file(place.path))
    }

    /// Takes an entry, and what it includes behind it.
    fn entry(&mut self, entry: Entry, place: Option<Place<'_>>) -> Result<(), Declined> {
        if let Some(Place {
            scope, depth: 0, ..
        }) = place
            && matches!(scope, "local" | "worktree")
        {
            self.format.take(&entry, scope == "worktree")?;
        }
        let is_conditional = place.is_some_and(|place| place.is_conditional);
        if is_remote_url(&entry) && is_conditional && self.is_collecting() {
            return Err(Declined::of("a remote meets hasconfig:remote.*.url"));
        }
        let included = match (entry.section.as_str(), entry.name.as_str()) {
            ("include", "path") if entry.subsection.is_none() => Some((entry.value.clone(), None)),
            ("includeif", "path") if entry.subsection.is_some() => {
                Some((entry.value.clone(), entry.subsection.clone()))
            }
            _ => None,
        };
        self.entries.push(entry);
        match included {
            Some((value, condition)) => self.include(value, condition.as_deref(), place),
            None => Ok(()),
        }
    }

    fn include(
        &mut self,
        value: Option<Vec<u8>>,
        condition: Option<&[u8]>,
        place: Option<Place<'_>>,
    ) -> Result<(), Declined> {
        let from = place.map(|place| place.path);
        if let Some(condition) = condition
            && !self.holds(condition, from)?
        {
            return Ok(());
        }
        let value = value.filter(|value| !value.is_empty());
        let value = value.ok_or(Declined::of("an include has no path"))?;
        let depth = place.map_or(1, |place| place.depth + 1);
        if depth > MOST_INCLUDES_DEEP {
            return Err(Declined::of("includes lead too far"));
        }
        let named = match value.strip_prefix(b"~/") {
            Some(rest) => {
                let home = self.around.home()?.ok_or(Declined::of("HOME is not set"))?;
                home.join(path(rest))
            }
            None if value.starts_with(b"~") || value.starts_with(b"%(") => {
                return Err(Declined::of("the path of an include is odd"));
            }
            None => path(&value),
        };
        let full = match (named.is_absolute(), from.and_then(Path::parent)) {
            (true, _) => named,
            (false, Some(folder)) => folder.join(named),
            (false, None) => return Err(Declined::of("a relative include has no file")),
        };
        let place = Place {
            path: &full,
            scope: place.map_or("command", |place| place.scope),
            depth,
            is_conditional: condition.is_some() || place.is_some_and(|place| place.is_conditional),
        };
        self.file(place, &full)
    }

    fn is_collecting(&self) -> bool {
        matches!(self.remotes, Remotes::Collecting)
    }

    /// The URLs of all remotes, which no file under a condition may name.
    fn urls(&mut self) -> Result<&[Vec<u8>], Declined> {
        if matches!(self.remotes, Remotes::Unknown) {
            let repository = Repository::find(self.around)?;
            let mut all = Reader::new(self.around, repository, Remotes::Collecting);
            all.read()?;
            let urls = all.entries.into_iter().filter(is_remote_url);
            let urls = urls.map(|entry| entry.value.ok_or(Declined::of("a remote has no URL")));
            self.remotes = Remotes::Known(urls.collect::<Result<_, _>>()?);
        }
        match &self.remotes {
            Remotes::Known(urls) => Ok(urls),
            _ => Err(Declined::of("hasconfig:remote.*.url meets itself")),
        }
    }
}

fn of_line(line: &text::Line<'_>, source: &Rc<Source>) -> Result<Entry, Declined> {
    let name = std::str::from_utf8(line.name).map_err(|_| Declined::of("a name is odd"))?;
    Ok(Entry {
        section: line.section.to_owned(),
        subsection: line.subsection.as_deref().map(<[u8]>::to_vec),
        name: name.to_ascii_lowercase(),
        value: line.value.map(<[u8]>::to_vec),
        origin: Some(Origin::new(source, Some(line.number))),
    })
}

fn is_remote_url(entry: &Entry) -> bool {
    entry.section == "remote" && entry.subsection.is_some() && entry.name == "url"
}

fn has_no_system(around: &Surroundings<'_>) -> Result<bool, Declined> {
    let value = around.variable("GIT_CONFIG_NOSYSTEM");
    let value = value.map_or(Some(false), |value| truth(value.as_bytes()));
    value.ok_or(Declined::of("GIT_CONFIG_NOSYSTEM is odd"))
}

#[cfg(test)]
mod tests;
