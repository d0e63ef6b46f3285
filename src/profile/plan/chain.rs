use super::rules::{is_role, readable};
use super::steps::{Decided, Plan};
use super::{roles, source};
use crate::profile::choice::Choice;
use crate::profile::error::Error;
use crate::profile::profile_settings::ABSENT;
use crate::profile::profiles::Profiles;
use crate::world::{World, variable};

impl Plan {
    /// Plans for the chosen profile, in botocore's order: environment, role, web identity, Identity Center,
    /// credentials file, `aws login`, external program, config file, container, instance metadata. Fails if the
    /// settings contradict each other or name no source at all.
    pub(crate) fn new(world: &World, profiles: &Profiles, choice: &Choice) -> Result<Self, Error> {
        if !choice.explicit && world.variable(variable::AWS_ACCESS_KEY_ID).is_some() {
            return Ok(source::environment(world)?.alone());
        }
        let name = choice.name.as_str();
        let profile = profiles.profile(name).unwrap_or(&ABSENT);
        readable(name, profile)?;
        if is_role(profile) {
            return roles::walk(world, profiles, name);
        }
        // The variables of web identity count for nobody who named a profile.
        let environment = (!choice.explicit).then_some(world);
        if let Some(found) = source::web_identity(environment, name, profile)? {
            return Ok(found.alone());
        }
        if let Some(found) = source::of_profile(profiles, name, profile)? {
            return Ok(found.alone());
        }
        // A credential_source without role_arn, as SageMaker's own start-up script writes it: botocore does not
        // look at it, and finds the container's credentials where there are any.
        if profile.setting("credential_source").is_some() && !source::has_container(world) {
            return Ok(source::named(world, name, profile)?.alone());
        }
        source::ambient(world, choice, profile).map(Decided::alone)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
