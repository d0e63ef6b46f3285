//! Name, TCP and TLS of a host, or the proxy on the way to it; and what time it is there.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::examination::Examination;
use super::report::Finding;
use crate::aws::{Host, Region};
use crate::error::Error;
use crate::http::{self, Way};

/// The exit code of the network.
pub(super) const NETWORK: u8 = 5;
/// How long a name or an address may take: AWS answers in a fraction of a second, and what has no way
/// out of a VPC never.
const PATIENCE: Duration = Duration::from_secs(10);
/// A clock this far off is worth a word; services refuse signatures that are 5 minutes off.
const DRIFT: time::Duration = time::Duration::minutes(1);

/// A host to be reached.
pub(super) struct Place {
    /// What its checks begin with: `sts` or `git`.
    prefix: &'static str,
    /// In words.
    name: &'static str,
    /// The interface VPC endpoint that leads there.
    service: Option<String>,
    /// Where one sets another host.
    setting: &'static str,
    /// Who chose it.
    note: Option<String>,
}

/// What came of it.
#[derive(Clone, Copy)]
pub(super) struct Reached {
    pub(super) is_there: bool,
    /// How far this machine's clock is ahead.
    pub(super) ahead: Option<time::Duration>,
}

impl Reached {
    const NOT: Self = Self {
        is_there: false,
        ahead: None,
    };
}

impl Place {
    /// STS at `host[:port]` in a region.
    pub(super) fn sts(authority: &str, region: &Region, decided_by: &str) -> Self {
        let label = authority.split('.').next().unwrap_or_default();
        let is_aws = matches!(label, "sts" | "sts-fips");
        Self {
            prefix: "sts",
            name: "STS",
            service: is_aws.then(|| format!("com.amazonaws.{region}.{label}")),
            setting: "AWS_ENDPOINT_URL_STS",
            note: Some(format!(
                "if the STS of another region can be reached: codecommit.stsRegion chooses it; {region} is {decided_by}"
            )),
        }
    }

    /// The git host at `host[:port]`.
    pub(super) fn git_host(authority: &str) -> Self {
        let host = Host::recognise(authority);
        let service = host.map(|h| format!("com.amazonaws.{}.{}", h.region(), h.service()));
        Self {
            prefix: "git",
            name: "the git host",
            service,
            setting: "CODE_COMMIT_ENDPOINT",
            note: None,
        }
    }

    /// Its checks, as ids and titles.
    fn checks(&self) -> [(String, String); 3] {
        let Self { prefix, name, .. } = self;
        [
            (format!("{prefix}-dns"), format!("name of {name}")),
            (format!("{prefix}-tcp"), format!("TCP to {name}")),
            (format!("{prefix}-tls"), format!("TLS with {name}")),
        ]
    }

    /// Notes that none of its checks is made.
    pub(super) fn skip(&self, examination: &mut Examination<'_>, why: &str) {
        for (id, title) in self.checks() {
            examination.skip(&id, &title, why);
        }
    }

    /// Makes the checks, each if the one before it went well. `is_needed`: a failure stops a command today.
    pub(super) async fn reach(
        &self,
        examination: &mut Examination<'_>,
        way: Result<Way, http::Error>,
        is_needed: bool,
    ) -> Reached {
        let toned = |finding: Finding| match is_needed {
            true => finding,
            false => finding.softened(),
        };
        let [(dns, dns_title), (tcp, tcp_title), (tls, tls_title)] = self.checks();
        let started = Instant::now();
        let way = match way {
            Ok(way) => way,
            Err(error) => {
                let title = format!("proxy and trust for {}", self.name);
                let finding = toned(Finding::error(&Error::from(error)));
                examination.add(
                    &format!("{}-settings", self.prefix),
                    &title,
                    started,
                    finding,
                );
                self.skip(examination, &format!("{title}: failed"));
                return Reached::NOT;
            }
        };
        let proxy = way
            .proxy()
            .map(|(proxy, origin)| format!("{proxy} ({origin})"));
        let what = match &proxy {
            Some(proxy) => format!("the proxy {proxy}"),
            None => way.authority().to_owned(),
        };

        let resolving = timeout(PATIENCE, way.addresses());
        let found = examination
            .wait(&format!("resolving {what}"), resolving)
            .await;
        let found = found.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let addresses = match found {
            Ok(addresses) if !addresses.is_empty() => addresses,
            other => {
                let cause = other.map_or_else(|error| error.to_string(), |_| "no address".into());
                let finding = Finding::failed(NETWORK, format!("{what} has no address: {cause}"));
                let finding = self.cured(finding, proxy.as_deref(), &[]);
                examination.add(&dns, &dns_title, started, toned(finding));
                for (id, title) in [(tcp, tcp_title), (tls, tls_title)] {
                    examination.skip(&id, &title, &format!("{dns_title}: failed"));
                }
                return Reached::NOT;
            }
        };
        let mut finding = Finding::ok([format!("{what} is at {}", listed(&addresses))]);
        if proxy.is_none() && addresses.iter().all(|address| is_private(address.ip())) {
            finding = finding.and("private addresses: a VPC endpoint, or a network of one's own");
        }
        examination.add(&dns, &dns_title, started, finding);

        let started = Instant::now();
        let connecting = connect(&addresses);
        let connected = examination
            .wait(&format!("connecting to {what}"), connecting)
            .await;
        let finding = match &connected {
            Ok(address) => Finding::ok([format!("{what} answers at {address}")]),
            Err(why) => {
                let finding = Finding::failed(NETWORK, format!("no connection to {what}: {why}"));
                self.cured(finding, proxy.as_deref(), &addresses)
            }
        };
        examination.add(&tcp, &tcp_title, started, toned(finding));
        if connected.is_err() {
            examination.skip(&tls, &tls_title, &format!("{tcp_title}: failed"));
            return Reached::NOT;
        }

        let started = Instant::now();
        let asking = way.time();
        let waiting = format!("waiting for {}", way.authority());
        let answer = examination.wait(&waiting, asking).await;
        let now = examination.world.now();
        let finding = match &answer {
            Ok(_) => Finding::ok([match &proxy {
                Some(proxy) => format!("{} answers through the proxy {proxy}", way.authority()),
                None => format!("{} answers", way.authority()),
            }]),
            Err(error) => Finding::error(&Error::from(error.clone())),
        };
        examination.add(&tls, &tls_title, started, toned(finding));
        Reached {
            is_there: answer.is_ok(),
            ahead: answer.ok().flatten().map(|date| now - date),
        }
    }

    /// What to do where there is no way to the host.
    fn cured(&self, finding: Finding, proxy: Option<&str>, found: &[SocketAddr]) -> Finding {
        if let Some(proxy) = proxy {
            return finding.cured_by(format!(
                "check the proxy {proxy}, or list the host in no_proxy"
            ));
        }
        let Some(service) = &self.service else {
            return finding.cured_by(format!("check {}, and the network", self.setting));
        };
        if !found.is_empty() && found.iter().all(|address| is_private(address.ip())) {
            return finding.cured_by(format!(
                "the security group of the VPC endpoint {service} must let port 443 in from here"
            ));
        }
        let finding = finding
            .cured_by(format!(
                "a VPC without internet needs the interface endpoint {service}, with private DNS names"
            ))
            .cured_by("elsewhere, check the network and its name servers, or set https_proxy");
        match &self.note {
            Some(note) => finding.cured_by(note.clone()),
            None => finding,
        }
    }
}

/// The clock, by what the hosts say.
pub(super) fn clock(examination: &mut Examination<'_>, hosts: &[(&str, Option<time::Duration>)]) {
    let said = hosts
        .iter()
        .filter_map(|(host, ahead)| Some((*host, (*ahead)?)));
    let Some((host, ahead)) = said.max_by_key(|(_, ahead)| ahead.abs()) else {
        return examination.skip("clock", "clock", "no host said what time it is");
    };
    let seconds = ahead.whole_seconds().unsigned_abs();
    let direction = if ahead.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    let apart = match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    };
    let text = match seconds {
        // A host's time comes in whole seconds, and takes a while to come.
        0..=2 => format!("as {host} has it"),
        _ => format!("this machine's is {apart} {direction} that of {host}"),
    };
    let finding = match ahead.abs() < DRIFT {
        true => Finding::ok([text]),
        false => Finding::ok([])
            .but(text)
            .cured_by("set it right: AWS refuses signatures that are 5 minutes off"),
    };
    examination.add_timed("clock", "clock", Duration::ZERO, finding);
}

/// The first address that takes a connection, or why none does.
async fn connect(addresses: &[SocketAddr]) -> Result<SocketAddr, String> {
    let share = PATIENCE / u32::try_from(addresses.len()).unwrap_or(u32::MAX);
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
    fn a_private_address_that_does_not_answer_is_a_matter_of_its_security_group() {
        let place = Place::git_host("git-codecommit.eu-west-1.amazonaws.com");
        let cure = |found: &[&str]| {
            let found: Vec<SocketAddr> = found.iter().map(|text| text.parse().unwrap()).collect();
            place.cured(Finding::ok([]), None, &found).cure.join("\n")
        };
        assert!(cure(&["10.0.1.5:443", "172.31.0.9:443"]).contains("security group"));
        assert!(cure(&["[fd00::5]:443"]).contains("security group"));
        for public in [
            &["52.1.2.3:443"][..],
            &["10.0.1.5:443", "52.1.2.3:443"],
            &[],
        ] {
            assert!(
                cure(public).contains(
                    "needs the interface endpoint com.amazonaws.eu-west-1.git-codecommit,"
                )
            );
        }
    }
}
