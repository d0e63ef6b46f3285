//! CodeCommit git hosts: made for a region, and recognised, strictly, from a name.

use super::{Region, partition};

/// The host name of a CodeCommit git endpoint, and the region it signs for.
///
/// A value can only be made for a region or by [`Host::recognise`], so holding one means that
/// signatures for it reach AWS and nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    name: String,
    region: Region,
}

impl Host {
    /// The regional host, `git-codecommit[-fips].<region>.<suffix of the partition>`.
    ///
    /// Source: CodeCommit user guide, "Regions and Git connection endpoints".
    #[must_use]
    pub fn regional(region: &Region, fips: bool) -> Self {
        let service = if fips {
            "git-codecommit-fips"
        } else {
            "git-codecommit"
        };
        let suffix = partition::of(region).dns_suffix;
        Self {
            name: format!("{service}.{region}.{suffix}"),
            region: region.clone(),
        }
    }

    /// Recognises a git host by its whole name: regional, FIPS, or of an interface VPC endpoint
    /// (`vpce-<id>.git-codecommit.<region>.vpce.<suffix>`), in any partition. No port, no user.
    #[must_use]
    pub fn recognise(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (endpoint, rest) = match name.strip_prefix("vpce-") {
            Some(rest) => {
                let (id, rest) = rest.split_once('.')?;
                (Some(id), rest)
            }
            None => (None, name.as_str()),
        };
        if endpoint.is_some_and(|id| !is_endpoint_id(id)) {
            return None;
        }
        let (service, rest) = rest.split_once('.')?;
        if !matches!(service, "git-codecommit" | "git-codecommit-fips") {
            return None;
        }
        let (region, suffix) = rest.split_once('.')?;
        let region = Region::parse(region).ok()?;
        let suffix = match endpoint {
            Some(_) => suffix.strip_prefix("vpce.")?,
            None => suffix,
        };
        (suffix == partition::of(&region).dns_suffix).then_some(Self { name, region })
    }

    /// The name, lower-case, without a port.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The service in the name, which is also that of its VPC endpoint: `git-codecommit` or
    /// `git-codecommit-fips`.
    #[must_use]
    pub fn service(&self) -> &'static str {
        if self.name.contains("git-codecommit-fips.") {
            "git-codecommit-fips"
        } else {
            "git-codecommit"
        }
    }

    /// The region in the name.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }
}

fn is_endpoint_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region_of(name: &str) -> Option<String> {
        Host::recognise(name).map(|host| host.region().to_string())
    }

    #[test]
    fn hosts_of_every_partition_are_recognised() {
        for (name, region) in [
            ("git-codecommit.eu-west-1.amazonaws.com", "eu-west-1"),
            ("GIT-CodeCommit.EU-West-1.AmazonAWS.com", "eu-west-1"),
            ("git-codecommit-fips.us-east-2.amazonaws.com", "us-east-2"),
            (
                "git-codecommit.us-gov-west-1.amazonaws.com",
                "us-gov-west-1",
            ),
            ("git-codecommit.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            (
                "git-codecommit.eusc-de-east-1.amazonaws.eu",
                "eusc-de-east-1",
            ),
            ("git-codecommit.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
            (
                "git-codecommit.us-isob-east-1.sc2s.sgov.gov",
                "us-isob-east-1",
            ),
            ("git-codecommit.mx-central-1.amazonaws.com", "mx-central-1"),
            (
                "vpce-0b47ea360adebf88a-jkl88hez.git-codecommit.us-east-1.vpce.amazonaws.com",
                "us-east-1",
            ),
            (
                "vpce-0b47-jkl88hez-us-west-2b.git-codecommit-fips.us-east-1.vpce.amazonaws.com",
                "us-east-1",
            ),
        ] {
            assert_eq!(region_of(name).as_deref(), Some(region), "{name}");
        }
    }

    #[test]
    fn anything_that_only_looks_like_a_git_host_is_refused() {
        for name in [
            "",
            "git-codecommit",
            "git-codecommit.amazonaws.com",
            "git-codecommit..amazonaws.com",
            "amazon.com.evil.example",
            "git-codecommit.eu-west-1.amazonaws.com.evil.example",
            "git-codecommit.eu-west-1.amazonaws.com.",
            "git-codecommit.eu-west-1.amazonaws.com:443",
            "evil-git-codecommit.eu-west-1.amazonaws.com",
            "x.git-codecommit.eu-west-1.amazonaws.com",
            "git-codecommit.eu-west-1.evil.amazonaws.com",
            "git-codecommit.eu-west-1.amazonaws.com.cn",
            "git-codecommit.cn-north-1.amazonaws.com",
            "git-codecommit.eu-west-1.amazonaws.eu",
            "git-codecommit.eu-west-1@evil.example",
            "git-codecommit.github.amazonaws.com",
            "codecommit.eu-west-1.amazonaws.com",
            "git-codecommit.eu-west-1.vpce.amazonaws.com",
            "vpce-.git-codecommit.eu-west-1.vpce.amazonaws.com",
            "vpce-1.git-codecommit.eu-west-1.amazonaws.com",
            "vpce-1.evil.git-codecommit.eu-west-1.vpce.amazonaws.com",
        ] {
            assert_eq!(region_of(name), None, "{name}");
        }
    }
}
