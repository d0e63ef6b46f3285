//! The exit class of every kind of error in this folder, and of those that it hands on.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use super::{Error, container, mfa, process, sts};
use crate::aws::iam::AccountId;
use crate::aws::{Region, Unusable};
use crate::error::{Exit, Explain, examples};
use crate::git::config;
use crate::profile::RoleHop;
use crate::world::World;
use crate::{http, profile, region, service_endpoint};

fn text() -> String {
    "…".to_owned()
}

fn io() -> io::Error {
    io::ErrorKind::Other.into()
}

fn network() -> http::Error {
    http::Error::Timeout { host: text() }
}

fn setting() -> http::Error {
    http::Error::UserAgent
}

fn config() -> config::Error {
    config::Error::Refused(text())
}

fn account() -> AccountId {
    AccountId::parse("111111111111").unwrap()
}

fn hop() -> Box<RoleHop> {
    Box::new(RoleHop {
        asked_by: text(),
        at: text(),
        role_arn: text(),
        session_name: None,
        external_id: None,
        mfa_serial: None,
        duration_seconds: None,
    })
}

fn unreachable(cause: http::Error) -> sts::Error {
    sts::Error::Unreachable {
        role: text(),
        region: Region::parse("eu-west-1").unwrap(),
        other: None,
        cause: Box::new(cause),
    }
}

#[test]
pub(crate) fn every_error_of_sts_has_its_class() {
    use sts::Error;
    for (error, class) in [
        (
            Error::Setting {
                from: text(),
                value: text(),
                expected: "…",
            },
            Exit::Settings,
        ),
        (Error::Http(setting()), Exit::Settings),
        (Error::Http(network()), Exit::Credentials),
        (unreachable(network()), Exit::Credentials),
        (unreachable(setting()), Exit::Settings),
        (
            Error::Refused {
                hop: hop(),
                code: text(),
                message: text(),
            },
            Exit::Credentials,
        ),
        (
            Error::RefusedToken {
                role: text(),
                token_file: text(),
                code: text(),
                message: text(),
            },
            Exit::Credentials,
        ),
        (
            Error::TokenFile {
                path: text(),
                cause: io(),
            },
            Exit::Credentials,
        ),
        (Error::Empty { host: text() }, Exit::Credentials),
    ] {
        examples::check(&error, class);
        assert_eq!(super::Error::Sts(Box::new(error)).exit(), class);
    }
}

#[test]
pub(crate) fn an_identity_that_sts_does_not_tell_is_one_of_credentials() {
    for error in [
        sts::Error::RefusedIdentity {
            code: text(),
            message: text(),
        },
        sts::Error::NoAccount { host: text() },
        sts::Error::UnreachableIdentity {
            region: Region::parse("eu-west-1").unwrap(),
            other: None,
            cause: Box::new(network()),
        },
    ] {
        examples::check(&error, Exit::Credentials);
        assert_eq!(Error::Sts(Box::new(error)).exit(), Exit::Credentials);
    }
}

#[test]
pub(crate) fn every_refusal_of_sts_has_a_hint() {
    for code in [
        "AccessDenied",
        "ExpiredToken",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "RegionDisabledException",
        "Throttling",
    ] {
        let error = sts::Error::Refused {
            hop: hop(),
            code: code.to_owned(),
            message: text(),
        };
        examples::check(&error, Exit::Credentials);
        assert!(!error.hints().is_empty(), "{code}");
    }
}

#[test]
pub(crate) fn every_error_of_an_endpoint_is_a_setting() {
    use service_endpoint::Error;
    for error in [
        Error::Url {
            from: text(),
            example: text(),
        },
        Error::Contradiction {
            one: text(),
            other: text(),
            service: "STS",
        },
        Error::NoServices {
            name: text(),
            from: text(),
        },
    ] {
        examples::check(&error, Exit::Settings);
        assert_eq!(sts::Error::Endpoint(error).exit(), Exit::Settings);
    }
}

#[test]
pub(crate) fn keys_that_cannot_work_are_credentials() {
    let end = time::OffsetDateTime::UNIX_EPOCH;
    for (kind, problem) in [
        ("Empty", Unusable::Empty("…")),
        ("Quoted", Unusable::Quoted("…")),
        ("Characters", Unusable::Characters("…")),
        ("NoToken", Unusable::NoToken),
        ("Expired", Unusable::Expired(end)),
    ] {
        let from = text();
        let error = Error::Unusable { from, problem };
        let kind = format!("aws::unusable::{kind}");
        examples::check_as(&kind, &error, Exit::Credentials);
    }
}

#[test]
pub(crate) fn every_error_of_the_container_endpoint_has_its_class() {
    use container::Error as Container;
    for (error, class) in [
        (Container::Url { variable: "…" }, Exit::Credentials),
        (
            Container::Token {
                variable: "…",
                problem: text(),
            },
            Exit::Credentials,
        ),
        (Container::Http(setting()), Exit::Settings),
        (Container::Unreachable(network()), Exit::Credentials),
        (
            Container::Status {
                host: text(),
                status: reqwest::StatusCode::BAD_REQUEST,
                detail: text(),
            },
            Exit::Credentials,
        ),
        (
            Container::Answer {
                host: text(),
                missing: "…",
            },
            Exit::Credentials,
        ),
    ] {
        examples::check(&error, class);
        assert_eq!(Error::from(error).exit(), class);
    }
}

#[test]
pub(crate) fn every_error_of_a_program_is_one_of_credentials() {
    use process::Error as Process;
    let profile = text;
    for (error, class) in [
        (
            Process::CommandLine { profile: profile() },
            Exit::Credentials,
        ),
        (
            Process::Start {
                profile: profile(),
                program: text(),
                cause: io(),
                quoting: None,
            },
            Exit::Credentials,
        ),
        (
            Process::Failed {
                profile: profile(),
                status: ExitStatus::from_raw(256),
            },
            Exit::Credentials,
        ),
        (
            Process::Answer {
                profile: profile(),
                problem: "…",
            },
            Exit::Credentials,
        ),
    ] {
        examples::check(&error, class);
        assert_eq!(Error::from(error).exit(), class);
    }
}

#[test]
pub(crate) fn every_error_of_an_mfa_question_has_its_class() {
    use mfa::Error as Mfa;
    let world = World::of(&[("GIT_TERMINAL_PROMPT", "maybe")]);
    let not_a_boolean = world.git_boolean("GIT_TERMINAL_PROMPT").unwrap_err();
    let nobody = |has_hidden_console| Mfa::Nobody {
        serial: text(),
        has_hidden_console,
    };
    for (error, class) in [
        (nobody(false), Exit::Credentials),
        (nobody(true), Exit::Credentials),
        (Mfa::Submodule { serial: text() }, Exit::Credentials),
        (
            Mfa::Askpass {
                serial: text(),
                program: text(),
            },
            Exit::Credentials,
        ),
        (Mfa::None { serial: text() }, Exit::Credentials),
        (Mfa::GitConfig(config()), Exit::Settings),
        (Mfa::Switch(not_a_boolean), Exit::Settings),
    ] {
        examples::check(&error, class);
        assert_eq!(Error::from(error).exit(), class);
    }
}

#[test]
fn an_error_from_below_keeps_its_class() {
    for (error, class) in [
        (Error::GitConfig(config()), Exit::Settings),
        (Error::Http(setting()), Exit::Settings),
        (Error::Http(network()), Exit::Credentials),
    ] {
        assert_eq!(error.exit(), class, "{error:?}");
    }
}

#[test]
pub(crate) fn every_other_error_of_credentials_has_its_class() {
    let profile = text;
    for (error, class) in [
        (Error::Incomplete(text()), Exit::Credentials),
        (
            Error::Unusable {
                from: text(),
                problem: Unusable::NoToken,
            },
            Exit::Credentials,
        ),
        (Error::FailedElsewhere { why: text() }, Exit::Credentials),
        (
            Error::OtherAccount {
                identity: text(),
                found: account(),
                wanted: account(),
                by: text(),
            },
            Exit::Credentials,
        ),
        (
            Error::SingleSignOn {
                profile: profile(),
                cause: text(),
            },
            Exit::Credentials,
        ),
        (
            Error::Login {
                profile: profile(),
                cause: text(),
            },
            Exit::Credentials,
        ),
        (Error::InstanceMetadata(text()), Exit::Credentials),
        (
            Error::Nowhere {
                profile: profile(),
                ignored: vec![],
                cause: text(),
            },
            Exit::Credentials,
        ),
        (
            Error::Unremovable {
                path: "…".into(),
                cause: io(),
            },
            Exit::Credentials,
        ),
        (Error::Runtime(io()), Exit::Credentials),
    ] {
        examples::check(&error, class);
    }
}

#[test]
pub(crate) fn what_a_profile_or_a_region_lacks_is_a_setting() {
    let region = region::Error::Setting {
        setting: text(),
        value: text(),
    };
    for error in [
        Error::Profile(profile::Error::PartialEnvironment),
        Error::Region(region),
    ] {
        examples::check(&error, Exit::Settings);
    }
}
