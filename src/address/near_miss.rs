//! Texts that are not addresses, but leave no doubt which repository is meant.
//!
//! They are not accepted: git, or another program, reads some of them differently. The error names the address to type.

use percent_encoding::percent_decode_str;

use crate::aws::{Host, Region, RepositoryName, partition};
use crate::profile::ProfileName;

const CONSOLE_PATH: &str = "/codesuite/codecommit/repositories/";

/// The address that a text means, whole, if there is only one.
pub(super) fn meant(text: &str) -> Option<String> {
    let text = text.strip_prefix("codecommit::").unwrap_or(text);
    let found = match text.split_once("://") {
        Some(("ssh" | "http" | "git" | "https", rest)) => git_host(rest).or_else(|| console(rest)),
        Some(("codecommit", rest)) => region_as_host(rest),
        Some((region, rest)) => region_and_host(region, rest),
        None => without_slashes(text),
    };
    found.map(|Meant(region, profile, repository)| {
        let profile = profile.map_or_else(String::new, |profile| format!("{}@", profile.as_str()));
        format!("codecommit::{region}://{profile}{repository}")
    })
}

/// Whether a near miss has the form of an address, whose path would be ignored.
pub(super) fn is_misread(text: &str) -> bool {
    let text = text.strip_prefix("codecommit::").unwrap_or(text);
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| !matches!(scheme, "ssh" | "http" | "git" | "https"))
}

/// The parts of an address, each checked.
struct Meant(Region, Option<ProfileName>, RepositoryName);

impl Meant {
    fn of(region: &str, profile: Option<&str>, repository: &str) -> Option<Self> {
        // A colon could be that of a password, and a slash belongs to something else.
        let is_plain = |name: &&str| !name.contains([':', '/']);
        let profile = match profile {
            Some(name) => Some(ProfileName::parse(Some(name).filter(is_plain)?).ok()?),
            None => None,
        };
        let end = repository.find(['?', '#']).unwrap_or(repository.len());
        let repository = repository[..end].trim_end_matches('/');
        let repository = repository.strip_suffix(".git").unwrap_or(repository);
        let repository = RepositoryName::parse(repository).ok()?;
        Some(Self(Region::parse(region).ok()?, profile, repository))
    }
}

fn split_user(text: &str) -> (Option<&str>, &str) {
    match text.rsplit_once('@') {
        Some((user, rest)) => (Some(user), rest),
        None => (None, text),
    }
}

/// `ssh://[key@]git-codecommit.<region>.amazonaws.com/v1/repos/repository`: the key of ssh is not a profile.
fn git_host(rest: &str) -> Option<Meant> {
    let (authority, path) = rest.split_once('/')?;
    let (user, host) = split_user(authority);
    if user.is_some_and(|user| user.contains(':')) {
        return None;
    }
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let host = Host::recognise(host)?;
    Meant::of(
        host.region().as_str(),
        None,
        path.strip_prefix("v1/repos/")?,
    )
}

/// `https://<region>.console.aws.amazon.com/codesuite/codecommit/repositories/repository/browse?region=<region>`.
fn console(rest: &str) -> Option<Meant> {
    let (host, path) = rest.split_at(rest.find('/')?);
    if host.contains('@') {
        return None;
    }
    // `[<region>.]console.aws.amazon.com`
    let in_host = partition::consoles().find_map(|console| {
        let region = host.strip_suffix(console)?;
        match region.strip_suffix('.') {
            Some(region) => Some(region),
            None => region.is_empty().then_some(""),
        }
    })?;
    let (path, more) = path.split_at(path.find(['?', '#']).unwrap_or(path.len()));
    let repository = path.strip_prefix(CONSOLE_PATH)?.split('/').next()?;
    let repository = percent_decode_str(repository).decode_utf8().ok()?;
    let mut parameters = more.split(['?', '&', '#']);
    let region = parameters.find_map(|parameter| parameter.strip_prefix("region="));
    Meant::of(region.unwrap_or(in_host), None, &repository)
}

/// `codecommit://[profile@]<region>/[profile@]repository`.
fn region_as_host(rest: &str) -> Option<Meant> {
    let (authority, name) = rest.split_once('/')?;
    let (before, region) = split_user(authority);
    let (behind, name) = split_user(name);
    Meant::of(region, behind.or(before), name)
}

/// `<region>://[profile@]git-codecommit.<other region>.amazonaws.com/v1/repos/repository`.
fn region_and_host(region: &str, rest: &str) -> Option<Meant> {
    let (authority, path) = rest.split_once('/')?;
    let (profile, host) = split_user(authority);
    let host = Host::recognise(host)?;
    // With the host's own region it is an address.
    if Region::parse(region).ok()? == *host.region() {
        return None;
    }
    let name = path.strip_prefix("v1/repos/")?;
    Meant::of(host.region().as_str(), profile, name)
}

/// `<region>:[/]profile@repository` and `<region>/repository`.
fn without_slashes(text: &str) -> Option<Meant> {
    let (region, rest) = text.split_at(text.find([':', '/'])?);
    let (profile, name) = split_user(rest.trim_start_matches([':', '/']));
    Meant::of(region, profile, name)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_near_miss_with_one_reading_gives_the_address() {
        for (text, address) in [
            (
                "codecommit://eu-west-1/repo",
                "codecommit::eu-west-1://repo",
            ),
            (
                "codecommit://P@eu-west-1/repo",
                "codecommit::eu-west-1://P@repo",
            ),
            (
                "codecommit://eu-west-1/P@repo.git",
                "codecommit::eu-west-1://P@repo",
            ),
            ("eu-west-1:P@repo", "codecommit::eu-west-1://P@repo"),
            ("eu-west-1:/P@repo", "codecommit::eu-west-1://P@repo"),
            ("codecommit::eu-west-1:repo", "codecommit::eu-west-1://repo"),
            ("eu-west-1/repo", "codecommit::eu-west-1://repo"),
            (
                "ssh://git-codecommit.eu-west-1.amazonaws.com/v1/repos/repo",
                "codecommit::eu-west-1://repo",
            ),
            (
                "ssh://APKAEXAMPLE@git-codecommit.eu-west-1.amazonaws.com:22/v1/repos/repo",
                "codecommit::eu-west-1://repo",
            ),
            (
                "http://git-codecommit.eu-west-1.amazonaws.com/v1/repos/repo",
                "codecommit::eu-west-1://repo",
            ),
            (
                "us-east-1://P@git-codecommit.eu-west-1.amazonaws.com/v1/repos/repo",
                "codecommit::eu-west-1://P@repo",
            ),
            (
                "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/repo/browse?region=eu-west-1",
                "codecommit::eu-west-1://repo",
            ),
            (
                "https://console.aws.amazon.com/codesuite/codecommit/repositories/repo/commits?region=eu-west-1#x",
                "codecommit::eu-west-1://repo",
            ),
            (
                "https://cn-north-1.console.amazonaws.cn/codesuite/codecommit/repositories/repo/setup",
                "codecommit::cn-north-1://repo",
            ),
        ] {
            assert_eq!(meant(text).as_deref(), Some(address), "{text}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for text in [
            "",
            "repo",
            "codecommit://repo/sub",
            "eu-west-1://P@git-codecommit.eu-west-1.amazonaws.com/v1/repos/repo",
            "codecommit://eu-west-1/",
            "codecommit://eu-west-1/a/b",
            "codecommit://AKIA:hunter2@eu-west-1/repo",
            "eu-west-1:AKIA:hunter2@repo",
            "moon:P@repo",
            "https://github.com/a/b",
            "https://evil.console.aws.amazon.com.example/codesuite/codecommit/repositories/repo",
            "https://xconsole.aws.amazon.com/codesuite/codecommit/repositories/repo?region=eu-west-1",
            "https://console.aws.amazon.com/codesuite/codecommit/repositories/repo",
            "ssh://git-codecommit.eu-west-1.amazonaws.com/repo",
            "ssh://AKIA:hunter2@git-codecommit.eu-west-1.amazonaws.com/v1/repos/repo",
            "https://AKIA:hunter2@git-codecommit.eu-west-1.amazonaws.com/v1/repos/repo",
            "https://AKIA:hunter2@console.aws.amazon.com/codesuite/codecommit/repositories/r?region=eu-west-1",
        ] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
