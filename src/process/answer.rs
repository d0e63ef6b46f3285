//! Programs that are started for a short answer: git, asked for a setting or its version. None is waited for without an end.
//!
//! What may take as long as it likes is not started here, and says at its place why: git's own transfers, and programs at
//! which a person may be typing.

use std::io;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::platform;

/// How long an answer may take. Git reads a few small files for it, which may lie on a slow file server.
pub(crate) const LIMIT: Duration = Duration::from_secs(15);
/// How long a program may take to end when it is told to.
const ENDING: Duration = Duration::from_secs(1);

/// What to look at where git gives no answer.
pub(crate) const UNENDED_HINT: &str = "git may wait for one of its files: check that ~/.gitconfig and what it includes \
     are plain files, and that their disk or file server answers";

/// A program that is answering. It is stopped if nobody takes its answer.
pub(crate) struct Answering {
    child: Option<Child>,
    started: Instant,
    limit: Duration,
}

/// Runs a program to its end. Standard error is kept if it is set to a pipe.
/// Fails if the program cannot be started, or if it does not end within [`LIMIT`] ([`io::ErrorKind::TimedOut`]).
pub(crate) fn answer(command: &mut Command) -> io::Result<Output> {
    start(command)?.output()
}

/// Starts a program, and leaves time for other things before its answer is taken.
pub(crate) fn start(command: &mut Command) -> io::Result<Answering> {
    start_within(command, LIMIT)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a limit on waiting, which only the tests here change"
)]
fn start_within(command: &mut Command, limit: Duration) -> io::Result<Answering> {
    Ok(Answering {
        child: Some(command.stdout(Stdio::piped()).spawn()?),
        started: Instant::now(),
        limit,
    })
}

impl Answering {
    /// The program's standard input, if that is a pipe. Whoever writes into it is let go when the program is stopped.
    pub(crate) fn input(&mut self) -> Option<ChildStdin> {
        self.child.as_mut()?.stdin.take()
    }

    /// Waits for the answer, and fails as [`answer`] does.
    pub(crate) fn output(mut self) -> io::Result<Output> {
        self.whole().map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => {
                let seconds = self.limit.as_secs();
                let text = format!("it did not end within {seconds} seconds");
                io::Error::new(io::ErrorKind::TimedOut, text)
            }
            _ => error,
        })
    }

    fn whole(&mut self) -> io::Result<Output> {
        let (started, limit) = (self.started, self.limit);
        let left = move || limit.checked_sub(started.elapsed());
        let Some(child) = &mut self.child else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let [stdout, stderr] = platform::outputs(child, &left)?;
        // A program that closes its output ends at that moment.
        let status = ended(child, &left)?.ok_or(io::ErrorKind::TimedOut)?;
        self.child = None;
        Ok(Output {
            status,
            stdout,
            stderr,
        })
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            stop(&mut child);
        }
    }
}

/// Ends a program: first so that git can remove its locks. One that waits in the kernel for a dead file server ends later.
fn stop(child: &mut Child) {
    for end in [platform::ask_to_end, |child: &mut Child| _ = child.kill()] {
        end(child);
        if !matches!(within(child, ENDING), Ok(None)) {
            return;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a limit on waiting")]
fn within(child: &mut Child, limit: Duration) -> io::Result<Option<std::process::ExitStatus>> {
    let started = Instant::now();
    ended(child, &|| limit.checked_sub(started.elapsed()))
}

/// Waits for the end of a program; none if there is no time left.
fn ended(
    child: &mut Child,
    left: &dyn Fn() -> Option<Duration>,
) -> io::Result<Option<std::process::ExitStatus>> {
    const LONGEST_PAUSE: Duration = Duration::from_millis(20);
    let mut pause = Duration::from_micros(50);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let Some(left) = left() else {
            return Ok(None);
        };
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::process::program;

    fn shell(script: &str) -> Command {
        let mut shell = program("sh");
        shell
            .args(["-c", script])
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        shell
    }

    fn is_there(process: &str) -> bool {
        std::path::Path::new("/proc").join(process.trim()).exists()
    }

    #[test]
    fn both_outputs_are_taken_whole_and_in_any_order() {
        let said = answer(&mut shell(
            "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero; echo; exit 3",
        ));
        let said = said.unwrap();
        let lengths = (said.stdout.len(), said.stderr.len());
        assert_eq!((lengths, said.status.code()), ((300_001, 300_000), Some(3)));
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped_and_its_locks_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join("lock");
        let path = lock.display();
        // It says who it is, has a lock, and waits for a file that nobody writes.
        let waits = format!(
            "trap 'rm {path}; exit 1' TERM; : >{path}; echo $$ >{path}.pid; mkfifo {path}.pipe; \
             while :; do sleep 0.01; done <>{path}.pipe"
        );
        let deaf = format!("trap '' TERM; echo $$ >{path}.deaf; while :; do sleep 0.01; done");
        let closed = format!("echo $$ >{path}.closed; exec >&- 2>&-; while :; do sleep 0.01; done");
        for (script, name) in [(&waits, "pid"), (&deaf, "deaf"), (&closed, "closed")] {
            let started = start_within(&mut shell(script), Duration::from_secs(2)).unwrap();
            let error = started.output().unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert_eq!(error.to_string(), "it did not end within 2 seconds");
            let process = std::fs::read_to_string(lock.with_extension(name)).unwrap();
            assert!(!is_there(&process), "{name} is still there: {process}");
        }
        assert!(!lock.exists());
    }

    #[test]
    fn a_program_whose_answer_nobody_takes_is_stopped() {
        let started = start(&mut shell("exec sleep 100")).unwrap();
        let process = started.child.as_ref().unwrap().id().to_string();
        assert!(is_there(&process));
        drop(started);
        assert!(!is_there(&process));
    }
}
