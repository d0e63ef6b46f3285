//! The plan of a run: every file before and after.

use std::path::PathBuf;

use super::conflict::Conflict;
use super::disk::{self, Change, Kind};
use super::error::Error;
use super::places::Places;
use super::state::{State, sha256};
use crate::world::private_file;

/// The names in our own folder.
pub(in crate::setup) const STATE: &str = "state.json";
pub(in crate::setup) const GIT_SETTINGS: &str = "gitconfig";

#[derive(Debug)]
pub(crate) struct Plan {
    pub(in crate::setup) places: Places,
    pub(in crate::setup) changes: Vec<Change>,
    /// Files that interrupted runs left behind.
    pub(in crate::setup) leftovers: Vec<PathBuf>,
    /// Folders to make, the outer ones first.
    pub(in crate::setup) folders: Vec<PathBuf>,
    /// The state that the changes lead to.
    pub(in crate::setup) state: State,
    /// Where there are any, nothing is changed.
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) notes: Vec<String>,
    /// Settings that will not work as expected.
    pub(crate) warnings: Vec<String>,
    /// Changes made since setup, which undo keeps.
    pub(crate) kept: Vec<Conflict>,
    /// Undo removes our folder as well.
    pub(in crate::setup) leaves_nothing: bool,
}

impl Plan {
    pub(in crate::setup) fn new(places: Places, state: State) -> Self {
        Self {
            warnings: places.warnings.clone(),
            places,
            changes: Vec::new(),
            leftovers: Vec::new(),
            folders: Vec::new(),
            state,
            conflicts: Vec::new(),
            notes: Vec::new(),
            kept: Vec::new(),
            leaves_nothing: false,
        }
    }

    pub(crate) fn is_needed(&self) -> bool {
        self.changes.iter().any(Change::is_needed)
            || !self.leftovers.is_empty()
            || self.leaves_nothing
    }

    /// Looks for files that interrupted runs left beside the files of this plan.
    pub(in crate::setup) fn find_leftovers(&mut self) {
        let files = self.changes.iter().map(|change| &change.path);
        self.leftovers = files.flat_map(|path| disk::leftovers(path)).collect();
    }

    /// A lock of git's is known as ours only when the second name that it was made under is gone: hence the second look.
    fn remove_leftovers(&self) -> Result<(), Error> {
        let remove =
            |path: PathBuf| std::fs::remove_file(&path).map_err(|error| Error::write(&path, error));
        self.leftovers.iter().cloned().try_for_each(remove)?;
        let files = self.changes.iter().map(|change| &change.path);
        files
            .flat_map(|path| disk::leftovers(path))
            .try_for_each(remove)
    }

    pub(in crate::setup) fn apply(&self) -> Result<(), Error> {
        if !self.is_needed() {
            return Ok(());
        }
        self.remove_leftovers()?;
        let made = self
            .folders
            .iter()
            .try_for_each(|folder| disk::make_folder(folder));
        let done = made.and_then(|()| disk::apply(&self.changes));
        if done.is_err() {
            for folder in self.folders.iter().rev() {
                // Removes empty folders only.
                private_file::discard_folder(folder);
            }
        }
        done
    }

    /// Plans one of our own files; one that a person changed is a conflict.
    pub(in crate::setup) fn own_file(
        &mut self,
        name: &str,
        content: Option<String>,
        force: bool,
    ) -> Result<(), Error> {
        let path = self.places.own_file(name);
        let shown = self.places.shown(&path);
        let before = disk::read(&path)?;
        let after = content.map(String::into_bytes);
        if let Some(there) = &before
            && !force
            && before != after
            && !self.state.is_as_written(&shown, there)
        {
            let conflict = Conflict {
                file: shown,
                why: "this file was edited by hand".into(),
                lines: super::diff::lines(there, after.as_deref().unwrap_or_default()),
            };
            match after {
                Some(_) => self.conflicts.push(conflict),
                None => self.kept.push(conflict),
            }
            return Ok(());
        }
        match &after {
            Some(after) => self.state.owned.insert(shown, sha256(after)),
            None => self.state.owned.remove(&shown),
        };
        self.changes.push(Change {
            path,
            kind: Kind::Own,
            before,
            after,
            backup: false,
        });
        Ok(())
    }
}
