//! Settings that the environment or the chosen profile can make.
//!
//! Order: the environment, then the profile that was chosen for the run, also for every role on the way (botocore
//! uses one session for all of them).

use super::profiles::Profiles;
use crate::world::World;

/// A value, and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) value: String,
    /// The variable, or the key with its `path:line`.
    pub(crate) from: String,
}

#[derive(Clone, Copy)]
pub(crate) struct Settings<'a> {
    world: &'a World,
    profiles: &'a Profiles,
    profile: &'a str,
}

impl<'a> Settings<'a> {
    /// Those of the environment and of one profile.
    pub(crate) fn new(world: &'a World, profiles: &'a Profiles, profile: &'a str) -> Self {
        Self {
            world,
            profiles,
            profile,
        }
    }

    pub(crate) fn world(&self) -> &'a World {
        self.world
    }

    /// A variable's value, else the profile's.
    pub(crate) fn find(&self, variable: &str, key: &str) -> Option<Found> {
        self.variable(variable).or_else(|| self.of_profile(key))
    }

    pub(crate) fn variable(&self, variable: &str) -> Option<Found> {
        Some(Found {
            value: self.world.variable(variable)?,
            from: variable.to_owned(),
        })
    }

    pub(crate) fn of_profile(&self, key: &str) -> Option<Found> {
        let setting = self.profiles.profile(self.profile)?.setting(key)?;
        Some(Found {
            value: setting.value.clone(),
            from: format!("{key} ({})", setting.at),
        })
    }

    /// A key of the `[services …]` section that the profile names; `Err` is the name of one that is not there.
    pub(crate) fn of_services(&self, key: &str) -> Result<Option<Found>, Found> {
        let Some(named) = self.of_profile("services") else {
            return Ok(None);
        };
        let Some(section) = self.profiles.services(&named.value) else {
            return Err(named);
        };
        Ok(section.setting(key).map(|setting| Found {
            value: setting.value.clone(),
            from: format!("{key} ({})", setting.at),
        }))
    }

    /// Whether a setting says `true`, in any case.
    pub(crate) fn is_true(&self, variable: &str, key: &str) -> bool {
        self.find(variable, key)
            .is_some_and(|found| found.value.eq_ignore_ascii_case("true"))
    }
}
