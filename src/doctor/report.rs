//! What came of the checks.

use std::time::Duration;

use serde::Serialize;

use crate::error::Error;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// As it should be.
    Ok,
    /// Works, but not as one would expect.
    Warning,
    /// Does not work.
    Failed,
    /// Not tried: the detail says why.
    Skipped,
}

/// One check. `--json` writes it as it stands here (docs/doctor.md).
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    /// What was checked: the same word in every version.
    pub(crate) id: String,
    /// The address it was checked for; none where it holds for all.
    pub(crate) address: Option<String>,
    /// The same in words.
    pub(crate) title: String,
    /// How it ended.
    pub(crate) status: Status,
    /// How long it took; none if it was skipped.
    pub(crate) millis: Option<u64>,
    /// What was found, a line each.
    pub(crate) detail: Vec<String>,
    /// What to do about it, a line each.
    pub(crate) cure: Vec<String>,
    #[serde(skip)]
    exit_code: u8,
}

/// What a check found.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) status: Status,
    pub(super) detail: Vec<String>,
    pub(super) cure: Vec<String>,
    /// The class of a failure, as in `error.rs`.
    pub(super) exit_code: u8,
}

impl Finding {
    /// As it should be.
    pub(super) fn ok(detail: impl Into<Vec<String>>) -> Self {
        Self {
            status: Status::Ok,
            detail: detail.into(),
            cure: Vec::new(),
            exit_code: 0,
        }
    }

    /// Not tried.
    pub(super) fn skipped(why: &str) -> Self {
        Self {
            status: Status::Skipped,
            ..Self::ok([why.to_owned()])
        }
    }

    /// An error, as git would be told, and its hints.
    pub(super) fn error(error: &Error) -> Self {
        Self {
            cure: error.hints(),
            ..Self::failed(error.exit().code(), error.to_string())
        }
    }

    /// Something that does not work, of a class of exit codes.
    pub(super) fn failed(exit_code: u8, problem: String) -> Self {
        Self {
            status: Status::Failed,
            detail: vec![problem],
            cure: Vec::new(),
            exit_code,
        }
    }

    /// Adds what to do.
    pub(super) fn cured_by(mut self, cure: impl Into<String>) -> Self {
        self.cure.push(cure.into());
        self
    }

    /// Adds a line.
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
        id: &str,
        address: Option<&str>,
        title: &str,
        took: Duration,
    ) -> Check {
        let Self {
            status,
            detail,
            cure,
            exit_code,
        } = self;
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Check {
            id: id.to_owned(),
            address: address.map(str::to_owned),
            title: title.to_owned(),
            status,
            millis: (status != Status::Skipped).then_some(millis),
            detail,
            cure,
            exit_code,
        }
    }
}

/// Every check, in the order in which they were made.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Of this shape: 1.
    version: u8,
    /// The worst of them.
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
            version: 1,
            status: match failed {
                Some(_) => Status::Failed,
                None if warns => Status::Warning,
                None => Status::Ok,
            },
            exit_code: failed.map_or(0, |check| check.exit_code),
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

    /// The first check that failed.
    pub(super) fn first_failure(&self) -> Option<&Check> {
        let mut checks = self.checks.iter();
        checks.find(|check| check.status == Status::Failed)
    }
}
