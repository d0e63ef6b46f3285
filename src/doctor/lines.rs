//! What is settled without a request, as labelled lines.

use super::checks::helpers::CodecommitHelper;
use super::remote_url::{Program, RemoteUrl};
use crate::credentials::{Error, Resolver};
use crate::endpoint::Endpoint;
use crate::error::Error as AnyError;
use crate::message::Notices;
use crate::profile::{Choice, Plan};
use crate::target::{NoRepository, RequestHost, Target};
use crate::world::World;

/// A label and a text, a line each.
pub(super) type Lines = Vec<(String, String)>;

/// What an address means; `ours` is the credential helper that answers for it.
pub(super) fn target<'a>(
    world: &'a World,
    notices: &dyn Notices,
    url: &RemoteUrl,
    ours: Option<&CodecommitHelper>,
) -> Result<Target<'a>, AnyError> {
    if url.program == Program::RemoteHelper {
        return Target::of_address(world, notices, &url.url);
    }
    let (host, path) = RequestHost::of_url(&url.url).ok_or(NoRepository::OfCodeCommit)?;
    let overrides = ours.map(CodecommitHelper::overrides).unwrap_or_default();
    Target::of_request(world, &host, &path, overrides)
}

pub(super) fn of_target(target: &Target<'_>) -> Lines {
    let region = format!("{} ({})", target.region, target.region_decided_by);
    let repository = target.endpoint().map(Endpoint::repository);
    let repository = repository.map(|name| ("repository".to_owned(), name.to_string()));
    let mut lines = Lines::from_iter(repository);
    lines.push(("git host".to_owned(), target.authority.clone()));
    lines.push(("region".to_owned(), region));
    lines
}

/// The profile and the setting that chose it.
pub(super) fn of_choice(choice: &Choice) -> (String, String) {
    let text = format!("{} ({})", choice.name, choice.chosen_by);
    ("profile".to_owned(), text)
}

/// A plan in a few words.
pub(super) fn summary(plan: &Plan) -> String {
    let source = plan.source.to_string();
    match plan.hops.len() {
        0 => source,
        1 => format!("{source}, then 1 role"),
        count => format!("{source}, then {count} roles"),
    }
}

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
