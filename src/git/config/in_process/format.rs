//! What a repository's own config file says of the repository: git judges by it whether it can use it at all.
//!
//! Source: git-config(1), `core.*` and `extensions.*`; gitrepository-layout(5).

use super::repository::Repository;
use crate::git::config::declined::Declined;
use crate::git::config::entry::Entry;
use crate::git::config::origin::path;
use crate::git::config::value::truth;

#[derive(Default)]
pub(super) struct Format {
    has_version: bool,
    has_worktree_config: bool,
    is_bare: bool,
    work_tree: Option<Vec<u8>>,
}

/// `core.sharedRepository`, beside booleans.
const SHARED: [&[u8]; 5] = [b"umask", b"group", b"all", b"world", b"everybody"];

impl Format {
    /// Takes an entry of `config`, or of `config.worktree`.
    pub(super) fn take(&mut self, entry: &Entry, is_of_worktree: bool) -> Result<(), Declined> {
        let is_core = entry.section == "core" && entry.subsection.is_none();
        if entry.section != "extensions" && !is_core {
            return Ok(());
        }
        let value = entry.value.as_deref();
        let boolean = || value.map_or(Some(true), truth);
        let odd = || Declined::of("the repository's format is odd");
        if !is_core {
            let is_known = match entry.name.as_str() {
                "worktreeconfig" => {
                    self.has_worktree_config = boolean().ok_or_else(odd)?;
                    true
                }
                "noop" | "preciousobjects" => boolean().is_some(),
                "partialclone" => value.is_some(),
                _ => false,
            };
            let is_taken = is_known && entry.subsection.is_none() && !is_of_worktree;
            return is_taken.then_some(()).ok_or_else(odd);
        }
        match entry.name.as_str() {
            "repositoryformatversion" => {
                let is_known = matches!(value, Some(b"0" | b"1")) && !is_of_worktree;
                self.has_version = true;
                is_known.then_some(()).ok_or_else(odd)
            }
            "bare" => {
                self.is_bare = boolean().ok_or_else(odd)?;
                Ok(())
            }
            "worktree" => {
                let value = value.filter(|value| !value.is_empty());
                self.work_tree = Some(value.ok_or_else(odd)?.to_vec());
                Ok(())
            }
            "sharedrepository" => {
                let is_known = value.is_some_and(|value| SHARED.contains(&value));
                let is_known = is_known || boolean().is_some();
                is_known.then_some(()).ok_or_else(odd)
            }
            _ => Ok(()),
        }
    }

    /// Whether each working tree has a config file of its own. Without a version of the format, git looks at no extension.
    pub(super) fn has_worktree_config(&self) -> Result<bool, Declined> {
        match (self.has_worktree_config, self.has_version) {
            (true, false) => Err(Declined::of("the repository's format has no version")),
            (is_set, _) => Ok(is_set),
        }
    }

    /// Judges what has been taken.
    pub(super) fn check(&self, repository: &Repository) -> Result<(), Declined> {
        let Some(work_tree) = &self.work_tree else {
            return Ok(());
        };
        let work_tree = repository.real.join(path(work_tree));
        let is_there = rustix::fs::access(&work_tree, rustix::fs::Access::EXEC_OK).is_ok();
        match is_there && work_tree.is_dir() && !self.is_bare {
            true => Ok(()),
            false => Err(Declined::at(&work_tree, "is an odd working tree")),
        }
    }

    /// Whether git goes elsewhere before it reads: a relative name of the repository is then another one.
    pub(super) fn moves(&self) -> bool {
        self.work_tree.is_some() || self.is_bare
    }
}
