//! The result of each check, and of all of them.

use std::time::Duration;

use serde::Serialize;

use super::check_id::CheckId;
use crate::error::{Error, Exit};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Ok,
    /// Works, but not as one would expect.
    Warning,
    Failed,
    /// Not tried: the detail says why.
    Skipped,
}

/// One check. `--json` writes it as it stands here (docs/doctor.md).
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    pub(super) id: CheckId,
    /// The address it was checked for; none where it holds for all.
    pub(super) address: Option<String>,
    pub(super) title: String,
    pub(super) status: Status,
    /// How long it took; none if it was skipped.
    pub(super) millis: Option<u64>,
    /// What was found, a line each. The first one says it all in a few words.
    pub(super) detail: Vec<String>,
    /// What to do about it, a line each.
    pub(super) fix: Vec<String>,
    #[serde(skip)]
    exit: Option<Exit>,
}

#[derive(Debug)]
pub(super) struct Finding {
    pub(super) status: Status,
    pub(super) detail: Vec<String>,
    pub(super) fix: Vec<String>,
    exit: Option<Exit>,
}

/// What a check found, and what the next ones need of it; an error where they cannot be made.
pub(super) type Outcome<T = ()> = Result<(Finding, T), Finding>;

impl Finding {
    pub(super) fn ok(detail: impl Into<Vec<String>>) -> Self {
        Self {
            status: Status::Ok,
            detail: detail.into(),
            fix: Vec::new(),
            exit: None,
        }
    }

    /// As it should be, in one line.
    pub(super) fn good(detail: impl Into<String>) -> Self {
        Self::ok([detail.into()])
    }

    pub(super) fn skipped(why: String) -> Self {
        Self {
            status: Status::Skipped,
            ..Self::good(why)
        }
    }

    /// An error, as git would be told, and its hints.
    pub(super) fn error(error: impl Into<Error>) -> Self {
        let error = error.into();
        Self {
            // This is the doctor already.
            fix: (error.hints().into_iter())
                .filter(|hint| !hint.starts_with("git codecommit doctor"))
                .collect(),
            ..Self::failed(error.exit(), error.to_string())
        }
    }

    /// Something that does not work, of a class of exit codes.
    pub(super) fn failed(exit: Exit, problem: impl Into<String>) -> Self {
        Self {
            status: Status::Failed,
            detail: vec![problem.into()],
            fix: Vec::new(),
            exit: Some(exit),
        }
    }

    pub(super) fn fixed_by(mut self, fix: impl Into<String>) -> Self {
        self.fix.push(fix.into());
        self
    }

    /// What comes of it, where the next checks need nothing of it: they are made unless it failed.
    pub(super) fn outcome(self) -> Outcome {
        match self.status {
            Status::Failed => Err(self),
            _ => Ok((self, ())),
        }
    }

    pub(super) fn and(mut self, detail: impl Into<String>) -> Self {
        self.detail.push(detail.into());
        self
    }

    /// Adds a line that makes it a warning, if it is nothing worse.
    pub(super) fn but(mut self, problem: impl Into<String>) -> Self {
        if self.status == Status::Ok {
            self.status = Status::Warning;
        }
        self.and(problem)
    }

    /// It does not stop a command today.
    pub(super) fn softened(mut self) -> Self {
        if self.status == Status::Failed {
            self.status = Status::Warning;
        }
        self
    }

    pub(super) fn into_check(
        self,
        id: CheckId,
        address: Option<&str>,
        title: &str,
        took: Duration,
    ) -> Check {
        let Self {
            status,
            detail,
            fix,
            exit,
        } = self;
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Check {
            id,
            address: address.map(str::to_owned),
            title: title.to_owned(),
            status,
            millis: (status != Status::Skipped).then_some(millis),
            detail,
            fix,
            exit,
        }
    }
}

/// Every check, in the order in which they were made.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Of this shape: 2, since `cure` became `fix`.
    version: u8,
    /// The worst of the checks, skipped ones aside.
    status: Status,
    /// The exit code that goes with it.
    exit_code: u8,
    checks: Vec<Check>,
}

impl Report {
    pub(super) fn new(checks: Vec<Check>) -> Self {
        let failed = checks.iter().find(|check| check.status == Status::Failed);
        let warns = checks.iter().any(|check| check.status == Status::Warning);
        Self {
            version: 2,
            status: match failed {
                Some(_) => Status::Failed,
                None if warns => Status::Warning,
                None => Status::Ok,
            },
            exit_code: failed.and_then(|check| check.exit).map_or(0, Exit::code),
            checks,
        }
    }

    /// 0 if nothing failed, else the class of the first failure.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }

    pub(super) fn count(&self, status: Status) -> usize {
        let checks = self.checks.iter();
        checks.filter(|check| check.status == status).count()
    }

    /// The first check that failed, or else the first that warns.
    pub(super) fn first_problem(&self) -> Option<&Check> {
        let first = |status| self.checks.iter().find(|check| check.status == status);
        first(Status::Failed).or_else(|| first(Status::Warning))
    }
}
