//! The way to a host, part by part: for `git codecommit doctor`.
//!
//! It is the client of the real requests that answers here, so that what is wrong with it shows.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::header::DATE;
use reqwest::{Client, Url};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::connect::{CONNECT_TIMEOUT, ProxyRoute};
use super::failure::Error;

/// A host, and how it is reached.
pub(crate) struct Route {
    client: Client,
    url: Url,
    route: Arc<ProxyRoute>,
    addresses: Vec<(String, Vec<SocketAddr>)>,
}

impl Route {
    pub(super) fn new(
        client: Client,
        mut url: Url,
        route: Arc<ProxyRoute>,
        addresses: Vec<(String, Vec<SocketAddr>)>,
    ) -> Self {
        url.set_path("/");
        Self {
            client,
            url,
            route,
            addresses,
        }
    }

    pub(crate) fn authority(&self) -> &str {
        self.url.authority()
    }

    /// The proxy on the way, `host:port`, and the setting that names it.
    pub(crate) fn proxy(&self) -> Option<(String, &str)> {
        let proxy = self.route.proxy_to(self.authority())?;
        Some((proxy.name(), proxy.origin()))
    }

    /// The addresses that TCP leads to: the proxy's where there is one. They are `http.curloptResolve`'s, or what the
    /// system says, which is asked as the client asks it. Fails if the name has none.
    pub(crate) async fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let name = match self.proxy() {
            Some((proxy, _)) => proxy,
            None => {
                let host = self.url.host_str().unwrap_or_default();
                let set = self.addresses.iter().find(|(name, _)| name == host);
                if let Some((_, addresses)) = set {
                    return Ok(addresses.clone());
                }
                format!("{host}:{}", self.url.port_or_known_default().unwrap_or(443))
            }
        };
        Ok(tokio::net::lookup_host(name).await?.collect())
    }

    /// Opens a connection, TLS included, and has the host say anything at all: what it says is not looked at, but for
    /// its time. The request has no signature. Fails if no answer comes.
    pub(crate) async fn time(&self) -> Result<Option<OffsetDateTime>, Error> {
        let asked = self.client.head(self.url.clone()).timeout(CONNECT_TIMEOUT);
        let answer = asked.send().await;
        let answer = answer.map_err(|error| Error::from_reqwest(self.authority(), &error))?;
        let date = answer
            .headers()
            .get(DATE)
            .and_then(|date| date.to_str().ok());
        Ok(date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok()))
    }
}
