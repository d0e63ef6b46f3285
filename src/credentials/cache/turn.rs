//! One process at a time asks for a session; the others wait and find it in the cache.
//!
//! The lock is the kernel's (`flock`), so it ends with the process that holds it, however that ends. The
//! file stays: removing it would let two processes hold two locks of the same name. Who fails notes why
//! in it, so that those who waited fail with the same words instead of asking again, one after another.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use crate::message::Notices;

/// The first pause between two tries, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));
/// After this the person is told why nothing happens.
const PATIENCE: Duration = Duration::from_secs(3);
/// After this the other one is taken for stopped: somebody reads an MFA code off a phone in less.
const LIMIT: Duration = Duration::from_secs(120);
/// A note that is longer is none of ours.
const NOTE_LIMIT: u64 = 4096;

/// The right to ask; ends when dropped.
pub(crate) struct Turn {
    /// Open for its lock; none where no lock can be had.
    file: Option<File>,
    /// What another process, for which this one waited, noted of its failure: plan and reason.
    note: Option<(String, String)>,
}

impl Turn {
    /// A turn that keeps nobody away.
    pub(crate) fn unlocked() -> Self {
        Self {
            file: None,
            note: None,
        }
    }

    /// Waits for the turn; `what` is what is being asked for, in words.
    pub(super) async fn wait(path: &Path, what: &str, messages: &dyn Notices) -> Self {
        let Ok(mut file) = open(path) else {
            return Self::unlocked();
        };
        let before = note(&mut file);
        let (mut pause, mut waited) = (PAUSES.0, Duration::ZERO);
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // A file system without locks.
                Err(TryLockError::Error(_)) => return Self::unlocked(),
                Err(TryLockError::WouldBlock) if waited < LIMIT => {}
                Err(TryLockError::WouldBlock) => {
                    messages.warning(&format!(
                        "another git-codecommit has been asking for {what} for {} seconds: going on without it",
                        LIMIT.as_secs()
                    ));
                    return Self::unlocked();
                }
            }
            if !told && waited >= PATIENCE {
                told = true;
                messages.warning(&format!(
                    "waiting for another git-codecommit that is asking for {what}"
                ));
            }
            tokio::time::sleep(pause).await;
            waited += pause;
            pause = PAUSES.1.min(pause * 2);
        }
        let after = note(&mut file);
        let parts: Vec<&str> = after.splitn(3, '\n').collect();
        let note = match parts.as_slice() {
            [_stamp, plan, why] if after != before => Some(((*plan).into(), (*why).into())),
            _ => None,
        };
        Self {
            note,
            file: Some(file),
        }
    }

    /// Why another process, for which this one waited, was refused with the same plan.
    pub(crate) fn failure(&self, plan: &str) -> Option<String> {
        let (noted, why) = self.note.as_ref()?;
        (noted == plan).then(|| why.clone())
    }

    /// Notes for those who wait that asking has failed, and why; `plan` is in words. `stamp` makes the
    /// note this one's own.
    pub(crate) fn failed(&mut self, stamp: i128, plan: &str, why: &str) {
        let Some(file) = &mut self.file else {
            return;
        };
        let note = format!("{} {stamp}\n{plan}\n{why}", std::process::id());
        // A note that cannot be written costs the others a question of their own.
        let _ = file
            .set_len(0)
            .and_then(|()| file.write_all(note.as_bytes()));
    }
}

fn note(file: &mut File) -> String {
    let mut text = Vec::new();
    let _ = file
        .rewind()
        .and_then(|()| file.take(NOTE_LIMIT).read_to_end(&mut text));
    String::from_utf8_lossy(&text).into_owned()
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Messages;
    use crate::world::World;

    fn wait(path: &Path) -> Turn {
        let messages = Messages::new("test", &World::of(&[]), std::io::sink());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(Turn::wait(path, "a session", &messages))
    }

    #[test]
    fn who_waited_with_the_same_plan_hears_of_the_refusal_and_nobody_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let mut first = wait(&path);
        let waiting = std::thread::spawn({
            let path = path.clone();
            move || wait(&path)
        });
        // The second one has read the note before it began to wait.
        std::thread::sleep(Duration::from_millis(200));
        first.failed(1, "a plan", "access denied");
        drop(first);
        let second = waiting.join().unwrap();
        assert_eq!(second.failure("a plan").as_deref(), Some("access denied"));
        assert_eq!(second.failure("another plan"), None);
        drop(second);
        assert_eq!(wait(&path).failure("a plan"), None, "a later run asks anew");
    }

    #[test]
    fn a_place_without_locks_keeps_nobody_waiting() {
        assert!(wait(Path::new("/nonexistent/lock")).file.is_none());
    }
}
