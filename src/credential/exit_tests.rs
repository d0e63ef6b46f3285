//! The exit class of every kind of error between git and the credential helper.

use std::io;

use super::error::Error;
use crate::error::{Exit, examples};
use crate::target::Service;

#[test]
pub(crate) fn every_error_of_the_credential_helper_has_its_class() {
    let host = "git-codecommit.eu-west-1.amazonaws.com".to_owned();
    for (error, class) in [
        (Error::NoPath { host }, Exit::Settings),
        (
            Error::Path {
                path: "/…".to_owned(),
                form: Service::CodeCommit.form(),
            },
            Exit::Settings,
        ),
        (
            Error::Path {
                path: "/…".to_owned(),
                form: Service::Connections.form(),
            },
            Exit::Settings,
        ),
        (Error::LineBreak, Exit::Credentials),
        (
            Error::Pipe(io::ErrorKind::StorageFull.into()),
            Exit::Network,
        ),
    ] {
        examples::check(&error, class);
    }
}
