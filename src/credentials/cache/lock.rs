//! One process at a time asks for a session; the others wait and find it in the cache.
//!
//! The lock is the kernel's (`flock`), so it ends with the process that holds it, however that ends. The file has
//! the holder's process number in its first line. A holder that fails notes why below it, so that those who waited
//! fail with the same words instead of asking again, one after another.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use crate::message::Notices;
use crate::world::private_file;

/// The first pause between two tries, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));
/// From here on a holder that is stopped (Ctrl-Z) is not waited for any longer.
const STOPPED_AFTER: Duration = Duration::from_secs(1);
/// After this the person is told what the program waits for.
const TOLD_AFTER: Duration = Duration::from_secs(3);
/// After this the program goes on: a person reads an MFA code off a phone in less.
const LIMIT: Duration = Duration::from_secs(120);
/// A lock file that this program wrote is never longer, in bytes.
const NOTE_LIMIT: u64 = 4096;

/// The right to ask for a session; ends when dropped.
pub(crate) struct SessionLock {
    /// Open for its lock; none where no lock can be had.
    file: Option<File>,
    /// What another process, for which this one waited, noted of its failure: plan and reason.
    note: Option<(String, String)>,
}

impl SessionLock {
    /// A lock that nobody else sees.
    pub(crate) fn unlocked() -> Self {
        Self {
            file: None,
            note: None,
        }
    }

    /// Waits for the lock; `what` is what is being asked for, in words.
    /// `began` is the time now, as in the stamp of a note.
    pub(super) async fn wait(path: &Path, what: &str, began: i128, messages: &dyn Notices) -> Self {
        let mut file = match private_file::open_or_create(path) {
            Ok(file) => file,
            Err(error) => {
                messages.trace(|| format!("no lock in {}: {error}", path.display()));
                return Self::unlocked();
            }
        };
        let before = content(&mut file).map(|(_, note)| note);
        let (mut pause, mut waited) = (PAUSES.0, Duration::ZERO);
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // A file system without locks.
                Err(TryLockError::Error(_)) => return Self::unlocked(),
                Err(TryLockError::WouldBlock) => {}
            }
            if waited >= STOPPED_AFTER
                && let Some((Some(holder), _)) = content(&mut file)
                && is_stopped(holder)
            {
                messages.warning(&format!(
                    "process {holder} is stopped while it asks for {what}: no longer waiting for it"
                ));
                return Self::unlocked();
            }
            if waited >= LIMIT {
                // Later runs lock a new file and need not wait for this holder.
                if private_file::is_at(&file, path) {
                    private_file::discard(path);
                }
                messages.warning(&format!(
                    "another git-codecommit has been asking for {what} for {} seconds: no longer waiting for it",
                    LIMIT.as_secs()
                ));
                return Self::unlocked();
            }
            if !told && waited >= TOLD_AFTER {
                told = true;
                messages.warning(&format!(
                    "waiting for another git-codecommit that is asking for {what}"
                ));
            }
            tokio::time::sleep(pause).await;
            waited += pause;
            pause = PAUSES.1.min(pause * 2);
        }
        Self::held(file, before.as_deref(), began)
    }

    /// Takes over a lock whose note was `before` when the waiting began. Windows lets nobody read a file that another
    /// process has locked; the note's time tells then whether it is news.
    fn held(mut file: File, before: Option<&str>, began: i128) -> Self {
        let (_, after) = content(&mut file).unwrap_or_default();
        let parts: Vec<&str> = after.splitn(3, '\n').collect();
        let note = match parts.as_slice() {
            [stamp, plan, why] => {
                let is_news = match before {
                    Some(before) => after != before,
                    None => stamp.parse().is_ok_and(|stamp: i128| stamp >= began),
                };
                is_news.then(|| ((*plan).into(), (*why).into()))
            }
            _ => None,
        };
        let mut held = Self {
            note,
            file: Some(file),
        };
        held.write(&after);
        held
    }

    /// Why another process, for which this one waited, was refused with the same plan.
    pub(crate) fn failure(&self, plan: &str) -> Option<String> {
        let (noted, why) = self.note.as_ref()?;
        (noted == plan).then(|| why.clone())
    }

    /// Notes for those who wait that asking has failed, and why; `plan` is in words. `stamp` makes the note
    /// different from every other.
    pub(crate) fn failed(&mut self, stamp: i128, plan: &str, why: &str) {
        self.write(&format!("{stamp}\n{plan}\n{why}"));
    }

    /// Replaces the file's text: this process's number, and a note.
    fn write(&mut self, note: &str) {
        let Some(file) = &mut self.file else {
            return;
        };
        let text = format!("{}\n{note}", std::process::id());
        // A note that cannot be written costs the others a request of their own.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(text.as_bytes()));
    }
}

/// The holder's process number and the last note. None if they cannot be read.
fn content(file: &mut File) -> Option<(Option<u32>, String)> {
    let mut text = Vec::new();
    file.rewind().ok()?;
    file.take(NOTE_LIMIT).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let (holder, note) = text.split_once('\n').unwrap_or((&text, ""));
    Some((holder.parse().ok(), note.to_owned()))
}

/// Whether a process of this program is stopped (proc_pid_stat(5), "state"). No other platform tells.
fn is_stopped(process: u32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else {
        return false;
    };
    let (Some((_, name)), Some((_, state))) = (stat.split_once('('), stat.rsplit_once(") ")) else {
        return false;
    };
    name.starts_with("git-") && state.starts_with(['T', 't'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Messages;
    use crate::world::World;

    fn wait(path: &Path) -> SessionLock {
        let messages = Messages::new("test", &World::of(&[]), std::io::sink());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(SessionLock::wait(path, "a session", 0, &messages))
    }

    #[test]
    fn who_waited_with_the_same_plan_hears_of_the_refusal_and_nobody_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let mut first = wait(&path);
        let wait_beside = || {
            let path = path.clone();
            let waiting = std::thread::spawn(move || {
                let lock = wait(&path);
                (lock.failure("a plan"), lock.failure("another plan"))
            });
            // It has read the note before it began to wait.
            std::thread::sleep(Duration::from_millis(200));
            waiting
        };
        let (second, third) = (wait_beside(), wait_beside());
        first.failed(1, "a plan", "access denied");
        drop(first);
        // Whichever of the two comes first leaves the note for the other.
        for waiting in [second, third] {
            let told = (Some("access denied".to_owned()), None);
            assert_eq!(waiting.join().unwrap(), told);
        }
        assert_eq!(wait(&path).failure("a plan"), None, "a later run asks anew");
    }

    #[test]
    fn a_note_that_could_not_be_read_before_is_news_by_its_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        wait(&path).failed(20, "a plan", "access denied");
        for (before, began, is_news) in [
            (None, 20, true),
            (None, 21, false),
            (Some(""), 21, true),
            (Some("20\na plan\naccess denied"), 20, false),
        ] {
            let file = private_file::open_or_create(&path).unwrap();
            let lock = SessionLock::held(file, before, began);
            assert_eq!(
                lock.failure("a plan").is_some(),
                is_news,
                "{before:?} {began}"
            );
        }
    }

    #[test]
    fn a_place_without_locks_keeps_nobody_waiting() {
        assert!(wait(Path::new("/nonexistent/lock")).file.is_none());
    }
}
