//! The checks, in the order a request takes.

use tokio::runtime;
use tokio::time::Instant;

use super::aim::{self, Aim, Program};
use super::examination::Examination;
use super::helpers::{Answer, Helpers, Ours};
use super::lines;
use super::programs::Programs;
use super::reach::{self, Place, Reached};
use super::report::{Check, Finding, Report, Status};
use super::{git_settings, identity, repository, stored, surroundings};
use crate::address::Address;
use crate::aws::{Host, Region};
use crate::credentials::{self, Resolver};
use crate::error::Error;
use crate::git::config::GitConfig;
use crate::http::Http;
use crate::message::{CapturedMessages, Messages, Notices};
use crate::remote::Connection;
use crate::target::{Overrides, Target};
use crate::world::World;

const NO_ADDRESS: &str = "no address was given, and this folder has no CodeCommit remote";

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
    let captured = CapturedMessages::new(messages);
    let mut examination = Examination::new(world, messages, &captured, show);
    runtime.block_on(all(&mut examination, &captured, address, is_offline));
    // A name server that does not answer is not waited for any more.
    runtime.shutdown_background();
    examination.end()
}

async fn all(
    examination: &mut Examination<'_>,
    notices: &dyn Notices,
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
            notices,
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
    notices: &'a dyn Notices,
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
        let (world, notices) = (self.world, self.notices);
        let target = match self.aim {
            Some(aim) => lines::target(world, notices, aim, ours.as_ref()),
            None => Target::without_address(world, notices, Overrides::default()),
        };
        let took = started.elapsed();
        let target = match target {
            Ok(target) if !self.is_by_https() => {
                let host = Host::recognise(&target.authority);
                let host = host.unwrap_or_else(|| Host::regional(&target.region, false));
                let url = format!("https://{}/v1/repos/x", host.name());
                let found = self.credential_helpers(examination, &host, &url, false);
                let found = found.and_then(|helpers| helpers.ours());
                ours = found.filter(|_| self.aim.is_none());
                match &ours {
                    // For https URLs, which are what the helper is for.
                    Some(ours) => Target::without_address(world, notices, ours.overrides()),
                    None => Ok(target),
                }
            }
            target => target,
        };
        let finding = target.and_then(|target| {
            let finding = self.profile(&target)?;
            Ok((target, finding))
        });
        let (target, finding) = match finding {
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
        examination.add_timed("profile", "profile", took, finding);
        self.with_plan(examination, &target).await
    }

    /// What is settled for the address.
    fn profile(&self, target: &Target<'_>) -> Result<Finding, Error> {
        let profile = lines::of_choice(&target.choice);
        let Some(aim) = self.aim else {
            let text = format!("{NO_ADDRESS}: what git would use in {}", target.region);
            return Ok(Finding::ok([text, lines::in_a_line(&profile)]));
        };
        let mut settled = lines::of_target(target);
        settled.push(profile);
        let settled: Vec<String> = settled.iter().map(lines::in_a_line).collect();
        let finding = Finding::ok(settled);
        let transport = target.own.text("transport")?;
        let is_git = transport.is_some_and(|found| found.value == "git");
        Ok(match is_git && aim.program == Program::RemoteHelper {
            true => finding.and(
                "codecommit.transport is git: git sends the requests; those here are the helper's own",
            ),
            false => finding,
        })
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
    async fn with_plan(
        &self,
        examination: &mut Examination<'_>,
        target: &Target<'a>,
    ) -> Option<String> {
        let started = Instant::now();
        let http = Http::new(self.world, target.ca_bundle());
        let planned = Resolver::new(target, &http, self.notices).and_then(|resolver| {
            let lines = lines::of_plan(&resolver)?;
            let lines: Vec<String> = lines.iter().map(lines::in_a_line).collect();
            let sts = resolver.sts_host()?;
            Ok((resolver, lines, sts))
        });
        let (resolver, lines, sts) = match planned {
            Ok(planned) => planned,
            Err(error) => {
                let finding = Finding::error(&error.into());
                examination.add("plan", "plan", started, finding);
                let why = "plan: failed";
                skip(examination, "source", why);
                return Some(why.to_owned());
            }
        };
        examination.add("plan", "plan", started, Finding::ok(lines));
        // Whoever has closed the pipe waits for nothing more.
        if examination.is_unread() {
            return None;
        }
        self.requests(examination, target, &http, resolver, sts)
            .await
    }

    /// Everything that goes out.
    async fn requests<'s>(
        &'s self,
        examination: &mut Examination<'_>,
        target: &'s Target<'a>,
        http: &'s Http<'s>,
        resolver: Resolver<'s>,
        sts: Option<(String, Region, String)>,
    ) -> Option<String> {
        let sts = sts.map(|(host, region, by)| (Place::sts(&host, &region, &by), host));
        if self.is_offline {
            let why = "offline";
            if let Some((place, _)) = &sts {
                place.skip(examination, why);
            }
            Place::git_host(&target.authority).skip(examination, why);
            examination.skip("clock", "clock", why);
            identity::skip(examination, resolver.plan(), why);
            skip(examination, "repository", why);
            return Some(why.to_owned());
        }
        let mut clocks = Vec::new();
        let mut has_sts = true;
        if let Some((place, host)) = &sts {
            let is_needed = resolver.at_hand().is_none();
            let way = http.route_to_aws(host);
            let reached = place.reach(examination, way, is_needed).await;
            has_sts = reached.is_there;
            clocks.push(("STS", reached.ahead));
        }
        let git_host = self.reach_git_host(examination, target, http).await;
        clocks.push(("the git host", git_host.ahead));
        reach::clock(examination, &clocks);
        let credentials = identity::credentials(examination, &resolver, has_sts).await;
        // Without a kept session, git's own run would want another code.
        examination.code = resolver.code_wanted().map(str::to_owned);
        let why = match (target.endpoint().ok().zip(self.aim), credentials) {
            (None, _) => NO_ADDRESS,
            (Some(_), _) if !git_host.is_there => "the git host was not reached",
            (Some(_), None) => "there are no credentials",
            (Some((endpoint, aim)), Some(credentials)) => {
                let (world, remote) = (self.world, aim.remote.clone());
                let connection =
                    Connection::new(world, self.notices, endpoint, http, resolver, remote);
                let asked = repository::references(examination, endpoint, connection, credentials);
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
        target: &Target<'a>,
        http: &'s Http<'s>,
    ) -> Reached {
        let started = Instant::now();
        let host = &target.authority;
        let url = match target.endpoint() {
            Ok(endpoint) => endpoint.url(),
            Err(_) => format!("https://{host}/"),
        };
        let remote = self.aim.map_or("origin", |aim| aim.remote.as_str());
        let way = http.route_to_git_host(&url, remote, self.notices);
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
