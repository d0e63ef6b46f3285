//! Where a repository is: the git host, and the URL that requests go to.

use url::Url;

use crate::address::Address;
use crate::aws::{Host, Region, RepositoryName};
use crate::error::{Exit, Explain};
use crate::world::{World, variable};

/// The setting for a git host of the person's own cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{setting} is {value:?}, which is not a host name or host:port")]
pub(crate) struct BadAuthority {
    /// `CODE_COMMIT_ENDPOINT`, or the key of git's configuration.
    setting: String,
    /// Its value, but for what may be a password in it.
    value: String,
}

impl Explain for BadAuthority {
    fn hints(&self) -> Vec<String> {
        vec!["write only the host, without https:// and without a path".into()]
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

/// A repository on a git host: what is signed and what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    authority: String,
    region: Region,
    repository: RepositoryName,
}

impl Endpoint {
    /// Settles the host: `CODE_COMMIT_ENDPOINT`, else `configured` (a setting and its value), else the host of a
    /// pasted URL, else the region's. Fails if the setting that decides is not `host[:port]`.
    pub(crate) fn resolve(
        world: &World,
        configured: Option<(String, String)>,
        address: &Address,
        region: Region,
        fips: bool,
    ) -> Result<Self, BadAuthority> {
        let name = variable::CODE_COMMIT_ENDPOINT;
        let own = world.variable(name).map(|value| (name.to_owned(), value));
        let authority = match (own.or(configured), &address.host) {
            (Some((setting, value)), _) => {
                checked_authority(&value).ok_or_else(|| BadAuthority {
                    setting,
                    value: without_user(&value),
                })?
            }
            (None, Some(host)) => host.name().to_owned(),
            (None, None) => Host::regional(&region, fips).name().to_owned(),
        };
        Ok(Self {
            authority,
            region,
            repository: address.repository.clone(),
        })
    }

    /// The repository on a host that is settled already.
    pub(crate) fn new(authority: String, region: Region, repository: RepositoryName) -> Self {
        Self {
            authority,
            region,
            repository,
        }
    }

    /// `host[:port]`, as it stands in the URL and, as in git-remote-codecommit, in the signature.
    #[must_use]
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    #[must_use]
    pub(crate) fn region(&self) -> &Region {
        &self.region
    }

    #[must_use]
    pub(crate) fn repository(&self) -> &RepositoryName {
        &self.repository
    }

    /// The path that is signed: one signature serves every request below it.
    #[must_use]
    pub(crate) fn path(&self) -> String {
        format!("/v1/repos/{}", self.repository)
    }

    /// The repository's URL. Always https: plain http does not exist here.
    #[must_use]
    pub(crate) fn url(&self) -> String {
        format!("https://{}{}", self.authority, self.path())
    }

    /// The repository's ARN with `*` for the account, as policies name it.
    #[must_use]
    pub(crate) fn resource(&self) -> String {
        let partition = self.region.partition();
        format!(
            "arn:{partition}:codecommit:{}:*:{}",
            self.region, self.repository
        )
    }
}

/// Masks what stands in front of the last `@`.
fn without_user(value: &str) -> String {
    match value.rsplit_once('@') {
        Some((_, host)) => format!("***@{host}"),
        None => value.to_owned(),
    }
}

/// Accepts `host` or `host:port`; anything else could move the request, or the signature, elsewhere.
///
/// The answer is in lower case: that is what is sent, and so what must be signed.
pub(crate) fn checked_authority(text: &str) -> Option<String> {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let is_port = |port: &str| {
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port != 0)
    };
    // The URL library has the last word: it knows what looks like an IP address and is none.
    let host = host.to_ascii_lowercase();
    let stays =
        Url::parse(&format!("https://{host}/")).is_ok_and(|url| url.host_str() == Some(&host));
    let is_authority = stays && host.split('.').all(is_label) && port.is_none_or(is_port);
    is_authority.then(|| match port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_override_takes_a_host_and_a_port_and_nothing_else() {
        for good in ["localhost:8443", "land.called.honahlee", "127.0.0.1:1"] {
            assert!(checked_authority(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "https://host",
            "host/path",
            "user@host",
            "host:",
            "host:0",
            "host:99999",
            "host:+1",
            "a b",
            "host?x",
            "-oProxy",
            "h\u{f6}st",
            "1.2.3.4.5",
            "256.256.256.256",
            "xn--a",
            "a..b",
            "a.",
        ] {
            assert!(checked_authority(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_override_is_signed_as_it_is_sent() {
        assert_eq!(
            checked_authority("LocalHost:8443").unwrap(),
            "localhost:8443"
        );
    }
}
