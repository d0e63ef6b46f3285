//! New files and folders, whose they are, and who may read them.
//!
//! Other users may put a link in place of a path at any moment: owner and mode are set on what was opened, never by
//! its name.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown,
};
use std::path::Path;

use rustix::fs::OFlags;

use crate::setup::Error;

/// A new file that nobody else can open; what a stopped run left there is replaced.
pub(super) fn fresh(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            options.open(path)
        }
        opened => opened,
    }
}

/// Gives a new file the owner of the one it is to replace. Returns the mode to set: without rights of the group if
/// that group cannot be kept.
pub(super) fn give(new: &File, existing: &Metadata) -> io::Result<u32> {
    let now = new.metadata()?;
    let mode = existing.mode() & 0o7777;
    if now.uid() != existing.uid() {
        fchown(new, Some(existing.uid()), Some(existing.gid()))?;
    } else if now.gid() != existing.gid() && fchown(new, None, Some(existing.gid())).is_err() {
        return Ok(mode & !0o070);
    }
    Ok(mode)
}

/// What root makes in another user's home directory is that user's.
pub(super) fn give_to_owner_of_parent(new: &File, path: &Path) -> io::Result<()> {
    let parent = fs::metadata(path.parent().unwrap_or(Path::new("/")))?;
    if new.metadata()?.uid() == 0 && parent.uid() != 0 {
        fchown(new, Some(parent.uid()), Some(parent.gid()))?;
    }
    Ok(())
}

/// Makes a folder for one user, or for all where git and other users of the home read in it.
pub(in crate::setup) fn make_folder(folder: &Path) -> Result<(), Error> {
    let mode = if folder.file_name() == Some(".aws".as_ref()) {
        0o700
    } else {
        0o755
    };
    let failed = |error| Error::write(folder, error);
    match fs::DirBuilder::new().mode(mode).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return is_usable(folder),
        made => made.map_err(failed)?,
    }
    let flags = OFlags::NOFOLLOW | OFlags::DIRECTORY;
    let made = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(folder)
        .map_err(failed)?;
    give_to_owner_of_parent(&made, folder).map_err(failed)?;
    // The umask of a lifecycle script must not hide our settings from git.
    made.set_permissions(Permissions::from_mode(mode))
        .map_err(failed)
}

/// Checks a folder that somebody made meanwhile: root follows nobody else's.
fn is_usable(folder: &Path) -> Result<(), Error> {
    let found = fs::symlink_metadata(folder).map_err(|error| Error::write(folder, error))?;
    if rustix::process::geteuid().is_root() && found.uid() != 0 {
        return Err(Error::ChangedMeanwhile(folder.to_owned()));
    }
    Ok(())
}
