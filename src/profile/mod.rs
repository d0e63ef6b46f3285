//! AWS config files, read into profiles; and the [`Plan`] that a profile stands for.
//!
//! Nothing here touches the network or opens a secret to use it: a plan says where credentials will come from,
//! and can be shown to anyone.

mod choice;
mod error;
mod file;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod keys;
mod name;
mod plan;
mod profile_settings;
mod profiles;
mod reader;
mod section;
mod setting;
mod settings;

pub(crate) use choice::Choice;
pub(crate) use error::Error;
pub(crate) use file::expanded;
pub(crate) use name::{EmptyName, ProfileName};
pub(crate) use plan::{LastResort, Plan, RoleHop, SingleSignOn, Source, WebIdentity};
pub(crate) use profile_settings::Profile;
pub(crate) use profiles::{OWN_FILE, OWN_FOLDER, Profiles};
#[cfg(all(unix, any(test, fuzzing)))]
pub(crate) use reader::properties;
pub(crate) use reader::without_comment;
pub(crate) use section::profile_of_config_section;
pub(crate) use settings::{Found, Settings};
