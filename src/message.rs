//! Standard error: the one place that writes to the person.

use std::cell::RefCell;
use std::io::Write;

use crate::error::Error;
use crate::printable::printable;
use crate::world::{World, variable};

/// What a program says beside its result. [`Messages`] writes it to standard error, [`CapturedMessages`] collects it.
pub(crate) trait Notices {
    /// Says what is odd but does not stop the work.
    fn warning(&self, text: &str);

    /// Repeats a line of text that came from the server, as git does.
    fn remote(&self, text: &str);

    /// Writes a line whose form is git's own: of its traces, or of its https transport.
    fn as_git(&self, text: &str);

    /// Whether [`trace_line`](Self::trace_line) is seen by anybody.
    fn is_tracing(&self) -> bool;

    /// Writes a line of the trace.
    fn trace_line(&self, text: &str);
}

impl dyn Notices + '_ {
    /// Writes a line of the trace; `text` is not even made when the trace is off.
    ///
    /// A [`Secret`](crate::secret::Secret) cannot get in: it has no `Display`.
    pub(crate) fn trace(&self, text: impl FnOnce() -> String) {
        if self.is_tracing() {
            self.trace_line(&text());
        }
    }
}

/// Writes errors, warnings and the trace, one line each, under the program's name.
///
/// A failed write to standard error has nobody left to tell, so it is ignored.
pub(crate) struct Messages {
    program: &'static str,
    is_tracing: bool,
    out: RefCell<Box<dyn Write>>,
}

impl Messages {
    /// Starts the messages of `program`; the trace is on with `GIT_CODECOMMIT_TRACE=1`.
    pub(crate) fn new(program: &'static str, world: &World, out: impl Write + 'static) -> Self {
        Self {
            program,
            is_tracing: matches!(
                world.variable(variable::GIT_CODECOMMIT_TRACE).as_deref(),
                Some("1" | "2" | "true")
            ),
            out: RefCell::new(Box::new(out)),
        }
    }

    /// Says what went wrong, why, and what to do next.
    pub(crate) fn error(&self, error: &Error) {
        self.line(&format!("{}: {error}", self.program));
        for hint in error.hints() {
            self.line(&format!("hint: {hint}"));
        }
    }

    /// Writes a question, for an answer on the same line.
    pub(crate) fn ask(&self, question: &str) {
        let mut out = self.out.borrow_mut();
        let _ = out
            .write_all(question.as_bytes())
            .and_then(|()| out.flush());
    }

    fn line(&self, text: &str) {
        let mut line = printable(text);
        line.push('\n');
        // One write a line, so that lines of several processes do not mix.
        let mut out = self.out.borrow_mut();
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
}

impl Notices for Messages {
    fn warning(&self, text: &str) {
        self.line(&format!("{}: warning: {text}", self.program));
    }

    fn remote(&self, text: &str) {
        self.line(&format!("remote: {text}"));
    }

    fn as_git(&self, text: &str) {
        self.line(text);
    }

    fn is_tracing(&self) -> bool {
        self.is_tracing
    }

    fn trace_line(&self, text: &str) {
        self.line(&format!("{}: trace: {text}", self.program));
    }
}

/// Collects what concerns the work, for a report; git's own lines and the trace still go to the person.
pub(crate) struct CapturedMessages<'m> {
    messages: &'m Messages,
    captured: RefCell<Vec<Notice>>,
}

/// What was said beside a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    Warning(String),
    Remote(String),
}

impl<'m> CapturedMessages<'m> {
    /// Collects; everything else goes to `messages`.
    pub(crate) fn new(messages: &'m Messages) -> Self {
        Self {
            messages,
            captured: RefCell::default(),
        }
    }

    /// What was said since the last call.
    pub(crate) fn take(&self) -> Vec<Notice> {
        self.captured.take()
    }

    /// Whether one of the warnings since the last [`take`](Self::take) is not among those that are `known`.
    pub(crate) fn has_warning_beside(&self, known: &[String]) -> bool {
        let captured = self.captured.borrow();
        let mut warnings = captured.iter().filter_map(|notice| match notice {
            Notice::Warning(text) => Some(text),
            Notice::Remote(_) => None,
        });
        warnings.any(|text| !known.contains(text))
    }
}

impl Notices for CapturedMessages<'_> {
    fn warning(&self, text: &str) {
        let notice = Notice::Warning(text.to_owned());
        self.captured.borrow_mut().push(notice);
    }

    fn remote(&self, text: &str) {
        let notice = Notice::Remote(text.to_owned());
        self.captured.borrow_mut().push(notice);
    }

    fn as_git(&self, text: &str) {
        self.messages.as_git(text);
    }

    fn is_tracing(&self) -> bool {
        self.messages.is_tracing()
    }

    fn trace_line(&self, text: &str) {
        self.messages.trace_line(text);
    }
}
