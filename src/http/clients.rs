//! The clients a run needs, each built when it is first asked for.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::sync::Arc;

use reqwest::{Client, Url};
use rustls::crypto::CryptoProvider;
use rustls::version::{TLS12, TLS13};

use super::client::{build, common};
use super::connect::{Connections, ProxyRoute, Purpose, Slot};
use super::failure::Error;
use super::family::Family;
use super::git_host::GitHost;
use super::proxy::{self, Passwords};
use super::route::Route;
use super::settings::Settings;
use super::tls::{self, Authorities, ProxyTrust, Roots, Verifier};
use super::trace;
use crate::message::Notices;
use crate::world::{World, variable};

/// Builds the clients a run needs, each once.
pub(crate) struct Http<'w> {
    world: &'w World,
    ca_bundle: Option<PathBuf>,
    passwords: Passwords,
    trust: OnceCell<AwsTrust>,
    internet: OnceCell<Client>,
}

/// Whom AWS's settings and the system trust.
struct AwsTrust {
    provider: Arc<CryptoProvider>,
    roots: Vec<Arc<Roots>>,
}

impl AwsTrust {
    /// Begins to read the first roots.
    fn begin(&self) {
        if let Some(first) = self.roots.first() {
            first.begin();
        }
    }
}

impl<'w> Http<'w> {
    /// Prepares; opens and loads nothing yet. `ca_bundle` are the certificate authorities that a profile names.
    #[must_use]
    pub(crate) fn new(world: &'w World, ca_bundle: Option<PathBuf>) -> Self {
        Self {
            world,
            ca_bundle,
            passwords: Passwords::default(),
            trust: OnceCell::new(),
            internet: OnceCell::new(),
        }
    }

    /// The client for AWS services: https only, the environment's proxy, no redirects. Fails if a CA bundle
    /// or the proxy cannot be used.
    pub(crate) fn internet(&self) -> Result<Client, Error> {
        if let Some(client) = self.internet.get() {
            return Ok(client.clone());
        }
        let trust = self.trust()?;
        let (proxy, exempt) = proxy::for_aws(self.world, &self.passwords)?.unzip();
        trust.begin();
        let verifier = Verifier::new(Arc::clone(&trust.provider), trust.roots.clone());
        let mut builder = common(true)
            .user_agent(USER_AGENT)
            .tls_backend_preconfigured(tls::config(verifier, None, &[&TLS13, &TLS12])?);
        let route = Arc::new(ProxyRoute {
            proxy,
            exempt: exempt.unwrap_or_default(),
        });
        if let Some(proxy) = &route.proxy {
            let ways = Arc::clone(&route);
            builder = builder.proxy(proxy.for_client(move |host| ways.proxy_to(host).is_some())?);
        }
        let purpose = Purpose::User(Slot::default());
        let client = build(builder.connector_layer(Connections { route, purpose }))?;
        Ok(self.internet.get_or_init(|| client).clone())
    }

    /// The git host's client, with git's settings for a repository's URL. `remote` is the name git gave the remote.
    /// What the person should know of the settings is said on `messages`. Fails if git's configuration, a certificate
    /// or the proxy cannot be used.
    pub(crate) fn git_host(
        &self,
        url: &str,
        remote: &str,
        family: Family,
        messages: &'w dyn Notices,
    ) -> Result<GitHost<'w>, Error> {
        let url = Url::parse(url).map_err(|error| Error::Client(error.to_string()))?;
        let mut settings = Settings::read(self.world, &self.passwords, &url, remote)?;
        for warning in std::mem::take(&mut settings.warnings) {
            messages.warning(&warning);
        }
        let aws = self.trust()?;
        let verifier = verifier(aws, &url, &mut settings);
        let roots = verifier.first_roots();
        let config = tls::config(
            verifier,
            settings.trust.identity.as_ref(),
            settings.trust.versions,
        )?;
        let trace = trace::Trace::start(self.world, messages);
        GitHost::new(
            url,
            settings,
            roots,
            |settings| {
                let mut builder = common(true)
                    .user_agent(USER_AGENT)
                    .http1_title_case_headers()
                    .local_address(family.any_address())
                    .tls_backend_preconfigured(config.clone());
                for (name, addresses) in &settings.addresses {
                    builder = builder.resolve_to_addrs(name, addresses);
                }
                let keep_alive = settings.keep_alive;
                if let Some(idle) = keep_alive.idle {
                    builder = builder.tcp_keepalive(idle);
                }
                if let Some(interval) = keep_alive.interval {
                    builder = builder.tcp_keepalive_interval(interval);
                }
                if let Some(count) = keep_alive.count {
                    builder = builder.tcp_keepalive_retries(count);
                }
                match &settings.proxy {
                    None => Ok(builder),
                    Some(proxy) => Ok(builder.proxy(proxy.for_client(|_| true)?)),
                }
            },
            trace,
        )
    }

    /// The client for credential endpoints of this machine: no proxy, no redirects.
    ///
    /// `encrypted` says whether TLS, and so the trust roots, will be needed.
    ///
    /// Fails if a CA bundle cannot be read.
    pub(crate) fn near(&self, encrypted: bool) -> Result<Client, Error> {
        let verifier = if encrypted {
            let trust = self.trust()?;
            trust.begin();
            Verifier::new(Arc::clone(&trust.provider), trust.roots.clone())
        } else {
            Verifier::new(tls::provider(), Vec::new())
        };
        let config = tls::config(verifier, None, &[&TLS13, &TLS12])?;
        build(common(false).tls_backend_preconfigured(config))
    }

    /// What the environment and the profile name beside the system's authorities.
    fn trust(&self) -> Result<&AwsTrust, Error> {
        if let Some(trust) = self.trust.get() {
            return Ok(trust);
        }
        let mut named = Vec::new();
        for name in [variable::AWS_CA_BUNDLE, variable::REQUESTS_CA_BUNDLE] {
            if let Some(path) = self.world.path(name) {
                named.push(Authorities::named(path, name)?);
            }
        }
        if let Some(path) = &self.ca_bundle {
            named.push(Authorities::named(path.clone(), "ca_bundle")?);
        }
        let file = self.world.path(variable::SSL_CERT_FILE);
        named.extend(file.map(Authorities::if_there));
        if let Some(folders) = self.world.path(variable::SSL_CERT_DIR) {
            named.extend(std::env::split_paths(&folders).map(Authorities::if_there));
        }
        let provider = tls::provider();
        let mut roots = Vec::from_iter(Roots::named(named, &provider));
        roots.extend(Roots::system(&provider));
        Ok(self.trust.get_or_init(|| AwsTrust { provider, roots }))
    }
}

/// What proxies are told: the git host hears git's version as well.
const USER_AGENT: &str = concat!("git-codecommit/", env!("CARGO_PKG_VERSION"));

/// Whom the git host's connection trusts.
fn verifier(aws: &AwsTrust, url: &Url, settings: &mut Settings) -> Verifier {
    let trust = &mut settings.trust;
    let provider = &aws.provider;
    let named = Roots::named(std::mem::take(&mut trust.authorities), provider);
    let roots = named.into_iter().chain(aws.roots.iter().cloned()).collect();
    let verifier = Verifier::new(Arc::clone(provider), roots).with_pin(trust.pin.take());
    let host = settings
        .proxy
        .as_ref()
        .and_then(|proxy| proxy.encrypted_host());
    // What is set for the git host goes before what is set for a proxy of the same name.
    let host = host.filter(|host| {
        url.host_str()
            .is_none_or(|name| !name.eq_ignore_ascii_case(host))
    });
    let proxy = host.map(|host| ProxyTrust {
        host: host.to_owned(),
        roots: Roots::named(std::mem::take(&mut trust.proxy_authorities), provider),
    });
    let verifier = verifier.with_proxy(proxy);
    if trust.verifies {
        verifier
    } else {
        verifier.trusting_anybody()
    }
}

impl<'w> Http<'w> {
    /// The way to an AWS service at `host[:port]`. Fails if a CA bundle or the proxy cannot be used.
    pub(crate) fn route_to_aws(&self, authority: &str) -> Result<Route, Error> {
        let client = self.internet()?;
        let (proxy, exempt) = proxy::for_aws(self.world, &self.passwords)?.unzip();
        let route = ProxyRoute {
            proxy,
            exempt: exempt.unwrap_or_default(),
        };
        let url = parsed(&format!("https://{authority}/"))?;
        Ok(Route::new(client, url, Arc::new(route), Vec::new()))
    }

    /// The way to the git host of a repository's URL, as [`git_host`](Self::git_host) goes it. Fails if git's
    /// configuration, a certificate or the proxy cannot be used.
    pub(crate) fn route_to_git_host(
        &self,
        url: &str,
        remote: &str,
        messages: &'w dyn Notices,
    ) -> Result<Route, Error> {
        let host = self.git_host(url, remote, Family::Any, messages)?;
        Ok(host.into_route())
    }
}

fn parsed(url: &str) -> Result<Url, Error> {
    Url::parse(url).map_err(|error| Error::Client(error.to_string()))
}
