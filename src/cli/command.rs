//! The command line of `git codecommit`: the one definition.

use super::{browse, doctor, policy, setup, studio};
use super::{cache, clone_all, completions, credential, list, man, url, version};

/// Use AWS CodeCommit from git: set up, diagnose and inspect
#[derive(clap::Parser)]
#[command(
    name = "git-codecommit",
    bin_name = "git codecommit",
    version,
    disable_version_flag = false,
    subcommand_required = true,
    after_help = "\
Addresses:
  codecommit://[PROFILE@]REPOSITORY
  codecommit::REGION://[PROFILE@]REPOSITORY"
)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub(super) subcommand: Subcommand,
}

/// One variant a subcommand, in the order in which help lists them.
#[derive(clap::Subcommand)]
pub(super) enum Subcommand {
    Setup(setup::Setup),
    Unsetup(setup::Unsetup),
    Studio(studio::Studio),
    Policy(policy::Policy),
    List(list::List),
    CloneAll(clone_all::CloneAll),
    Browse(browse::Browse),
    Url(url::Url),
    Credential(credential::Credential),
    Doctor(doctor::Doctor),
    Cache(cache::Cache),
    Completions(completions::Completions),
    Man(man::Man),
    Version(version::Version),
}
