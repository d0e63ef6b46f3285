//! The exit class of the errors that come before any request, and of the commands, and the number of each class.

use std::io;

use super::{browse, clone_all, credential};
use crate::address::Address;
use crate::aws::Region;
use crate::endpoint::BadAuthority;
use crate::error::{Error, Exit, Output, UsageError, examples};
use crate::git::config;
use crate::message::Messages;
use crate::profile::{EmptyName, Plan, ProfileName, Profiles};
use crate::target::{NoRepository, Target};
use crate::world::World;
use crate::world::studio::Metadata;
use crate::{api, http, profile, region, studio};

fn text() -> String {
    "…".to_owned()
}

#[test]
pub(crate) fn each_class_has_its_number() {
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
pub(crate) fn what_cannot_be_written_or_typed_has_its_class() {
    let closed: Error = io::Error::from(io::ErrorKind::BrokenPipe).into();
    assert_eq!(closed.exit(), Exit::General);
    let full = Output(io::ErrorKind::StorageFull.into());
    examples::check(&full, Exit::General);
    let error = UsageError {
        problem: "unknown command \"lst\"".to_owned(),
        hint: "did you mean list? git codecommit help lists the commands".to_owned(),
    };
    examples::check(&error, Exit::Usage);
    let error = UsageError {
        problem: format!("invalid value \"\" for --profile <NAME>: {EmptyName}"),
        hint: "git codecommit help lists the commands, git codecommit help COMMAND its options"
            .into(),
    };
    examples::check_as("profile::name::EmptyName", &error, Exit::Usage);
}

#[test]
pub(crate) fn an_address_that_cannot_be_read_is_a_setting() {
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
        examples::check(&error, Exit::Settings);
    }
    let error = Address::parse("codecommit://my repo").unwrap_err();
    let kind = "aws::repository_name::NotARepositoryName";
    examples::check_as(kind, &error, Exit::Settings);
    let error = Region::parse("moon").unwrap_err();
    examples::check(&error, Exit::Settings);
}

/// Profiles that lead to no credentials.
const PROFILES: &[&str] = &[
    "role_arn = R",
    "role_arn = R\nsource_profile = S\ncredential_source = EcsContainer",
    "role_arn = R\nsource_profile = S",
    "role_arn = R\nsource_profile = P",
    "role_arn = R\nsource_profile = Q\n[profile Q]\nregion = eu-west-1",
    "role_arn = R\ncredential_source = Environment",
    "role_arn = R\ncredential_source = EcsContainer",
    "role_arn = R\ncredential_source = Studio",
    "aws_access_key_id = A",
    "web_identity_token_file = T",
    "sso_session = S\nsso_account_id = 111111111111\nsso_role_name = R",
    "sso_session = S\nsso_account_id = 111111111111\nsso_role_name = R\nsso_region = eu-west-1\n\
     [sso-session S]\nsso_region = eu-west-2\nsso_start_url = U",
    "sso_account_id = 111111111111\nsso_role_name = R",
    "sso_start_url = U",
    "region = eu-west-1\n  role_arn = R",
];

/// The error of each, without the names of this run.
fn of_profiles() -> impl Iterator<Item = profile::Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let shown = path.display().to_string();
    let name = ProfileName::parse("P").unwrap();
    PROFILES.iter().map(move |lines| {
        std::fs::write(
            folder.path().join("config"),
            format!("[profile P]\n{lines}\n"),
        )
        .unwrap();
        let world = World::of(&[
            ("AWS_CONFIG_FILE", &shown),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
        let profiles = Profiles::load_aws_files(&world).unwrap();
        let choice = profiles.choose(&world, Some((&name, "the address")));
        let error = Plan::new(&world, &profiles, &choice.unwrap()).err();
        let plain = |text: String| text.replace(&shown, "…");
        match error.unwrap_or_else(|| panic!("{lines}")) {
            profile::Error::Invalid {
                profile,
                at,
                problem,
                hint,
            } => profile::Error::Invalid {
                profile,
                at: plain(at),
                problem: plain(problem),
                hint: plain(hint),
            },
            other => panic!("{lines}: {other}"),
        }
    })
}

#[test]
pub(crate) fn files_that_cannot_be_used_are_settings() {
    let profile = text;
    let ignored = Vec::new;
    for error in [
        profile::Error::Unreadable {
            path: "…".into(),
            cause: io::ErrorKind::Other.into(),
        },
        profile::Error::Malformed {
            path: "…".into(),
            line: 1,
            problem: "…",
        },
        profile::Error::NotFound {
            name: text(),
            chosen_by: text(),
            files: text(),
            available: vec![],
            meant: None,
        },
        profile::Error::PartialEnvironment,
        profile::Error::NoCredentials {
            profile: profile(),
            ignored: ignored(),
        },
    ] {
        examples::check(&error, Exit::Settings);
    }
    for error in of_profiles() {
        examples::check(&error, Exit::Settings);
    }
    for error in [
        config::Error::Start(io::ErrorKind::NotFound.into()),
        config::Error::Unended,
        config::Error::Refused(text()),
        config::Error::Value {
            key: text(),
            expected: "…",
        },
    ] {
        examples::check(&error, Exit::Settings);
    }
}

#[test]
pub(crate) fn every_error_of_a_region_a_host_and_a_target_is_a_setting() {
    for error in [
        region::Error::Setting {
            setting: text(),
            value: text(),
        },
        region::Error::NoRegion {
            profile: text(),
            repository: text(),
        },
        region::Error::GitConfig(config::Error::Refused(text())),
    ] {
        examples::check(&error, Exit::Settings);
    }
    let world = World::of(&[("GIT_TERMINAL_PROMPT", "maybe")]);
    let switch = world.git_boolean("GIT_TERMINAL_PROMPT").unwrap_err();
    examples::check(&switch, Exit::Settings);
    for error in [NoRepository::OfCodeCommit, NoRepository::OfConnections] {
        examples::check(&error, Exit::Settings);
    }
    let world = World::of(&[("CODE_COMMIT_ENDPOINT", "https://h/")]);
    let notices = Messages::new("…", &world, io::sink());
    let address = "codecommit::eu-west-1://r";
    let bad_host = Target::of_address(&world, &notices, address).err().unwrap();
    let leaf: &BadAuthority = bad_host.downcast_ref().unwrap();
    examples::check(leaf, Exit::Settings);
    let world = World::of(&[]).with_git_config("codecommit.transport\nmaybe\0");
    let error = Target::of_address(&world, &notices, address).err().unwrap();
    assert_eq!(error.exit(), Exit::Settings, "{error}");
}

#[test]
pub(crate) fn every_error_of_studio_has_its_class() {
    use studio::Error;
    for (error, class) in [
        (Error::TooLong { bytes: 2, limit: 1 }, Exit::Usage),
        (Error::SecretSource, Exit::Usage),
        (Error::CloneFolder("…".into()), Exit::Usage),
        (Error::NotStudio("…".into()), Exit::Settings),
    ] {
        examples::check(&error, class);
    }
    let unreadable = Metadata::read(std::path::Path::new("/")).unwrap_err();
    examples::check(&unreadable, Exit::Settings);
}

#[test]
pub(crate) fn every_error_of_codecommits_api_has_its_class() {
    use api::Error;
    let refused = |code: &str| Error::Refused {
        region: Region::parse("eu-west-1").unwrap(),
        operation: "ListRepositories",
        identity: text(),
        status: 400,
        code: code.to_owned(),
        message: text(),
    };
    for (error, class) in [
        (
            Error::Unreachable {
                region: Region::parse("eu-west-1").unwrap(),
                cause: http::Error::Timeout { host: text() },
            },
            Exit::Network,
        ),
        (refused("AccessDeniedException"), Exit::Network),
        (refused("ExpiredTokenException"), Exit::Network),
        (refused("UnrecognizedClientException"), Exit::Network),
        (refused("InvalidSignatureException"), Exit::Network),
        (refused("ThrottlingException"), Exit::Network),
        (
            Error::Answer {
                host: text(),
                problem: "it has no end",
            },
            Exit::Network,
        ),
        (Error::Unsendable(text()), Exit::Settings),
        (http::Error::UserAgent.into(), Exit::Settings),
    ] {
        examples::check(&error, class);
    }
}

#[test]
pub(crate) fn every_error_of_a_command_has_its_class() {
    for (error, class) in [
        (
            clone_all::Error::Folder {
                path: "…".into(),
                cause: io::ErrorKind::PermissionDenied.into(),
            },
            Exit::File,
        ),
        (
            clone_all::Error::Start(io::ErrorKind::NotFound.into()),
            Exit::Settings,
        ),
        (
            clone_all::Error::Unfinished {
                names: vec![text()],
                all: 2,
                address: "codecommit::eu-west-1://demo-repo".to_owned(),
            },
            Exit::Git,
        ),
    ] {
        examples::check(&error, class);
    }
    for error in [
        browse::Error::Nowhere,
        browse::Error::UnknownCommit(text()),
        browse::Error::NoConsole {
            partition: "aws-iso",
            region: Region::parse("us-iso-east-1").unwrap(),
        },
    ] {
        examples::check(&error, Exit::Settings);
    }
    examples::check(&credential::Unprintable, Exit::Credentials);
}
