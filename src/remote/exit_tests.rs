//! The exit class of every kind of error between git and the git host, and of those that it hands on.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use super::Error;
use super::refusal::Refusal;
use crate::error::{Exit, examples};
use crate::git::config;
use crate::{credentials, http};

fn text() -> String {
    "…".to_owned()
}

fn io() -> io::Error {
    io::ErrorKind::Other.into()
}

fn refusal() -> Box<Refusal> {
    Box::new(Refusal {
        status: reqwest::StatusCode::FORBIDDEN,
        host: text(),
        region: text(),
        repository: text(),
        resource: text(),
        permission: "…",
        identity: text(),
        of_https: None,
        may_have_expired: None,
        clock_ahead: None,
        body: super::error_body::ErrorBody::default(),
    })
}

fn not_git() -> Error {
    Error::NotGit {
        host: text(),
        problem: text(),
    }
}

#[test]
pub(crate) fn every_error_of_the_remote_helper_has_its_class() {
    let program = "…";
    for (error, class) in [
        (refusal().into(), Exit::Network),
        (not_git(), Exit::Network),
        (Error::SubmoduleProfile(text()), Exit::Settings),
        (Error::Remote(text()), Exit::Network),
        (
            Error::Damaged {
                host: text(),
                problem: "…",
            },
            Exit::Network,
        ),
        (Error::Unclear(Box::new(not_git())), Exit::Network),
        (Error::UnknownCommand(text()), Exit::Network),
        (Error::DamagedRequest, Exit::Network),
        (
            Error::Start {
                program,
                cause: io(),
            },
            Exit::Network,
        ),
        (Error::Spoken { program }, Exit::Git),
        (
            Error::Ended {
                program,
                status: ExitStatus::from_raw(256),
            },
            Exit::Network,
        ),
        (Error::NoThread(io()), Exit::Network),
        (
            credentials::Error::Incomplete(text()).into(),
            Exit::Credentials,
        ),
        (http::Error::UserAgent.into(), Exit::Settings),
        (http::Error::Timeout { host: text() }.into(), Exit::Network),
        (config::Error::Refused(text()).into(), Exit::Settings),
        (io().into(), Exit::Network),
    ] {
        examples::check(&error, class);
    }
}

#[test]
pub(crate) fn every_status_of_the_git_host_is_the_network() {
    for status in [301, 401, 403, 404, 407, 413, 429, 503] {
        let mut refusal = refusal();
        refusal.status = reqwest::StatusCode::from_u16(status).unwrap();
        let error = Error::from(refusal);
        examples::check_as("remote::refusal", &error, Exit::Network);
    }
}
