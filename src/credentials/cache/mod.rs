//! Sessions of roles on disk: `~/.aws/cli/cache`, under the AWS CLI's names and in its format, so that
//! `aws`, git-remote-codecommit and this share one AssumeRole and one MFA code.
//!
//! Read with distrust (reference/aws.md 2.1): a file counts only if it is a plain file of this user that
//! nobody else may open. Written whole or not at all. Nothing that goes wrong here stops a command.

mod entry;
mod key;
mod turn;

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use zeroize::Zeroizing;

pub(crate) use key::Key;
pub(crate) use turn::Turn;

use super::error::Error;
use crate::aws::Credentials;
use crate::message::Notices;
use crate::world::{World, studio};

/// A session is a few kilobytes; the CLI adds the response's headers.
const SIZE_LIMIT: u64 = 256 * 1024;

/// How the names of files begin that are no sessions: locks, and sessions still being written.
const PREFIX: &str = ".git-codecommit-";

/// The folders of one person's sessions.
pub(crate) struct Cache<'a> {
    world: &'a World,
    messages: &'a dyn Notices,
    /// `~/.aws/cli/cache`: read and written.
    own: PathBuf,
    /// `~/.aws/boto/cache`, git-remote-codecommit's: only read.
    other: PathBuf,
    /// Key ids that a service has refused in this run: no file with one is used again.
    refused: RefCell<Vec<String>>,
}

/// A session on disk, as a person may see it.
pub(crate) struct Kept {
    /// The file.
    pub(crate) path: PathBuf,
    /// Whose session: an ARN, or the key's id.
    pub(crate) whose: String,
    /// When it ends.
    pub(crate) expires_at: OffsetDateTime,
}

impl<'a> Cache<'a> {
    /// The person's cache; none without a home directory, and none in a shared Studio space, where
    /// every colleague is the same user.
    pub(crate) fn of(world: &'a World, messages: &'a dyn Notices) -> Option<Self> {
        if studio::is_shared(world) {
            return None;
        }
        let aws = world.home()?.join(".aws");
        Some(Self {
            world,
            messages,
            own: aws.join("cli/cache"),
            other: aws.join("boto/cache"),
            refused: RefCell::default(),
        })
    }

    /// A session that can still be used; `role_arn` is the role it must be of.
    pub(crate) fn read(&self, key: &Key, role_arn: Option<&str>) -> Option<Credentials> {
        [&self.own, &self.other].into_iter().find_map(|folder| {
            let path = file_in(folder, key);
            let text = match contents(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
                Err(error) => {
                    self.trace(&path, &error.to_string());
                    return None;
                }
            };
            match entry::parse(&text, role_arn, self.world.now()) {
                Ok(found) if self.refused.borrow().contains(&found.access_key_id) => None,
                Ok(found) => {
                    self.trace(&path, "used");
                    Some(found)
                }
                Err(why) => {
                    self.trace(&path, why);
                    None
                }
            }
        })
    }

    /// Keeps a session; `kind` is the CLI's `ProviderType`. Failing is a warning.
    pub(crate) fn write(&self, key: &Key, credentials: &Credentials, kind: Option<&str>) {
        let Some(text) = entry::render(credentials, kind) else {
            return;
        };
        if let Err(error) = self.replace(key, &text) {
            self.messages.warning(&format!(
                "the session cannot be kept in {}, so that the next command asks for it again: {error}",
                self.own.display()
            ));
        }
    }

    fn replace(&self, key: &Key, text: &[u8]) -> io::Result<()> {
        create_private(&self.own)?;
        // Mode 0600 from the start; under its final name only when it is whole.
        let mut file = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempfile_in(&self.own)?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        file.persist(file_in(&self.own, key))?;
        Ok(())
    }

    /// Uses no file with this key again in this run: a service has refused it.
    pub(crate) fn pass_over(&self, access_key_id: &str) {
        self.refused.borrow_mut().push(access_key_id.to_owned());
    }

    /// Removes a session that git had refused, in both folders: whoever reads them next would be
    /// refused too. Nothing else is ever changed in the other program's folder.
    pub(crate) fn forget(&self, key: &Key, access_key_id: &str) {
        self.pass_over(access_key_id);
        for folder in [&self.own, &self.other] {
            let path = file_in(folder, key);
            let kept = contents(&path).ok();
            let kept = kept.and_then(|text| entry::access_key_id(&text));
            if kept.as_deref() == Some(access_key_id) {
                let removed = fs::remove_file(&path);
                let said = removed.map_or_else(|error| error.to_string(), |()| "removed".into());
                self.trace(&path, &said);
            }
        }
    }

    /// Waits for this process's turn to ask for a session: others may be asking for the same one.
    pub(crate) async fn turn(&self, key: &Key, what: &str) -> Turn {
        if create_private(&self.own).is_err() {
            // Nothing can be kept there, so there is nothing to wait for.
            return Turn::unlocked();
        }
        let path = self.own.join(format!("{PREFIX}{}.lock", key.as_str()));
        Turn::wait(&path, what, self.messages).await
    }

    /// What is kept, as far as it can be read.
    pub(crate) fn list(&self) -> Vec<Kept> {
        let mut kept: Vec<Kept> = sessions(&self.own)
            .filter_map(|path| {
                let (whose, expires_at) = entry::description(&contents(&path).ok()?)?;
                Some(Kept {
                    path,
                    whose,
                    expires_at,
                })
            })
            .collect();
        kept.sort_by(|a, b| (&a.whose, &a.path).cmp(&(&b.whose, &b.path)));
        kept
    }

    /// Removes every session, those the AWS CLI has put there too. Returns how many there were.
    ///
    /// # Errors
    /// If one cannot be removed.
    pub(crate) fn clear(&self) -> Result<usize, Error> {
        let mut removed = 0;
        for path in sessions(&self.own) {
            fs::remove_file(&path).map_err(|cause| Error::Unremovable { path, cause })?;
            removed += 1;
        }
        // What a process that was killed while it wrote has left.
        for path in leftovers(&self.own) {
            fs::remove_file(&path).map_err(|cause| Error::Unremovable { path, cause })?;
        }
        Ok(removed)
    }

    /// The file of a session.
    pub(crate) fn file(&self, key: &Key) -> PathBuf {
        file_in(&self.own, key)
    }

    /// The folder that is written.
    pub(crate) fn folder(&self) -> &Path {
        &self.own
    }

    fn trace(&self, path: &Path, what: &str) {
        self.messages
            .trace(|| format!("cached session {}: {what}", path.display()));
    }
}

fn file_in(folder: &Path, key: &Key) -> PathBuf {
    folder.join(format!("{}.json", key.as_str()))
}

/// The files that have a session's name: 40 hexadecimal digits.
fn sessions(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| file.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        let stem = name.and_then(|name| name.strip_suffix(".json"));
        stem.is_some_and(|stem| stem.len() == 40 && stem.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

/// Sessions that never got their final name; locks are not among them.
fn leftovers(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| file.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(PREFIX) && !name.ends_with(".lock"))
    })
}

/// Makes a folder for this user alone, and those above it that are missing.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Reads a file that belongs to this user and that nobody else may open; never through a link, and
/// never a pipe or a device.
fn contents(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = open_plainly(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::other("it belongs to another user"));
        }
        if metadata.mode() & 0o077 != 0 {
            return Err(io::Error::other("others may open it"));
        }
    }
    if metadata.len() > SIZE_LIMIT {
        return Err(io::Error::other("it is too large"));
    }
    let mut text = Zeroizing::new(Vec::new());
    file.take(SIZE_LIMIT).read_to_end(&mut text)?;
    Ok(text)
}

fn open_plainly(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    options.open(path)
}
