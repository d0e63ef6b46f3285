//! The exit class of every kind of error in this folder, and of those that it hands on.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use super::{Error, container, mfa, process, sts};
use crate::aws::iam::AccountId;
use crate::aws::{Region, Unusable};
use crate::error::{Exit, Explain};
use crate::git::config;
use crate::profile::RoleHop;
use crate::world::World;
use crate::{http, profile, region, service_endpoint};

fn text() -> String {
    "x".to_owned()
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
fn every_error_of_sts_has_its_class() {
    use sts::Error;
    for (error, class) in [
        (
            Error::Endpoint(service_endpoint::Error::Url {
                from: text(),
                example: text(),
            }),
            Exit::Settings,
        ),
        (
            Error::Endpoint(service_endpoint::Error::Contradiction {
                one: text(),
                other: text(),
                service: "S",
            }),
            Exit::Settings,
        ),
        (
            Error::Endpoint(service_endpoint::Error::NoServices {
                name: text(),
                from: text(),
            }),
            Exit::Settings,
        ),
        (
            Error::Setting {
                from: text(),
                value: text(),
                expected: "y",
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
        (
            Error::RefusedIdentity {
                code: text(),
                message: text(),
            },
            Exit::Credentials,
        ),
        (Error::NoAccount { host: text() }, Exit::Credentials),
        (
            Error::UnreachableIdentity {
                region: Region::parse("eu-west-1").unwrap(),
                other: None,
                cause: Box::new(network()),
            },
            Exit::Credentials,
        ),
    ] {
        assert_eq!(error.exit(), class, "{error:?}");
        assert_eq!(super::Error::Sts(Box::new(error)).exit(), class);
    }
}

#[test]
fn every_error_of_the_container_endpoint_has_its_class() {
    use container::Error as Container;
    let errors: [(Error, Exit); 6] = [
        (Container::Url { variable: "V" }.into(), Exit::Credentials),
        (
            Container::Token {
                variable: "V",
                problem: text(),
            }
            .into(),
            Exit::Credentials,
        ),
        (Container::Http(setting()).into(), Exit::Settings),
        (Container::Unreachable(network()).into(), Exit::Credentials),
        (
            Container::Status {
                host: text(),
                status: reqwest::StatusCode::BAD_REQUEST,
                detail: text(),
            }
            .into(),
            Exit::Credentials,
        ),
        (
            Container::Answer {
                host: text(),
                missing: "m",
            }
            .into(),
            Exit::Credentials,
        ),
    ];
    check(errors);
}

#[test]
fn every_error_of_a_person_or_a_program_has_its_class() {
    use mfa::Error as Mfa;
    use process::Error as Process;
    let profile = text;
    let world = World::of(&[("GIT_TERMINAL_PROMPT", "maybe")]);
    let not_a_boolean = world.git_boolean("GIT_TERMINAL_PROMPT").unwrap_err();
    let errors: [(Error, Exit); 12] = [
        (
            Process::CommandLine { profile: profile() }.into(),
            Exit::Credentials,
        ),
        (
            Process::Start {
                profile: profile(),
                program: text(),
                cause: io(),
                quoting: None,
            }
            .into(),
            Exit::Credentials,
        ),
        (
            Process::Failed {
                profile: profile(),
                status: ExitStatus::from_raw(256),
            }
            .into(),
            Exit::Credentials,
        ),
        (
            Process::Answer {
                profile: profile(),
                problem: "p",
            }
            .into(),
            Exit::Credentials,
        ),
        (Mfa::Nobody { serial: text() }.into(), Exit::Credentials),
        (Mfa::Submodule { serial: text() }.into(), Exit::Credentials),
        (Mfa::None { serial: text() }.into(), Exit::Credentials),
        (Mfa::GitConfig(config()).into(), Exit::Settings),
        (Mfa::Switch(not_a_boolean).into(), Exit::Settings),
        (Error::GitConfig(config()), Exit::Settings),
        (Error::Http(setting()), Exit::Settings),
        (Error::Http(network()), Exit::Credentials),
    ];
    check(errors);
}

fn check(errors: impl IntoIterator<Item = (Error, Exit)>) {
    for (error, class) in errors {
        assert_eq!(error.exit(), class, "{error:?}");
    }
}

#[test]
fn every_other_error_of_credentials_has_its_class() {
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
                path: "x".into(),
                cause: io(),
            },
            Exit::Credentials,
        ),
        (Error::Runtime(io()), Exit::Credentials),
        (
            Error::Profile(profile::Error::PartialEnvironment),
            Exit::Settings,
        ),
        (
            Error::Region(region::Error::Setting {
                setting: text(),
                value: text(),
            }),
            Exit::Settings,
        ),
    ] {
        assert_eq!(error.exit(), class, "{error:?}");
    }
}
