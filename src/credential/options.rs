//! The command line: `[options] get|store|erase|capability`.
//!
//! The options are those of `aws codecommit credential-helper`, so that one can take the other's place
//! in git's configuration.

use std::borrow::Cow;

use crate::address::ProfileName;
use crate::endpoint::Region;
use crate::error::{Error, UsageError};
use crate::world::World;

const USAGE: &str = "usage: git-credential-codecommit [--profile NAME] [--region REGION] \
                     [--role-arn ARN] [--ignore-host-check] get|store|erase|capability";

/// What git wants of the helper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Get,
    /// Git could not use what it was given.
    Erase,
    /// Git asks what this helper can do (2.46).
    Capability,
    /// `store` and whatever a later git invents: gitcredentials(7) asks to ignore it.
    Other,
}

/// The command line, read.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) profile: Option<ProfileName>,
    /// For STS, and for hosts whose name holds no region.
    pub(super) region: Option<Region>,
    /// A role to assume with the credentials of the profile or the environment.
    pub(super) role_arn: Option<String>,
    /// Hosts that `codecommit.endpoint` names are answered too.
    pub(super) ignore_host_check: bool,
    pub(super) action: Action,
}

impl Options {
    pub(super) fn parse(world: &World) -> Result<Self, Error> {
        let usage = |problem: String| UsageError {
            problem,
            hint: USAGE.into(),
        };
        let mut options = Self {
            profile: None,
            region: None,
            role_arn: None,
            ignore_host_check: false,
            action: Action::Other,
        };
        let mut action = None;
        let mut arguments = world.arguments().iter().map(|a| a.to_string_lossy());
        while let Some(argument) = arguments.next() {
            let (option, given) = match argument.split_once('=') {
                Some((option, value)) if option.starts_with("--") => {
                    (option.to_owned(), Some(value.to_owned()))
                }
                _ => (argument.into_owned(), None),
            };
            let mut value = |what: &str| {
                let next = || arguments.next().map(Cow::into_owned);
                given
                    .clone()
                    .or_else(next)
                    .filter(|value| !value.is_empty())
                    .ok_or_else(|| usage(format!("{option} needs {what}")))
            };
            match option.as_str() {
                "--profile" => options.profile = Some(ProfileName::parse(&value("a name")?)?),
                "--region" => options.region = Some(Region::parse(&value("a region")?)?),
                "--role-arn" => {
                    let arn = value("the ARN of a role")?;
                    if !(arn.starts_with("arn:") && arn.contains(":role/")) {
                        return Err(usage(format!("{arn:?} is not the ARN of a role")).into());
                    }
                    options.role_arn = Some(arn);
                }
                "--ignore-host-check" => options.ignore_host_check = true,
                option if option.starts_with('-') => {
                    return Err(usage(format!("unknown option {option:?}")).into());
                }
                "get" => action = Some(Action::Get),
                "erase" => action = Some(Action::Erase),
                "capability" => action = Some(Action::Capability),
                _ => action = Some(Action::Other),
            }
        }
        options.action = action.ok_or_else(|| usage("no operation is named".into()))?;
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        let home = std::path::Path::new("/");
        let world = World::new(arguments, &[], home, || time::OffsetDateTime::UNIX_EPOCH);
        Options::parse(&world).map_err(|error| error.to_string())
    }

    #[test]
    fn options_of_the_aws_cli_are_taken_in_both_spellings() {
        let role = "arn:aws:iam::1:role/R";
        let spaced = [
            "--profile",
            "p",
            "--region",
            "eu-west-1",
            "--role-arn",
            role,
            "get",
        ];
        let joined = [
            "--ignore-host-check",
            "--profile=p",
            "--region=eu-west-1",
            "get",
        ];
        for arguments in [&spaced[..], &joined] {
            let options = parse(arguments).unwrap();
            assert_eq!(options.profile.unwrap().as_str(), "p");
            assert_eq!(options.region.unwrap().as_str(), "eu-west-1");
            assert_eq!(options.action, Action::Get);
        }
        assert_eq!(parse(&spaced).unwrap().role_arn.as_deref(), Some(role));
        assert!(parse(&joined).unwrap().ignore_host_check);
        for (word, action) in [
            ("erase", Action::Erase),
            ("capability", Action::Capability),
            ("store", Action::Other),
            ("dance", Action::Other),
        ] {
            assert_eq!(parse(&[word]).unwrap().action, action);
        }
    }

    #[test]
    fn a_command_line_that_makes_no_sense_says_why() {
        for (arguments, problem) in [
            (&[][..], "no operation is named"),
            (&["--profile", "p"], "no operation is named"),
            (&["--profile"], "--profile needs a name"),
            (&["--region=", "get"], "--region needs a region"),
            (
                &["--region", "moon", "get"],
                "\"moon\" is not an AWS region",
            ),
            (
                &["--role-arn", "R", "get"],
                "\"R\" is not the ARN of a role",
            ),
            (&["-x", "get"], "unknown option \"-x\""),
        ] {
            assert_eq!(parse(arguments).unwrap_err(), problem);
        }
    }
}
