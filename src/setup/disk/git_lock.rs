//! Git's lock of a configuration file.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::names::{LOCK, beside};
use crate::platform;
use crate::setup::error::Error;
use crate::world::private_file;

/// How often a lock is tried, and how long the pause is.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Git's own lock of a config file: `<file>.lock`, there as long as somebody writes.
#[derive(Debug)]
pub(in crate::setup) struct GitLock(PathBuf);

/// What our lock holds, so that one that a killed run left is known.
const OURS: &[u8] = b"git codecommit setup\n";

impl GitLock {
    /// The lock that a run of ours left when it was stopped.
    pub(in crate::setup) fn left_for(config: &Path) -> Option<PathBuf> {
        let path = beside(config, "", ".lock");
        is_ours(&path).then_some(path)
    }

    pub(in crate::setup) fn take(config: &Path) -> Result<Self, Error> {
        let path = beside(config, "", ".lock");
        for _ in 0..TRIES {
            match create(&path, &beside(config, ".", LOCK)) {
                Ok(()) => return Ok(Self(path)),
                // This run holds our own lock: one of ours is of a run that was stopped.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if is_ours(&path) {
                        private_file::discard(&path);
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
        platform::for_this_user(&mut options);
        let mut file = options.write(true).create_new(true).open(path)?;
        // An empty lock would be in git's way for ever.
        file.write_all(OURS).inspect_err(|_| {
            private_file::discard(path);
        })
    };
    private_file::discard(new);
    write(new)?;
    let made = match fs::hard_link(new, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Some file systems know no hard links.
        Err(_) => write(path),
        made => made,
    };
    private_file::discard(new);
    made
}

fn is_ours(lock: &Path) -> bool {
    let mut start = Vec::new();
    let read = private_file::open(lock).and_then(|file| file.take(64).read_to_end(&mut start));
    read.is_ok() && start == OURS
}

impl Drop for GitLock {
    fn drop(&mut self) {
        private_file::discard(&self.0);
    }
}
