//! Native git remote helper and credential helper for AWS CodeCommit.
//!
//! Git starts one of two programs. `git-remote-codecommit` gets an address such as
//! `codecommit::eu-west-1://Profile@repo` on its command line and speaks the remote-helper protocol
//! ([`remote`]); `git-credential-codecommit` gets the https URL's parts on standard input and
//! answers with a username and a password ([`credential`]). Both read the AWS profile files into
//! a plan, settle the [`endpoint`], resolve [`credentials`], and sign ([`signature`]); the remote
//! helper then does the smart-HTTP requests itself.
//!
//! Standard output belongs to git, standard error to the person. Nothing here reads the process's
//! surroundings except [`world`].

pub mod cli;
pub mod credential;
pub mod credentials;
pub mod endpoint;
pub mod git_config;
pub mod remote;
pub mod secret;
pub mod signature;
pub mod world;

mod address;
#[cfg(unix)]
mod doctor;
mod error;
mod git_version;
mod http;
mod message;
mod own_config;
#[cfg(unix)]
mod policy;
mod process;
mod profile;
#[cfg(unix)]
mod setup;
#[cfg(unix)]
mod studio;
mod target;

pub use world::World;
