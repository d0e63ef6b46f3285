//! What goes wrong, and what the person reads then: the whole of this project's words.
//!
//! Every failure leaves the clone and the repository as they were, and asks for nothing.

mod git_host;
mod identity;
mod push;
mod settings;

use local_aws::LocalAws;

use crate::harness::{Studio, every_git};

/// The newest git, which is the first on PATH.
fn studio() -> Studio {
    let aws = LocalAws::builder().repository("demo-repo").start();
    Studio::new(&every_git()[0], aws)
}

/// Clones, expects failure and nothing left behind; returns this project's words.
fn cannot_clone(studio: &Studio, address: &str) -> String {
    let said = studio.git(&["clone", address, "clone"]).failed();
    assert!(!studio.home().join("clone").exists(), "{said:?}");
    assert!(
        !said.stderr.contains("fatal: could not read Username"),
        "{said:?}"
    );
    said.said()
}
