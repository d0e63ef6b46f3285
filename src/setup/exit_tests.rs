//! The exit class of every kind of error of setup.

use std::io;

use super::Error;
use super::problem::{Impossible, Obstacle, Unusable};
use crate::aws::Region;
use crate::error::{Exit, Explain as _, examples};

fn text() -> String {
    "…".to_owned()
}

#[test]
pub(crate) fn every_error_of_setup_has_its_class() {
    let io = |kind: io::ErrorKind| Error::Write {
        path: "/…/…".into(),
        cause: kind.into(),
    };
    for (error, class) in [
        (
            Error::Conflict(format!(
                "{}: profile {:?} exists with other settings",
                "…", "…"
            )),
            Exit::Settings,
        ),
        (
            Error::Kept(format!(
                "{}: profile {:?} was changed after setup",
                "…", "…"
            )),
            Exit::Settings,
        ),
        (Error::Declined, Exit::General),
        (Error::Unasked, Exit::Usage),
        (
            Error::Unreadable {
                path: "…".into(),
                cause: io::ErrorKind::PermissionDenied.into(),
            },
            Exit::File,
        ),
        (io(io::ErrorKind::PermissionDenied), Exit::File),
        (io(io::ErrorKind::StorageFull), Exit::File),
        (io(io::ErrorKind::ReadOnlyFilesystem), Exit::File),
        (io(io::ErrorKind::FileTooLarge), Exit::File),
        (Error::ChangedMeanwhile("…".into()), Exit::File),
        (Error::Locked("…".into()), Exit::File),
        (
            Error::Git {
                command: text(),
                words: text(),
            },
            Exit::File,
        ),
        (Error::Unended { command: text() }, Exit::File),
        (Error::Clone(text()), Exit::AfterSetup),
    ] {
        examples::check(&error, class);
    }
}

#[test]
pub(crate) fn a_request_that_cannot_be_met_is_one_of_usage() {
    for problem in [
        Impossible::SystemScope,
        Impossible::OddPath("…".into()),
        Impossible::NoProgram {
            folder: "…".into(),
            name: "git-remote-codecommit",
        },
        Impossible::Replaced("…".into()),
        Impossible::OldGit {
            command: "setup".into(),
            needed: (2, 29),
            found: text(),
        },
        Impossible::NoHome,
        Impossible::HomeMissing("…".into()),
        Impossible::NoGlobalConfig,
        Impossible::UnknownProfile(text()),
        Impossible::OtherPartition {
            region: Region::parse("cn-north-1").unwrap(),
            role: "aws".into(),
        },
    ] {
        examples::check(&problem, Exit::Usage);
        assert_eq!(Error::from(problem).exit(), Exit::Usage);
    }
}

#[test]
pub(crate) fn every_problem_of_a_file_is_one_of_files() {
    let named = |problem: &dyn std::fmt::Debug| {
        let shown = format!("{problem:?}");
        let variant = shown.split(|c: char| !c.is_alphanumeric()).next();
        format!("setup::problem::{}", variant.unwrap_or_default())
    };
    for problem in [
        Unusable::NotPlain("it is not a plain file".into()),
        Unusable::NotARecord(text()),
        Unusable::LaterRecord,
        Unusable::Irreplaceable {
            key: "role_arn",
            profile: text(),
        },
        Unusable::NotText,
    ] {
        let name = named(&problem);
        let error = Error::content("…".as_ref(), problem);
        examples::check(&error, Exit::File);
        examples::check_as(&name, &error, Exit::File);
    }
    for problem in [
        Obstacle::OtherHome,
        Obstacle::OtherOwner,
        Obstacle::NotAClone,
        Obstacle::NotAFile,
        Obstacle::ReadOnly,
        Obstacle::SecondName,
        Obstacle::DanglingLink,
    ] {
        let name = named(&problem);
        let error = Error::protected("…".as_ref(), problem);
        examples::check(&error, Exit::File);
        examples::check_as(&name, &error, Exit::File);
    }
}
