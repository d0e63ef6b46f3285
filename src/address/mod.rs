//! What the person typed after `git clone`: region, profile and repository.
//!
//! Forms, as git hands them over (gitremote-helpers(7), "INVOCATION") and as git-remote-codecommit reads them:
//!
//! | typed | argument |
//! |---|---|
//! | `codecommit://[profile@]repository` | the same |
//! | `codecommit::<region>://[profile@]repository` | `<region>://…` |
//! | `codecommit::https://git-codecommit.<region>.amazonaws.com/v1/repos/repository` | `https://…` |
//! | `codecommit::arn:aws:codecommit:<region>:<account>:repository` | `arn:…` |

mod near_miss;

use crate::aws::{Host, NotARepositoryName, Region, RepositoryName};
use crate::error::{Exit, Explain};
use crate::profile::{EmptyName, ProfileName};

/// Why an address cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0:?} is not a CodeCommit address")]
    Malformed(String),
    /// Another form that leaves no doubt about the repository.
    #[error("{text:?} is not a CodeCommit address")]
    NearMiss { text: String, meant: String },
    /// The text before `://` is neither `codecommit` nor a region.
    #[error("{0:?} is not an AWS region")]
    Scheme(String),
    /// `@` without a profile in front of it.
    #[error("the address names an empty profile before the \"@\"")]
    EmptyProfile,
    /// A repository name CodeCommit cannot have.
    #[error(transparent)]
    Repository(#[from] NotARepositoryName),
    /// A pasted URL whose path is not a repository's.
    #[error("{0:?} is not a repository name")]
    Path(String),
    /// A pasted URL of another site.
    #[error("{0:?} is not a CodeCommit git host")]
    ForeignHost(String),
    /// A pasted URL with a password in it.
    #[error("the address holds a user name and password")]
    Password,
    /// A pasted URL that is not encrypted.
    #[error("http:// is not encrypted")]
    PlainHttp,
}

impl From<EmptyName> for Error {
    fn from(_: EmptyName) -> Self {
        Self::EmptyProfile
    }
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        let forms = "write codecommit://profile@repository or \
                     codecommit::region://profile@repository; the profile may be left out";
        vec![match self {
            Self::Malformed(_) | Self::EmptyProfile => forms.into(),
            Self::NearMiss { meant, .. } => format!("type {meant}"),
            Self::Scheme(_) => {
                "a region looks like eu-west-1, as in codecommit::eu-west-1://repository".into()
            }
            Self::Repository(error) => error.hint().into(),
            Self::Path(_) => {
                "the path of a CodeCommit URL is /v1/repos/ and the repository's name".into()
            }
            Self::ForeignHost(_) => "a CodeCommit URL looks like \
                 https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/repository"
                .into(),
            Self::Password => "remove them: the helper makes its own from the AWS profile".into(),
            Self::PlainHttp => "use https://".into(),
        }]
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

/// A repository as the person named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The region, where the address names one.
    pub(crate) region: Option<Region>,
    /// The profile, where the address names one.
    pub(crate) profile: Option<ProfileName>,
    pub(crate) repository: RepositoryName,
    /// The git host, where the address is a pasted URL.
    pub(crate) host: Option<Host>,
    /// What was left out to read it, each a warning for the person.
    pub(crate) warnings: Vec<String>,
}

impl Address {
    /// Reads an address in any of the forms. Fails if it has none of the forms, or a part of it
    /// cannot be what it stands for.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let text = text.strip_prefix("git::").unwrap_or(text);
        let parsed = match near_miss::meant(text) {
            // Without its path this would be a repository with the name of a region or of a host.
            Some(meant) if near_miss::is_misread(text) => Err(near_miss(text, meant)),
            meant => Self::parse_forms(text).map_err(|error| match meant {
                Some(meant) => near_miss(text, meant),
                None => error,
            }),
        };
        parsed.map_err(|error| {
            if matches!(error, Error::NearMiss { .. }) {
                return error;
            }
            // What could be a pasted password stays out of the message, whichever it is.
            let (_scheme, rest) = text.split_once("://").unwrap_or(("", text));
            match rest.rsplit_once('@') {
                Some((user, _)) if user.trim_start_matches("codecommit::").contains(':') => {
                    Error::Password
                }
                _ => error,
            }
        })
    }

    /// Whether a remote's URL, in any form, is this repository in this region; a region that one of them leaves out is
    /// taken for the same.
    pub(crate) fn leads_to(url: &str, region: Option<&Region>, name: &str) -> bool {
        Self::parse(url).is_ok_and(|address| {
            let is_region = address
                .region
                .zip(region)
                .is_none_or(|(known, region)| known == *region);
            is_region && address.repository.as_str() == name
        })
    }

    fn parse_forms(text: &str) -> Result<Self, Error> {
        let address = text.strip_prefix("codecommit::").unwrap_or(text);
        if address.starts_with("arn:") {
            return Self::parse_arn(address);
        }
        let Some((scheme, rest)) = address.split_once("://") else {
            return Err(Error::Malformed(text.to_owned()));
        };
        let (authority, tail) = match rest.find(['/', '?', '#']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        // The last "@": profile names may hold one (git-remote-codecommit issue 13).
        let (profile, name) = match authority.rsplit_once('@') {
            Some((profile, name)) => (Some(profile), name),
            None => (None, authority),
        };

        let region = match scheme.to_ascii_lowercase().as_str() {
            "https" => return Self::parse_url(profile, name, tail),
            "http" => return Err(Error::PlainHttp),
            "codecommit" => {
                // People paste the https URL and change its scheme (git-remote-codecommit issue 49).
                if tail.starts_with("/v1/repos/") && Host::recognise(name).is_some() {
                    return Self::parse_url(profile, name, tail);
                }
                None
            }
            "" => return Err(Error::Malformed(text.to_owned())),
            scheme => {
                let region = region_of_scheme(scheme)?;
                // The whole https URL behind a region: one reading, if it is the same region.
                if tail.starts_with("/v1/repos/")
                    && Host::recognise(name).is_some_and(|host| *host.region() == region)
                {
                    return Self::parse_url(profile, name, tail);
                }
                Some(region)
            }
        };
        if name.is_empty() {
            return Err(Error::Malformed(text.to_owned()));
        }
        let (repository, mut warnings) = repository(name)?;
        if !matches!(tail, "" | "/") {
            warnings.push(format!(
                "ignoring {tail:?} after the repository name {repository} in the address"
            ));
        }
        Ok(Self {
            region,
            profile: profile.map(ProfileName::parse).transpose()?,
            repository,
            host: None,
            warnings,
        })
    }

    /// `arn:<partition>:codecommit:<region>:<account>:<repository>`.
    fn parse_arn(arn: &str) -> Result<Self, Error> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, "codecommit", region, _, name] = parts.as_slice() else {
            return Err(Error::Malformed(arn.to_owned()));
        };
        Ok(Self {
            region: Some(region_of_scheme(region)?),
            profile: None,
            repository: RepositoryName::parse(name)?,
            host: None,
            warnings: Vec::new(),
        })
    }

    fn parse_url(user: Option<&str>, host: &str, path: &str) -> Result<Self, Error> {
        if user.is_some_and(|user| user.contains(':')) {
            return Err(Error::Password);
        }
        let host = Host::recognise(host).ok_or_else(|| Error::ForeignHost(host.to_owned()))?;
        let name = path
            .strip_prefix("/v1/repos/")
            .map(|name| name.strip_suffix('/').unwrap_or(name))
            .ok_or_else(|| Error::Path(path.to_owned()))?;
        let (repository, warnings) = repository(name)?;
        Ok(Self {
            region: Some(host.region().clone()),
            profile: user.map(ProfileName::parse).transpose()?,
            repository,
            host: Some(host),
            warnings,
        })
    }
}

fn near_miss(text: &str, meant: String) -> Error {
    let text = text.to_owned();
    Error::NearMiss { text, meant }
}

/// A repository's name. No name ends in `.git`, but people add it out of habit.
fn repository(name: &str) -> Result<(RepositoryName, Vec<String>), NotARepositoryName> {
    let Some(short) = name.strip_suffix(".git") else {
        return Ok((RepositoryName::parse(name)?, Vec::new()));
    };
    let repository = RepositoryName::parse(short)?;
    let warning = format!(
        "using repository {repository}: the names of CodeCommit repositories do not end in .git"
    );
    Ok((repository, vec![warning]))
}

fn region_of_scheme(text: &str) -> Result<Region, Error> {
    Region::parse(text).map_err(|_| Error::Scheme(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `region | profile | repository` of a good address.
    fn parts(text: &str) -> String {
        let address = Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        format!(
            "{}|{}|{}",
            address.region.map(|r| r.to_string()).unwrap_or_default(),
            address
                .profile
                .map(|p| p.as_str().to_owned())
                .unwrap_or_default(),
            address.repository
        )
    }

    #[test]
    fn every_form_gives_region_profile_and_repository() {
        for (text, expected) in [
            ("codecommit://test_repo", "||test_repo"),
            ("codecommit://profile@test_repo", "|profile|test_repo"),
            ("codecommit://My.Repo-1/", "||My.Repo-1"),
            ("ca-central-1://test_repo", "ca-central-1||test_repo"),
            (
                "ca-central-1://profile@test_repo",
                "ca-central-1|profile|test_repo",
            ),
            ("codecommit::eu-west-1://p@R", "eu-west-1|p|R"),
            ("git::codecommit::eu-west-1://p@R", "eu-west-1|p|R"),
            ("eu-west-1://p@R.git", "eu-west-1|p|R"),
            ("codecommit://R.git/", "||R"),
            (
                "eu-west-1://p@git-codecommit.eu-west-1.amazonaws.com/v1/repos/R",
                "eu-west-1|p|R",
            ),
            ("US-EAST-1://p@Repo", "us-east-1|p|Repo"),
            ("eusc-de-east-1://r", "eusc-de-east-1||r"),
            ("codecommit://me@corp.example@r", "|me@corp.example|r"),
            ("codecommit://a%20b@r", "|a%20b|r"),
            ("codecommit://p:q@r", "|p:q|r"),
            (
                "arn:aws:codecommit:us-east-2:111111111111:r",
                "us-east-2||r",
            ),
            (
                "codecommit::arn:aws-cn:codecommit:cn-north-1:1:r",
                "cn-north-1||r",
            ),
            (
                "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
                "us-east-1||r",
            ),
            (
                "https://dev@git-codecommit-fips.us-east-1.amazonaws.com/v1/repos/r/",
                "us-east-1|dev|r",
            ),
            (
                "codecommit://p@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
                "us-east-1|p|r",
            ),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_the_reference_calls_malformed_is_refused() {
        for text in [
            "",
            "boom",
            "codecommit:/test_repo",
            "codecommit//test_repo",
            "://test_repo",
            "codecommit://",
            "codecommit:://test_repo",
            "codecommit:///test_repo",
            "github://test_repo",
            "codecommit://@r",
            "codecommit://p@",
            "codecommit://.git",
            "codecommit://r.git.git",
            "codecommit://r:443",
            "codecommit://r r",
            "codecommit://..",
            "codecommit://r\u{e9}",
            "http://git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
            "https://github.com/v1/repos/r",
            "https://git-codecommit.us-east-1.amazonaws.com.evil.example/v1/repos/r",
            "https://git-codecommit.us-east-1.amazonaws.com:444/v1/repos/r",
            "https://u:p@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
            "https://git-codecommit.us-east-1.amazonaws.com/r",
            "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/r/../s",
            "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/r?x=y",
            "arn:aws:s3:::bucket",
            "arn:aws:codecommit:nowhere:1:r",
            "evil.example/://r",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
        let long = format!("codecommit://{}", "r".repeat(101));
        assert!(Address::parse(&long).is_err());
    }

    #[test]
    fn what_the_reference_ignores_is_noted_for_a_warning() {
        let address = Address::parse("codecommit://p@r/sub?x#y").unwrap();
        assert_eq!(address.repository.as_str(), "r");
        assert_eq!(
            address.warnings,
            ["ignoring \"/sub?x#y\" after the repository name r in the address"]
        );
    }

    #[test]
    fn no_error_repeats_a_password() {
        for text in [
            "https://AKIDEXAMPLE:hunter2@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
            "codecommit::AKIDEXAMPLE:hunter2@r",
            "codecommit://AKIDEXAMPLE:hunter2@",
            "codecommit://AKIDEXAMPLE:hunter2/x@r",
            "codecommit::ssh://AKIDEXAMPLE:hunter2@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
            "codecommit::us-east-1:AKIDEXAMPLE:hunter2@r",
            "https://AKIDEXAMPLE:hunter2/x@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
        ] {
            let error = Address::parse(text).unwrap_err();
            let said = format!("{error}{:?}", error.hints());
            assert!(!said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn a_clone_is_known_by_its_repository_in_any_form_of_address() {
        let region = Region::parse("eu-west-1").unwrap();
        for (url, expected) in [
            ("codecommit::eu-west-1://P@demo", true),
            ("codecommit://P@demo", true),
            (
                "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo",
                true,
            ),
            (
                "https://P@git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo/",
                true,
            ),
            (
                "codecommit::arn:aws:codecommit:eu-west-1:111111111111:demo",
                true,
            ),
            ("codecommit::us-east-1://P@demo", false),
            ("https://github.com/x/demo", false),
            ("codecommit://P@demo2", false),
        ] {
            assert_eq!(
                Address::leads_to(url, Some(&region), "demo"),
                expected,
                "{url}"
            );
        }
    }
}
