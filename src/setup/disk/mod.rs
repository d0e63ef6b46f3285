//! Changing files so that each is the old one or the new one at every moment, whatever happens.
//!
//! A new content is written beside the old one, synchronised, and renamed over it. All of a run's contents
//! are written before the first is renamed, so that a full disk changes nothing.

mod git_lock;
mod names;
mod owner;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use self::git_lock::GitLock;
use self::names::{LOCK, NEW, OLD, beside};
use super::error::Error;
use super::problem::Obstacle;
use crate::platform;
use crate::world::{input_file, private_file};
pub(super) use owner::make_folder;

#[derive(Debug)]
pub(in crate::setup) struct Change {
    pub(in crate::setup) path: PathBuf,
    pub(in crate::setup) kind: Kind,
    pub(in crate::setup) before: Option<Vec<u8>>,
    /// None removes the file.
    pub(in crate::setup) after: Option<Vec<u8>>,
    /// Whether to keep a copy of the user's file, once.
    pub(in crate::setup) backup: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::setup) enum Kind {
    /// One of our own, which every user of the home directory's names must be able to read: git ends
    /// with an error where an included file cannot be read. It holds no secret.
    Own,
    Aws,
    Git,
}

impl Kind {
    /// The mode of a new file.
    fn mode(self) -> u32 {
        match self {
            Self::Aws => 0o600,
            Self::Own | Self::Git => 0o644,
        }
    }
}

impl Change {
    pub(in crate::setup) fn is_needed(&self) -> bool {
        self.before != self.after
    }
}

/// The name of the backup copy.
pub(in crate::setup) fn backup_of(path: &Path) -> PathBuf {
    beside(path, "", ".bak-git-codecommit")
}

/// Reads a file; none if it does not exist. A pipe that nobody writes to is not waited for.
pub(in crate::setup) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match input_file::read_plain(path) {
        Ok(mut content) => Ok(Some(std::mem::take(&mut *content))),
        Err(error) if error.kind() == io::ErrorKind::Other => Err(no_file(path)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(cause) => Err(Error::Unreadable {
            path: path.to_owned(),
            cause,
        }),
    }
}

/// The folders above a path that do not exist, the outer ones first.
pub(in crate::setup) fn missing_folders(path: &Path) -> Vec<PathBuf> {
    let mut missing: Vec<PathBuf> = path
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.exists())
        .map(Path::to_owned)
        .collect();
    missing.reverse();
    missing
}

/// Whether a folder holds nothing but what setup makes.
pub(in crate::setup) fn holds_only_ours(folder: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.all(|entry| {
        entry.is_ok_and(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .contains("git-codecommit")
        })
    })
}

/// Does all changes: everything is written first, then put in place in the order given.
pub(in crate::setup) fn apply(changes: &[Change]) -> Result<(), Error> {
    let needed: Vec<&Change> = changes.iter().filter(|change| change.is_needed()).collect();
    let mut locks = Vec::new();
    for change in needed.iter().filter(|change| change.kind == Kind::Git) {
        locks.push(GitLock::take(&change.path)?);
    }
    let staged = needed
        .iter()
        .map(|change| Staged::write(change))
        .collect::<Result<Vec<_>, _>>()?;
    let mut backups = Vec::new();
    for change in needed.iter().filter(|change| change.backup) {
        if let Err(error) = back_up(change, &mut backups) {
            for backup in backups {
                private_file::discard(&backup);
            }
            return Err(error);
        }
    }
    for (change, staged) in needed.into_iter().zip(staged) {
        staged.put_in_place(change)?;
    }
    Ok(())
}

/// Files that an interrupted run left beside a file.
pub(in crate::setup) fn leftovers(path: &Path) -> Vec<PathBuf> {
    let names = [NEW, OLD, LOCK].map(|name| beside(path, ".", name));
    let mut left: Vec<PathBuf> = names
        .into_iter()
        .filter(|path| path.symlink_metadata().is_ok())
        .collect();
    left.extend(GitLock::left_for(path));
    left
}

/// New content in a file beside the real one; removed if it is never renamed.
struct Staged {
    new: Option<(PathBuf, File)>,
}

impl Staged {
    fn write(change: &Change) -> Result<Self, Error> {
        let existing = protected(change)?;
        let Some(content) = &change.after else {
            return Ok(Self { new: None });
        };
        let path = beside(&change.path, ".", NEW);
        let failed = |error| Error::write(&change.path, error);
        let file = owner::fresh(&path).map_err(failed)?;
        let filled = fill(&file, &path, existing.as_ref(), change.kind, content);
        let result = Self {
            new: Some((path, file)),
        };
        filled.map_err(failed)?;
        Ok(result)
    }

    fn put_in_place(mut self, change: &Change) -> Result<(), Error> {
        // Whoever wrote the file since it was read must not lose that.
        if read(&change.path)? != change.before {
            return Err(Error::ChangedMeanwhile(change.path.clone()));
        }
        let done = match &self.new {
            // Where there are no locks, another run may have begun to write this file anew.
            Some((new, file)) if !private_file::is_at(file, new) => {
                return Err(Error::ChangedMeanwhile(new.clone()));
            }
            Some((new, _)) => fs::rename(new, &change.path),
            None => fs::remove_file(&change.path),
        };
        done.map_err(|error| Error::write(&change.path, error))?;
        self.new = None;
        synchronise_folder(&change.path);
        Ok(())
    }
}

fn fill(
    mut file: &File,
    path: &Path,
    existing: Option<&fs::Metadata>,
    kind: Kind,
    content: &[u8],
) -> io::Result<()> {
    let mode = match existing {
        Some(existing) => owner::give(file, existing)?,
        None => {
            owner::give_to_owner_of_parent(file, path)?;
            kind.mode()
        }
    };
    // After the owner: chown clears special bits.
    platform::set_mode(file, mode)?;
    file.write_all(content)?;
    file.sync_all()
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some((path, file)) = &self.new
            && private_file::is_at(file, path)
        {
            private_file::discard(path);
        }
    }
}

/// A folder, a pipe or a device has the name of a file.
fn no_file(path: &Path) -> Error {
    Error::protected(path, Obstacle::NotAFile)
}

/// The metadata of the present file. A read-only file, or one of another user, is not replaced.
fn protected(change: &Change) -> Result<Option<fs::Metadata>, Error> {
    let refuse = |problem| Err(Error::protected(&change.path, problem));
    let existing = match fs::metadata(&change.path) {
        Ok(existing) => existing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::write(&change.path, error)),
    };
    if !existing.is_file() {
        return Err(no_file(&change.path));
    }
    if platform::mode(&existing) & 0o200 == 0 {
        return refuse(Obstacle::ReadOnly);
    }
    if platform::names(&change.path, &existing) > 1 {
        return refuse(Obstacle::SecondName);
    }
    Ok(Some(existing))
}

/// Copies the user's file, once and readable by its owner only.
fn back_up(change: &Change, made: &mut Vec<PathBuf>) -> Result<(), Error> {
    let (backup, Some(content)) = (backup_of(&change.path), &change.before) else {
        return Ok(());
    };
    if backup.symlink_metadata().is_ok() {
        return Ok(());
    }
    let staged = beside(&change.path, ".", OLD);
    let failed = |error| Error::write(&backup, error);
    let done = (|| {
        let mut file = owner::fresh(&staged)?;
        owner::give(&file, &fs::metadata(&change.path)?)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&staged, &backup)
    })();
    done.map_err(|error| {
        private_file::discard(&staged);
        failed(error)
    })?;
    made.push(backup);
    Ok(())
}

/// Best effort: some file systems have no such call, and the rename is there in any case.
fn synchronise_folder(path: &Path) {
    let folder = path.parent().and_then(|folder| File::open(folder).ok());
    let _ = folder.map(|folder| folder.sync_all());
}
