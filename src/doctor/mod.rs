//! `git codecommit doctor`: what a command would do for an address, and whether it can.
//!
//! [`explain`] settles the plan offline. [`examine`] makes the [`checks`] in the order of a request, with the code
//! that the request itself uses; a check is skipped where one that it depends on failed. [`examination`] takes the time
//! and notes what came of each, [`report`] holds it, [`show`] writes it for a person.

mod alias;
mod check_id;
mod checks;
mod examination;
mod examine;
mod explain;
mod lines;
mod remote_url;
mod report;
mod show;
mod verdict;

pub(crate) use examine::examine;
pub(crate) use explain::explain;
pub(crate) use remote_url::codecommit_address;
pub(crate) use report::Check;
pub(crate) use show::{Look, Show};
