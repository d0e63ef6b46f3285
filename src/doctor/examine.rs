//! The list of the checks, in the order of docs/doctor.md, which is that of a request.

use tokio::runtime;
use tokio::time::Instant;

use super::check_id::CheckId;
use super::checks::helpers::{Answer, CodecommitHelper, Helpers};
use super::checks::programs::Programs;
use super::checks::reach::{self, Place, Reached};
use super::checks::{git, identity, netrc, passwords, repository, surroundings};
use super::examination::Examination;
use super::lines;
use super::remote_url::{Program, RemoteUrl, remote_urls};
use super::report::{Check, Finding, Outcome, Report};
use super::verdict::Why;
use crate::aws::Host;
use crate::credentials::{self, Resolver};
use crate::error::Error;
use crate::git::config::GitConfig;
use crate::http::Http;
use crate::message::{CapturedMessages, Messages, Notices};
use crate::own_config::Transport;
use crate::remote::Connection;
use crate::target::{Overrides, Service, Target};
use crate::world::World;

/// What is noted as skipped where one of the checks before them fails.
const DEPENDENT: [CheckId; 4] = [
    CheckId::Profile,
    CheckId::Plan,
    CheckId::Source,
    CheckId::Repository,
];

/// Makes the checks for an address, the name of a remote, or this repository's CodeCommit remotes; each is shown when
/// it is done.
/// Fails if a check cannot be shown. What a check finds is in the report, never an error.
pub(crate) fn examine(
    world: &World,
    messages: &Messages,
    typed: Option<&str>,
    is_offline: bool,
    show: &mut dyn FnMut(&Check) -> std::io::Result<()>,
) -> Result<Report, Error> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(credentials::Error::Runtime)?;
    let captured = CapturedMessages::new(messages);
    let mut x = Examination::new(world, messages, &captured, show);
    runtime.block_on(async {
        match of_machine(&mut x).await {
            Err(why) => x.skip_rest(&DEPENDENT, &why),
            Ok((programs, config)) => {
                let urls = remote_urls(config, typed);
                for url in urls.iter().map(Some).chain(urls.is_empty().then_some(None)) {
                    x.address = url.map(RemoteUrl::shown);
                    let scope = Scope {
                        world,
                        notices: &captured,
                        config,
                        programs: &programs,
                        url,
                        is_offline,
                    };
                    scope.examine(&mut x).await;
                }
            }
        }
    });
    // A name server that does not answer is not waited for any more.
    runtime.shutdown_background();
    x.end()
}

/// The checks that hold for every address.
async fn of_machine<'w>(x: &mut Examination<'w>) -> Result<(Programs<'w>, &'w GitConfig), Why> {
    let world = x.world;
    let programs = async { Programs::git(world) };
    let programs = x.check(CheckId::Git, programs).await.go()?;
    let config = async { git::configuration(world) };
    let config = x.check_quietly(CheckId::GitConfig, config).await.go()?;
    x.check_alone(CheckId::Programs, programs.versions(config))
        .await;
    let place = async { surroundings::surroundings(world) };
    x.check_alone(CheckId::Surroundings, place).await;
    let stored = async { passwords::stored_passwords(world, config) };
    x.check_alone(CheckId::StoredPasswords, stored).await;
    Ok((programs, config))
}

struct Scope<'a> {
    world: &'a World,
    notices: &'a dyn Notices,
    config: &'a GitConfig,
    programs: &'a Programs<'a>,
    url: Option<&'a RemoteUrl>,
    is_offline: bool,
}

impl<'a> Scope<'a> {
    async fn examine(&self, x: &mut Examination<'_>) {
        let ended = match self.url {
            Some(url) => self.of_address(x, url).await,
            None => self.of_identity(x, None).await,
        };
        if let Err(why) = ended {
            x.skip_rest(&DEPENDENT, &why);
            if self.is_by_https() {
                x.skip_rest(&[CheckId::GitRequest], &why);
            }
        }
        x.is_beside = false;
        x.second_code = None;
    }

    async fn of_address(&self, x: &mut Examination<'_>, url: &RemoteUrl) -> Result<(), Why> {
        let host = x.check(CheckId::Address, async { url.check(self.config) });
        let host = host.await.go()?;
        let protocol = async { git::protocol(self.world, self.config, &url.transport) };
        x.check_alone(CheckId::Protocol, protocol).await;
        match host {
            Some(host) => self.by_https(x, url, &host).await,
            None => {
                let helper = self.programs.remote_helper(self.config, &url.transport);
                x.check_alone(CheckId::Helper, helper).await;
                self.of_identity(x, None).await
            }
        }
    }

    /// An https URL: git sends the requests, with the password of the first helper that answers.
    async fn by_https(
        &self,
        x: &mut Examination<'_>,
        url: &RemoteUrl,
        host: &str,
    ) -> Result<(), Why> {
        let helpers = Helpers::of_url(self.config, &url.asked);
        let ours = helpers.ours();
        if let Some(ours) = &ours {
            let path = ours.path(self.world);
            let helper = self.programs.credential_helper(self.config, path);
            x.check_alone(CheckId::Helper, helper).await;
        }
        let netrc = netrc::entries(self.world).unwrap_or_default();
        let netrc = netrc.into_iter().find(|entry| entry.host == host);
        let is_uncertain = matches!(
            helpers.answer(),
            Answer::OthersFirst | Answer::OursOtherwise
        );
        x.is_beside = is_uncertain || netrc.is_some();
        let finding = helpers.finding(self.config, true, host, &url.asked);
        let finding = match &netrc {
            Some(netrc) => finding.but(format!("git uses the password at {} first", netrc.at)),
            None => finding,
        };
        x.check_alone(CheckId::CredentialHelpers, async { finding })
            .await;
        let of_identity = match helpers.answer() {
            Answer::Others => Err(Why::OtherHelper),
            _ => self.of_identity(x, ours).await,
        };
        let is_decisive = !std::mem::take(&mut x.is_beside);
        match of_identity {
            // Git itself may succeed all the same.
            Err(Why::OtherHelper) => x.skip_rest(&DEPENDENT, &Why::OtherHelper),
            Err(why) if is_decisive || why == Why::Offline || why == Why::OutputClosed => {
                return Err(why);
            }
            Err(why) => x.skip_rest(&DEPENDENT, &why),
            Ok(()) => {}
        }
        if self.is_offline {
            return Err(Why::Offline);
        }
        if let Some(device) = x.second_code.take() {
            return Err(Why::SecondCode { device });
        }
        let request = repository::by_git(self.world, &url.place, &url.url);
        x.check(CheckId::GitRequest, request).await.go()
    }

    /// The identity of a command, and its request for the repository.
    async fn of_identity(
        &self,
        x: &mut Examination<'_>,
        ours: Option<CodecommitHelper>,
    ) -> Result<(), Why> {
        let started = Instant::now();
        let settled = match self.url {
            Some(url) => lines::target(self.world, self.notices, url, ours.as_ref()),
            None => Target::without_address(self.world, self.notices, Overrides::default()),
        };
        let took = started.elapsed();
        let settled = match settled {
            Ok(target) if !self.is_by_https() => self.beside_https(x, target).await,
            settled => settled,
        };
        let profile = settled.and_then(|target| Ok((self.profile(&target)?, target)));
        let profile = profile.map_err(|error| self.with_advice(Finding::error(error)));
        let title = CheckId::Profile.title();
        let target = x.note(CheckId::Profile, title, took, profile).go()?;
        let http = Http::new(self.world, target.ca_bundle());
        let plan = async { self.plan(&target, &http) };
        let (resolver, sts) = x.check(CheckId::Plan, plan).await.go()?;
        if x.is_unread() {
            return Err(Why::OutputClosed);
        }
        if self.is_offline {
            skip_requests(x, &target, &resolver, sts.as_ref());
            return Err(Why::Offline);
        }
        self.requests(x, &target, &http, resolver, sts).await
    }

    /// An address that is not https: which helper git would ask for an https URL. Without any address, ours is
    /// examined as setup has configured it for https URLs.
    async fn beside_https(
        &self,
        x: &mut Examination<'_>,
        target: Target<'a>,
    ) -> Result<Target<'a>, Error> {
        let host = Host::recognise(&target.authority);
        let host = host.unwrap_or_else(|| Host::regional(&target.region, false));
        let url = format!("https://{}/v1/repos/x", host.name());
        let helpers = Helpers::of_url(self.config, &url);
        let finding = async { helpers.finding(self.config, false, host.name(), &url) };
        x.check_alone(CheckId::CredentialHelpers, finding).await;
        match helpers.ours().filter(|_| self.url.is_none()) {
            Some(ours) => Target::without_address(self.world, self.notices, ours.overrides()),
            None => Ok(target),
        }
    }

    /// What is settled for the address.
    fn profile(&self, target: &Target<'_>) -> Result<Finding, Error> {
        let (_, profile) = lines::of_choice(&target.choice);
        let finding = Finding::good(profile);
        let Some(url) = self.url else {
            let region = format!("region: {} ({})", target.region, target.region_decided_by);
            return Ok(finding.and(region).and(Why::NoAddress.to_string()));
        };
        let settled = lines::of_target(target);
        let settled = settled.iter().map(lines::in_a_line);
        let finding = settled.fold(finding, Finding::and);
        let is_git = target.transport == Transport::Git;
        Ok(match is_git && url.program == Program::RemoteHelper {
            true => finding.and(
                "codecommit.transport is git: git sends its own requests, unlike the next checks",
            ),
            false => finding,
        })
    }

    fn with_advice(&self, finding: Finding) -> Finding {
        match self.url {
            Some(_) => finding,
            None => finding.and(Why::NoAddress.to_string()).fixed_by(
                "name an address: git codecommit doctor codecommit::REGION://PROFILE@REPOSITORY",
            ),
        }
    }

    /// The steps to credentials, and STS if one of them needs it.
    fn plan<'s>(
        &self,
        target: &'s Target<'a>,
        http: &'s Http<'s>,
    ) -> Outcome<(Resolver<'s>, Option<Sts>)>
    where
        'a: 's,
    {
        let plan = || {
            let resolver = Resolver::new(target, http, self.notices)?;
            let finding = Finding::good(lines::summary(resolver.plan()));
            let lines = lines::of_plan(&resolver)?;
            let finding = lines
                .iter()
                .map(lines::in_a_line)
                .fold(finding, Finding::and);
            let sts = resolver.sts_host()?;
            let sts = sts.map(|(host, region, decided_by)| Sts {
                place: Place::sts(&host, &region, &decided_by),
                host,
            });
            Ok((finding, (resolver, sts)))
        };
        plan().map_err(|error: credentials::Error| Finding::error(error))
    }

    fn is_by_https(&self) -> bool {
        self.url
            .is_some_and(|url| url.program == Program::CredentialHelper)
    }

    async fn requests<'s>(
        &'s self,
        x: &mut Examination<'_>,
        target: &'s Target<'a>,
        http: &'s Http<'s>,
        resolver: Resolver<'s>,
        sts: Option<Sts>,
    ) -> Result<(), Why> {
        let mut clocks = Vec::new();
        let mut has_sts = true;
        if let Some(Sts { place, host }) = &sts {
            let is_needed = resolver.at_hand().is_none();
            let settings = reach::settings(http.route_to_aws(host));
            let reached = place.reach(x, settings, is_needed).await;
            has_sts = reached.is_there;
            clocks.push(("STS", reached.ahead));
        }
        let git_host = self.reach_git_host(x, target, http).await;
        clocks.push(("the git host", git_host.ahead));
        match reach::clock(&clocks) {
            Ok(finding) => x.check_alone(CheckId::Clock, async { finding }).await,
            Err(why) => x.skip_rest(&[CheckId::Clock], &why),
        }
        let credentials = identity::credentials(x, &resolver, has_sts).await;
        // Where no session is cached, git's own run would need another code.
        x.second_code = resolver.code_wanted().map(str::to_owned);
        if target.service == Service::Connections {
            credentials.ok_or(Why::NoCredentials)?;
            x.skip_rest(&[CheckId::Repository], &Why::Connections);
            return Ok(());
        }
        let (endpoint, url) = target.endpoint().ok().zip(self.url).ok_or(Why::NoAddress)?;
        if !git_host.is_there {
            return Err(Why::GitHostNotReached);
        }
        let credentials = credentials.ok_or(Why::NoCredentials)?;
        let remote = url.remote.clone();
        let connection =
            Connection::new(self.world, self.notices, endpoint, http, resolver, remote);
        let asked = repository::references(connection, credentials);
        x.check(CheckId::Repository, asked).await.go()
    }

    async fn reach_git_host(
        &self,
        x: &mut Examination<'_>,
        target: &Target<'_>,
        http: &Http<'_>,
    ) -> Reached {
        let url = match target.endpoint() {
            Ok(endpoint) => endpoint.url(),
            Err(_) => format!("https://{}/", target.authority),
        };
        let remote = self.url.map_or("origin", |url| url.remote.as_str());
        let route = reach::settings(http.route_to_git_host(&url, remote, self.notices));
        let route = route.map(|(finding, route)| match self.url {
            Some(asked) if self.is_by_https() => {
                let finding = git::extra_headers(self.config, &asked.asked);
                let by_git = "git itself sends the requests for https URLs, with all its settings";
                match x.has_warnings() {
                    true => (finding.and(by_git), route),
                    false => (finding, route),
                }
            }
            _ => (finding, route),
        });
        Place::git_host(&target.authority)
            .reach(x, route, true)
            .await
    }
}

/// STS, where a plan needs it.
struct Sts {
    host: String,
    place: Place,
}

fn skip_requests(
    x: &mut Examination<'_>,
    target: &Target<'_>,
    resolver: &Resolver<'_>,
    sts: Option<&Sts>,
) {
    let why = Why::Offline;
    if let Some(sts) = sts {
        sts.place.skip(x, &why);
    }
    Place::git_host(&target.authority).skip(x, &why);
    x.skip_rest(&[CheckId::Clock], &why);
    identity::skip(x, resolver.plan(), &why);
}
