//! The git hosts of AWS CodeConnections, behind which other providers' repositories are.
//!
//! The AWS CLI's credential helper signs for them as for CodeCommit. Source of the hosts: "AWS CodeConnections endpoints
//! and quotas" of AWS's general reference, which has them in two partitions and no others; of the path: the clone
//! URLs of CodePipeline's full clones.

use super::iam::is_account;
use super::{Region, partition};

/// The names of the service before and after it was renamed: both are in use.
const SERVICES: [&str; 2] = ["codeconnections", "codestar-connections"];
const SUFFIX: &str = "amazonaws.com";
const PARTITIONS: [&str; 2] = ["aws", "aws-us-gov"];

/// `codeconnections.<region>.amazonaws.com` or `codestar-connections.<region>.amazonaws.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionsHost {
    name: String,
    region: Region,
}

impl ConnectionsHost {
    /// Recognises a host by its whole name. No port, no user.
    #[must_use]
    pub(crate) fn recognise(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (service, rest) = name.split_once('.')?;
        let (region, suffix) = rest.split_once('.')?;
        let region = Region::parse(region).ok()?;
        let is_documented = PARTITIONS.contains(&partition::of(region.as_str()).name);
        let is_host = SERVICES.contains(&service) && suffix == SUFFIX && is_documented;
        is_host.then_some(Self { name, region })
    }

    /// Each host's URL, with a `*` for the region.
    pub(crate) fn every_url() -> [String; 2] {
        SERVICES.map(|service| format!("https://{service}.*.{SUFFIX}"))
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn region(&self) -> &Region {
        &self.region
    }
}

/// Whether a path is `/git-http/<account>/<region>/<connection>/<owner>/<repository>.git`. Owners may be nested, and git
/// takes the URL without `.git` too.
pub(crate) fn is_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/git-http/") else {
        return false;
    };
    let is_word = |word: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._~+-".contains(&b);
        !matches!(word, "" | "." | ".." | ".git") && word.bytes().all(is_plain)
    };
    let words: Vec<&str> = rest.split('/').collect();
    match words.as_slice() {
        [account, region, connection, _owner, _repository, ..] => {
            let is_id = |b: u8| b.is_ascii_hexdigit() || b == b'-';
            is_account(account)
                && Region::parse(region).is_ok()
                && connection.bytes().all(is_id)
                && words.iter().all(|word| is_word(word))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_documented_hosts_are_recognised() {
        for (name, region) in [
            ("codeconnections.eu-west-1.amazonaws.com", "eu-west-1"),
            ("codestar-connections.us-east-1.amazonaws.com", "us-east-1"),
            ("CodeStar-Connections.US-East-1.AmazonAWS.com", "us-east-1"),
            (
                "codestar-connections.us-gov-west-1.amazonaws.com",
                "us-gov-west-1",
            ),
        ] {
            let host = ConnectionsHost::recognise(name).unwrap();
            assert_eq!(host.region().as_str(), region, "{name}");
            assert_eq!(host.name(), name.to_ascii_lowercase());
        }
        for name in [
            "",
            "codeconnections.amazonaws.com",
            "codeconnections.eu-west-1.amazonaws.com.evil.example",
            "codeconnections.eu-west-1.amazonaws.com.",
            "codeconnections.eu-west-1.amazonaws.com:443",
            "codeconnections.eu-west-1.evil.amazonaws.com",
            "x.codeconnections.eu-west-1.amazonaws.com",
            "codeconnections-fips.us-east-1.amazonaws.com",
            "codestar-connections.eu-west-1.notamazonaws.com",
            "codestar.eu-west-1.amazonaws.com",
            "codestar_connections.eu-west-1.amazonaws.com",
            "codeconnections.1.amazonaws.com",
            "ada@codeconnections.eu-west-1.amazonaws.com",
            // AWS documents no such host.
            "codestar-connections.cn-north-1.amazonaws.com.cn",
            "codestar-connections.cn-north-1.amazonaws.com",
            "codestar-connections.eusc-de-east-1.amazonaws.eu",
            "codestar-connections.us-iso-east-1.c2s.ic.gov",
            "git-codecommit.eu-west-1.amazonaws.com",
        ] {
            assert_eq!(ConnectionsHost::recognise(name), None, "{name}");
        }
    }

    #[test]
    fn a_path_names_account_region_connection_owner_and_repository() {
        let id = "1d4e2f30-aaaa-bbbb-cccc-0123456789ab";
        let base = format!("/git-http/111111111111/eu-west-1/{id}");
        for good in [
            "/owner/repo.git",
            "/owner/repo",
            "/group/sub.group/my_repo.git",
        ] {
            assert!(is_path(&format!("{base}{good}")), "{good}");
        }
        for bad in [
            "",
            "/",
            "/owner",
            "/owner/",
            "/owner//x.git",
            "/../x.git",
            "/o/.git",
            "/o/r?x",
            "/o/r#x",
            "/o/r x",
            "/o/%2e",
        ] {
            assert!(!is_path(&format!("{base}{bad}")), "{bad}");
        }
        for bad in [
            "/v1/repos/demo-repo".to_owned(),
            format!("/git-http/1111/eu-west-1/{id}/owner/repo.git"),
            format!("/git-http/111111111111/moon/{id}/owner/repo.git"),
            "/git-http/111111111111/eu-west-1/it/owner/repo.git".to_owned(),
            format!("{}/owner/repo.git", &base[1..]),
            format!("/{base}/owner/repo.git"),
        ] {
            assert!(!is_path(&bad), "{bad}");
        }
    }
}
