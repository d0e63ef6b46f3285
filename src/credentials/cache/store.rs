//! Writes a session whole or not at all.
//!
//! The text goes into one file of a fixed name, which is renamed when it is complete. The writer holds a lock on that
//! file, so a file that can be locked was left by a process that died, and is removed. No other way is as good on
//! every file system: home directories on NFS, SMB and FUSE have neither `O_TMPFILE` nor hard links.

use std::fs::{self, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::world::private_file;

/// How the names of files begin that are not sessions: locks, and sessions that are being written.
pub(super) const PREFIX: &str = ".git-codecommit-";
/// How the names of locks end.
pub(super) const LOCK: &str = ".lock";
/// Processes that meet in one of the steps begin again after a pause of a random length.
const TRIES: usize = 100;
const LONGEST_PAUSE: Duration = Duration::from_millis(4);

/// Puts `text` into `folder` as `name`.
pub(super) fn replace(folder: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    private_file::create_folder(folder)?;
    let path = folder.join(format!("{PREFIX}{name}.new"));
    for attempt in 0..TRIES {
        if attempt > 0 {
            std::thread::sleep(LONGEST_PAUSE.mul_f32(fastrand::f32()));
        }
        let mut file = match private_file::create(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                match remove_if_abandoned(&path)? {
                    true => continue,
                    // Another process is writing the same session at this moment.
                    false => return Ok(()),
                }
            }
            Err(error) => {
                // A file system on a network may have made the file nevertheless.
                let _ = remove_if_abandoned(&path);
                return Err(error);
            }
        };
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            continue;
        }
        let written = file.write_all(text).and_then(|()| file.sync_all());
        // Between its making and its locking another process could take the file for abandoned.
        if !private_file::is_at(&file, &path) {
            continue;
        }
        return match written.and_then(|()| fs::rename(&path, folder.join(name))) {
            Err(error) => {
                private_file::discard(&path);
                Err(error)
            }
            Ok(()) => Ok(()),
        };
    }
    Err(io::Error::other("other processes keep replacing it"))
}

/// Removes what processes that died while they wrote have left.
pub(super) fn sweep(folder: &Path) {
    for path in unfinished(folder) {
        let _ = remove_if_abandoned(&path);
    }
}

/// The sessions that do not have their final name.
pub(super) fn unfinished(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| file.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(PREFIX) && !name.ends_with(LOCK))
    })
}

/// Removes a file that no process has locked; says whether it is gone. Where the file system has no locks, the
/// writer of a file that it no longer finds begins again.
fn remove_if_abandoned(path: &Path) -> io::Result<bool> {
    let file = match private_file::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        opened => opened?,
    };
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Ok(false);
    }
    // It may have got its final name since it was opened.
    if private_file::is_at(&file, path) {
        fs::remove_file(path)?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = files
            .map(|file| file.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_dead_process_left_is_replaced_and_swept() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join(".git-codecommit-s.json.new"), "half").unwrap();
        replace(folder, "s.json", b"whole").unwrap();
        assert_eq!(names(folder), ["s.json"]);
        assert_eq!(fs::read(folder.join("s.json")).unwrap(), b"whole");
        fs::write(folder.join(".git-codecommit-t.json.new"), "half").unwrap();
        fs::write(folder.join(".git-codecommit-t.lock"), "1\n").unwrap();
        sweep(folder);
        assert_eq!(names(folder), [".git-codecommit-t.lock", "s.json"]);
    }

    #[test]
    fn a_living_writer_is_not_disturbed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let path = folder.join(".git-codecommit-s.json.new");
        let writer = private_file::create(&path).unwrap();
        writer.try_lock().unwrap();
        sweep(folder);
        replace(folder, "s.json", b"mine").unwrap();
        assert_eq!(names(folder), [".git-codecommit-s.json.new"]);
    }

    #[test]
    fn many_writers_leave_one_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let texts: Vec<Vec<u8>> = (1..=8)
            .map(|n| vec![b'0' + n; 5000 * usize::from(n)])
            .collect();
        std::thread::scope(|scope| {
            for text in &texts {
                scope.spawn(|| {
                    for _ in 0..20 {
                        replace(folder.path(), "s.json", text).unwrap();
                    }
                });
            }
        });
        assert_eq!(names(folder.path()), ["s.json"]);
        let found = fs::read(folder.path().join("s.json")).unwrap();
        assert!(texts.contains(&found));
    }
}
