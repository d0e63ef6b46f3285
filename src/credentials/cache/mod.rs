//! Sessions of roles on disk: `~/.aws/cli/cache`, under the AWS CLI's names and in its format, so that `aws`,
//! git-remote-codecommit and this share one AssumeRole and one MFA code.
//!
//! Read with distrust: a file counts only if it is a plain file of this user that nobody
//! else may open. Written whole or not at all. Nothing that goes wrong here stops a command.

mod entry;
mod key;
mod lock;
mod store;

use std::cell::RefCell;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use zeroize::Zeroizing;

#[cfg(any(test, fuzzing))]
pub(crate) use entry::fuzz;
pub(crate) use key::Key;
pub(crate) use lock::SessionLock;

use self::store::{LOCK, PREFIX};
use super::error::Error;
use crate::aws::Credentials;
use crate::message::Notices;
use crate::platform;
use crate::world::{World, private_file, studio};

/// A session is a few kilobytes; the CLI adds the response's headers.
const SIZE_LIMIT: u64 = 256 * 1024;

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
    pub(crate) path: PathBuf,
    /// Whose session: an ARN, or the key's id.
    pub(crate) whose: String,
    pub(crate) expires_at: OffsetDateTime,
}

impl<'a> Cache<'a> {
    /// The person's cache; none without a home directory, and none in a shared Studio space, where
    /// every colleague is the same user.
    pub(crate) fn of(world: &'a World, messages: &'a dyn Notices) -> Option<Self> {
        if studio::is_shared(world) {
            return None;
        }
        let aws = world.aws_home()?.join(".aws");
        Some(Self {
            world,
            messages,
            own: platform::below(&aws, "cli/cache"),
            other: platform::below(&aws, "boto/cache"),
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
        let name = format!("{}.json", key.as_str());
        if let Err(error) = store::replace(&self.own, &name, &text) {
            self.messages.warning(&format!(
                "cannot cache the session in {}, so the next command will request a new one: {error}",
                self.own.display()
            ));
        }
    }

    /// Uses no file with this key again in this run: a service has refused it.
    pub(crate) fn pass_over(&self, access_key_id: &str) {
        self.refused.borrow_mut().push(access_key_id.to_owned());
    }

    /// Removes a session that git had refused, in both folders: whoever reads them next would be refused too.
    /// Nothing else is ever changed in the other program's folder.
    pub(crate) fn forget(&self, key: &Key, access_key_id: &str) {
        self.pass_over(access_key_id);
        // Behind a link lies a folder of something else: nothing is removed there.
        let other = Some(&self.other).filter(|folder| !is_linked(folder));
        for folder in [&self.own].into_iter().chain(other) {
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

    /// Waits until no other process asks for the same session, and keeps the others from asking.
    pub(crate) async fn lock(&self, key: &Key, what: &str) -> SessionLock {
        if private_file::create_folder(&self.own).is_err() {
            // Nothing can be cached there, so there is nothing to wait for.
            return SessionLock::unlocked();
        }
        store::sweep(&self.own);
        let path = self.own.join(format!("{PREFIX}{}{LOCK}", key.as_str()));
        let began = self.world.now().unix_timestamp_nanos();
        SessionLock::wait(&path, what, began, self.messages).await
    }

    /// The cached sessions, as far as they can be read.
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
    /// Fails if one cannot be removed.
    pub(crate) fn clear(&self) -> Result<usize, Error> {
        let mut removed = 0;
        let mut first = None;
        let mut remove = |path: PathBuf| match fs::remove_file(&path) {
            Ok(()) => true,
            Err(cause) => {
                first.get_or_insert(Error::Unremovable { path, cause });
                false
            }
        };
        for path in sessions(&self.own) {
            removed += usize::from(remove(path));
        }
        // What a process that was killed while it wrote has left.
        for path in store::unfinished(&self.own) {
            remove(path);
        }
        first.map_or(Ok(removed), Err)
    }

    pub(crate) fn file(&self, key: &Key) -> PathBuf {
        file_in(&self.own, key)
    }

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

/// Whether a folder of the AWS folder, or the folder in it, is a link.
fn is_linked(folder: &Path) -> bool {
    let folders = folder.ancestors().take(2);
    let mut metadata = folders.filter_map(|folder| fs::symlink_metadata(folder).ok());
    metadata.any(|found| found.is_symlink())
}

/// Reads a session's file, which nobody but this user may be able to open.
fn contents(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = private_file::open(path)?;
    let metadata = file.metadata()?;
    if platform::mode(&metadata) & 0o077 != 0 {
        return Err(io::Error::other("others may open it"));
    }
    if metadata.len() > SIZE_LIMIT {
        return Err(io::Error::other("it is too large"));
    }
    let mut text = Zeroizing::new(Vec::new());
    file.take(SIZE_LIMIT).read_to_end(&mut text)?;
    Ok(text)
}
