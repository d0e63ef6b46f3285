//! What a person may have meant as credentials, and why it does not count.

use crate::profile::choice::Choice;
use crate::profile::profile_settings::Profile;
use crate::world::{World, variable};

/// A line for each setting that looks like credentials but does not count, where nothing else does.
pub(super) fn ignored(world: &World, choice: &Choice, profile: &Profile) -> Vec<String> {
    let mut lines = Vec::new();
    let Choice {
        name, chosen_by, ..
    } = choice;
    if choice.explicit {
        let shut_out = [
            variable::AWS_ACCESS_KEY_ID,
            variable::AWS_WEB_IDENTITY_TOKEN_FILE,
        ];
        let set = shut_out
            .into_iter()
            .filter(|variable| world.variable(variable).is_some());
        lines.extend(set.map(|variable| {
            format!(
                "{variable} is set, but does not count, because {chosen_by} names profile {name:?}"
            )
        }));
    } else {
        if world.variable(variable::AWS_ACCESS_KEY_ID).is_none() {
            if world.raw_variable(variable::AWS_ACCESS_KEY_ID).is_some() {
                lines.push(
                    "AWS_ACCESS_KEY_ID is set, but does not count, because it is blank".into(),
                );
            } else if world.variable(variable::AWS_SECRET_ACCESS_KEY).is_some() {
                lines.push(
                    "AWS_SECRET_ACCESS_KEY is set, but does not count without AWS_ACCESS_KEY_ID"
                        .into(),
                );
            }
        }
        if world.variable(variable::AWS_ROLE_ARN).is_some() {
            lines.push(
                "AWS_ROLE_ARN is set, but does not count without AWS_WEB_IDENTITY_TOKEN_FILE"
                    .into(),
            );
        }
    }
    if profile.keys().is_some_and(|keys| keys.id().is_none()) {
        lines.push(format!(
            "profile {name:?} has aws_secret_access_key, which does not count without aws_access_key_id"
        ));
    }
    lines
}
