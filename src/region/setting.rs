//! The settings that name a region where neither the address nor an option does.

use crate::aws::Region;
use crate::error::{Exit, Explain};
use crate::git::config;
use crate::world::{World, variable};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A setting that does not hold a region.
    #[error("{setting} is {value:?}, which is not an AWS region")]
    Setting {
        /// The variable, or the profile in words.
        setting: String,
        value: String,
    },
    #[error("no AWS region is set for {profile}")]
    NoRegion {
        /// For example `profile "dev"`.
        profile: String,
        /// The repository, for the hint's example; empty if an option can name the region.
        repository: String,
    },
    /// Git's configuration, which may name the region of STS, cannot be read.
    #[error(transparent)]
    GitConfig(#[from] config::Error),
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Setting { .. } => vec!["a region looks like eu-west-1".into()],
            Self::NoRegion {
                profile,
                repository,
            } => vec![
                match repository.as_str() {
                    "" => "name it, as in --region eu-west-1".to_owned(),
                    name => format!("name it in the address, as in codecommit::eu-west-1://{name}"),
                },
                format!("or add a line such as region = eu-west-1 to {profile}"),
            ],
            Self::GitConfig(error) => error.hints(),
        }
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

/// The first of the settings that name a region, and its value.
pub(super) fn first_setting(
    world: &World,
    in_profile: Option<&str>,
    profile: &str,
) -> Option<(String, String)> {
    let variable = |name: &str| Some((name.to_owned(), world.variable(name)?));
    variable(variable::AWS_DEFAULT_REGION)
        .or_else(|| Some((format!("the region of {profile}"), in_profile?.to_owned())))
        .or_else(|| variable(variable::AWS_REGION))
}

pub(super) fn named(setting: String, value: String) -> Result<Region, Error> {
    Region::parse(&value).map_err(|_| Error::Setting { setting, value })
}
