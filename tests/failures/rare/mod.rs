//! Errors that need something rare: each is made by what a person could have, and read as a person reads it.

mod credentials;
mod files;
mod git_and_hosts;
mod programs;
mod settings;

use expect_test::Expect;

use crate::harness::Studio;

/// What the remote helper says to git's first question.
fn listed(studio: &Studio, address: &str, expected: &Expect) {
    let arguments = ["origin", address];
    let said = studio.helper("git-remote-codecommit", &arguments, "list\n\n");
    said.is(expected);
}

fn command(studio: &Studio, arguments: &[&str], expected: &Expect) {
    studio.helper("git-codecommit", arguments, "").is(expected);
}
