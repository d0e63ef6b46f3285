//! The exit class of every kind of error of setup.

use std::io;

use super::Error;
use crate::error::{Exit, examples};

#[test]
pub(crate) fn every_error_of_setup_has_its_class() {
    let text = || "…".to_owned();
    let io = || io::ErrorKind::Other.into();
    for (error, class) in [
        (
            Error::Request {
                problem: text(),
                hint: text(),
            },
            Exit::Usage,
        ),
        (Error::Conflict(text()), Exit::Settings),
        (Error::Kept(text()), Exit::Settings),
        (Error::Declined, Exit::General),
        (Error::Unasked, Exit::Usage),
        (
            Error::Unreadable {
                path: "…".into(),
                cause: io(),
            },
            Exit::File,
        ),
        (
            Error::Content {
                path: "…".into(),
                problem: text(),
                hint: text(),
            },
            Exit::File,
        ),
        (
            Error::Write {
                path: "…".into(),
                cause: io(),
            },
            Exit::File,
        ),
        (
            Error::Protected {
                path: "…".into(),
                problem: "…",
                hint: "…",
            },
            Exit::File,
        ),
        (Error::ChangedMeanwhile("…".into()), Exit::File),
        (Error::Locked("…".into()), Exit::File),
        (
            Error::Git {
                command: text(),
                words: text(),
            },
            Exit::File,
        ),
        (Error::Clone(text()), Exit::AfterSetup),
    ] {
        examples::check(&error, class);
    }
}
