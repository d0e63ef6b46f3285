//! The exit class of the errors that come before any request, and the number of each class. The classes of
//! requests, credentials and setup are tested beside their errors.

use std::io;

use crate::address::Address;
use crate::aws::Region;
use crate::error::{Error, Exit, Explain, Output, UsageError};
use crate::git::config;
use crate::message::Messages;
use crate::target::{NoRepository, Target};
use crate::world::World;
use crate::world::studio::Metadata;
use crate::{profile, region, studio};

fn text() -> String {
    "x".to_owned()
}

#[test]
fn each_class_has_its_number() {
    for (class, number) in [
        (Exit::General, 1),
        (Exit::Usage, 2),
        (Exit::Settings, 3),
        (Exit::Credentials, 4),
        (Exit::Network, 5),
        (Exit::File, 5),
        (Exit::AfterSetup, 6),
        (Exit::Git, 128),
    ] {
        assert_eq!(class.code(), number, "{class:?}");
        let of_credentials = match class {
            Exit::Settings => Exit::Settings,
            _ => Exit::Credentials,
        };
        assert_eq!(class.of_credentials(), of_credentials);
    }
}

#[test]
fn what_cannot_be_written_or_typed_has_its_class() {
    let closed: Error = io::Error::from(io::ErrorKind::BrokenPipe).into();
    assert_eq!(closed.exit(), Exit::General);
    assert_eq!(Output(io::ErrorKind::Other.into()).exit(), Exit::General);
    let (problem, hint) = (text(), text());
    assert_eq!(UsageError { problem, hint }.exit(), Exit::Usage);
}

#[test]
fn an_address_that_cannot_be_read_is_a_setting() {
    for address in [
        "codecommit://",
        "moon://r",
        "codecommit://@r",
        "codecommit://r:443",
        "https://git-codecommit.eu-west-1.amazonaws.com/r",
        "https://github.com/v1/repos/r",
        "codecommit::u:p@r",
        "http://h/v1/repos/r",
        "eu-west-1:r",
    ] {
        let error = Address::parse(address).unwrap_err();
        assert_eq!(error.exit(), Exit::Settings, "{address}");
    }
    assert_eq!(Region::parse("moon").unwrap_err().exit(), Exit::Settings);
}

#[test]
fn files_that_cannot_be_used_are_settings() {
    let profile = text;
    let ignored = Vec::new;
    for error in [
        profile::Error::Unreadable {
            path: "x".into(),
            cause: io::ErrorKind::Other.into(),
        },
        profile::Error::Malformed {
            path: "x".into(),
            line: 1,
            problem: "p",
        },
        profile::Error::NotFound {
            name: text(),
            chosen_by: text(),
            files: text(),
            available: vec![],
            meant: None,
        },
        profile::Error::Invalid {
            profile: profile(),
            at: text(),
            problem: text(),
            hint: text(),
        },
        profile::Error::PartialEnvironment,
        profile::Error::NoCredentials {
            profile: profile(),
            ignored: ignored(),
        },
    ] {
        assert_eq!(error.exit(), Exit::Settings, "{error:?}");
    }
    for error in [
        config::Error::Start(io::ErrorKind::NotFound.into()),
        config::Error::Refused(text()),
        config::Error::Value {
            key: text(),
            expected: "y",
        },
    ] {
        assert_eq!(error.exit(), Exit::Settings, "{error:?}");
    }
}

#[test]
fn every_error_of_a_region_a_host_and_a_target_is_a_setting() {
    let region: [Box<dyn Explain>; 3] = [
        Box::new(region::Error::Setting {
            setting: text(),
            value: text(),
        }),
        Box::new(region::Error::NoRegion {
            profile: text(),
            repository: text(),
        }),
        Box::new(region::Error::GitConfig(config::Error::Refused(text()))),
    ];
    let world = World::of(&[("GIT_TERMINAL_PROMPT", "maybe")]);
    let switch = world.git_boolean("GIT_TERMINAL_PROMPT").unwrap_err();
    let rest: [Box<dyn Explain>; 3] = [
        Box::new(NoRepository::OfCodeCommit),
        Box::new(NoRepository::OfConnections),
        Box::new(switch),
    ];
    for error in region.iter().chain(&rest) {
        assert_eq!(error.exit(), Exit::Settings, "{error:?}");
    }
    let world = World::of(&[("CODE_COMMIT_ENDPOINT", "https://h/")]);
    let notices = Messages::new("p", &world, io::sink());
    let address = "codecommit::eu-west-1://r";
    let bad_host = Target::of_address(&world, &notices, address).err().unwrap();
    assert_eq!(bad_host.exit(), Exit::Settings, "{bad_host}");
    let world = World::of(&[]).with_git_config("codecommit.transport\nmaybe\0");
    let error = Target::of_address(&world, &notices, address).err().unwrap();
    assert_eq!(error.exit(), Exit::Settings, "{error}");
}

#[test]
fn every_error_of_studio_has_its_class() {
    use studio::Error;
    for (error, class) in [
        (Error::TooLong { bytes: 2, limit: 1 }, Exit::Usage),
        (Error::SecretSource, Exit::Usage),
        (Error::CloneFolder("x".into()), Exit::Usage),
        (Error::NotStudio("x".into()), Exit::Settings),
    ] {
        assert_eq!(error.exit(), class, "{error:?}");
    }
    let unreadable = Metadata::read(std::path::Path::new("/")).unwrap_err();
    assert_eq!(unreadable.exit(), Exit::Settings);
}
