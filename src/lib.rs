//! Native git remote helper and credential helper for AWS CodeCommit.
//!
//! Git starts one of two programs. `git-remote-codecommit` gets an address such as
//! `codecommit::eu-west-1://Profile@repo` on its command line and speaks the remote-helper protocol
//! ([`git_remote_codecommit`]); `git-credential-codecommit` gets the https URL's parts on standard input and
//! answers with a username and a password ([`git_credential_codecommit`]). `git codecommit` is for a person
//! ([`git_codecommit`]).
//!
//! Standard output belongs to git, standard error to the person. Nothing reads the process's surroundings
//! except [`World`]. docs/ARCHITECTURE.md has the floors of the modules.

// The compiler's own count of nested types: those of a request through the HTTP client's layers are deep.
#![recursion_limit = "256"]

mod about;
mod address;
mod api;
mod aws;
mod cli;
mod credential;
mod credentials;
mod doctor;
mod endpoint;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod git;
mod http;
mod message;
mod own_config;
mod platform;
mod policy;
mod printable;
mod process;
mod profile;
mod region;
mod remote;
mod request_host;
mod secret;
mod service_endpoint;
mod setup;
mod studio;
mod target;
mod world;

pub use platform::standard_output;
pub use world::World;

pub use cli::run as git_codecommit;
pub use credential::run as git_credential_codecommit;
pub use remote::run as git_remote_codecommit;
