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
    let mut line = |label: &str, text: String| lines.push((label.to_owned(), text));
    let (profiles, choice, own, region);
    match address {
        Some(address) => {
            let target = Target::resolve(world, messages, address)?;
            region = target.endpoint.region().clone();
            line("repository", target.endpoint.repository().to_string());
            line("git host", target.endpoint.authority().to_owned());
            line("region", format!("{region} ({})", target.region_decided_by));
            (profiles, choice, own) = (target.profiles, target.choice, target.own);
        }
        None => {
            profiles = Profiles::load(world)?;
            own = OwnConfig::of_nothing(world);
            choice = own.choose(world, &profiles)?;
            region = region_without_address(world, &profiles, &choice)?;
        }
    }
    line("profile", format!("{} ({})", choice.name, choice.chosen_by));
    let plan = Plan::new(world, &profiles, &choice)?;
    for (number, step) in plan.steps().into_iter().enumerate() {
        line(&format!("step {}", number + 1), step);
    }
    let resolver = Resolver::new(world, messages, &profiles, &choice, &plan, &own, &region)?;
    for (label, text) in resolver.explained()? {
        line(label, text);
    }
    Ok(lines)
}

fn region_without_address(
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
