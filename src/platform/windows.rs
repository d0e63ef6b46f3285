//! Windows. Access control lists inherit from the folder, so there are neither owners nor modes to set.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use winapi_util::file::information;

mod console;
mod owners;
mod processes;

pub(crate) use console::Terminal;
pub(crate) use owners::{is_of_this_user, is_usable_by_this_user};
pub(crate) use processes::run_instead;

pub(crate) const IS_WINDOWS: bool = true;

/// There is none: every user may make folders in the root of a drive and in `%ProgramData%`.
pub(crate) fn system_folder() -> Option<PathBuf> {
    None
}

/// `FILE_FLAG_OPEN_REPARSE_POINT` of `CreateFileW`: opens a link itself.
const OPEN_LINK: u32 = 0x0020_0000;

/// Bytes from git as the system's string; git writes UTF-8.
pub(crate) fn os_string(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(OsString::from)
}

/// The name of an environment variable as it is compared: upper and lower case are the same.
pub(crate) fn variable_name(name: &OsStr) -> OsString {
    name.to_ascii_uppercase()
}

/// The file name of a program.
pub(crate) fn program_file(name: &str) -> String {
    format!("{name}.exe")
}

/// A path as git and its shell understand it: to them a backslash is an escape.
pub(crate) fn for_git(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// The path without links, as other programs understand it: without the prefix `\\?\` of the system's own answer.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    let path = path.canonicalize()?;
    let plain = path.to_str().and_then(|path| path.strip_prefix(r"\\?\"));
    let is_on_drive = |path: &&str| path.as_bytes().get(1) == Some(&b':');
    Ok(plain.filter(is_on_drive).map(PathBuf::from).unwrap_or(path))
}

/// Whether the system would run this file as a program.
pub(crate) fn is_program(found: &Metadata) -> bool {
    found.is_file()
}

/// Files in the user's profile are that user's alone.
pub(crate) fn for_this_user(_: &mut OpenOptions) {}

/// A pipe has no name in a folder here.
pub(crate) fn without_waiting(_: &mut OpenOptions) {}

pub(crate) fn without_following(options: &mut OpenOptions) {
    options.custom_flags(OPEN_LINK);
}

/// Opens a folder, but not through a link: symbolic links and junctions are links.
pub(crate) fn open_folder(folder: &Path) -> io::Result<File> {
    let folder = open_itself(folder)?;
    match folder.metadata()?.is_symlink() {
        true => Err(io::ErrorKind::NotADirectory.into()),
        false => Ok(folder),
    }
}

/// Opens whatever has this name: a file, a folder, or a link itself.
fn open_itself(path: &Path) -> io::Result<File> {
    /// `FILE_FLAG_BACKUP_SEMANTICS`: without it, `CreateFileW` opens no folder.
    const FOLDER: u32 = 0x0200_0000;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(FOLDER | OPEN_LINK);
    options.open(path)
}

/// A link is opened, and its metadata tell what it is.
pub(crate) fn is_link(_: &io::Error) -> bool {
    false
}

/// Setup runs as one user, and looks at no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl Owner {
    pub(crate) fn is_root(self) -> bool {
        false
    }
}

pub(crate) fn owner(_: &Metadata) -> Owner {
    Owner { user: 0, group: 0 }
}

/// Access control lists are inherited from the folder.
pub(crate) fn set_owner(_: &File, _: Option<u32>, _: Option<u32>) -> io::Result<()> {
    Ok(())
}

/// Whether this user may write a file, in the bits of chmod(2).
pub(crate) fn mode(found: &Metadata) -> u32 {
    match found.permissions().readonly() {
        true => 0o400,
        false => 0o600,
    }
}

/// Access control lists are inherited from the folder.
pub(crate) fn set_mode(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

pub(crate) fn make_folder(folder: &Path, _mode: u32) -> io::Result<()> {
    fs::create_dir(folder)
}

/// How many names a file has. A file system that does not tell has no second names.
pub(crate) fn names(path: &Path, _: &Metadata) -> u64 {
    let found = open_itself(path).and_then(|file| information(&file));
    found.map_or(1, |found| found.number_of_links())
}

/// Whether a path still leads to this open file.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let which = |file: &File| {
        let found = information(file)?;
        Ok::<_, io::Error>((found.volume_serial_number(), found.file_index()))
    };
    // Each is held until the end: a number may be used again after it.
    let named = || open_itself(path).and_then(|file| Ok((which(&file)?, file)));
    let (Ok(open), Ok((first, _first))) = (which(file), named()) else {
        return false;
    };
    // Some file systems number each opening anew: the numbers say nothing then.
    let is_numbered_anew = || match (named(), named()) {
        (Ok((second, _second)), Ok((third, _third))) => {
            first != second && second != third && first != third
        }
        _ => false,
    };
    open == first || is_numbered_anew()
}

pub(crate) fn runs_as_root() -> bool {
    false
}

pub(crate) fn home_of_this_user() -> Option<PathBuf> {
    None
}

/// There is no other user to become.
pub(crate) fn become_user(_: Owner) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Windows writes no memory of a crashed program to a file that other users can read.
pub(crate) fn forbid_core_dumps() {}

pub(crate) fn allow_own_files() {}

pub(crate) fn report_limit_on_file_size() {}

/// Not waited for: neither a console nor a pipe is opened here as a file.
pub(crate) fn readable_within(_: &File, _: Duration) -> io::Result<()> {
    Ok(())
}

/// The most that a program may say in a short answer, in bytes.
const MOST_SAID: u64 = 64 << 20;

/// Reads standard output and standard error of a program until it has closed them, as far as they are pipes. Fails when
/// `left` says that there is no time left: a thread then reads on until the pipe is closed.
pub(crate) fn outputs(
    child: &mut Child,
    left: &dyn Fn() -> Option<Duration>,
) -> io::Result<[Vec<u8>; 2]> {
    let output = child
        .stdout
        .take()
        .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
    let errors = child
        .stderr
        .take()
        .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
    let (tell, told) = mpsc::channel();
    let mut open = 0;
    for (at, pipe) in [output, errors].into_iter().enumerate() {
        let Some(pipe) = pipe else { continue };
        let tell = tell.clone();
        let read = move || {
            let mut said = Vec::new();
            let read = pipe.take(MOST_SAID + 1).read_to_end(&mut said);
            let _ = tell.send((at, read.map(|_| said)));
        };
        thread::Builder::new().spawn(read)?;
        open += 1;
    }
    let mut all = [Vec::new(), Vec::new()];
    for _ in 0..open {
        let left = left().ok_or(io::ErrorKind::TimedOut)?;
        let (at, said) = told
            .recv_timeout(left)
            .map_err(|_| io::ErrorKind::TimedOut)?;
        all[at] = said?;
        if all[at].len() as u64 > MOST_SAID {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
    Ok(all)
}

/// Ends what a program has started: it ends by itself then, as git's own wrapper does. No signal here would reach it.
pub(crate) fn ask_to_end(child: &mut Child) {
    processes::end_below(child.id());
}

/// Standard input has no name here under which it could be opened again.
pub(crate) fn is_standard_input(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Standard output as a plain file: `std::io::Stdout` would search every pack for line ends.
/// Fails if standard output is closed.
pub fn standard_output() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}

/// Tells when git has gone: no pipe does.
pub(crate) struct Reader(OnceCell<processes::Gits>);

impl Reader {
    pub(crate) fn of_standard_output() -> Self {
        Self(OnceCell::new())
    }

    /// Waits until one of the processes of git that wait for this one has ended. Call it inside of a runtime with a clock.
    pub(crate) async fn gone(&self) {
        processes::git_gone(&self.0).await;
    }
}
