//! What a person or a script asks of `git codecommit` beside git: the whole of what is printed.

mod browse;
mod clone_all;
mod credential;
mod list;

use local_aws::Builder;

use crate::harness::{Outcome, PROFILE, Studio, helpers};

/// The published pattern with two repositories.
fn studio() -> Studio {
    studio_with(|aws| aws)
}

fn studio_with(set_up: impl FnOnce(Builder) -> Builder) -> Studio {
    Studio::with_aws(|aws| set_up(aws.repository("Other.repo_2")))
}

fn run(studio: &Studio, arguments: &[&str]) -> Outcome {
    studio.helper("git-codecommit", arguments, "")
}

/// Runs the program on a terminal of its own.
fn on_a_terminal(studio: &Studio, arguments: &str) -> Outcome {
    let program = helpers().join("git-codecommit");
    studio.on_a_terminal(&format!("{} {arguments}", program.display()), "")
}

/// `--profile`, with the profile of the published pattern.
const WITH_PROFILE: [&str; 2] = ["--profile", PROFILE];
