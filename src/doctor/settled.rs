//! What an address leads to without a request: profile, region, host.

use super::aim::{Aim, Program};
use super::explain;
use super::helpers::Ours;
use super::report::Finding;
use crate::address::Address;
use crate::endpoint::{Endpoint, Region};
use crate::error::Error;
use crate::message::Messages;
use crate::own_config::OwnConfig;
use crate::profile::{Choice, Profiles};
use crate::target::Target;
use crate::world::World;

pub(super) const NO_ADDRESS: &str =
    "no address was given, and this folder has no CodeCommit remote";

/// An address, or none, settled.
pub(super) struct Settled<'a> {
    pub(super) profiles: Profiles,
    pub(super) choice: Choice,
    pub(super) own: OwnConfig<'a>,
    pub(super) region: Region,
    /// `host[:port]` of the git host.
    pub(super) authority: String,
    pub(super) endpoint: Option<Endpoint>,
    /// In words.
    pub(super) finding: Finding,
}

impl<'a> Settled<'a> {
    /// What a command would use for an address that names no profile.
    pub(super) fn of_nothing(world: &'a World, messages: &Messages) -> Result<Self, Error> {
        let profiles = Profiles::load(world)?;
        let own = OwnConfig::of_nothing(world);
        let choice = own.choose(world, &profiles)?;
        let region = explain::region_without_address(world, &profiles, &choice)?;
        // The host is the same for every repository.
        let any = format!("codecommit::{region}://any");
        let any = Target::resolve(world, messages, &any)?;
        let mut settled = Self {
            finding: Finding::ok([]),
            authority: any.endpoint.authority().to_owned(),
            profiles,
            choice,
            own,
            region,
            endpoint: None,
        };
        settled.explain_nothing();
        Ok(settled)
    }

    /// What the credential helper uses for https URLs, where it names a profile.
    pub(super) fn by_https(mut self, world: &World, ours: &Ours) -> Result<Self, Error> {
        let option = ours.option().map(|(name, by)| (name.clone(), by));
        let configured = self.own.profile()?;
        let variable = ours.variable().filter(|_| configured.is_none());
        if let Some((name, by)) = option.or(variable) {
            self.choice = self.profiles.choose(world, Some((&name, &by)))?;
            self.explain_nothing();
        }
        Ok(self)
    }

    fn explain_nothing(&mut self) {
        let text = format!("{NO_ADDRESS}: what git would use in {}", self.region);
        let profile = explain::in_a_line(&explain::of_choice(&self.choice));
        self.finding = Finding::ok([text, profile]);
    }

    /// What is used for an address; `ours` is the credential helper that answers for it.
    pub(super) fn of_aim(
        world: &'a World,
        messages: &Messages,
        aim: &Aim,
        ours: Option<&Ours>,
    ) -> Result<Self, Error> {
        let target = target(world, messages, aim, ours)?;
        let mut lines = explain::of_target(&target);
        lines.push(explain::of_choice(&target.choice));
        let lines: Vec<String> = lines.iter().map(explain::in_a_line).collect();
        let mut finding = Finding::ok(lines);
        let transport = target.own.text("transport")?;
        if transport.is_some_and(|found| found.value == "git")
            && aim.program == Program::RemoteHelper
        {
            finding = finding.and(
                "codecommit.transport is git: git sends the requests; those here are the helper's own",
            );
        }
        Ok(Self {
            region: target.endpoint.region().clone(),
            profiles: target.profiles,
            choice: target.choice,
            own: target.own,
            authority: target.endpoint.authority().to_owned(),
            endpoint: Some(target.endpoint),
            finding,
        })
    }
}

/// What an address means; `ours` is the credential helper that answers for it.
pub(super) fn target<'a>(
    world: &'a World,
    messages: &Messages,
    aim: &Aim,
    ours: Option<&Ours>,
) -> Result<Target<'a>, Error> {
    let option = ours.and_then(Ours::option);
    if let Some((name, by)) = &option {
        return Target::resolve_as(world, messages, &aim.url, Some((*name, by.as_str())));
    }
    let configured = OwnConfig::of_address(world, &Address::parse(&aim.url)?).profile()?;
    let variable = ours
        .and_then(Ours::variable)
        .filter(|_| configured.is_none());
    let variable = variable.as_ref().map(|(name, by)| (name, by.as_str()));
    Target::resolve_as(world, messages, &aim.url, variable)
}
