//! `git codecommit …`: what a person asks of the helpers directly.

use std::io::Write;

use crate::address::Address;
use crate::endpoint::{self, Endpoint};
use crate::error::{Error, UsageError};
use crate::message::Messages;
use crate::profile::Profiles;
use crate::world::World;

const USAGE: &str = "\
usage: git codecommit url ADDRESS    print the https URL of a codecommit:: address
       git codecommit version        print this program's version
       git codecommit help           print this text

Addresses: codecommit://[PROFILE@]REPOSITORY
           codecommit::REGION://[PROFILE@]REPOSITORY
";

/// Runs the program. Returns the exit code; all errors have been said on `stderr` by then.
pub fn run(world: &World, mut stdout: impl Write, stderr: impl Write + 'static) -> u8 {
    let messages = Messages::new("git-codecommit", world, stderr);
    let result = text(world, &messages).and_then(|text| {
        stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
            .map_err(|cause| crate::remote::Error::Pipe(cause).into())
    });
    match result {
        Ok(()) => 0,
        Err(error) => {
            messages.error(&error);
            error.exit_code()
        }
    }
}

fn text(world: &World, messages: &Messages) -> Result<String, Error> {
    let arguments: Vec<_> = world
        .arguments()
        .iter()
        .map(|argument| argument.to_string_lossy())
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    match arguments.as_slice() {
        ["help" | "--help" | "-h"] => Ok(USAGE.to_owned()),
        ["version" | "--version" | "-V"] => {
            Ok(format!("git-codecommit {}\n", env!("CARGO_PKG_VERSION")))
        }
        ["url", address] => url(world, messages, address).map(|url| format!("{url}\n")),
        other => Err(UsageError {
            problem: match other {
                [] => "no command is named".to_owned(),
                ["url", ..] => "url takes one address".to_owned(),
                [command, ..] => format!("unknown command {command:?}"),
            },
            hint: "git codecommit help lists the commands".to_owned(),
        }
        .into()),
    }
}

fn url(world: &World, messages: &Messages, address: &str) -> Result<String, Error> {
    let address = Address::parse(address)?;
    let profiles = Profiles::load(world)?;
    let named = address.profile.as_ref().map(|name| (name, "the address"));
    let choice = profiles.choose(world, named)?;
    let region = endpoint::of_repository(
        world,
        address.region.as_ref(),
        profiles.setting(&choice.name, "region"),
        &choice.in_words(),
        address.repository.as_str(),
    )?;
    for warning in &region.warnings {
        messages.warning(warning);
    }
    Ok(Endpoint::resolve(world, &address, region.region)?.url())
}
