//! What every client has in common.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

use super::connect::CONNECT_TIMEOUT;
use super::failure::{Error, root_cause};

/// The client's own limit comes after that of `connect.rs`, whose error says more.
const BEHIND: Duration = Duration::from_secs(2);

/// A connection on which nothing happened for longer is not used again: common servers close theirs after 5 seconds
/// (Apache and Node.js; others later), and a push that meets a closing connection cannot be sent twice.
const IDLE_LIMIT: Duration = Duration::from_secs(4);

pub(super) fn common(https_only: bool) -> ClientBuilder {
    Client::builder()
        .https_only(https_only)
        // Proxies are chosen in proxy.rs alone.
        .no_proxy()
        // A redirect would carry a signature to a place that was not signed.
        .redirect(Policy::none())
        // reqwest's HTTP/2 windows make it 8 times slower than HTTP/1.1 at 80 ms .
        .http1_only()
        .connect_timeout(CONNECT_TIMEOUT + BEHIND)
        .pool_idle_timeout(IDLE_LIMIT)
        .tcp_nodelay(true)
}

pub(super) fn build(builder: ClientBuilder) -> Result<Client, Error> {
    builder
        .build()
        .map_err(|error| Error::Client(root_cause(&error)))
}
