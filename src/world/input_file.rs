//! Reads the files of other programs, and those that a person named: settings, tokens, passwords, certificates.
//!
//! Such a path may lead to something that nobody ever writes to, or that has no end. Reading it ends all the same.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::platform;

/// The largest file that is read, in bytes: the bundles of all systems have less than 1 MiB.
const SIZE_LIMIT: u64 = 16 << 20;

/// Reads a plain file, or what another process writes into a pipe: `AWS_CONFIG_FILE=<(…)`. A pipe is read once, and
/// has to end within ten seconds.
pub(crate) fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = open(path)?;
    match file.metadata()?.is_file() {
        true => whole(&file),
        false => written_by_others(&file),
    }
}

/// The same, as text.
pub(crate) fn read_text(path: &Path) -> io::Result<Zeroizing<String>> {
    let bytes = read(path)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is not text in UTF-8",
        )),
    }
}

/// Reads a plain file; anything else is refused at once.
pub(crate) fn read_plain(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = open(path)?;
    match file.metadata()?.is_file() {
        true => whole(&file),
        false => Err(io::Error::other("it is not a plain file")),
    }
}

/// Opens whatever has this name. A pipe that has no writer is not waited for, neither here nor by a reader.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    platform::without_waiting(&mut options);
    options.open(path)
}

/// Fails as [`read`] would fail to open a path. A pipe stays untouched: its writer writes to one reader.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    let found = fs::metadata(path)?;
    if found.is_file() || found.is_dir() {
        open(path)?;
    }
    Ok(())
}

/// Reads a plain file that is open.
pub(crate) fn whole(file: &File) -> io::Result<Zeroizing<Vec<u8>>> {
    let size = file.metadata()?.len();
    if size > SIZE_LIMIT {
        return Err(too_large());
    }
    // Nothing is moved, and left behind in memory, where the file has the length that it says. Files in /proc say 0.
    let capacity = usize::try_from(size).unwrap_or_default() + 64;
    let mut text = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(SIZE_LIMIT + 1).read_to_end(&mut text)?;
    match text.len() as u64 > SIZE_LIMIT {
        true => Err(too_large()),
        false => Ok(text),
    }
}

fn too_large() -> io::Error {
    let text = format!("it is larger than {} MiB", SIZE_LIMIT >> 20);
    io::Error::new(io::ErrorKind::FileTooLarge, text)
}

/// Reads a pipe or a device to its end.
#[expect(
    clippy::disallowed_methods,
    reason = "a limit on waiting, which no test sets"
)]
fn written_by_others(mut file: &File) -> io::Result<Zeroizing<Vec<u8>>> {
    use std::time::{Duration, Instant};

    const TIME_LIMIT: Duration = Duration::from_secs(10);
    if platform::is_standard_input(file)? {
        return Err(io::Error::other(
            "it is this program's standard input, on which git speaks",
        ));
    }
    let started = Instant::now();
    let mut text = Zeroizing::new(Vec::with_capacity(1 << 16));
    let mut piece = Zeroizing::new([0; 1 << 12]);
    while let Some(left) = TIME_LIMIT.checked_sub(started.elapsed()) {
        match platform::readable_within(file, left) {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => break,
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        match file.read(&mut *piece) {
            Ok(0) => return Ok(text),
            Ok(length) => text.extend_from_slice(&piece[..length]),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) => {}
            Err(error) => return Err(error),
        }
        if text.len() as u64 > SIZE_LIMIT {
            return Err(too_large());
        }
    }
    let text = format!(
        "it is a pipe or a device that did not end within {} seconds",
        TIME_LIMIT.as_secs()
    );
    Err(io::Error::new(io::ErrorKind::TimedOut, text))
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;
    use std::path::PathBuf;

    use super::*;

    fn pipe(folder: &tempfile::TempDir) -> PathBuf {
        let path = folder.path().join("pipe");
        crate::platform::make_pipe(&path);
        path
    }

    #[test]
    fn files_of_any_size_up_to_the_limit_are_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for size in [0, 1, 63, 64, 65, 4096, SIZE_LIMIT as usize] {
            fs::write(&path, vec![b'x'; size]).unwrap();
            assert_eq!(read(&path).unwrap().len(), size);
            assert_eq!(read_plain(&path).unwrap().len(), size);
        }
        let file = File::options().append(true).open(&path).unwrap();
        file.set_len(SIZE_LIMIT + 1).unwrap();
        for found in [read(&path), read_plain(&path)] {
            assert_eq!(found.unwrap_err().to_string(), "it is larger than 16 MiB");
        }
        // A file without an end, one that says that it is empty, and one that is.
        let endless = read(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(endless.kind(), io::ErrorKind::FileTooLarge);
        assert!(!read(Path::new("/proc/self/status")).unwrap().is_empty());
        assert!(read(Path::new("/dev/null")).unwrap().is_empty());
        assert!(read(folder.path()).is_err());
        let missing = read(&folder.path().join("no")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_another_process_writes_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = pipe(&folder);
        let long = vec![b'y'; 300_000];
        let writer = std::thread::spawn({
            let (path, long) = (path.clone(), long.clone());
            move || {
                let mut pipe = File::options().write(true).open(path).unwrap();
                for piece in long.chunks(70_000) {
                    pipe.write_all(piece).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
            }
        });
        assert!(*read(&path).unwrap() == long);
        writer.join().unwrap();
        // As in bash's <(…): the writer may have ended already.
        let (read_end, mut write_end) = io::pipe().unwrap();
        write_end.write_all(b"[default]").unwrap();
        drop(write_end);
        let number = std::os::fd::AsRawFd::as_raw_fd(&read_end);
        let path = PathBuf::from(format!("/dev/fd/{number}"));
        assert_eq!(*read_text(&path).unwrap(), "[default]");
        assert_eq!(*read_text(&path).unwrap(), "", "it is read once");
    }

    #[test]
    fn a_pipe_that_nobody_ends_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = pipe(&folder);
        check(&path).unwrap();
        let refused = read_plain(&path).unwrap_err();
        assert_eq!(refused.to_string(), "it is not a plain file");
        // With a writer that stays, too.
        let (read_end, mut write_end) = io::pipe().unwrap();
        write_end.write_all(b"half").unwrap();
        let number = std::os::fd::AsRawFd::as_raw_fd(&read_end);
        let open = PathBuf::from(format!("/dev/fd/{number}"));
        std::thread::scope(|scope| {
            for path in [&path, &open] {
                scope.spawn(move || {
                    let error = read(path).unwrap_err();
                    assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{error}");
                });
            }
        });
    }
}
