//! What is settled without a request, as labelled lines.

use super::aim::{Aim, Program};
use super::helpers::Ours;
use crate::credentials::{Error, Resolver};
use crate::endpoint::Endpoint;
use crate::error::Error as AnyError;
use crate::message::Notices;
use crate::profile::Choice;
use crate::target::{NoRepository, RequestHost, Target, recognised};
use crate::world::World;

/// A label and a text, a line each.
pub(super) type Lines = Vec<(String, String)>;

/// What an address means; `ours` is the credential helper that answers for it.
pub(super) fn target<'a>(
    world: &'a World,
    notices: &dyn Notices,
    aim: &Aim,
    ours: Option<&Ours>,
) -> Result<Target<'a>, AnyError> {
    if aim.program == Program::RemoteHelper {
        return Target::of_address(world, notices, &aim.url);
    }
    let rest = aim.url.strip_prefix("https://").unwrap_or(&aim.url);
    let (host, path) = rest.split_once('/').ok_or(NoRepository)?;
    let host: RequestHost = recognised(host).ok_or(NoRepository)?.into();
    let overrides = ours.map(Ours::overrides).unwrap_or_default();
    Target::of_request(world, &host, &format!("/{path}"), overrides)
}

/// The repository, and where it is.
pub(super) fn of_target(target: &Target<'_>) -> Lines {
    let region = format!("{} ({})", target.region, target.region_decided_by);
    let repository = target.endpoint().map(Endpoint::repository);
    let repository = repository.map(|name| ("repository".to_owned(), name.to_string()));
    let mut lines = Lines::from_iter(repository);
    lines.push(("git host".to_owned(), target.authority.clone()));
    lines.push(("region".to_owned(), region));
    lines
}

/// The profile, and who chose it.
pub(super) fn of_choice(choice: &Choice) -> (String, String) {
    let text = format!("{} ({})", choice.name, choice.chosen_by);
    ("profile".to_owned(), text)
}

/// The steps to credentials.
pub(super) fn of_plan(resolver: &Resolver<'_>) -> Result<Lines, Error> {
    let steps = resolver.plan().steps().into_iter().enumerate();
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
