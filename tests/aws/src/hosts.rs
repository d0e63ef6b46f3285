//! The names of AWS's services.

/// What the partitions' names end with (botocore's `partitions.json`), dual-stack suffixes last.
const SUFFIXES: [&str; 10] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
    ".api.aws",
    ".api.amazonwebservices.com.cn",
    ".aws.amazon.com",
];

/// The part of an AWS name before its partition's suffix; `None` for any other name.
pub(crate) fn local_part(host: &str) -> Option<&str> {
    SUFFIXES
        .iter()
        .find_map(|suffix| host.strip_suffix(suffix))
        .filter(|rest| !rest.is_empty())
}

/// `host` less a `:port`.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The region in the name of a host of AWS CodeConnections.
pub(crate) fn connections_region(host: &str) -> Option<&str> {
    let name = without_port(host).strip_suffix(".amazonaws.com")?;
    let region = name
        .strip_prefix("codeconnections.")
        .or_else(|| name.strip_prefix("codestar-connections."))?;
    (!region.contains('.')).then_some(region)
}

/// The region in the name of a git host: CodeCommit's, a VPC endpoint's too, or AWS CodeConnections'.
pub(crate) fn git_region(host: &str) -> Option<&str> {
    if let Some(region) = connections_region(host) {
        return Some(region);
    }
    let name = local_part(without_port(host))?;
    let name = match name.strip_suffix(".vpce") {
        Some(name) => name.strip_prefix("vpce-")?.split_once('.')?.1,
        None => name,
    };
    let region = name
        .strip_prefix("git-codecommit.")
        .or_else(|| name.strip_prefix("git-codecommit-fips."))?;
    (!region.contains('.')).then_some(region)
}

/// The region in the name of CodeCommit's API, a VPC endpoint's too.
pub(crate) fn codecommit_region(host: &str) -> Option<&str> {
    let name = local_part(without_port(host))?;
    let name = match name.strip_suffix(".vpce") {
        Some(name) => name.strip_prefix("vpce-")?.split_once('.')?.1,
        None => name,
    };
    let region = name
        .strip_prefix("codecommit.")
        .or_else(|| name.strip_prefix("codecommit-fips."))?;
    (!region.contains('.')).then_some(region)
}

/// The region in the name of an STS host, a VPC endpoint's too; `us-east-1` for the global one.
pub(crate) fn sts_region(host: &str) -> Option<&str> {
    let name = local_part(without_port(host))?;
    let name = match name.strip_suffix(".vpce") {
        Some(name) => name.strip_prefix("vpce-")?.split_once('.')?.1,
        None => name,
    };
    match name.split_once('.') {
        None => (name == "sts").then_some("us-east-1"),
        Some(("sts" | "sts-fips", region)) => (!region.contains('.')).then_some(region),
        Some(_) => None,
    }
}

/// The region in `portal.sso.REGION.…`, `oidc.REGION.…` or `REGION.signin.…`, with the service's label.
pub(crate) fn sign_in_region(host: &str) -> Option<(&'static str, &str)> {
    let name = local_part(without_port(host))?;
    let (service, region) = if let Some(region) = name.strip_prefix("portal.sso.") {
        ("portal.sso", region)
    } else if let Some(region) = name.strip_prefix("oidc.") {
        ("oidc", region)
    } else {
        ("signin", name.strip_suffix(".signin")?)
    };
    (!region.contains('.')).then_some((service, region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_the_git_host_is_in_its_name() {
        for (host, expected) in [
            ("git-codecommit.eu-west-1.amazonaws.com", Some("eu-west-1")),
            (
                "git-codecommit.eu-west-1.amazonaws.com:443",
                Some("eu-west-1"),
            ),
            (
                "git-codecommit-fips.us-gov-west-1.amazonaws.com",
                Some("us-gov-west-1"),
            ),
            (
                "git-codecommit.cn-north-1.amazonaws.com.cn",
                Some("cn-north-1"),
            ),
            (
                "git-codecommit.eusc-de-east-1.amazonaws.eu",
                Some("eusc-de-east-1"),
            ),
            (
                "vpce-0b47-jkl.git-codecommit.us-east-1.vpce.amazonaws.com",
                Some("us-east-1"),
            ),
            (
                "codestar-connections.eu-west-1.amazonaws.com",
                Some("eu-west-1"),
            ),
            ("codeconnections.us-east-1.amazonaws.com", Some("us-east-1")),
            ("git-codecommit.a.b.amazonaws.com", None),
            ("git-codecommit.eu-west-1.amazonaws.com.evil.tld", None),
            ("localhost:8443", None),
        ] {
            assert_eq!(git_region(host), expected, "{host}");
        }
        let api = codecommit_region("codecommit-fips.us-east-1.amazonaws.com:443");
        assert_eq!(api, Some("us-east-1"));
        assert_eq!(
            codecommit_region("git-codecommit.us-east-1.amazonaws.com"),
            None
        );
    }

    #[test]
    fn the_region_of_sts_and_of_sign_in_is_in_their_names() {
        for (host, expected) in [
            ("sts.amazonaws.com", Some("us-east-1")),
            ("sts.eu-west-1.amazonaws.com:443", Some("eu-west-1")),
            ("sts-fips.us-east-2.amazonaws.com", Some("us-east-2")),
            ("sts.eu-west-1.api.aws", Some("eu-west-1")),
            ("sts.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            (
                "vpce-1-2.sts.eu-west-1.vpce.amazonaws.com",
                Some("eu-west-1"),
            ),
            ("iam.amazonaws.com", None),
            ("sts.a.b.amazonaws.com", None),
            ("localhost:8443", None),
        ] {
            assert_eq!(sts_region(host), expected, "{host}");
        }
        for (host, expected) in [
            (
                "portal.sso.eu-west-1.amazonaws.com",
                Some(("portal.sso", "eu-west-1")),
            ),
            ("oidc.us-east-2.amazonaws.com", Some(("oidc", "us-east-2"))),
            (
                "us-east-1.signin.aws.amazon.com:443",
                Some(("signin", "us-east-1")),
            ),
            ("signin.aws.amazon.com", None),
            ("example.com", None),
        ] {
            assert_eq!(sign_in_region(host), expected, "{host}");
        }
    }
}
