//! From a plan to credentials: one snapshot a run, resolved once, cached on disk if it is a session.
//!
//! [`resolver`] walks the plan; [`container`], [`instance_metadata`], [`process`] and [`sdk`] are the sources,
//! [`sts`] the roles, [`mfa`] the question to the person, [`cache`] the sessions on disk.

pub(crate) mod cache;
mod command_line;
mod container;
mod error;
#[cfg(test)]
pub(crate) mod exit_tests;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod instance_metadata;
mod instant;
mod mfa;
mod process;
mod resolver;
mod sdk;
mod sts;

pub(crate) use error::Error;
pub(crate) use resolver::{Resolver, Step};
#[cfg(any(test, fuzzing))]
pub(crate) use sts::fuzz::holds as sts_answer_holds;
