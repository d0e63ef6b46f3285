//! New files and folders, whose they are, and who may read them.
//!
//! Other users may put a link in place of a path at any moment: owner and mode are set on what was opened, never by
//! its name.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use crate::platform::{self, set_owner};
use crate::setup::Error;
use crate::world::private_file;

/// A new file that nobody else can open; what a stopped run left there is replaced.
pub(super) fn fresh(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    platform::for_this_user(&mut options);
    options.write(true).create_new(true);
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
    let (now, then) = (platform::owner(&new.metadata()?), platform::owner(existing));
    let mode = platform::mode(existing);
    if now.user != then.user {
        set_owner(new, Some(then.user), Some(then.group))?;
    } else if now.group != then.group && set_owner(new, None, Some(then.group)).is_err() {
        return Ok(mode & !0o070);
    }
    Ok(mode)
}

/// What root makes in another user's home directory is that user's.
pub(super) fn give_to_owner_of_parent(new: &File, path: &Path) -> io::Result<()> {
    let parent = fs::metadata(path.parent().unwrap_or(Path::new("/")))?;
    let parent = platform::owner(&parent);
    if platform::owner(&new.metadata()?).is_root() && !parent.is_root() {
        set_owner(new, Some(parent.user), Some(parent.group))?;
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
    match platform::make_folder(folder, mode) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return is_usable(folder),
        made => made.map_err(failed)?,
    }
    let finished = platform::open_folder(folder).and_then(|made| {
        give_to_owner_of_parent(&made, folder)?;
        // The umask of a lifecycle script must not hide our settings from git.
        platform::set_mode(&made, mode)
    });
    finished.map_err(|error| {
        private_file::discard_folder(folder);
        failed(error)
    })
}

/// Checks a folder that somebody made meanwhile: root follows nobody else's.
fn is_usable(folder: &Path) -> Result<(), Error> {
    let found = fs::symlink_metadata(folder).map_err(|error| Error::write(folder, error))?;
    if platform::runs_as_root() && !platform::owner(&found).is_root() {
        return Err(Error::ChangedMeanwhile(folder.to_owned()));
    }
    Ok(())
}
