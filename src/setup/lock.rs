//! One setup at a time, and none while git changes the same file.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::disk::{make_folder, missing_folders};
use super::error::Error;
use crate::world::private_file;

const FILE: &str = "lock";

/// How often a lock is tried, and how long the pause is.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// The lock of our own folder: the second of two runs waits, and then finds nothing to do.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    path: PathBuf,
    /// The folders that were made for it, the outer ones first.
    pub(super) made: Vec<PathBuf>,
}

impl Lock {
    /// Waits up to 10 seconds ([`TRIES`] times [`PAUSE`]).
    pub(super) fn take(folder: &Path) -> Result<Self, Error> {
        let mut made = Vec::new();
        Self::take_in(folder, &mut made).inspect_err(|_| remove_folders(&made))
    }

    /// Whether a run that was stopped, or one that is at work, has left its file.
    pub(super) fn is_left(folder: &Path) -> bool {
        folder.join(FILE).is_file()
    }

    fn take_in(folder: &Path, made: &mut Vec<PathBuf>) -> Result<Self, Error> {
        let path = folder.join(FILE);
        for _ in 0..TRIES {
            for folder in missing_folders(&path) {
                make_folder(&folder)?;
                made.push(folder);
            }
            let file = match private_file::open_or_create_lock(&path) {
                Ok(file) => file,
                // The other run removed the folder at its end.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::own_file(&path, error)),
            };
            match file.try_lock() {
                // A lock on a file that was removed meanwhile does not exclude anybody.
                Ok(()) if private_file::is_at(&file, &path) => {
                    return Ok(Self::new(file, path, made));
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => sleep(PAUSE),
                // A file system without locks, as network file systems may be. Two runs at once are rare; what they
                // write stays whole, and one of them ends with an error.
                Err(TryLockError::Error(_)) => return Ok(Self::new(file, path, made)),
            }
        }
        Err(Error::Locked(path))
    }

    fn new(file: File, path: PathBuf, made: &mut Vec<PathBuf>) -> Self {
        Self {
            _file: file,
            path,
            made: std::mem::take(made),
        }
    }

    /// Removes the lock file and the folders made for it, for a run that leaves nothing behind.
    pub(super) fn remove(self) {
        private_file::discard(&self.path);
        remove_folders(&self.made);
    }
}

fn remove_folders(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        private_file::discard_folder(folder);
    }
}
