//! The exit class of every kind of error of setup.

use std::io;

use super::Error;
use crate::error::{Exit, Explain};

#[test]
fn every_error_of_setup_has_its_class() {
    let text = || "x".to_owned();
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
                path: "x".into(),
                cause: io(),
            },
            Exit::File,
        ),
        (
            Error::Content {
                path: "x".into(),
                problem: text(),
                hint: text(),
            },
            Exit::File,
        ),
        (
            Error::Write {
                path: "x".into(),
                cause: io(),
            },
            Exit::File,
        ),
        (
            Error::Protected {
                path: "x".into(),
                problem: "p",
                hint: "h",
            },
            Exit::File,
        ),
        (Error::ChangedMeanwhile("x".into()), Exit::File),
        (Error::Locked("x".into()), Exit::File),
        (
            Error::Git {
                command: text(),
                words: text(),
            },
            Exit::File,
        ),
        (Error::Clone(text()), Exit::AfterSetup),
    ] {
        assert_eq!(error.exit(), class, "{error:?}");
    }
}
