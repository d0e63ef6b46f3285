//! `git codecommit doctor`: what a command would do for an address, and whether it can.
//!
//! [`explain`] settles the plan offline. [`examine`] goes through the checks in the order a request takes,
//! with the code that the request itself uses. What depends on a check that failed is skipped, not guessed. [`report`]
//! is what came of them, [`show`] how a person sees it.
//!
//! | file | checks |
//! |---|---|
//! | [`programs`] | `git`, `programs`, `helper` |
//! | [`surroundings`] | `surroundings` |
//! | [`aim`], [`git_settings`] | `address`, `protocol` |
//! | [`helpers`], [`stored`] | `credential-helpers`, `stored-passwords` |
//! | [`lines`], [`explain`] | `profile`, `plan` |
//! | [`reach`] | `sts-…`, `git-…`, `clock` |
//! | [`identity`] | `source`, `role-…` |
//! | [`repository`] | `repository`, `git-request` |

mod aim;
mod examination;
mod examine;
mod explain;
mod git_settings;
mod helpers;
mod identity;
mod lines;
mod programs;
mod reach;
mod report;
mod repository;
mod show;
mod stored;
mod surroundings;

pub(crate) use examine::examine;
pub(crate) use explain::explain;
pub(crate) use report::Check;
pub(crate) use show::Show;
