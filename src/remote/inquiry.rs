//! The request with which every fetch begins, and nothing after it: for `git codecommit doctor`.

use super::service::Service;
use super::smart_http::SmartHttp;
use crate::credentials::{Credentials, Resolver};
use crate::endpoint::Endpoint;
use crate::error::Error as AnyError;

/// What a repository advertises.
pub(crate) struct References {
    /// How many branches, tags and other references it has.
    pub(crate) count: usize,
    /// The branch that `HEAD` names, where the host says it.
    pub(crate) head: Option<String>,
}

/// Asks for a repository's references, signed with these credentials and sent as in a fetch of `remote`.
///
/// # Errors
/// As git would be told.
pub(crate) async fn references(
    endpoint: &Endpoint,
    resolver: Resolver<'_>,
    credentials: Credentials,
    remote: &str,
) -> Result<References, AnyError> {
    let git_host = SmartHttp::new(endpoint, resolver, remote.to_owned());
    git_host.network()?.open();
    git_host.credentials.replace(Some(credentials.into()));
    let advertisement = git_host.advertisement(Service::UploadPack, None).await?;
    Ok(References {
        count: advertisement.names().count(),
        head: advertisement.head(),
    })
}
