//! The request with which every fetch begins, and nothing after it: for `git codecommit doctor`.

use super::connection::Connection;
use super::error::Error;
use super::service::Service;
use super::smart_http::SmartHttp;
use crate::aws::Credentials;

pub(crate) struct References {
    /// How many branches, tags and other references it has.
    pub(crate) count: usize,
    /// The branch that `HEAD` names, where the host says it.
    pub(crate) head: Option<String>,
}

/// Asks for a repository's references, signed with these credentials and sent as in a
/// fetch. Fails as git would be told.
pub(crate) async fn references(
    connection: Connection<'_>,
    credentials: Credentials,
) -> Result<References, Error> {
    connection.network()?.open();
    connection.credentials.replace(Some(credentials.into()));
    let git_host = SmartHttp::new(connection);
    let advertisement = git_host.advertisement(Service::UploadPack, None).await?;
    Ok(References {
        count: advertisement.names().count(),
        head: advertisement.head(),
    })
}
