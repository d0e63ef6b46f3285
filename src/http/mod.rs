//! The HTTP client: one place for trust roots, proxies, timeouts and redirects.
//!
//! There are two kinds of connection. [`Http::internet`] is https only, through the person's proxy.
//! [`Http::near`] is for the container and instance metadata endpoints, which are plain http on the
//! loopback or a link-local address: never through a proxy, which would be handed the keys.
//! Both are built when first asked for: loading the trust roots is most of a start-up's work.

mod failure;
mod proxy;
mod sdk;
mod tls;

use std::cell::OnceCell;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

use crate::world::World;

pub(crate) use failure::Error;
pub(crate) use failure::root_cause;
pub(crate) use sdk::SdkClient;

/// How long a connection may take to open before the host counts as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// Builds the clients a run needs, each once.
pub struct Http<'w> {
    world: &'w World,
    internet: OnceCell<Client>,
}

impl<'w> Http<'w> {
    /// Prepares; opens and loads nothing yet.
    #[must_use]
    pub fn new(world: &'w World) -> Self {
        Self {
            world,
            internet: OnceCell::new(),
        }
    }

    /// The client for AWS hosts: https only, the environment's proxy, no redirects.
    ///
    /// # Errors
    /// If a CA bundle or the proxy's URL cannot be read.
    pub fn internet(&self) -> Result<Client, Error> {
        if let Some(client) = self.internet.get() {
            return Ok(client.clone());
        }
        let mut builder = common()
            .https_only(true)
            .tls_backend_preconfigured(tls::config(self.world)?);
        if let Some(proxy) = proxy::from_environment(self.world)? {
            builder = builder.proxy(proxy);
        }
        let client = build(builder)?;
        Ok(self.internet.get_or_init(|| client).clone())
    }

    /// The client for credential endpoints of this machine: no proxy, no redirects.
    ///
    /// `encrypted` says whether TLS, and so the trust roots, will be needed.
    ///
    /// # Errors
    /// If a CA bundle cannot be read.
    pub fn near(&self, encrypted: bool) -> Result<Client, Error> {
        let tls = if encrypted {
            tls::config(self.world)?
        } else {
            tls::without_roots()?
        };
        build(common().tls_backend_preconfigured(tls))
    }
}

fn common() -> ClientBuilder {
    Client::builder()
        // Proxies are chosen in proxy.rs alone.
        .no_proxy()
        // A redirect would carry a signature to a place that was not signed.
        .redirect(Policy::none())
        // reqwest's HTTP/2 windows make it 8 times slower than HTTP/1.1 at 80 ms (reference/rust.md).
        .http1_only()
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
}

fn build(builder: ClientBuilder) -> Result<Client, Error> {
    builder
        .build()
        .map_err(|error| Error::Client(root_cause(&error)))
}
