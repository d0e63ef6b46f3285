//! From a profile to the plan: which source gives the first keys, and which roles are assumed.
//!
//! Source: botocore's credential chain and `AssumeRoleProvider` (reference/aws.md 1.1, 1.3 and 1.4).
//! [`roles`] walks the chain of `source_profile`s, [`source`] knows what a profile holds itself.

mod chain;
mod roles;
mod rules;
mod source;
mod steps;

pub(crate) use steps::{Plan, RoleHop, SingleSignOn, Source, WebIdentity};
