//! Standard error: the one place that writes to the person.

use std::cell::RefCell;
use std::io::Write;

use crate::error::Error;
use crate::world::{World, variable};

/// Writes errors, warnings and the trace, one line each, under the program's name.
///
/// A failed write to standard error has nobody left to tell, so it is ignored.
pub struct Messages {
    program: &'static str,
    trace: bool,
    out: RefCell<Box<dyn Write>>,
}

impl Messages {
    /// Starts the messages of `program`; the trace is on with `GIT_CODECOMMIT_TRACE=1`.
    pub fn new(program: &'static str, world: &World, out: impl Write + 'static) -> Self {
        Self {
            program,
            trace: matches!(
                world.variable(variable::GIT_CODECOMMIT_TRACE).as_deref(),
                Some("1" | "2" | "true")
            ),
            out: RefCell::new(Box::new(out)),
        }
    }

    /// Says what went wrong, why, and what to do next.
    pub fn error(&self, error: &Error) {
        self.line(&format!("{}: {error}", self.program));
        for hint in error.hints() {
            self.line(&format!("hint: {hint}"));
        }
    }

    /// Says what is odd but does not stop the work.
    pub fn warning(&self, text: &str) {
        self.line(&format!("{}: warning: {text}", self.program));
    }

    /// Writes a question, for an answer on the same line.
    pub fn ask(&self, question: &str) {
        let mut out = self.out.borrow_mut();
        let _ = out
            .write_all(question.as_bytes())
            .and_then(|()| out.flush());
    }

    /// Writes a line of the trace; `text` is not even made when the trace is off.
    ///
    /// A [`Secret`](crate::secret::Secret) cannot get in: it has no `Display`.
    pub fn trace(&self, text: impl FnOnce() -> String) {
        if self.trace {
            self.line(&format!("{}: trace: {}", self.program, text()));
        }
    }

    /// Writes a line that git's own https transport would write too, in its words.
    pub fn as_git(&self, text: &str) {
        self.line(text);
    }

    /// Repeats a line of text that came from the server, as git does.
    pub fn remote(&self, text: &str) {
        self.line(&format!("remote: {text}"));
    }

    /// Writes a line of a trace whose form is git's own.
    pub fn plain(&self, text: &str) {
        self.line(text);
    }

    fn line(&self, text: &str) {
        let mut line = printable(text);
        line.push('\n');
        // One write a line, so that lines of several processes do not mix.
        let mut out = self.out.borrow_mut();
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
}

/// Repeats lines of a git program that ran for this one: traces and warnings are not kept back.
pub(crate) fn repeat(lines: &[&str]) {
    for line in lines {
        let _ = std::io::stderr().write_all(format!("{}\n", printable(line)).as_bytes());
    }
}

/// Replaces control characters, which could drive the person's terminal, by `\u{…}` escapes.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_from_outside_are_escaped() {
        assert_eq!(
            printable("profile \"a\u{1b}[2J\n\u{9b}b\" é"),
            "profile \"a\\u{1b}[2J\\u{a}\\u{9b}b\" é"
        );
    }
}
