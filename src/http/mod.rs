//! The HTTP client: one place for trust roots, proxies, timeouts and redirects.
//!
//! There are three kinds of connection. [`Http::git_host`] is the one that git's settings are about.
//! [`Http::internet`] is for AWS services: https only, with the environment's proxy and AWS's trust
//! settings, as the AWS tools have it; git's own do not count there. [`Http::near`] is for the container and instance
//! metadata endpoints, which are plain http on the loopback or a link-local address: never through a
//! proxy, which would be handed the keys. Each is built when first asked for.

mod bounds;
mod client;
mod clients;
mod connect;
#[cfg(test)]
pub(crate) mod exit_tests;
mod failure;
mod family;
mod git_host;
mod headers;
mod load;
mod pieces;
mod proxy;
mod route;
mod sdk;
mod settings;
mod speed;
mod throttling;
mod tls;
mod trace;

pub(crate) use bounds::{Bounds, whole};
pub(crate) use clients::Http;
pub(crate) use failure::{Error, root_cause};
pub(crate) use family::Family;
pub(crate) use git_host::{Answer, Ask, GitHost};
pub(crate) use load::Load;
pub(crate) use route::Route;
pub(crate) use sdk::SdkClient;
pub(crate) use settings::Retries;
pub(crate) use throttling::outwait;
