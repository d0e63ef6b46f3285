//! From a profile to the plan: which source gives the first keys, and which roles are assumed.
//!
//! Source: botocore's credential chain and `AssumeRoleProvider`. [`roles`]
//! walks the chain of `source_profile`s, [`source`] knows what a profile holds itself.

mod chain;
mod ignored;
mod roles;
mod rules;
mod source;
mod steps;

pub(crate) use steps::{LastResort, Plan, RoleHop, SingleSignOn, Source, WebIdentity};
