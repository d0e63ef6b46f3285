//! Why a request got no answer, in the person's words.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use rustls::OtherError;
use tower_service::Service;

use super::connect::Failure;
use super::proxy::Proxy;
use crate::endpoint::Host;
use crate::git_config;

/// The tunnel's own error, which its library does not name: what `CONNECT` came to.
type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;
/// The same for SOCKS.
type SocksError = <SocksV5<HttpConnector> as Service<Uri>>::Error;

/// A request that failed below HTTP.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No connection: name resolution, routing, refusal.
    #[error("cannot connect to {host}: {cause}")]
    Connect {
        /// `host[:port]`.
        host: String,
        /// The innermost reason.
        cause: String,
    },
    /// No connection to the proxy.
    #[error("cannot connect to the proxy {proxy} ({origin}): {cause}")]
    ProxyUnreachable {
        /// `host:port`.
        proxy: String,
        /// The variable or the key it is set in.
        origin: String,
        /// The innermost reason.
        cause: String,
    },
    /// The proxy is there, but leads nowhere.
    #[error("no connection to {host} through the proxy {proxy} ({origin}): {cause}")]
    ProxyRefused {
        /// `host[:port]` behind it.
        host: String,
        /// `host:port`.
        proxy: String,
        /// The variable or the key it is set in.
        origin: String,
        /// What is known.
        cause: String,
    },
    /// The proxy wants another password, or one at all (HTTP 407).
    #[error(
        "the proxy {proxy} ({origin}) wants a user name and password, and did not take what it got"
    )]
    ProxyPassword {
        /// `host:port`.
        proxy: String,
        /// The variable or the key it is set in.
        origin: String,
    },
    /// The proxy's URL has a user name and no password, and nobody gave one.
    #[error("nobody gave the password of user {user:?} for the proxy {proxy} ({origin})")]
    NoProxyPassword {
        /// `host:port`.
        proxy: String,
        /// The variable or the key it is set in.
        origin: String,
        /// The name.
        user: String,
    },
    /// The TLS handshake failed, most often because the certificate is not trusted.
    #[error("no secure connection to {host}: {cause}")]
    Tls {
        /// `host[:port]`, of the host or of the proxy.
        host: String,
        /// rustls's reason.
        cause: String,
    },
    /// The server's key is none of those in `http.pinnedPubkey`.
    #[error("the git host's public key is not the one that http.pinnedPubkey names")]
    OtherKey,
    /// Nothing came in time.
    #[error("{host} did not answer in time")]
    Timeout {
        /// `host[:port]`.
        host: String,
    },
    /// Nothing, or too little, moved for too long.
    #[error("{}", too_slow(host, *limit, *seconds))]
    TooSlow {
        /// `host[:port]`.
        host: String,
        /// `http.lowSpeedLimit`, bytes a second; none: nothing moved at all.
        limit: Option<u64>,
        /// For how long.
        seconds: u64,
    },
    /// The connection ended in the middle.
    #[error("the connection to {host} was cut: {cause}")]
    Cut {
        /// `host[:port]`.
        host: String,
        /// The innermost reason.
        cause: String,
    },
    /// A CA bundle cannot be used.
    #[error("cannot read the CA bundle {} ({origin}): {cause}", path.display())]
    CaBundle {
        /// The file or folder.
        path: PathBuf,
        /// The variable or the key that names it.
        origin: String,
        /// The reason.
        cause: String,
    },
    /// Neither the system nor the environment gave a certificate authority.
    #[error("no trusted certificate authorities were found on this system")]
    NoRoots,
    /// The client's certificate or its key cannot be used.
    #[error("cannot use the client certificate {}: {cause}", path.display())]
    ClientCertificate {
        /// The file.
        path: PathBuf,
        /// The reason.
        cause: String,
    },
    /// The key of the client's certificate needs a password.
    #[error("the key {} of the client certificate is encrypted", path.display())]
    EncryptedKey {
        /// The file.
        path: PathBuf,
    },
    /// The client's certificate is of a kind that cannot be read.
    #[error("{key} is neither PEM nor DER")]
    CertificateKind {
        /// The key.
        key: String,
    },
    /// A proxy's URL cannot be understood. It is kept out: it may hold a password.
    #[error("the proxy in {origin} cannot be used")]
    Proxy {
        /// The variable or the key.
        origin: String,
    },
    /// A variable's value is of the wrong kind.
    #[error("the environment variable {variable} is not {expected}")]
    Variable {
        /// The variable.
        variable: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The access key cannot stand in an HTTP header.
    #[error("the access key id or the session token holds characters that a request cannot carry")]
    UnsendableKey,
    /// The configured `User-Agent` cannot stand in a header.
    #[error("http.userAgent holds a character that a header cannot carry")]
    UserAgent,
    /// Git's configuration cannot be used.
    #[error(transparent)]
    GitConfig(Arc<git_config::Error>),
    /// The client or the request could not be set up.
    #[error("the request cannot be made: {0}")]
    Client(String),
}

fn too_slow(host: &str, limit: Option<u64>, seconds: u64) -> String {
    match limit {
        None => format!("nothing moved between here and {host} for {seconds} seconds"),
        Some(limit) => format!(
            "the transfer with {host} was slower than {limit} bytes a second for {seconds} seconds"
        ),
    }
}

impl From<git_config::Error> for Error {
    fn from(error: git_config::Error) -> Self {
        Self::GitConfig(Arc::new(error))
    }
}

impl Error {
    /// Sorts a failed request by its kind; `host` is what was being reached.
    #[must_use]
    pub fn from_reqwest(host: &str, error: &reqwest::Error) -> Self {
        let host = host.to_owned();
        let cause = root_cause(error);
        let failure = find::<Failure>(error);
        let proxy = failure.and_then(|failure| failure.route.proxy_to(&host));
        // Once the connection stands, whatever breaks it may have broken an answer.
        if let Some(tls) = find::<rustls::Error>(error).filter(|_| error.is_connect()) {
            return match tls {
                rustls::Error::Other(OtherError(own)) if own.is::<Self>() => own
                    .downcast_ref()
                    .map_or(Self::NoRoots, |own: &Self| own.clone()),
                // Before the tunnel is there, it is the proxy that one talks to.
                _ => match (proxy, find::<TunnelError>(error)) {
                    (Some(proxy), Some(_)) => Self::Tls {
                        host: format!("the proxy {}", proxy.name()),
                        cause,
                    },
                    _ => Self::Tls { host, cause },
                },
            };
        }
        if let Some(proxy) = proxy {
            return Self::at_proxy(proxy, host, cause, error);
        }
        if error.is_connect() && !was_cut(error) {
            // A connection that took too long to open is one that was not opened.
            Self::Connect { host, cause }
        } else if error.is_timeout() {
            Self::Timeout { host }
        } else if error.is_builder() {
            Self::Client(cause)
        } else {
            Self::Cut { host, cause }
        }
    }

    /// A connection that did not come about although there is a proxy for it.
    fn at_proxy(proxy: &Proxy, host: String, cause: String, error: &reqwest::Error) -> Self {
        let origin = proxy.origin().to_owned();
        let proxy = proxy.name();
        let unreachable = match (find::<TunnelError>(error), find::<SocksError>(error)) {
            (Some(TunnelError::ProxyAuthRequired), _) => {
                return Self::ProxyPassword { proxy, origin };
            }
            (Some(TunnelError::ConnectFailed(_)), _) => Some(cause.clone()),
            (_, Some(SocksError::Inner(inner))) => Some(root_cause(inner)),
            _ => None,
        };
        match unreachable {
            Some(cause) => Self::ProxyUnreachable {
                proxy,
                origin,
                cause,
            },
            None => Self::ProxyRefused {
                host,
                proxy,
                origin,
                cause,
            },
        }
    }

    /// The same for a request that the AWS SDK made: the client's error is in its chain of causes.
    #[must_use]
    pub fn from_chain(host: &str, error: &(dyn StdError + 'static)) -> Self {
        match find::<reqwest::Error>(error) {
            Some(error) => Self::from_reqwest(host, error),
            None => Self::Client(root_cause(error)),
        }
    }

    /// Whether a setting is wrong, not the network.
    #[must_use]
    pub fn is_setting(&self) -> bool {
        match self {
            Self::CaBundle { .. }
            | Self::ClientCertificate { .. }
            | Self::EncryptedKey { .. }
            | Self::CertificateKind { .. }
            | Self::Proxy { .. }
            | Self::Variable { .. }
            | Self::UserAgent
            | Self::UnsendableKey
            | Self::GitConfig(_) => true,
            Self::Connect { .. }
            | Self::ProxyUnreachable { .. }
            | Self::ProxyRefused { .. }
            | Self::ProxyPassword { .. }
            | Self::NoProxyPassword { .. }
            | Self::Tls { .. }
            | Self::OtherKey
            | Self::Timeout { .. }
            | Self::TooSlow { .. }
            | Self::Cut { .. }
            | Self::NoRoots
            | Self::Client(_) => false,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let reach = |host: &str| {
            let mut hints = vec!["check the network, https_proxy and no_proxy".to_owned()];
            if let Some(host) = Host::recognise(host) {
                hints.push(format!(
                    "a VPC without internet needs the interface endpoint \
                     com.amazonaws.{}.{}",
                    host.region(),
                    host.service()
                ));
            }
            hints
        };
        let one = |hint: &str| vec![hint.to_owned()];
        match self {
            Self::Connect { host, .. } | Self::Timeout { host } => reach(host),
            Self::ProxyUnreachable { origin, .. } => vec![format!(
                "check {origin}; no_proxy lists hosts that are reached without a proxy"
            )],
            Self::ProxyRefused { host, .. } => vec![format!(
                "ask whoever runs the proxy to allow CONNECT to {}",
                if host.contains(':') {
                    host.clone()
                } else {
                    format!("{host}:443")
                }
            )],
            Self::ProxyPassword { .. } => one(
                "only basic authentication is known here: http://user:password@host:port, or \
                 http://user@host:port and a git credential helper that has the password",
            ),
            Self::NoProxyPassword { proxy, .. } => vec![format!(
                "git credential fill was asked for protocol=http, host={proxy}: set up a credential \
                 helper that has it, or run this in a terminal"
            )],
            Self::Tls { .. } => one(
                "if a proxy inspects TLS, put its CA certificate (PEM) in a file and name it in \
                 AWS_CA_BUNDLE",
            ),
            Self::OtherKey => {
                one("somebody may sit between; if the host has a new key, change http.pinnedPubkey")
            }
            Self::TooSlow { limit: Some(_), .. } => {
                one("http.lowSpeedLimit and http.lowSpeedTime set this limit")
            }
            Self::TooSlow { limit: None, .. } => one(
                "try again; http.lowSpeedLimit=1 and http.lowSpeedTime=SECONDS set another limit",
            ),
            Self::Cut { .. } => one("try again"),
            Self::CaBundle { origin, .. } => {
                vec![format!("{origin} must name a PEM file of certificates")]
            }
            Self::NoRoots => one(
                "install the system's CA certificates (package ca-certificates) or set AWS_CA_BUNDLE",
            ),
            Self::ClientCertificate { .. } => {
                one("http.sslCert and http.sslKey name the certificate and its key")
            }
            Self::EncryptedKey { path } => vec![format!(
                "git-codecommit does not ask for its password: openssl pkey -in {} -out FILE writes one \
                 without, for http.sslKey",
                path.display()
            )],
            Self::CertificateKind { .. } => {
                one("keys in a token or an engine cannot be used; convert the files to PEM")
            }
            Self::Proxy { .. } => one(
                "it must look like http://host:port, with https, socks4, socks4a, socks5 or socks5h for http",
            ),
            Self::Variable { variable, .. } => vec![format!("change or unset {variable}")],
            Self::UnsendableKey => {
                one("look for stray characters in the AWS credentials file or variables")
            }
            Self::UserAgent => one("see git config --show-origin --get-all http.userAgent"),
            Self::GitConfig(error) => error.hints(),
            Self::Client(_) => vec![],
        }
    }
}

/// The innermost cause's text. The outer ones repeat the URL.
pub(crate) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    // rustls hides inside an io::Error, which does not show it as its source.
    if let Some(tls) = find::<rustls::Error>(error) {
        return tls.to_string();
    }
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    // What TLS and HTTP libraries say of an early end is for their own users.
    match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::UnexpectedEof) => "it ended too early".to_owned(),
        _ => cause.to_string(),
    }
}

/// Whether the other side ended the connection, where it should not have.
fn was_cut(error: &reqwest::Error) -> bool {
    matches!(
        find::<io::Error>(error).map(io::Error::kind),
        Some(
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::UnexpectedEof
        )
    )
}

/// Finds an error of a type in the chain of causes, also inside `io::Error`s.
fn find<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>();
        if let Some(found) = wrapped
            .and_then(io::Error::get_ref)
            .and_then(|e| find::<E>(e))
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}
