//! The checks. Each returns what it found; [`examine`](super::examine) puts them in order.
//!
//! | file | checks |
//! |---|---|
//! | [`git`] | `git-config`, `protocol`, and `http.extraHeader` in `git-settings` |
//! | [`includes`] | `git-config` |
//! | [`programs`] | `git`, `programs`, `helper` |
//! | [`surroundings`] | `surroundings` |
//! | [`passwords`], [`netrc`] | `stored-passwords` |
//! | [`helpers`] | `credential-helpers` |
//! | [`reach`] | `sts-…`, `git-dns`, `git-tcp`, `git-tls`, `git-settings`, `clock` |
//! | [`identity`] | `source`, `role-…` |
//! | [`repository`] | `repository`, `git-request` |
//!
//! `address` belongs to [`RemoteUrl`](super::remote_url::RemoteUrl); `profile` and `plan` to
//! [`examine`](super::examine) itself.

pub(super) mod git;
pub(super) mod helpers;
pub(super) mod identity;
mod includes;
pub(super) mod netrc;
pub(super) mod passwords;
pub(super) mod programs;
pub(super) mod reach;
pub(super) mod repository;
pub(super) mod surroundings;
