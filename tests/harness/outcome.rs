//! What a command did.

use std::io::Write;
use std::process::{Child, Command};

/// A command that has ended. Its `Debug` is for a person: where, what, and what came of it.
pub(crate) struct Outcome {
    command: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            command,
            code,
            stdout,
            stderr,
        } = self;
        write!(
            f,
            "{command}\nexit code {code:?}\n-- stdout\n{stdout}\n-- stderr\n{stderr}"
        )
    }
}

impl Outcome {
    /// Runs a command to its end.
    pub(crate) fn of(mut command: Command, input: &str) -> Self {
        let mut child = command
            .spawn()
            .unwrap_or_else(|e| panic!("{command:?}: {e}"));
        // A program need not read its input: a closed pipe is no failure of the test.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Self::at_end(&command, child)
    }

    /// Waits for a command that was started.
    pub(crate) fn at_end(command: &Command, child: Child) -> Self {
        let said = child.wait_with_output().unwrap();
        Self {
            command: format!("{command:?}"),
            code: said.status.code(),
            stdout: String::from_utf8_lossy(&said.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&said.stderr).into_owned(),
        }
    }

    /// Fails the test, with everything that is known, unless the command succeeded.
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// Fails the test if the command succeeded, or ended in a backtrace or by a signal.
    pub(crate) fn failed(self) -> Self {
        assert!(self.code.is_some_and(|code| code != 0), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        self
    }

    /// The lines on standard error that this project wrote, host ports replaced by `PORT`.
    pub(crate) fn said(&self) -> String {
        let mut ours = false;
        let lines = self.stderr.lines().filter(|line| {
            // Git has hints too: only those right under a line of ours are ours.
            ours = line.starts_with("git-") || ours && line.starts_with("hint: ");
            ours
        });
        without_ports(&lines.collect::<Vec<_>>().join("\n"))
    }
}

fn without_ports(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("localhost:").map(|at| at + "localhost:".len()) {
        shown.push_str(&rest[..at]);
        shown.push_str("PORT");
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    shown.push_str(rest);
    shown
}
