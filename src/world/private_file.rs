//! Opens the files that this program keeps in a home directory: locks, cached sessions, state.
//!
//! Such a path may have been replaced by something else: a link to a file elsewhere, a pipe that would block, a
//! second name of another file, a file of another user. None of them is opened, and nothing is written through it.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use crate::platform;
pub(crate) use crate::platform::is_at;

/// Below the home directory: what gits said of themselves. Without it they are asked again.
pub(crate) const KNOWN_GITS: &str = ".cache/git-codecommit/git";

/// Whether an open file of this name is this user's.
type IsOwn = fn(&File, &Path, &Metadata) -> io::Result<bool>;

/// Opens a plain file of this user for reading.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    opened(File::options().read(true), path, platform::is_of_this_user)
}

/// Opens a plain file of this user for reading and writing; makes it, for this user alone, if it is missing.
pub(crate) fn open_or_create(path: &Path) -> io::Result<File> {
    opened_or_created(path, platform::is_of_this_user)
}

/// The same for a file that is only locked: what stands in it counts for nothing.
pub(crate) fn open_or_create_lock(path: &Path) -> io::Result<File> {
    opened_or_created(path, platform::is_usable_by_this_user)
}

fn opened_or_created(path: &Path, is_own: IsOwn) -> io::Result<File> {
    match create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            opened(File::options().read(true).write(true), path, is_own)
        }
        created => created,
    }
}

/// Makes a file for this user alone, whatever the umask says. Fails if anything has that name.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create_new(true).read(true).write(true);
    platform::for_this_user(&mut options);
    let file = open_there(&mut options, path)?;
    let made = check(&file, path, platform::is_usable_by_this_user)
        .and_then(|()| platform::set_mode(&file, 0o600));
    if made.is_err() && is_at(&file, path) {
        discard(path);
    }
    made.map(|()| file)
}

/// Makes a folder for this user alone, whatever the umask says, and those above it that are missing.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        create_folder(above)?;
    }
    match platform::make_folder(folder, 0o700) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    let finished = platform::open_folder(folder).and_then(|made| platform::set_mode(&made, 0o700));
    finished.inspect_err(|_| discard_folder(folder))
}

/// Removes a file of this program's that nobody needs any more. A file system on a network may refuse it once, so it is tried
/// twice; what is left then is for the next run.
pub(crate) fn discard(path: &Path) {
    if fs::remove_file(path).is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
        let _ = fs::remove_file(path);
    }
}

/// Removes a folder, if it is empty; tried twice like [`discard`].
pub(crate) fn discard_folder(folder: &Path) {
    let is_over = |error: &io::Error| {
        let kind = error.kind();
        kind == io::ErrorKind::NotFound || kind == io::ErrorKind::DirectoryNotEmpty
    };
    if fs::remove_dir(folder).is_err_and(|error| !is_over(&error)) {
        let _ = fs::remove_dir(folder);
    }
}

fn opened(options: &mut OpenOptions, path: &Path, is_own: IsOwn) -> io::Result<File> {
    let file = open_there(options, path)?;
    check(&file, path, is_own).map(|()| file)
}

fn open_there(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    platform::without_following(options);
    options.open(path).map_err(|error| match &error {
        error if platform::is_link(error) => io::Error::other("it is a symbolic link"),
        _ => error,
    })
}

/// Refuses what is not a plain file of this user with one name.
fn check(file: &File, path: &Path, is_own: IsOwn) -> io::Result<()> {
    let metadata = file.metadata()?;
    let problem = if metadata.is_symlink() {
        "it is a symbolic link"
    } else if !metadata.is_file() {
        "it is not a plain file"
    } else if !is_own(file, path, &metadata)? {
        "it belongs to another user"
    } else if platform::names(path, &metadata) > 1 {
        "it has a second name (a hard link)"
    } else {
        return Ok(());
    };
    Err(io::Error::other(problem))
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn only_a_plain_file_with_one_name_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("other"), "precious").unwrap();
        symlink(at("other"), at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        fs::hard_link(at("other"), at("second")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        crate::platform::make_pipe(&at("pipe"));
        for (name, problem) in [
            ("link", "it is a symbolic link"),
            ("dangling", "it is a symbolic link"),
            ("second", "it has a second name (a hard link)"),
            ("pipe", "it is not a plain file"),
        ] {
            for open in [open, open_or_create] {
                assert_eq!(open(&at(name)).unwrap_err().to_string(), problem, "{name}");
            }
        }
        assert!(open_or_create(&at("folder")).is_err());
        assert!(!at("nowhere").exists());
        assert_eq!(fs::read_to_string(at("other")).unwrap(), "precious");
    }

    #[test]
    fn a_new_file_and_its_folders_are_for_this_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        create_folder(&below).unwrap();
        let path = below.join("lock");
        open_or_create(&path).unwrap().write_all(b"xy").unwrap();
        open_or_create(&path).unwrap().write_all(b"z").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"zy");
        for (path, mode) in [(path.as_path(), 0o600), (below.as_path(), 0o700)] {
            let found = fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(found & 0o777, mode, "{path:?}");
        }
        let file = open(&path).unwrap();
        assert!(is_at(&file, &path));
        fs::remove_file(&path).unwrap();
        assert!(!is_at(&file, &path));
    }
}
