//! The plan for an address: each step, and the file and line or the variable that decided it. Offline.

use std::io::Write;

use super::aim::{self, Aim, Program};
use super::helpers::{Answer, Helpers};
use super::lines::{self, Lines};
use crate::credentials::Resolver;
use crate::error::Error;
use crate::http::Http;
use crate::message::Notices;
use crate::printable::printable;
use crate::target::{Overrides, Target};
use crate::world::World;

/// Explains an address, the name of a remote or this repository's CodeCommit remotes; without any, the identity that an
/// address without profile would have.
///
/// # Errors
/// If a step cannot be settled: the error is the one that git would be told. If it cannot be written.
pub(crate) fn explain(
    world: &World,
    messages: &dyn Notices,
    typed: Option<&str>,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let aims = aim::aims(world.git_config()?, typed);
    if aims.is_empty() {
        let target = Target::without_address(world, messages, Overrides::default())?;
        return write(out, &of_credentials(&target, messages)?);
    }
    for (number, aim) in aims.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        if typed != Some(aim.place.as_str()) || aim.place == aim.remote {
            write(out, &[("address".to_owned(), aim.shown())])?;
        }
        write(out, &of_aim(world, messages, aim)?)?;
    }
    Ok(())
}

fn write(out: &mut dyn Write, lines: &[(String, String)]) -> Result<(), Error> {
    for (label, text) in lines {
        writeln!(out, "{label:<11}{}", printable(text))?;
    }
    Ok(())
}

fn of_aim(world: &World, notices: &dyn Notices, aim: &Aim) -> Result<Lines, Error> {
    let mut lines = Lines::new();
    let mut ours = None;
    if aim.program == Program::CredentialHelper {
        let helpers = Helpers::of_url(&aim.asked)?;
        ours = helpers.ours();
        if helpers.answer() != Answer::Ours {
            let text = "another may answer, or nobody: the full doctor says who";
            lines.push(("helper".to_owned(), text.to_owned()));
        }
    }
    let target = lines::target(world, notices, aim, ours.as_ref())?;
    let rewritten = aim
        .rewritten()
        .map(|url| format!("{url} (url.….insteadOf)"));
    lines.extend(rewritten.map(|text| ("rewritten".to_owned(), text)));
    lines.extend(lines::of_target(&target));
    lines.extend(of_credentials(&target, notices)?);
    Ok(lines)
}

/// The profile and the steps to credentials.
fn of_credentials(target: &Target<'_>, notices: &dyn Notices) -> Result<Lines, Error> {
    let http = Http::new(target.world, target.ca_bundle());
    let resolver = Resolver::new(target, &http, notices)?;
    let mut lines = vec![lines::of_choice(&target.choice)];
    lines.extend(lines::of_plan(&resolver)?);
    Ok(lines)
}
