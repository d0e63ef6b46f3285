//! The local AWS against clients that know nothing of it: git and curl.
#![expect(clippy::expect_used, reason = "a test stops where it cannot go on")]

mod codecommit;
mod git;
mod harness;
mod host;
mod lfs;
mod proxies;
mod services;
mod sign_in;
mod sts;
mod tls;
