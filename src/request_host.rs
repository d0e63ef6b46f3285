//! Which host of a request is one of AWS's git hosts, or the person's own in its place.

use crate::aws::{ConnectionsHost, Host, Region, connections};
use crate::endpoint::checked_authority;
use crate::git::config;
use crate::message::Notices;
use crate::own_config::OwnConfig;
use crate::world::World;

/// The service of AWS behind a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// CodeCommit, or the person's own host in its place.
    CodeCommit,
    /// AWS CodeConnections. Only git itself sends requests there.
    Connections,
}

impl Service {
    /// How a URL names a repository.
    pub(crate) fn form(self) -> &'static str {
        match self {
            Self::CodeCommit => "a CodeCommit URL ends in /v1/repos/ and the repository's name",
            Self::Connections => {
                "a CodeConnections URL ends in /git-http/ACCOUNT/REGION/CONNECTION/OWNER/REPOSITORY.git"
            }
        }
    }
}

/// The host of a credential request, if the helper may answer for it.
pub(crate) struct RequestHost {
    pub(crate) service: Service,
    /// Its name, without a port, as it is signed: so does the AWS CLI.
    pub(crate) name: String,
    /// The name as git gave it.
    pub(crate) authority: String,
    /// The region in the name; a host of the person's own has none.
    pub(crate) region: Option<Region>,
}

impl RequestHost {
    /// Strictly https and strictly AWS: anyone else would be handed a session token. `with_own` says that the
    /// person's own host, which `codecommit.endpoint` names, counts too. Fails if git's configuration
    /// cannot be read, where it decides.
    pub(crate) fn of(
        world: &World,
        notices: &dyn Notices,
        protocol: Option<&str>,
        host: Option<&str>,
        path: &str,
        with_own: bool,
    ) -> Result<Option<Self>, config::Error> {
        let (Some("https"), Some(host)) = (protocol, host) else {
            return Ok(None);
        };
        let recognised = Self::recognise(host);
        if recognised.is_some() || !with_own {
            return Ok(recognised);
        }
        let own = OwnConfig::of_url(world, host, path, None);
        let (Some(asked), Some(named)) = (checked_authority(host), own.text("endpoint")?) else {
            return Ok(None);
        };
        if checked_authority(&named.value).as_ref() != Some(&asked) {
            return Ok(None);
        }
        notices.warning(&format!(
            "{asked} is not an AWS host; answering because {} names it",
            named.key
        ));
        let name = asked.split(':').next().unwrap_or_default().to_owned();
        Ok(Some(Self {
            service: Service::CodeCommit,
            name,
            authority: host.to_owned(),
            region: None,
        }))
    }

    /// The host, if it is a git host of AWS; port 443 may be named.
    pub(crate) fn recognise(authority: &str) -> Option<Self> {
        let name = authority.strip_suffix(":443").unwrap_or(authority);
        let of = |service, name: &str, region: &Region| Self {
            service,
            name: name.to_owned(),
            authority: name.to_owned(),
            region: Some(region.clone()),
        };
        match (Host::recognise(name), ConnectionsHost::recognise(name)) {
            (Some(host), _) => Some(of(Service::CodeCommit, host.name(), host.region())),
            (_, Some(host)) => Some(of(Service::Connections, host.name(), host.region())),
            (None, None) => None,
        }
    }

    /// The host of an https URL, and the path on it.
    pub(crate) fn of_url(url: &str) -> Option<(Self, String)> {
        let (authority, path) = url.strip_prefix("https://")?.split_once('/')?;
        Some((Self::recognise(authority)?, format!("/{path}")))
    }

    /// Whether a path on this host is signed: that of a repository, as git has it in the URL.
    pub(crate) fn serves(&self, path: &str) -> bool {
        match self.service {
            Service::CodeCommit => path.trim_start_matches('/').starts_with("v1/repos/"),
            Service::Connections => connections::is_path(path),
        }
    }
}
