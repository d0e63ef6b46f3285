//! Rules that hold for every profile on the way.

use crate::profile::error::Error;
use crate::profile::profile_settings::Profile;

/// Whether a profile is a role to assume with other keys.
pub(super) fn is_role(profile: &Profile) -> bool {
    profile.setting("role_arn").is_some() && profile.setting("web_identity_token_file").is_none()
}

/// Refuses a profile in which a property would silently not count.
pub(super) fn readable(name: &str, profile: &Profile) -> Result<(), Error> {
    match &profile.misindented {
        None => Ok(()),
        Some(place) => Err(Error::Invalid {
            profile: name.to_owned(),
            at: at(place),
            problem: "this line is indented, and so belongs to the value above it".into(),
            hint: "start it in the column of the line above".into(),
        }),
    }
}

pub(super) fn at(place: &str) -> String {
    format!(" ({place})")
}
