//! The checks, in the order a request takes.

use tokio::runtime;
use tokio::time::Instant;

use super::aim::{self, Aim, Program};
use super::examination::{Examination, Said};
use super::explain;
use super::helpers::{Answer, Helpers, Ours};
use super::programs::Programs;
use super::reach::{self, Place, Reached};
use super::report::{Check, Finding, Report, Status};
use super::settled::{NO_ADDRESS, Settled};
use super::{git_settings, identity, repository, stored, surroundings};
use crate::address::Address;
use crate::credentials::{self, Resolver};
use crate::endpoint::{Host, Region};
use crate::error::Error;
use crate::git_config::GitConfig;
use crate::message::Messages;
use crate::profile::Plan;
use crate::world::World;

/// Goes through the checks for an address, the name of a remote, or this repository's CodeCommit remotes; each is
/// shown when it is done.
///
/// # Errors
/// If a check cannot be shown. What a check finds is in the report, never an error.
pub(crate) fn examine(
    world: &World,
    messages: &Messages,
    address: Option<&str>,
    is_offline: bool,
    show: &mut dyn FnMut(&Check) -> std::io::Result<()>,
) -> Result<Report, Error> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(credentials::Error::Runtime)?;
    let said = Said::default();
    let quiet = Messages::new("git-codecommit", world, said.clone());
    let mut examination = Examination::new(world, messages, said, show);
    runtime.block_on(all(&mut examination, &quiet, address, is_offline));
    // A name server that does not answer is not waited for any more.
    runtime.shutdown_background();
    examination.end()
}

async fn all(
    examination: &mut Examination<'_>,
    messages: &Messages,
    address: Option<&str>,
    is_offline: bool,
) {
    let world = examination.world;
    let started = Instant::now();
    let programs = Programs::new(world);
    let git = programs.git();
    let is_there = git.status == Status::Ok;
    examination.add("git", "git", started, git);
    if !is_there {
        return skip(examination, "profile", "git: failed");
    }
    let started = Instant::now();
    let config = match world.git_config() {
        Ok(config) => config,
        Err(error) => {
            let finding = Finding::error(&Error::from(error));
            examination.add("git-config", "git's configuration", started, finding);
            return skip(examination, "profile", "git's configuration: failed");
        }
    };
    let versions = programs.versions().await;
    examination.add("programs", "programs", started, versions);
    let started = Instant::now();
    let place = surroundings::surroundings(world);
    examination.add("surroundings", "surroundings", started, place);
    let started = Instant::now();
    let passwords = stored::stored_passwords(world, config);
    examination.add("stored-passwords", "kept passwords", started, passwords);

    let aims = aim::aims(config, address);
    for aim in aims.iter().map(Some).chain(aims.is_empty().then_some(None)) {
        examination.address = aim.map(Aim::shown);
        let scope = Scope {
            world,
            messages,
            config,
            programs: &programs,
            aim,
            is_offline,
        };
        scope.examine(examination).await;
    }
}

/// One address, or none.
struct Scope<'a> {
    world: &'a World,
    messages: &'a Messages,
    config: &'a GitConfig,
    programs: &'a Programs<'a>,
    aim: Option<&'a Aim>,
    is_offline: bool,
}

impl<'a> Scope<'a> {
    async fn examine(&self, examination: &mut Examination<'_>) {
        let Some(aim) = self.aim else {
            self.identity(examination, None).await;
            return;
        };
        let Some(address) = self.address(examination, aim) else {
            return skip(examination, "profile", "address: failed");
        };
        match (aim.program, address.host) {
            (Program::CredentialHelper, Some(host)) => {
                self.by_https(examination, aim, &host).await;
            }
            _ => {
                let started = Instant::now();
                let finding = self.programs.remote_helper().await;
                examination.add("helper", "remote helper", started, finding);
                self.identity(examination, None).await;
            }
        }
    }

    /// An https URL: git sends the requests, with the password of whoever answers first.
    async fn by_https(&self, examination: &mut Examination<'_>, aim: &Aim, host: &Host) {
        let helpers = self.credential_helpers(examination, host, &aim.asked, true);
        let answer = helpers.as_ref().map_or(Answer::Nobody, Helpers::answer);
        let ours = helpers.and_then(|helpers| helpers.ours());
        if let Some(ours) = &ours {
            let started = Instant::now();
            let finding = self.programs.credential_helper(ours.path(self.world)).await;
            examination.add("helper", "credential helper", started, finding);
        }
        let why_not = match answer {
            Answer::Others => {
                let why = "another credential helper answers, with an identity of its own";
                skip(examination, "profile", why);
                None
            }
            _ => self.identity(examination, ours).await,
        };
        let is_beside = std::mem::take(&mut examination.is_beside);
        let code = examination.code.take();
        match why_not.filter(|_| !is_beside) {
            _ if examination.is_unread() => {}
            _ if self.is_offline => repository::skip_git(examination, "offline"),
            Some(why) => repository::skip_git(examination, &why),
            None => repository::by_git(examination, &aim.place, code.as_deref()).await,
        }
    }

    /// Who a command is, as far as the request for the repository. Returns why git itself need not try.
    async fn identity(
        &self,
        examination: &mut Examination<'_>,
        mut ours: Option<Ours>,
    ) -> Option<String> {
        let started = Instant::now();
        let settled = match self.aim {
            Some(aim) => Settled::of_aim(self.world, self.messages, aim, ours.as_ref()),
            None => Settled::of_nothing(self.world, self.messages),
        };
        let took = started.elapsed();
        let settled = match settled {
            Ok(settled) if !self.is_by_https() => {
                let host = Host::recognise(&settled.authority);
                let host = host.unwrap_or_else(|| Host::regional(&settled.region, false));
                let url = format!("https://{}/v1/repos/x", host.name());
                let found = self.credential_helpers(examination, &host, &url, false);
                let found = found.and_then(|helpers| helpers.ours());
                ours = found.filter(|_| self.aim.is_none());
                match &ours {
                    Some(ours) => settled.by_https(self.world, ours),
                    None => Ok(settled),
                }
            }
            settled => settled,
        };
        let mut settled = match settled {
            Ok(settled) => settled,
            Err(error) => {
                let finding = Finding::error(&error);
                let finding = match self.aim {
                    Some(_) => finding,
                    None => finding.and(NO_ADDRESS).cured_by(
                        "name one: git codecommit doctor codecommit::REGION://PROFILE@REPOSITORY",
                    ),
                };
                examination.add_timed("profile", "profile", took, finding);
                let why = "profile: failed";
                skip(examination, "plan", why);
                return Some(why.to_owned());
            }
        };
        let finding = std::mem::replace(&mut settled.finding, Finding::ok([]));
        examination.add_timed("profile", "profile", took, finding);
        self.with_plan(examination, &settled, ours.as_ref()).await
    }

    fn is_by_https(&self) -> bool {
        self.aim
            .is_some_and(|aim| aim.program == Program::CredentialHelper)
    }

    /// What git makes of the address, and whether it may go there.
    fn address(&self, examination: &mut Examination<'_>, aim: &Aim) -> Option<Address> {
        let started = Instant::now();
        examination.add("address", "address", started, aim.finding());
        let address = Address::parse(&aim.url).ok()?;
        let started = Instant::now();
        let name = match aim.program {
            Program::RemoteHelper => "codecommit",
            Program::CredentialHelper => "https",
        };
        let finding = git_settings::protocol(self.world, self.config, name);
        examination.add("protocol", "git's permission", started, finding);
        Some(address)
    }

    /// Who answers for a host, and ours among them.
    fn credential_helpers(
        &self,
        examination: &mut Examination<'_>,
        host: &Host,
        url: &str,
        is_asked: bool,
    ) -> Option<Helpers> {
        let started = Instant::now();
        let helpers = Helpers::of_url(url).ok()?;
        let is_uncertain = matches!(
            helpers.answer(),
            Answer::OthersFirst | Answer::OursOtherwise
        );
        examination.is_beside = is_asked && is_uncertain;
        let finding = helpers.finding(self.config, is_asked, host.name(), url);
        examination.add("credential-helpers", "credential helpers", started, finding);
        Some(helpers)
    }

    /// The plan, and everything that needs one.
    async fn with_plan<'s>(
        &'s self,
        examination: &mut Examination<'_>,
        settled: &'s Settled<'a>,
        ours: Option<&Ours>,
    ) -> Option<String> {
        let Settled {
            profiles,
            choice,
            own,
            region,
            ..
        } = settled;
        let started = Instant::now();
        let failed = |examination: &mut Examination<'_>, error: Error| {
            examination.add("plan", "plan", started, Finding::error(&error));
            let why = "plan: failed";
            skip(examination, "source", why);
            Some(why.to_owned())
        };
        let plan = match Plan::new(self.world, profiles, choice) {
            Ok(plan) => plan,
            Err(error) => return failed(examination, error.into()),
        };
        let plan = match ours.and_then(|ours| ours.role_arn.as_deref()) {
            Some(arn) => plan.then_role(arn, "--role-arn"),
            None => plan,
        };
        let option = ours.and_then(|ours| ours.region.clone());
        let resolver = Resolver::new(
            self.world,
            self.messages,
            profiles,
            choice,
            &plan,
            own,
            region,
        );
        let explained = resolver.map_err(Error::from).and_then(|resolver| {
            let resolver = resolver.with_region(option);
            let lines = explain::of_plan(&plan, &resolver)?;
            let lines: Vec<String> = lines.iter().map(explain::in_a_line).collect();
            let sts = resolver.sts_host()?;
            Ok((resolver, lines, sts))
        });
        let (resolver, lines, sts) = match explained {
            Ok(explained) => explained,
            Err(error) => return failed(examination, error),
        };
        examination.add("plan", "plan", started, Finding::ok(lines));
        // Whoever has closed the pipe waits for nothing more.
        if examination.is_unread() {
            return None;
        }
        self.requests(examination, settled, &plan, resolver, sts)
            .await
    }

    /// Everything that goes out.
    async fn requests<'s>(
        &'s self,
        examination: &mut Examination<'_>,
        settled: &'s Settled<'a>,
        plan: &'s Plan,
        resolver: Resolver<'s>,
        sts: Option<(String, Region, String)>,
    ) -> Option<String> {
        let sts = sts.map(|(host, region, by)| (Place::sts(&host, &region, &by), host));
        if self.is_offline {
            let why = "offline";
            if let Some((place, _)) = &sts {
                place.skip(examination, why);
            }
            Place::git_host(&settled.authority).skip(examination, why);
            examination.skip("clock", "clock", why);
            identity::skip(examination, plan, why);
            skip(examination, "repository", why);
            return Some(why.to_owned());
        }
        let mut clocks = Vec::new();
        let mut has_sts = true;
        if let Some((place, host)) = &sts {
            let is_needed = resolver.at_hand().is_none();
            let way = resolver.http().way_to_aws(host);
            let reached = place.reach(examination, way, is_needed).await;
            has_sts = reached.is_there;
            clocks.push(("STS", reached.ahead));
        }
        let git_host = self.reach_git_host(examination, settled, &resolver).await;
        clocks.push(("the git host", git_host.ahead));
        reach::clock(examination, &clocks);
        let credentials = identity::credentials(examination, plan, &resolver, has_sts).await;
        // Without a kept session, git's own run would want another code.
        examination.code = resolver.code_wanted().map(str::to_owned);
        let why = match (settled.endpoint.as_ref().zip(self.aim), credentials) {
            (None, _) => NO_ADDRESS,
            (Some(_), _) if !git_host.is_there => "the git host was not reached",
            (Some(_), None) => "there are no credentials",
            (Some((endpoint, aim)), Some(credentials)) => {
                let remote = &aim.remote;
                let asked =
                    repository::references(examination, endpoint, resolver, credentials, remote);
                return match asked.await {
                    true => None,
                    false => Some("repository: failed".to_owned()),
                };
            }
        };
        skip(examination, "repository", why);
        Some(why.to_owned())
    }

    /// The way to the git host, as git's settings have it.
    async fn reach_git_host<'s>(
        &'s self,
        examination: &mut Examination<'_>,
        settled: &Settled<'a>,
        resolver: &Resolver<'s>,
    ) -> Reached {
        let started = Instant::now();
        let host = &settled.authority;
        let url = match &settled.endpoint {
            Some(endpoint) => endpoint.url(),
            None => format!("https://{host}/"),
        };
        let remote = self.aim.map_or("origin", |aim| aim.remote.as_str());
        let way = resolver.http().way_to_git_host(&url, remote, self.messages);
        if examination.has_warnings() {
            let by_https = "by https git itself sends the requests: to it, all its settings count";
            let finding = match self.is_by_https() {
                true => Finding::ok([by_https.to_owned()]),
                false => Finding::ok([]),
            };
            let title = "settings for the git host";
            examination.add("git-settings", title, started, finding);
        }
        let place = Place::git_host(host);
        place.reach(examination, way, true).await
    }
}

/// Notes what is not made for want of what comes before it.
fn skip(examination: &mut Examination<'_>, from: &str, why: &str) {
    let checks = [
        ("profile", "profile"),
        ("plan", "plan"),
        ("source", "credentials"),
        ("repository", "repository"),
    ];
    for (id, title) in checks.into_iter().skip_while(|(id, _)| *id != from) {
        examination.skip(id, title, why);
    }
}
