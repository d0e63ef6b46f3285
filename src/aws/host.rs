//! CodeCommit git hosts: made for a region, and recognised, strictly, from a name.

use super::{Region, partition};

/// The host name of a CodeCommit git endpoint, and the region it signs for.
///
/// A value can only be made for a region or by [`Host::recognise`], so holding one means that signatures for
/// it reach AWS and nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    name: String,
    region: Region,
}

impl Host {
    /// The regional host, `git-codecommit[-fips].<region>.<suffix of the partition>`.
    ///
    /// Source: CodeCommit user guide, "Regions and Git connection endpoints".
    #[must_use]
    pub(crate) fn regional(region: &Region, fips: bool) -> Self {
        let service = if fips {
            "git-codecommit-fips"
        } else {
            "git-codecommit"
        };
        let suffix = partition::of(region.as_str()).dns_suffix;
        Self {
            name: format!("{service}.{region}.{suffix}"),
            region: region.clone(),
        }
    }

    /// Recognises a git host by its whole name: regional, FIPS, or of an interface VPC endpoint
    /// (`vpce-<id>.git-codecommit.<region>.vpce.<suffix>`), in any partition. No port, no user.
    #[must_use]
    pub(crate) fn recognise(name: &str) -> Option<Self> {
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
        (suffix == partition::of(region.as_str()).dns_suffix).then_some(Self { name, region })
    }

    /// The name, lower-case, without a port.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The service in the name, which is also that of its VPC endpoint: `git-codecommit` or `git-codecommit-fips`.
    #[must_use]
    pub(crate) fn service(&self) -> &'static str {
        if self.name.contains("git-codecommit-fips.") {
            "git-codecommit-fips"
        } else {
            "git-codecommit"
        }
    }

    #[must_use]
    pub(crate) fn region(&self) -> &Region {
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

    /// Region by host name; every name is one AWS documents, or follows its pattern in a partition.
    const OURS: &[(&str, &str)] = &[
        ("git-codecommit.eu-west-1.amazonaws.com", "eu-west-1"),
        ("GIT-CodeCommit.EU-West-1.AmazonAWS.com", "eu-west-1"),
        ("git-codecommit.us-east-1.amazonaws.com", "us-east-1"),
        ("git-codecommit.af-south-1.amazonaws.com", "af-south-1"),
        (
            "git-codecommit.ap-northeast-3.amazonaws.com",
            "ap-northeast-3",
        ),
        ("git-codecommit.il-central-1.amazonaws.com", "il-central-1"),
        ("git-codecommit.me-central-1.amazonaws.com", "me-central-1"),
        ("git-codecommit.mx-central-1.amazonaws.com", "mx-central-1"),
        ("git-codecommit-fips.us-east-2.amazonaws.com", "us-east-2"),
        (
            "git-codecommit-fips.ca-central-1.amazonaws.com",
            "ca-central-1",
        ),
        (
            "git-codecommit.us-gov-west-1.amazonaws.com",
            "us-gov-west-1",
        ),
        (
            "git-codecommit-fips.us-gov-east-1.amazonaws.com",
            "us-gov-east-1",
        ),
        ("git-codecommit.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        (
            "git-codecommit.cn-northwest-1.amazonaws.com.cn",
            "cn-northwest-1",
        ),
        (
            "git-codecommit.eusc-de-east-1.amazonaws.eu",
            "eusc-de-east-1",
        ),
        ("git-codecommit.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
        (
            "git-codecommit.us-isob-east-1.sc2s.sgov.gov",
            "us-isob-east-1",
        ),
        (
            "git-codecommit.eu-isoe-west-1.cloud.adc-e.uk",
            "eu-isoe-west-1",
        ),
        (
            "git-codecommit.us-isof-south-1.csp.hci.ic.gov",
            "us-isof-south-1",
        ),
        (
            "vpce-0b47ea360adebf88a-jkl88hez.git-codecommit.us-east-1.vpce.amazonaws.com",
            "us-east-1",
        ),
        (
            "vpce-0b47-jkl88hez-us-west-2b.git-codecommit-fips.us-east-1.vpce.amazonaws.com",
            "us-east-1",
        ),
        (
            "vpce-1.git-codecommit.cn-north-1.vpce.amazonaws.com.cn",
            "cn-north-1",
        ),
    ];

    /// Names that only look like one.
    const FOREIGN: &[&str] = &[
        "",
        ".",
        "git-codecommit",
        "git-codecommit.",
        "git-codecommit.amazonaws.com",
        "git-codecommit..amazonaws.com",
        "git-codecommit.eu-west-1",
        "git-codecommit.eu-west-1.",
        "git-codecommit.eu-west-1.amazonaws",
        // The AWS CLI's helper answers these: "amazon.com" or "amazonaws.com" anywhere will do.
        "amazon.com",
        "amazonaws.com",
        "amazon.com.evil.example",
        "amazonaws.com.evil.example",
        "evil.example.amazonaws.com",
        "notamazonaws.com",
        "git-codecommit.eu-west-1.notamazonaws.com",
        "s3.eu-west-1.amazonaws.com",
        "bucket.s3.amazonaws.com",
        "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com",
        "abc.execute-api.eu-west-1.amazonaws.com",
        "git-codecommit.eu-west-1.elb.amazonaws.com",
        "codecommit.eu-west-1.amazonaws.com",
        "codecommit-fips.us-east-1.amazonaws.com",
        "git-codecommit-fips-2.us-east-1.amazonaws.com",
        "git-codecommitx.eu-west-1.amazonaws.com",
        "git_codecommit.eu-west-1.amazonaws.com",
        "gitcodecommit.eu-west-1.amazonaws.com",
        "evil-git-codecommit.eu-west-1.amazonaws.com",
        "x.git-codecommit.eu-west-1.amazonaws.com",
        "git-codecommit.eu-west-1.evil.amazonaws.com",
        "git-codecommit.eu-west-1.amazonaws.com.evil.example",
        "git-codecommit.eu-west-1.amazonaws.com.",
        "git-codecommit.eu-west-1.amazonaws.com:443",
        "git-codecommit.eu-west-1.amazonaws.com/",
        "git-codecommit.eu-west-1.amazonaws.com#.evil.example",
        "git-codecommit.eu-west-1.amazonaws.com%2eevil.example",
        "git-codecommit.eu-west-1.amazonaws.com\0.evil.example",
        "git-codecommit.eu-west-1.amazonaws.com\n",
        " git-codecommit.eu-west-1.amazonaws.com",
        "git-codecommit.eu-west-1@evil.example",
        "git-codecommit.eu-west-1.amazonaws.com@evil.example",
        "git-codecommit.github.amazonaws.com",
        "git-codecommit.1.amazonaws.com",
        "git-codecommit.eu-west.amazonaws.com",
        "git-codecommit.eu-west-1-.amazonaws.com",
        "git-codecommit.-eu-west-1.amazonaws.com",
        "git-codecommit.eu-west-1.amaz\u{f6}naws.com",
        // The suffix of another partition.
        "git-codecommit.eu-west-1.amazonaws.com.cn",
        "git-codecommit.cn-north-1.amazonaws.com",
        "git-codecommit.eu-west-1.amazonaws.eu",
        "git-codecommit.eusc-de-east-1.amazonaws.com",
        "git-codecommit.us-iso-east-1.amazonaws.com",
        "git-codecommit.us-east-1.c2s.ic.gov",
        // VPC endpoints have an identifier in front and "vpce" behind the region.
        "git-codecommit.eu-west-1.vpce.amazonaws.com",
        "vpce-.git-codecommit.eu-west-1.vpce.amazonaws.com",
        "vpce-1.git-codecommit.eu-west-1.amazonaws.com",
        "vpce-1.evil.git-codecommit.eu-west-1.vpce.amazonaws.com",
        "vpce-1_2.git-codecommit.eu-west-1.vpce.amazonaws.com",
        "xvpce-1.git-codecommit.eu-west-1.vpce.amazonaws.com",
        "vpce-1.git-codecommit.eu-west-1.vpce.amazonaws.com.evil.example",
        "vpce-1.codecommit.eu-west-1.vpce.amazonaws.com",
        "vpce-svc-1.eu-west-1.vpce.amazonaws.com",
    ];

    #[test]
    fn hosts_of_every_partition_are_recognised_and_nothing_else_is() {
        for (name, region) in OURS {
            assert_eq!(region_of(name).as_deref(), Some(*region), "{name}");
        }
        for name in FOREIGN {
            assert_eq!(region_of(name), None, "{name}");
        }
        assert!(OURS.len() + FOREIGN.len() >= 60);
    }

    #[test]
    fn a_host_names_its_service() {
        let region = Region::parse("us-east-1").unwrap();
        for (fips, service) in [(false, "git-codecommit"), (true, "git-codecommit-fips")] {
            let host = Host::regional(&region, fips);
            assert_eq!(host.name(), format!("{service}.us-east-1.amazonaws.com"));
            assert_eq!(host.service(), service);
            let name = format!("vpce-1.{service}.us-east-1.vpce.amazonaws.com");
            assert_eq!(Host::recognise(&name).unwrap().service(), service);
        }
    }

    #[test]
    fn every_partition_has_its_suffix() {
        for (region, host) in [
            ("eu-west-1", "git-codecommit.eu-west-1.amazonaws.com"),
            (
                "us-gov-east-1",
                "git-codecommit.us-gov-east-1.amazonaws.com",
            ),
            (
                "cn-northwest-1",
                "git-codecommit.cn-northwest-1.amazonaws.com.cn",
            ),
            (
                "eusc-de-east-1",
                "git-codecommit.eusc-de-east-1.amazonaws.eu",
            ),
            (
                "eu-isoe-west-1",
                "git-codecommit.eu-isoe-west-1.cloud.adc-e.uk",
            ),
            ("zz-new-9", "git-codecommit.zz-new-9.amazonaws.com"),
        ] {
            let region = Region::parse(region).unwrap();
            assert_eq!(Host::regional(&region, false).name(), host);
            assert_eq!(Host::recognise(host).unwrap().region(), &region);
        }
    }
}
