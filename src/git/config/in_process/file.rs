//! Reads one file as git would, or not at all: what may block, is large or changes is left to git.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use crate::git::config::declined::Declined;

/// Config files of a hundred lines have 4 KiB.
pub(super) const MOST_BYTES: u64 = 1 << 20;

/// The content of a plain file; none if there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Declined> {
    if path == Path::new("/dev/null") {
        return Ok(None);
    }
    let declined = |why: &str| Declined::at(path, why);
    // A pipe is opened without waiting for its other end, a terminal without taking it.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut options = File::options();
    options.read(true).custom_flags(flags.bits().cast_signed());
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if is_absent(error.kind()) => return Ok(None),
        Err(_) => return Err(declined("cannot be opened")),
    };
    let before = file.metadata().map_err(|_| declined("cannot be read"))?;
    if !before.is_file() {
        return Err(declined("is not a plain file"));
    }
    if before.len() > MOST_BYTES {
        return Err(declined("is large"));
    }
    let size = usize::try_from(before.len()).unwrap_or(usize::MAX);
    // One byte more than there should be: the end shows without another read.
    let mut text = vec![0; size + 1];
    let mut length = 0;
    while length < text.len() {
        match file.read(&mut text[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(declined("cannot be read")),
        }
        if length == size {
            break;
        }
    }
    text.truncate(length);
    let after = file.metadata().map_err(|_| declined("cannot be read"))?;
    let mark = |found: &std::fs::Metadata| {
        let changed = (found.mtime(), found.mtime_nsec());
        (found.len(), changed, (found.ctime(), found.ctime_nsec()))
    };
    if length != size || mark(&before) != mark(&after) {
        return Err(declined("changed while it was read"));
    }
    Ok(Some(text))
}

/// Git goes on without a file for these reasons, and for no others.
pub(super) fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}
