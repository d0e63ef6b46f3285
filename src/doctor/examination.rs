//! Makes the checks: takes the time of each, shows a person at a terminal what is waited for, and notes what came
//! of it.

use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::check_id::CheckId;
use super::report::{Check, Finding, Outcome, Report};
use super::verdict::{Verdict, Why};
use crate::error::Error;
use crate::message::{CapturedMessages, Messages, Notice};
use crate::world::World;

/// A shorter wait needs no sign of life.
const QUIET_WAIT: Duration = Duration::from_millis(300);
const FRAME: Duration = Duration::from_millis(100);
const FRAMES: [char; 4] = ['|', '/', '-', '\\'];

pub(super) struct Examination<'w> {
    pub(super) world: &'w World,
    messages: &'w Messages,
    /// What the helpers' code says meanwhile: it becomes part of the check.
    captured: &'w CapturedMessages<'w>,
    show: &'w mut dyn FnMut(&Check) -> io::Result<()>,
    /// Why the checks cannot be shown any more.
    failure: Option<io::Error>,
    checks: Vec<Check>,
    /// Warnings that a check has shown: the parts of a run are asked more than once here.
    shown: Vec<String>,
    /// The address of the next checks.
    pub(super) address: Option<String>,
    /// Whether a failure of the next checks stops no command, because git may use another helper or other settings.
    pub(super) is_beside: bool,
    /// The MFA device whose code git itself would ask for.
    pub(super) second_code: Option<String>,
}

impl<'w> Examination<'w> {
    pub(super) fn new(
        world: &'w World,
        messages: &'w Messages,
        captured: &'w CapturedMessages<'w>,
        show: &'w mut dyn FnMut(&Check) -> io::Result<()>,
    ) -> Self {
        Self {
            world,
            messages,
            captured,
            show,
            failure: None,
            checks: Vec::new(),
            shown: Vec::new(),
            address: None,
            is_beside: false,
            second_code: None,
        }
    }

    /// Makes a check, and says whether those that depend on it can be made.
    pub(super) async fn check<T>(
        &mut self,
        id: CheckId,
        check: impl Future<Output = Outcome<T>>,
    ) -> Verdict<T> {
        self.check_titled(id, id.title(), check).await
    }

    /// Makes a check that no other depends on.
    pub(super) async fn check_alone(&mut self, id: CheckId, check: impl Future<Output = Finding>) {
        let _: Verdict = self.check(id, async { check.await.outcome() }).await;
    }

    /// Makes a check with a title of its own.
    pub(super) async fn check_titled<T>(
        &mut self,
        id: CheckId,
        title: &str,
        check: impl Future<Output = Outcome<T>>,
    ) -> Verdict<T> {
        let started = Instant::now();
        let outcome = self.wait(title, check).await;
        self.note(id, title, started.elapsed(), outcome)
    }

    /// The same for a check that is shown only where it has something to say.
    pub(super) async fn check_quietly<T>(
        &mut self,
        id: CheckId,
        check: impl Future<Output = Outcome<T>>,
    ) -> Verdict<T> {
        let started = Instant::now();
        match self.wait(id.title(), check).await {
            Ok((finding, found)) if finding.detail.is_empty() && !self.has_warnings() => {
                Verdict::Go(found)
            }
            outcome => self.note(id, id.title(), started.elapsed(), outcome),
        }
    }

    /// Notes what came of a check that was timed elsewhere.
    pub(super) fn note<T>(
        &mut self,
        id: CheckId,
        title: &str,
        took: Duration,
        outcome: Outcome<T>,
    ) -> Verdict<T> {
        let (finding, found) = match outcome {
            Ok((finding, found)) => (finding, Some(found)),
            Err(finding) => (finding, None),
        };
        self.add(id, title, took, finding);
        match found {
            Some(found) => Verdict::Go(found),
            None => Verdict::Skip(Why::Failed(title.to_owned())),
        }
    }

    /// Notes that a check was not made.
    pub(super) fn skip(&mut self, id: CheckId, title: &str, why: &Why) {
        self.add(id, title, Duration::ZERO, Finding::skipped(why.to_string()));
    }

    /// Notes those of these checks that were not made for the address.
    pub(super) fn skip_rest(&mut self, ids: &[CheckId], why: &Why) {
        for id in ids {
            let mut checks = self.checks.iter();
            if !checks.any(|check| check.id == *id && check.address == self.address) {
                self.skip(*id, id.title(), why);
            }
        }
    }

    /// Adds a check with what the helpers would have said meanwhile.
    fn add(&mut self, id: CheckId, title: &str, took: Duration, mut finding: Finding) {
        for notice in self.captured.take() {
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
        self.captured.has_warning_beside(&self.shown)
    }

    /// Waits for something, and says so on a terminal if it takes long.
    pub(super) async fn wait<T>(&self, title: &str, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        if !self.world.takes_animation() {
            return future.await;
        }
        if let Ok(done) = timeout(QUIET_WAIT, future.as_mut()).await {
            return done;
        }
        for frame in FRAMES.into_iter().cycle() {
            self.messages.ask(&format!("\r{frame} {title}\x1b[K"));
            if let Ok(done) = timeout(FRAME, future.as_mut()).await {
                self.messages.ask("\r\x1b[K");
                return done;
            }
        }
        future.await
    }

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
