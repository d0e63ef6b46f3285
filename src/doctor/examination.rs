//! Takes down each check, and shows a person at a terminal what is waited for.

use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::report::{Check, Finding, Report};
use crate::error::Error;
use crate::message::{CapturedMessages, Messages, Notice};
use crate::world::World;

/// Nobody notices a shorter wait.
const PATIENCE: Duration = Duration::from_millis(300);
const FRAME: Duration = Duration::from_millis(100);
const FRAMES: [char; 4] = ['|', '/', '-', '\\'];

/// The checks so far.
pub(super) struct Examination<'w> {
    pub(super) world: &'w World,
    /// The person's.
    messages: &'w Messages,
    said: &'w CapturedMessages<'w>,
    show: &'w mut dyn FnMut(&Check) -> io::Result<()>,
    /// That nobody reads them.
    failure: Option<io::Error>,
    checks: Vec<Check>,
    /// Warnings that a check has shown: the parts of a run are asked more than once here.
    shown: Vec<String>,
    /// What the next checks are about.
    pub(super) address: Option<String>,
    /// Whether a failure of the next checks stops no command: git may be answered by somebody else, or otherwise.
    pub(super) is_beside: bool,
    /// The MFA device whose code git itself would ask for.
    pub(super) code: Option<String>,
}

impl<'w> Examination<'w> {
    pub(super) fn new(
        world: &'w World,
        messages: &'w Messages,
        said: &'w CapturedMessages<'w>,
        show: &'w mut dyn FnMut(&Check) -> io::Result<()>,
    ) -> Self {
        Self {
            world,
            messages,
            said,
            show,
            failure: None,
            checks: Vec::new(),
            shown: Vec::new(),
            address: None,
            is_beside: false,
            code: None,
        }
    }

    /// Takes down what a check found, and what the helpers would have warned of meanwhile.
    pub(super) fn add(&mut self, id: &str, title: &str, started: Instant, finding: Finding) {
        self.add_timed(id, title, started.elapsed(), finding);
    }

    /// The same, of a check that was timed elsewhere.
    pub(super) fn add_timed(&mut self, id: &str, title: &str, took: Duration, finding: Finding) {
        let mut finding = finding;
        for notice in self.said.take() {
            match notice {
                Notice::Warning(warning) if self.shown.contains(&warning) => {}
                Notice::Warning(warning) => {
                    finding = finding.but(format!("warning: {warning}"));
                    self.shown.push(warning);
                }
                Notice::Remote(line) => finding = finding.and(format!("remote: {line}")),
            }
        }
        if self.is_beside {
            finding = finding.softened();
        }
        let check = finding.into_check(id, self.address.as_deref(), title, took);
        if self.failure.is_none() {
            self.failure = (self.show)(&check).err();
        }
        self.checks.push(check);
    }

    /// Whether the helpers' code has warned of something that no check has shown.
    pub(super) fn has_warnings(&self) -> bool {
        self.said.has_warning_beside(&self.shown)
    }

    /// Takes down that a check was not made.
    pub(super) fn skip(&mut self, id: &str, title: &str, why: &str) {
        self.add_timed(id, title, Duration::ZERO, Finding::skipped(why));
    }

    /// Waits for something, and says so on a terminal if it takes long.
    pub(super) async fn wait<T>(&self, what: &str, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        if !self.world.takes_animation() {
            return future.await;
        }
        if let Ok(done) = timeout(PATIENCE, future.as_mut()).await {
            return done;
        }
        for frame in FRAMES.into_iter().cycle() {
            self.messages.ask(&format!("\r{frame} {what}\x1b[K"));
            if let Ok(done) = timeout(FRAME, future.as_mut()).await {
                self.messages.ask("\r\x1b[K");
                return done;
            }
        }
        future.await
    }

    /// Whether nobody reads what is shown.
    pub(super) fn is_unread(&self) -> bool {
        self.failure.is_some()
    }

    /// The report; an error if it could not be shown.
    pub(super) fn end(self) -> Result<Report, Error> {
        match self.failure {
            Some(error) => Err(error.into()),
            None => Ok(Report::new(self.checks)),
        }
    }
}
