//! DNS, TCP and TLS of a host, or of the proxy on the way to it; and this machine's clock against theirs.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::aws::{Host, Region};
use crate::doctor::check_id::CheckId;
use crate::doctor::examination::Examination;
use crate::doctor::report::{Finding, Outcome};
use crate::doctor::verdict::Why;
use crate::error::Exit;
use crate::http::{self, Route};
use crate::remote::clock_difference;

/// How long a name or an address may take: AWS answers in a fraction of a second, and a VPC without a way out never
/// does.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Services refuse signatures that are 5 minutes off.
const CLOCK_TOLERANCE: time::Duration = time::Duration::minutes(1);

pub(in crate::doctor) struct Place {
    /// Its checks: settings, DNS, TCP, TLS.
    checks: [CheckId; 4],
    /// The interface VPC endpoint that leads there.
    service: Option<String>,
    /// The setting that names another host.
    setting: &'static str,
    advice: Option<String>,
}

#[derive(Clone, Copy, Default)]
pub(in crate::doctor) struct Reached {
    pub(in crate::doctor) is_there: bool,
    /// How far this machine's clock is ahead.
    pub(in crate::doctor) ahead: Option<time::Duration>,
}

impl Place {
    /// STS at `host[:port]` in a region.
    pub(in crate::doctor) fn sts(authority: &str, region: &Region, decided_by: &str) -> Self {
        let label = authority.split('.').next().unwrap_or_default();
        let is_aws = matches!(label, "sts" | "sts-fips");
        Self {
            checks: [
                CheckId::StsSettings,
                CheckId::StsDns,
                CheckId::StsTcp,
                CheckId::StsTls,
            ],
            service: is_aws.then(|| format!("com.amazonaws.{region}.{label}")),
            setting: "AWS_ENDPOINT_URL_STS",
            advice: Some(format!(
                "or set codecommit.stsRegion to a region whose STS can be reached ({region} is {decided_by})"
            )),
        }
    }

    pub(in crate::doctor) fn git_host(authority: &str) -> Self {
        let host = Host::recognise(authority);
        Self {
            checks: [
                CheckId::GitSettings,
                CheckId::GitDns,
                CheckId::GitTcp,
                CheckId::GitTls,
            ],
            service: host.map(|h| format!("com.amazonaws.{}.{}", h.region(), h.service())),
            setting: "CODE_COMMIT_ENDPOINT",
            advice: None,
        }
    }

    /// Notes that its checks are not made.
    pub(in crate::doctor) fn skip(&self, x: &mut Examination<'_>, why: &Why) {
        x.skip_rest(&self.checks[1..], why);
    }

    /// Makes its checks, each if the one before it succeeded. `settings`: what came of the settings on the route;
    /// `is_needed`: a failure stops a command today.
    pub(in crate::doctor) async fn reach(
        &self,
        x: &mut Examination<'_>,
        settings: Outcome<Route>,
        is_needed: bool,
    ) -> Reached {
        let was_beside = x.is_beside;
        x.is_beside |= !is_needed;
        let answered = self.answer(x, settings).await;
        let reached = match answered {
            Ok(date) => Reached {
                is_there: true,
                ahead: date.map(|date| x.world.now() - date),
            },
            Err(why) => {
                self.skip(x, &why);
                Reached::default()
            }
        };
        x.is_beside = was_beside;
        reached
    }

    /// The checks; the host's time, if it sends one.
    async fn answer(
        &self,
        x: &mut Examination<'_>,
        settings: Outcome<Route>,
    ) -> Result<Option<OffsetDateTime>, Why> {
        let [of_settings, dns, tcp, tls] = self.checks;
        let route = x
            .check_quietly(of_settings, async { settings })
            .await
            .go()?;
        let addresses = x.check(dns, self.resolve(&route)).await.go()?;
        x.check(tcp, self.connect(&route, &addresses)).await.go()?;
        x.check(tls, secure(&route)).await.go()
    }

    async fn resolve(&self, route: &Route) -> Outcome<Vec<SocketAddr>> {
        let target = target(route);
        let found = timeout(ANSWER_TIMEOUT, route.addresses()).await;
        let found = found.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let addresses = match found {
            Ok(addresses) if !addresses.is_empty() => addresses,
            other => {
                let cause = other.map_or_else(|error| error.to_string(), |_| "no address".into());
                let finding =
                    Finding::failed(Exit::Network, format!("{target} has no address: {cause}"));
                return Err(self.with_fix(finding, route, &[]));
            }
        };
        let finding = Finding::good(format!("{target} is at {}", listed(&addresses)));
        let is_vpc = route.proxy().is_none() && addresses.iter().all(|a| is_private(a.ip()));
        let finding = match is_vpc {
            true => finding.and("private addresses: a VPC endpoint, or a private network"),
            false => finding,
        };
        Ok((finding, addresses))
    }

    async fn connect(&self, route: &Route, addresses: &[SocketAddr]) -> Outcome {
        match connect(addresses).await {
            Ok(address) => Finding::good(format!("connected to {address}")).outcome(),
            Err(why) => {
                let problem = format!("no connection to {}: {why}", target(route));
                let finding = Finding::failed(Exit::Network, problem);
                Err(self.with_fix(finding, route, addresses))
            }
        }
    }

    /// Adds what to do where the host was not reached.
    fn with_fix(&self, finding: Finding, route: &Route, found: &[SocketAddr]) -> Finding {
        match route.proxy() {
            Some((proxy, origin)) => finding.fixed_by(format!(
                "check the proxy {proxy} ({origin}), or list the host in no_proxy"
            )),
            None => self.with_direct_fix(finding, found),
        }
    }

    fn with_direct_fix(&self, finding: Finding, found: &[SocketAddr]) -> Finding {
        let Some(service) = &self.service else {
            return finding.fixed_by(format!("check {} and the network", self.setting));
        };
        if !found.is_empty() && found.iter().all(|address| is_private(address.ip())) {
            return finding.fixed_by(format!(
                "the security group of the VPC endpoint {service} must allow port 443 from this machine"
            ));
        }
        let finding = finding
            .fixed_by(format!(
                "a VPC without internet needs the interface endpoint {service}, with private DNS names"
            ))
            .fixed_by("elsewhere, check the network and its DNS, or set https_proxy");
        match &self.advice {
            Some(advice) => finding.fixed_by(advice.clone()),
            None => finding,
        }
    }
}

/// The settings on the route to a host.
pub(in crate::doctor) fn settings(route: Result<Route, http::Error>) -> Outcome<Route> {
    let route = route.map_err(Finding::error)?;
    Ok((Finding::ok([]), route))
}

/// The host that TCP leads to, in words: the proxy's where there is one.
fn target(route: &Route) -> String {
    match route.proxy() {
        Some((proxy, origin)) => format!("the proxy {proxy} ({origin})"),
        None => route.authority().to_owned(),
    }
}

/// Opens a TLS connection and asks for the time there.
async fn secure(route: &Route) -> Outcome<Option<OffsetDateTime>> {
    let date = route.time().await.map_err(Finding::error)?;
    let host = route.authority();
    let finding = Finding::good(match route.proxy() {
        Some((proxy, origin)) => format!("{host} answers through the proxy {proxy} ({origin})"),
        None => format!("{host} answers"),
    });
    Ok((finding, date))
}

/// This machine's clock against the hosts'.
pub(in crate::doctor) fn clock(hosts: &[(&str, Option<time::Duration>)]) -> Result<Finding, Why> {
    let answers = hosts.iter();
    let answers = answers.filter_map(|(host, ahead)| Some((*host, (*ahead)?)));
    let (host, ahead) = answers
        .max_by_key(|(_, ahead)| ahead.abs())
        .ok_or(Why::NoTime)?;
    let seconds = ahead.whole_seconds().unsigned_abs();
    let text = match seconds {
        // A host's time comes in whole seconds, and takes a while to come.
        0..=2 => "right within 2 seconds".to_owned(),
        _ => format!("{} that of {host}", clock_difference(ahead)),
    };
    Ok(match ahead.abs() < CLOCK_TOLERANCE {
        true => Finding::good(text),
        false => Finding::ok([])
            .but(text)
            .fixed_by("set this machine's clock: AWS refuses signatures that are 5 minutes off"),
    })
}

/// The first address that takes a connection, or why none does.
async fn connect(addresses: &[SocketAddr]) -> Result<SocketAddr, String> {
    let share = ANSWER_TIMEOUT / u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let mut why = Vec::new();
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(_)) => return Ok(*address),
            Ok(Err(error)) => why.push(format!("{address}: {error}")),
            Err(_) => why.push(format!(
                "{address}: no answer in {} seconds",
                share.as_secs()
            )),
        }
    }
    Err(why.join("; "))
}

fn listed(addresses: &[SocketAddr]) -> String {
    let mut shown: Vec<String> = Vec::new();
    for address in addresses {
        let address = address.ip().to_string();
        if !shown.contains(&address) {
            shown.push(address);
        }
    }
    shown.join(", ")
}

/// Addresses of private networks: RFC 1918, RFC 6598 and RFC 4193.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            address.is_private() || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_vpc_endpoint_is_named_for_every_kind_of_host() {
        let region = Region::parse("us-east-1").unwrap();
        for (host, service) in [
            ("sts.us-east-1.amazonaws.com", Some("sts")),
            ("sts-fips.us-east-1.amazonaws.com", Some("sts-fips")),
            ("localhost:8443", None),
        ] {
            let expected = service.map(|service| format!("com.amazonaws.us-east-1.{service}"));
            assert_eq!(Place::sts(host, &region, "x").service, expected);
        }
        for (host, service) in [
            (
                "git-codecommit.us-east-1.amazonaws.com",
                Some("git-codecommit"),
            ),
            (
                "git-codecommit-fips.us-east-1.amazonaws.com",
                Some("git-codecommit-fips"),
            ),
            ("localhost:8443", None),
        ] {
            let expected = service.map(|service| format!("com.amazonaws.us-east-1.{service}"));
            assert_eq!(Place::git_host(host).service, expected);
        }
    }

    #[test]
    fn a_private_address_that_does_not_answer_hints_at_its_security_group() {
        let place = Place::git_host("git-codecommit.eu-west-1.amazonaws.com");
        let fix = |found: &[&str]| {
            let found: Vec<SocketAddr> = found.iter().map(|text| text.parse().unwrap()).collect();
            let finding = place.with_direct_fix(Finding::ok([]), &found);
            finding.fix.join("\n")
        };
        assert!(fix(&["10.0.1.5:443", "172.31.0.9:443"]).contains("security group"));
        assert!(fix(&["[fd00::5]:443"]).contains("security group"));
        for public in [
            &["52.1.2.3:443"][..],
            &["10.0.1.5:443", "52.1.2.3:443"],
            &[],
        ] {
            assert!(
                fix(public).contains(
                    "needs the interface endpoint com.amazonaws.eu-west-1.git-codecommit,"
                )
            );
        }
    }
}
