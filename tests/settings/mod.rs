//! Git's configuration and environment, as docs/settings.md promises them.

mod connections;
mod early;
mod encrypted_proxy;
mod git_config;
mod git_config_here;
mod headers;
mod language;
mod proxies;
mod speed;
mod trace;
mod trust;
mod unhonoured;

use local_aws::Builder;

use crate::harness::{Git, Outcome, Studio, WITH_REGION, every_git};

/// The git host's real name, which only the local proxies know.
const HOST: &str = "git-codecommit.eu-west-1.amazonaws.com";

/// A home in front of a local AWS with one repository.
fn studio() -> Studio {
    studio_of(&every_git()[0], |aws| aws)
}

fn studio_of(git: &Git, set_up: impl FnOnce(Builder) -> Builder) -> Studio {
    Studio::with_aws(set_up).with_git(git)
}

/// The same with the git host under its real name.
fn by_name(git: &Git, set_up: impl FnOnce(Builder) -> Builder) -> Studio {
    let mut studio = studio_of(git, set_up);
    studio.unset("CODE_COMMIT_ENDPOINT");
    studio
}

/// Lists the references, with `git -c` settings.
fn list(studio: &Studio, settings: &[&str]) -> Outcome {
    let mut arguments: Vec<&str> = Vec::new();
    for setting in settings {
        arguments.extend(["-c", setting]);
    }
    arguments.extend(["ls-remote", WITH_REGION]);
    studio.git(&arguments)
}

/// What this project said of a failure.
fn refusal(studio: &Studio, settings: &[&str]) -> String {
    list(studio, settings).failed().said()
}
