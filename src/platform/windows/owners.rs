//! Whose a file is. Some file systems do not tell: FAT, or a server whose accounts Windows does not know.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;

use gix_sec::identity::is_path_owned_by_current_user;

/// Whether an open file of this name is this user's. Git's rule: a file that an administrator made belongs to the group
/// of all of them, and counts as each one's own.
pub(crate) fn is_of_this_user(file: &File, path: &Path, _: &Metadata) -> io::Result<bool> {
    // The system is asked by name, which may be another file's since it was opened.
    let is_own = is_path_owned_by_current_user(path)? || is_without_owners(path);
    match super::is_at(file, path) {
        true => Ok(is_own),
        false => Err(io::ErrorKind::NotFound.into()),
    }
}

/// Whether an open file is this user's, which this process has just made, or in which nothing counts: each is.
pub(crate) fn is_usable_by_this_user(_: &File, _: &Path, _: &Metadata) -> io::Result<bool> {
    Ok(true)
}

/// Whether not even what is made now beside this file is this user's, so that an owner says nothing there. What cannot be
/// found out counts as no.
fn is_without_owners(beside: &Path) -> bool {
    /// `GENERIC_WRITE` and `DELETE`.
    const RIGHTS: u32 = 0x4000_0000 | 0x0001_0000;
    /// `FILE_FLAG_DELETE_ON_CLOSE`: it is gone even if this process is killed.
    const UNTIL_CLOSED: u32 = 0x0400_0000;
    let name = format!("git-codecommit-{:016x}.probe", fastrand::u64(..));
    let path = beside.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options.access_mode(RIGHTS).custom_flags(UNTIL_CLOSED);
    // Shared with nobody, so that no other file can have its name meanwhile.
    let made = options.share_mode(0).open(&path);
    made.is_ok_and(|_made| is_path_owned_by_current_user(&path).is_ok_and(|is_own| !is_own))
}
