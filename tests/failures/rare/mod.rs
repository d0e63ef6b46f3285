//! Errors that need something rare: each is made by what a person could have, and read as a person reads it.

mod credentials;
mod files;
mod git_and_hosts;
mod programs;
mod settings;

use crate::harness::{Outcome, Studio};

/// What the remote helper says to git's first question.
fn listed(studio: &Studio, address: &str) -> Outcome {
    let arguments = ["origin", address];
    studio.helper("git-remote-codecommit", &arguments, "list\n\n")
}

fn command(studio: &Studio, arguments: &[&str]) -> Outcome {
    studio.helper("git-codecommit", arguments, "")
}
