//! The command line: `[options] get|store|erase|capability`.
//!
//! The options are those of `aws codecommit credential-helper`, so that one can take
//! the other's place in git's configuration.

use std::borrow::Cow;

use crate::aws::{Region, RoleArn};
use crate::error::{Error, UsageError};
use crate::profile::ProfileName;
use crate::target::{NamedProfile, Overrides};
use crate::world::World;

const USAGE: &str = "usage: git-credential-codecommit [--profile NAME] [--region REGION] \
                     [--role-arn ARN] [--ignore-host-check] get|store|erase|capability";

pub(super) const HELP: &str = "\
git-credential-codecommit: a git credential helper for AWS CodeCommit

usage: git-credential-codecommit [OPTIONS] get|store|erase|capability

  --profile NAME        AWS profile that signs
  --region REGION       region of STS, and of hosts whose name has none
  --role-arn ARN        role to assume
  --ignore-host-check   answer the hosts that codecommit.endpoint names as well

Git starts it where credential.helper names it. For a password by hand: git codecommit credential.";

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

#[derive(Debug)]
pub(super) struct Options {
    pub(super) overrides: Overrides,
    /// Hosts that `codecommit.endpoint` names are answered too.
    pub(super) ignore_host_check: bool,
    pub(super) action: Action,
}

impl Options {
    pub(super) fn parse(world: &World) -> Result<Self, Error> {
        let mut settings = Settings::default();
        let mut action = None;
        let words = world.arguments().iter().map(|a| a.to_string_lossy());
        settings.read(words, "--profile", |operation| {
            action = Some(match operation {
                "get" => Action::Get,
                "erase" => Action::Erase,
                "capability" => Action::Capability,
                _ => Action::Other,
            });
        })?;
        Ok(Self {
            overrides: settings.overrides,
            ignore_host_check: settings.ignore_host_check,
            action: action.ok_or_else(|| usage("no operation is named".into()))?,
        })
    }
}

/// What a line of git's configuration sets for our helper, or for the AWS CLI's: git adds the operation.
pub(crate) struct Line {
    pub(crate) overrides: Overrides,
    /// The words that are no options.
    pub(crate) operations: Vec<String>,
}

/// Reads the words of such a line. `by` is its place, for messages.
pub(crate) fn of_words(words: &[String], by: &str) -> Result<Line, Error> {
    let mut settings = Settings::default();
    let mut operations = Vec::new();
    let by = format!("--profile in {by}");
    settings.read(words.iter().map(Cow::from), &by, |word| {
        operations.push(word.to_owned());
    })?;
    Ok(Line {
        overrides: settings.overrides,
        operations,
    })
}

#[derive(Default)]
struct Settings {
    overrides: Overrides,
    ignore_host_check: bool,
}

impl Settings {
    /// Reads options; every other word goes to `operation`. `by` says in messages who names the profile.
    fn read<'w>(
        &mut self,
        mut words: impl Iterator<Item = Cow<'w, str>>,
        by: &str,
        mut operation: impl FnMut(&str),
    ) -> Result<(), Error> {
        while let Some(word) = words.next() {
            let (option, given) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => {
                    (option.to_owned(), Some(value.to_owned()))
                }
                _ => (word.into_owned(), None),
            };
            let mut value = |what: &str| {
                given
                    .clone()
                    .or_else(|| words.next().map(Cow::into_owned))
                    .filter(|value| !value.is_empty())
                    .ok_or_else(|| usage(format!("{option} needs {what}")))
            };
            let overrides = &mut self.overrides;
            match option.as_str() {
                "--profile" => {
                    let name = value("a name")?;
                    let name = ProfileName::parse(&name).map_err(|e| usage(e.to_string()))?;
                    let by = by.to_owned();
                    overrides.profile = Some(NamedProfile { name, by });
                }
                "--region" => overrides.region = Some(Region::parse(&value("a region")?)?),
                "--role-arn" => {
                    let arn = value("the ARN of a role")?;
                    let bad = |_| usage(format!("{arn:?} is not the ARN of a role"));
                    overrides.role_arn = Some(arn.parse::<RoleArn>().map_err(bad)?);
                }
                "--ignore-host-check" => self.ignore_host_check = true,
                option if option.starts_with('-') => {
                    return Err(usage(format!("unknown option {option:?}")).into());
                }
                word => operation(word),
            }
        }
        Ok(())
    }
}

fn usage(problem: String) -> UsageError {
    UsageError {
        problem,
        hint: USAGE.into(),
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
        let role = "arn:aws:iam::111111111111:role/R";
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
            assert_eq!(options.action, Action::Get);
            let overrides = options.overrides;
            assert_eq!(overrides.profile.unwrap().name.as_str(), "p");
            assert_eq!(overrides.region.unwrap().as_str(), "eu-west-1");
        }
        let role_arn = parse(&spaced).unwrap().overrides.role_arn;
        assert_eq!(role_arn.unwrap().as_str(), role);
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
