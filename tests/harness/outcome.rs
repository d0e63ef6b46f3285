//! What a command did.

use std::io::Write;
use std::process::{Child, Command};

use expect_test::Expect;

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

    /// Compares everything that the command printed, and its exit code, with a snapshot in the test.
    /// `UPDATE_EXPECT=1 scripts/test NAME` writes the snapshot.
    pub(crate) fn is(&self, expected: &Expect) {
        let mut shown = match self.code {
            Some(0) => String::new(),
            code => format!("exit code {}\n", code.unwrap_or(-1)),
        };
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                shown.push_str(&format!("-- {name}\n{}", stable(text)));
            }
        }
        expected.assert_eq(&shown);
    }

    /// Compares what the credential helper says when it ends git's search for a password.
    #[track_caller]
    pub(crate) fn refuses(&self, code: i32, stderr: &Expect) {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (Some(code), "quit=1\n"),
            "{self:?}"
        );
        stderr.assert_eq(&stable(&self.stderr));
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

/// Replaces what is different in each run: ports by `PORT`, the throwaway home by `~`, times by `TIME`, and
/// durations in brackets by `(MS ms)`.
pub(crate) fn stable(text: &str) -> String {
    let text = in_home(&without_ports(text));
    let mut shown = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | ':' | '.'))
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let is_time = word.len() >= 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T';
        if is_time {
            shown.push_str("TIME");
        } else if shown.ends_with('(') && after.starts_with(" ms)") {
            shown.push_str("MS");
        } else {
            shown.push_str(word);
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn in_home(text: &str) -> String {
    let place = std::env::temp_dir().join(".tmp").display().to_string();
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&place) {
        shown.push_str(&rest[..at]);
        rest = &rest[at + place.len()..];
        rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        match rest.strip_prefix("/home") {
            Some(inside) => {
                shown.push('~');
                rest = inside;
            }
            None => shown.push_str("PLACE"),
        }
    }
    shown.push_str(rest);
    shown
}

fn without_ports(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    let port_of = |host: &str, text: &str| text.find(host).map(|at| at + host.len());
    let next = |text: &str| {
        let hosts = ["localhost:", "127.0.0.1:"];
        hosts.iter().filter_map(|host| port_of(host, text)).min()
    };
    while let Some(at) = next(rest) {
        shown.push_str(&rest[..at]);
        let behind = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
        if behind.len() < rest.len() - at {
            shown.push_str("PORT");
        }
        rest = behind;
    }
    shown.push_str(rest);
    shown
}
