//! Names of temporary files, backups and locks.

use std::path::{Path, PathBuf};

/// The ends of the hidden names beside a file: its next content, a copy of the first one, git's lock.
pub(super) const NEW: &str = ".git-codecommit-new";
pub(super) const OLD: &str = ".git-codecommit-old";
pub(super) const LOCK: &str = ".git-codecommit-lock";

pub(super) fn beside(path: &Path, before: &str, after: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(before);
    name.push(path.file_name().unwrap_or_default());
    name.push(after);
    path.with_file_name(name)
}
