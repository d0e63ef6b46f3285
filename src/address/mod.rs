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
//!
//! In front of the repository of the first two an account can stand, `[profile@]123456789012/repository`: the credentials
//! must be of this account, as with an ARN. Relative URLs of submodules keep it.

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod near_miss;
#[cfg(test)]
mod tests;

use crate::aws::iam::AccountId;
use crate::aws::{Host, NotARepositoryName, Region, RepositoryName};
use crate::error::{Exit, Explain};
use crate::printable::printable;
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
    #[error("the address contains a user name and password")]
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
    /// The account that the credentials must be of, where the address names one.
    pub(crate) account: Option<AccountId>,
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
        let text = without_getter(text);
        // Only what can be typed is proposed.
        let can_be_typed =
            |meant: &String| printable(meant) == *meant && Self::parse_forms(meant).is_ok();
        let meant = near_miss::meant(text).filter(can_be_typed);
        let parsed = match meant {
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
        let (account, name, tail) = match with_account(name, tail) {
            Some((account, name, tail)) => (Some(account), name, tail),
            None => (None, name, tail),
        };
        let (repository, mut warnings) = repository(name)?;
        warnings.extend(passed_over(tail, profile, &repository));
        Ok(Self {
            region,
            profile: profile.map(ProfileName::parse).transpose()?,
            account,
            repository,
            host: None,
            warnings,
        })
    }

    /// `arn:<partition>:codecommit:<region>:<account>:<repository>`.
    fn parse_arn(arn: &str) -> Result<Self, Error> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, "codecommit", region, account, name] = parts.as_slice() else {
            return Err(Error::Malformed(arn.to_owned()));
        };
        Ok(Self {
            region: Some(region_of_scheme(region)?),
            profile: None,
            account: AccountId::parse(account),
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
            account: None,
            repository,
            host: Some(host),
            warnings,
        })
    }
}

/// An address as git knows it: Terraform's modules write `git::` in front, which chooses their way to fetch it.
///
/// Source: Terraform, "Module Sources", Generic Git Repository.
pub(crate) fn without_getter(text: &str) -> &str {
    text.strip_prefix("git::").unwrap_or(text)
}

fn near_miss(text: &str, meant: String) -> Error {
    let text = text.to_owned();
    Error::NearMiss { text, meant }
}

/// The warning that a part behind the repository's name does not count.
fn passed_over(tail: &str, profile: Option<&str>, repository: &RepositoryName) -> Option<String> {
    if matches!(tail, "" | "/") {
        return None;
    }
    let mut warning =
        format!("ignoring {tail:?} after the repository name {repository} in the address");
    let meant = tail.strip_prefix('/').map(RepositoryName::parse);
    if let (None, Some(Ok(meant))) = (profile, meant) {
        warning += &format!(" (a profile stands before an @, as in {repository}@{meant})");
    }
    Some(warning)
}

/// The account, the repository and what follows it, of `<account>/<repository>…`. A repository whose name is twelve
/// digits is one only where nothing follows.
fn with_account<'t>(name: &str, tail: &'t str) -> Option<(AccountId, &'t str, &'t str)> {
    let account = AccountId::parse(name)?;
    let rest = tail.strip_prefix('/')?;
    let (name, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    (!name.is_empty()).then_some((account, name, tail))
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
