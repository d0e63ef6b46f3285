//! Programs that start git: each is the real one, in front of the local AWS.
//!
//! `scripts/tools` installs them from PyPI, and runs these tests.

mod ci;
mod jupyterlab;
mod page;

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use local_aws::{Builder, CONTRIBUTOR_ROLE, LocalAws, Request, Service};

use crate::harness::{Studio, helpers};

/// The folder of the tools, with the git-remote-codecommit of SageMaker's images.
#[expect(clippy::disallowed_methods, reason = "the script names its Python")]
fn tools() -> PathBuf {
    let python = std::env::var_os("TOOLS_PYTHON");
    let python = PathBuf::from(python.expect("scripts/tools runs this test: it sets TOOLS_PYTHON"));
    python.parent().unwrap().to_owned()
}

/// A space as SageMaker's images have it: the tools and with them conda's git-remote-codecommit first on PATH, and
/// ours in `~/.local/bin`, which is not on it. Git's configuration has nothing of ours yet.
fn space(set_up: impl FnOnce(Builder) -> Builder) -> Studio {
    let mut studio = Studio::with_aws(set_up)
        .without_profile()
        .with_cache()
        .with_https_host();
    let path = format!("{}:{}", tools().display(), studio.system_path());
    studio.set("PATH", &path);
    let bin = studio.home().join(".local/bin");
    std::fs::create_dir_all(&bin).unwrap();
    for name in [
        "git-codecommit",
        "git-credential-codecommit",
        "git-remote-codecommit",
    ] {
        symlink(helpers().join(name), bin.join(name)).unwrap();
    }
    studio
}

/// Sets git up as a user of the space does.
fn set_up(studio: &Studio, more: &[&str]) {
    let bin = studio.home().join(".local/bin");
    let folder = bin.display().to_string();
    let arguments = [&["setup", "--yes", "--bin-dir", &folder], more].concat();
    studio
        .run_in(".", &bin.join("git-codecommit"), &arguments, "")
        .succeeded();
}

/// Sets git up for the role of the published pattern.
fn set_up_for_role(studio: &Studio) {
    set_up(
        studio,
        &["--role-arn", CONTRIBUTOR_ROLE, "--region", "eu-west-1"],
    );
}

/// Checks that every git request since the last time came from our remote helper and was accepted, and who signed
/// it (a part of the ARN). Returns how many there were.
#[track_caller]
fn assert_all_ours(aws: &LocalAws, signer: &str) -> usize {
    let requests = aws.requests();
    aws.clear_record();
    let is_git = |request: &&Request| request.service == Service::Git;
    let git: Vec<&Request> = requests.iter().filter(is_git).collect();
    for request in &git {
        let agent = request.user_agent.as_deref().unwrap_or_default();
        assert!(agent.contains(" git-codecommit/"), "{request:#?}");
        let arn = request.arn().unwrap_or_default();
        assert!(arn.contains(signer), "{request:#?}");
        assert_ne!(request.status, Some(401), "{request:#?}");
    }
    git.len()
}
