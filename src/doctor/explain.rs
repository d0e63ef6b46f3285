//! The plan for an address: each step, and the file and line or the variable that decided it. Offline.

use crate::credentials::Resolver;
use crate::endpoint::{self, Region};
use crate::error::Error;
use crate::message::Messages;
use crate::own_config::OwnConfig;
use crate::profile::{Choice, Plan, Profiles};
use crate::target::Target;
use crate::world::World;

/// A label and a text, a line each.
pub(crate) type Lines = Vec<(String, String)>;

/// Explains an address; without one, the identity that an address without profile would have.
///
/// # Errors
/// If a step cannot be settled: the error is the one that git would be told.
pub(crate) fn explain(
    world: &World,
    messages: &Messages,
    address: Option<&str>,
) -> Result<Lines, Error> {
    let mut lines = Lines::new();
    let (profiles, choice, own, region);
    match address {
        Some(address) => {
            let target = Target::resolve(world, messages, address)?;
            lines.extend(of_target(&target));
            region = target.endpoint.region().clone();
            (profiles, choice, own) = (target.profiles, target.choice, target.own);
        }
        None => {
            profiles = Profiles::load(world)?;
            own = OwnConfig::of_nothing(world);
            choice = own.choose(world, &profiles)?;
            region = region_without_address(world, &profiles, &choice)?;
        }
    }
    lines.push(of_choice(&choice));
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
