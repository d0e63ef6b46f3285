//! The plan for an address: each step, and the file and line or the variable that decided it. Offline.

use std::io::Write;

use super::aim::{self, Aim, Program};
use super::helpers::{Answer, Helpers};
use super::settled;
use crate::credentials::Resolver;
use crate::endpoint::{self, Region};
use crate::error::Error;
use crate::message::{Messages, printable};
use crate::own_config::OwnConfig;
use crate::profile::{Choice, Plan, Profiles};
use crate::target::Target;
use crate::world::World;

/// A label and a text, a line each.
pub(crate) type Lines = Vec<(String, String)>;

/// Explains an address, the name of a remote or this repository's CodeCommit remotes; without any, the identity that an
/// address without profile would have.
///
/// # Errors
/// If a step cannot be settled: the error is the one that git would be told. If it cannot be written.
pub(crate) fn explain(
    world: &World,
    messages: &Messages,
    typed: Option<&str>,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let aims = aim::aims(world.git_config()?, typed);
    if aims.is_empty() {
        return write(out, &of_nothing(world, messages)?);
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

fn of_aim(world: &World, messages: &Messages, aim: &Aim) -> Result<Lines, Error> {
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
    let target = settled::target(world, messages, aim, ours.as_ref())?;
    let rewritten = aim
        .rewritten()
        .map(|url| format!("{url} (url.….insteadOf)"));
    lines.extend(rewritten.map(|text| ("rewritten".to_owned(), text)));
    lines.extend(of_target(&target));
    lines.push(of_choice(&target.choice));
    let Target {
        profiles,
        choice,
        own,
        endpoint,
        ..
    } = &target;
    let plan = Plan::new(world, profiles, choice)?;
    let plan = match ours.as_ref().and_then(|ours| ours.role_arn.as_deref()) {
        Some(arn) => plan.then_role(arn, "--role-arn"),
        None => plan,
    };
    let region = endpoint.region();
    let resolver = Resolver::new(world, messages, profiles, choice, &plan, own, region)?;
    let resolver = resolver.with_region(ours.and_then(|ours| ours.region));
    lines.extend(of_plan(&plan, &resolver)?);
    Ok(lines)
}

fn of_nothing(world: &World, messages: &Messages) -> Result<Lines, Error> {
    let profiles = Profiles::load(world)?;
    let own = OwnConfig::of_nothing(world);
    let choice = own.choose(world, &profiles)?;
    let region = region_without_address(world, &profiles, &choice)?;
    let mut lines = vec![of_choice(&choice)];
    let plan = Plan::new(world, &profiles, &choice)?;
    let resolver = Resolver::new(world, messages, &profiles, &choice, &plan, &own, &region)?;
    lines.extend(of_plan(&plan, &resolver)?);
    Ok(lines)
}

/// The repository, and where it is.
pub(super) fn of_target(target: &Target<'_>) -> Lines {
    let endpoint = &target.endpoint;
    let region = format!("{} ({})", endpoint.region(), target.region_decided_by);
    vec![
        ("repository".to_owned(), endpoint.repository().to_string()),
        ("git host".to_owned(), endpoint.authority().to_owned()),
        ("region".to_owned(), region),
    ]
}

/// The profile, and who chose it.
pub(super) fn of_choice(choice: &Choice) -> (String, String) {
    let text = format!("{} ({})", choice.name, choice.chosen_by);
    ("profile".to_owned(), text)
}

/// The steps to credentials.
pub(super) fn of_plan(plan: &Plan, resolver: &Resolver<'_>) -> Result<Lines, Error> {
    let steps = plan.steps().into_iter().enumerate();
    let mut lines: Lines = steps
        .map(|(number, step)| (format!("step {}", number + 1), step))
        .collect();
    let explained = resolver.explained()?.into_iter();
    lines.extend(explained.map(|(label, text)| (label.to_owned(), text)));
    Ok(lines)
}

/// A label and its text in one line.
pub(super) fn in_a_line((label, text): &(String, String)) -> String {
    format!("{label}: {text}")
}

/// The region where no address names one.
pub(super) fn region_without_address(
    world: &World,
    profiles: &Profiles,
    choice: &Choice,
) -> Result<Region, Error> {
    let in_profile = profiles.setting(&choice.name, "region");
    let found = endpoint::of_repository(
        world,
        None,
        in_profile,
        &choice.in_words(),
        "repository",
        false,
    )?;
    Ok(found.region)
}
