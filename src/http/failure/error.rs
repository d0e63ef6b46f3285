//! A request that failed below HTTP.

use std::path::PathBuf;
use std::sync::Arc;

use crate::git::config;

/// A request that failed below HTTP.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Error {
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
    GitConfig(Arc<config::Error>),
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

impl From<config::Error> for Error {
    fn from(error: config::Error) -> Self {
        Self::GitConfig(Arc::new(error))
    }
}
