//! Names and pure rules of AWS. Nothing here reads a file, a variable or the network.

mod basic_auth;
pub(crate) mod connections;
mod credentials;
mod host;
pub(crate) mod iam;
pub(crate) mod partition;
mod region;
mod repository_name;
pub(crate) mod request_signature;
mod role_arn;
pub(crate) mod signature;
mod unusable;

pub(crate) use basic_auth::BasicAuth;
pub(crate) use connections::ConnectionsHost;
pub(crate) use credentials::{Credentials, Origin};
pub(crate) use host::Host;
pub(crate) use partition::dns_suffixes;
pub(crate) use region::Region;
pub(crate) use repository_name::{NotARepositoryName, RepositoryName};
pub(crate) use role_arn::{RoleArn, is_session_of};
pub(crate) use unusable::Unusable;

/// Whether the credential helper signs for a host of this name.
pub(crate) fn is_git_host(name: &str) -> bool {
    Host::recognise(name).is_some() || ConnectionsHost::recognise(name).is_some()
}
