//! Linux, macOS, and the other Unix systems.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, Mode, OFlags, fstat};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit, umask};
use tokio::net::unix::pipe;
use tokio::signal::unix::{SignalKind, signal};

pub(crate) const IS_WINDOWS: bool = false;

/// Our folder for everyone on this machine, which only an administrator can write.
pub(crate) fn system_folder() -> Option<PathBuf> {
    Some("/etc/git-codecommit".into())
}

/// Bytes from git as the system's string; here any bytes are one.
pub(crate) fn os_string(bytes: &[u8]) -> Option<OsString> {
    Some(OsStr::from_bytes(bytes).to_owned())
}

/// The name of an environment variable as it is compared.
pub(crate) fn variable_name(name: &OsStr) -> OsString {
    name.to_owned()
}

/// The file name of a program.
pub(crate) fn program_file(name: &str) -> String {
    name.to_owned()
}

/// A path as git and its shell understand it.
pub(crate) fn for_git(path: &Path) -> String {
    path.display().to_string()
}

/// The path without links, as other programs understand it.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// Whether the system would run this file as a program.
pub(crate) fn is_program(found: &Metadata) -> bool {
    found.is_file() && found.mode() & 0o111 != 0
}

/// Makes the file, if it is made at all, one that only this user can open.
pub(crate) fn for_this_user(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Does not wait for the other end of a pipe.
pub(crate) fn without_waiting(options: &mut OpenOptions) {
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
}

/// Does not wait, and does not follow a symbolic link: [`is_link`] tells that one was there.
pub(crate) fn without_following(options: &mut OpenOptions) {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed());
}

/// Opens a folder, but not through a symbolic link.
pub(crate) fn open_folder(folder: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::DIRECTORY;
    let mut options = OpenOptions::new();
    options
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(folder)
}

/// Whether a file could not be opened because it is a symbolic link.
pub(crate) fn is_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// The user and the group that a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl Owner {
    pub(crate) fn is_root(self) -> bool {
        self.user == 0
    }
}

pub(crate) fn owner(found: &Metadata) -> Owner {
    Owner {
        user: found.uid(),
        group: found.gid(),
    }
}

/// Whether an open file is this user's.
pub(crate) fn is_of_this_user(_: &File, _: &Path, found: &Metadata) -> io::Result<bool> {
    Ok(found.uid() == rustix::process::geteuid().as_raw())
}

/// Whether an open file is this user's, which this process has just made, or in which nothing counts.
pub(crate) fn is_usable_by_this_user(
    file: &File,
    path: &Path,
    found: &Metadata,
) -> io::Result<bool> {
    is_of_this_user(file, path, found)
}

/// Sets the user, the group, or both.
pub(crate) fn set_owner(file: &File, user: Option<u32>, group: Option<u32>) -> io::Result<()> {
    std::os::unix::fs::fchown(file, user, group)
}

/// Who may do what with a file, in the bits of chmod(2).
pub(crate) fn mode(found: &Metadata) -> u32 {
    found.mode() & 0o7777
}

pub(crate) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(mode))
}

pub(crate) fn make_folder(folder: &Path, mode: u32) -> io::Result<()> {
    fs::DirBuilder::new().mode(mode).create(folder)
}

/// How many names a file has.
pub(crate) fn names(_: &Path, found: &Metadata) -> u64 {
    found.nlink()
}

/// Whether a path still leads to this open file.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else {
        return false;
    };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

pub(crate) fn runs_as_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The home directory that `/etc/passwd` names for this process's user.
pub(crate) fn home_of_this_user() -> Option<PathBuf> {
    let user = rustix::process::getuid().as_raw().to_string();
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let user = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&user.as_str()))?;
    user.get(5).map(PathBuf::from)
}

/// Gives up root's rights, for good. The process must have one thread.
#[cfg(target_os = "linux")]
pub(crate) fn become_user(owner: Owner) -> io::Result<()> {
    use rustix::process::{Gid, Uid, geteuid};
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    let (user, group) = (Uid::from_raw(owner.user), Gid::from_raw(owner.group));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)?;
    match geteuid() == user {
        true => Ok(()),
        false => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

/// This system has no call for it that needs no unsafe code.
#[cfg(not(target_os = "linux"))]
pub(crate) fn become_user(_: Owner) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Becomes another program: signals reach it, and its exit code is ours. Returns only if that fails.
pub(crate) fn run_instead(mut command: Command) -> io::Result<u8> {
    Err(command.exec())
}

/// Sets the largest core file to nothing, here and in the programs that this one starts, and on Linux forbids other
/// processes of this user to read this one's memory (prctl(2), `PR_SET_DUMPABLE`). Where a system refuses, the
/// program goes on: it is no worse off than before.
pub(crate) fn forbid_core_dumps() {
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, nothing);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Lets this user use every file that this run and its git make.
pub(crate) fn allow_own_files() {
    let mask = umask(Mode::RWXG | Mode::RWXO);
    umask(mask - Mode::RWXU);
}

/// Makes a write above the limit on the size of files (`ulimit -f`) an error that is reported, where the default is that
/// the signal SIGXFSZ ends the process without a word (getrlimit(2), `RLIMIT_FSIZE`). Programs that this one starts have
/// the default again.
pub(crate) fn report_limit_on_file_size() {
    if getrlimit(Resource::Fsize).current.is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    if let Ok(runtime) = runtime {
        let _inside = runtime.enter();
        // The handler does nothing and stays for the rest of the run. Without it, this is no worse than before.
        let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    }
}

/// The person's terminal, to read from and to write to.
pub(crate) struct Terminal {
    input: BufReader<File>,
    output: File,
}

impl Terminal {
    /// Fails if this process has none.
    pub(crate) fn open() -> io::Result<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        Ok(Self {
            input: BufReader::new(terminal.try_clone()?),
            output: terminal,
        })
    }

    /// Asks for a line, which is typed in sight: a terminal that stays silent after Ctrl-C is worse for a code that counts
    /// once. Fails after the limit.
    pub(crate) fn ask(&mut self, prompt: &str, limit: Duration) -> io::Result<String> {
        self.output.write_all(prompt.as_bytes())?;
        readable_within(self.input.get_ref(), limit)?;
        let mut line = String::new();
        (&mut self.input).take(MOST_TYPED).read_line(&mut line)?;
        Ok(line)
    }
}

/// Waits until something can be read: a typed line, what another process writes, or its end. Fails after the limit.
pub(crate) fn readable_within(file: &File, limit: Duration) -> io::Result<()> {
    let limit = limit.try_into().map_err(io::Error::other)?;
    match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&limit))? {
        0 => Err(io::ErrorKind::TimedOut.into()),
        _ => Ok(()),
    }
}

/// The longest line that a terminal gives, in bytes (termios(3), "Canonical mode").
const MOST_TYPED: u64 = 4096;

/// The most that a program may say in a short answer, in bytes.
const MOST_SAID: usize = 64 << 20;

/// Reads standard output and standard error of a program until it has closed them, as far as they are pipes. Fails when
/// `left` says that there is no time left.
pub(crate) fn outputs(
    child: &mut Child,
    left: &dyn Fn() -> Option<Duration>,
) -> io::Result<[Vec<u8>; 2]> {
    let output = child.stdout.take().map(OwnedFd::from);
    let errors = child.stderr.take().map(OwnedFd::from);
    let mut said = [Vec::new(), Vec::new()];
    let pipes = [output, errors].into_iter().zip(&mut said);
    let mut open: Vec<(File, &mut Vec<u8>)> = pipes
        .filter_map(|(pipe, said)| Some((File::from(pipe?), said)))
        .collect();
    let mut piece = [0; 1 << 12];
    while !open.is_empty() {
        let left = left().ok_or(io::ErrorKind::TimedOut)?;
        let left = left.try_into().map_err(io::Error::other)?;
        let files = open.iter().map(|(file, _)| file);
        let mut waiting: Vec<PollFd<'_>> =
            files.map(|file| PollFd::new(file, PollFlags::IN)).collect();
        match poll(&mut waiting, Some(&left)) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Err(rustix::io::Errno::INTR) => continue,
            polled => _ = polled?,
        }
        let ready: Vec<bool> = waiting
            .iter()
            .map(|pipe| !pipe.revents().is_empty())
            .collect();
        for at in (0..ready.len()).rev().filter(|at| ready[*at]) {
            let (file, said) = &mut open[at];
            match file.read(&mut piece) {
                Ok(0) => drop(open.swap_remove(at)),
                Ok(length) if said.len() > MOST_SAID - length => {
                    return Err(io::ErrorKind::FileTooLarge.into());
                }
                Ok(length) => said.extend_from_slice(&piece[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(said)
}

/// Tells a program to end; it may still remove what it would leave behind.
pub(crate) fn ask_to_end(child: &mut Child) {
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}

/// Whether a pipe is the one that git writes commands into: what is read of it is lost to the conversation.
pub(crate) fn is_standard_input(file: &File) -> io::Result<bool> {
    let found = fstat(file)?;
    let Ok(input) = fstat(io::stdin()) else {
        return Ok(false);
    };
    let is_pipe = FileType::from_raw_mode(found.st_mode) == FileType::Fifo;
    Ok(is_pipe && (found.st_dev, found.st_ino) == (input.st_dev, input.st_ino))
}

/// Standard output as a plain file: `std::io::Stdout` would search every pack for line ends.
/// Fails if standard output is closed.
pub fn standard_output() -> io::Result<File> {
    Ok(File::from(output_handle()?))
}

fn output_handle() -> io::Result<OwnedFd> {
    io::stdout().as_fd().try_clone_to_owned()
}

/// Tells when nobody reads standard output any more.
pub(crate) struct Reader(Option<pipe::Sender>);

impl Reader {
    /// Looks at standard output. Where that is no pipe, nobody can go away. Call it inside of a runtime.
    pub(crate) fn of_standard_output() -> Self {
        let handle = output_handle().ok();
        Self(handle.and_then(|handle| pipe::Sender::from_owned_fd_unchecked(handle).ok()))
    }

    /// Waits until the reader has gone.
    pub(crate) async fn gone(&self) {
        use tokio::io::Interest;
        if let Some(output) = &self.0 {
            // Room to write is no news; that nobody reads is an error.
            while let Ok(ready) = output.ready(Interest::ERROR).await {
                if ready.is_error() || ready.is_write_closed() {
                    return;
                }
            }
        }
        std::future::pending().await
    }
}

/// Makes a named pipe. macOS has no call for it that needs no unsafe code.
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test needs the pipe")]
pub(crate) fn make_pipe(path: &Path) {
    let made = Command::new("/usr/bin/mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    use super::*;

    #[test]
    fn this_process_leaves_no_core_and_cannot_be_read() {
        forbid_core_dumps();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
