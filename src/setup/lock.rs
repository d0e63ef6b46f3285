//! One setup at a time, and none while git changes the same file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::Error;
use super::disk::{LOCK, beside, make_folder, missing_folders};

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
    /// Waits up to ten seconds.
    pub(super) fn take(folder: &Path) -> Result<Self, Error> {
        let mut made = Vec::new();
        Self::take_in(folder, &mut made).inspect_err(|_| remove_folders(&made))
    }

    fn take_in(folder: &Path, made: &mut Vec<PathBuf>) -> Result<Self, Error> {
        let path = folder.join("lock");
        for _ in 0..TRIES {
            for folder in missing_folders(&path) {
                make_folder(&folder)?;
                made.push(folder);
            }
            let opened = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(&path);
            let file = match opened {
                Ok(file) => file,
                // The other run took the folder away at its end.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::write(&path, error)),
            };
            match file.try_lock() {
                // A lock on a file that was removed meanwhile holds nobody off.
                Ok(()) if is_at(&file, &path) => {
                    return Ok(Self {
                        _file: file,
                        path,
                        made: std::mem::take(made),
                    });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(Error::write(&path, error)),
            }
        }
        Err(Error::Locked(path))
    }

    /// Takes the lock file away, for a run that leaves nothing behind, and what was made for it.
    pub(super) fn remove(self) {
        let _ = fs::remove_file(&self.path);
        remove_folders(&self.made);
    }
}

/// Only what is empty goes.
fn remove_folders(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(held), Ok(there)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (held.dev(), held.ino()) == (there.dev(), there.ino())
}

/// Git's own lock of a config file: `<file>.lock`, there as long as somebody writes.
#[derive(Debug)]
pub(super) struct GitLock(PathBuf);

/// What our lock holds, so that one that a killed run left is known.
const OURS: &[u8] = b"git codecommit setup\n";

impl GitLock {
    /// The lock that a run of ours left when it was stopped.
    pub(super) fn left_for(config: &Path) -> Option<PathBuf> {
        let path = beside(config, "", ".lock");
        is_ours(&path).then_some(path)
    }

    pub(super) fn take(config: &Path) -> Result<Self, Error> {
        let path = beside(config, "", ".lock");
        for _ in 0..TRIES {
            match create(&path, &beside(config, ".", LOCK)) {
                Ok(()) => return Ok(Self(path)),
                // This run holds our own lock: one of ours is of a run that was stopped.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if is_ours(&path) {
                        let _ = fs::remove_file(&path);
                    } else {
                        sleep(PAUSE);
                    }
                }
                Err(error) => return Err(Error::write(&path, error)),
            }
        }
        Err(Error::Locked(path))
    }
}

/// Makes the lock with its content in one step: an empty one could as well be git's.
fn create(path: &Path, new: &Path) -> io::Result<()> {
    let write = |path: &Path| {
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(OURS)
    };
    let _ = fs::remove_file(new);
    write(new).inspect_err(|_| {
        let _ = fs::remove_file(new);
    })?;
    let made = match fs::hard_link(new, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Some file systems know no hard links.
        Err(_) => write(path),
        made => made,
    };
    let _ = fs::remove_file(new);
    made
}

fn is_ours(lock: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(lock).and_then(|file| file.take(64).read_to_end(&mut start));
    read.is_ok() && start == OURS
}

impl Drop for GitLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
