//! A request that failed below HTTP.

use std::path::PathBuf;
use std::sync::Arc;

use crate::git::config;

/// A request that failed below HTTP.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No connection: name resolution, routing, refusal.
    #[error("cannot connect to {host}: {cause}")]
    Connect { host: String, cause: String },
    #[error("cannot connect to the proxy {proxy} ({origin}): {cause}")]
    ProxyUnreachable {
        proxy: String,
        /// The variable or the key it is set in.
        origin: String,
        cause: String,
    },
    /// The proxy is there, but leads nowhere.
    #[error("no connection to {host} through the proxy {proxy} ({origin}): {cause}")]
    ProxyRefused {
        host: String,
        proxy: String,
        /// The variable or the key it is set in.
        origin: String,
        cause: String,
    },
    /// The proxy wants another password, or one at all (HTTP 407).
    #[error("the proxy {proxy} ({origin}) rejected the user name and password (HTTP 407)")]
    ProxyPassword {
        proxy: String,
        /// The variable or the key it is set in.
        origin: String,
    },
    /// The proxy's URL has a user name and no password, and nobody gave one.
    #[error("no password for user {user:?} of the proxy {proxy} ({origin})")]
    NoProxyPassword {
        proxy: String,
        /// The variable or the key it is set in.
        origin: String,
        user: String,
    },
    /// The TLS handshake failed, most often because the certificate is not trusted.
    #[error("TLS handshake with {host} failed: {cause}")]
    Tls {
        /// `host[:port]`, of the host or of the proxy.
        host: String,
        cause: String,
    },
    /// The server's key is none of those in `http.pinnedPubkey`.
    #[error("the git host's public key does not match http.pinnedPubkey")]
    OtherKey,
    #[error("{host} did not answer in time")]
    Timeout { host: String },
    /// Nothing, or too little, moved for too long.
    #[error("{}", too_slow(host, *limit, *seconds))]
    TooSlow {
        host: String,
        /// `http.lowSpeedLimit`, bytes a second; none: nothing moved at all.
        limit: Option<u64>,
        seconds: u64,
    },
    /// An answer that would be kept whole.
    #[error("the response from {host} is larger than {mebibytes} MiB")]
    TooLarge { host: String, mebibytes: usize },
    /// The same, and it comes, but too slowly.
    #[error("the response from {host} took longer than {minutes} minutes")]
    TooLong { host: String, minutes: u64 },
    /// The connection ended in the middle.
    #[error("the connection to {host} was cut: {cause}")]
    Cut { host: String, cause: String },
    #[error("invalid HTTP response from {host}: {cause}")]
    NotHttp { host: String, cause: String },
    /// A CA bundle cannot be used.
    #[error("cannot read the CA bundle {} ({origin}): {cause}", path.display())]
    CaBundle {
        path: PathBuf,
        /// The variable or the key that names it.
        origin: String,
        cause: String,
    },
    /// Neither the system nor the environment gave a certificate authority.
    #[error("no trusted certificate authorities were found on this system")]
    NoRoots,
    /// The client's certificate or its key cannot be used.
    #[error("cannot use the client certificate {}: {cause}", path.display())]
    ClientCertificate { path: PathBuf, cause: String },
    /// The key of the client's certificate needs a password.
    #[error("the key {} of the client certificate is encrypted", path.display())]
    EncryptedKey { path: PathBuf },
    /// The client's certificate is of a kind that cannot be read.
    #[error("{key} is neither PEM nor DER")]
    CertificateKind { key: String },
    /// A proxy's URL cannot be understood. It is kept out: it may hold a password.
    #[error("invalid proxy URL in {origin}")]
    Proxy { origin: String },
    /// A variable's value is of the wrong kind.
    #[error("the environment variable {variable} is not {expected}")]
    Variable {
        variable: &'static str,
        expected: &'static str,
    },
    /// The configured `User-Agent` cannot stand in a header.
    #[error("http.userAgent contains a character that is not allowed in a header")]
    UserAgent,
    #[error(transparent)]
    GitConfig(Arc<config::Error>),
    /// The client or the request could not be set up.
    #[error("cannot send the request: {0}")]
    Client(String),
}

fn too_slow(host: &str, limit: Option<u64>, seconds: u64) -> String {
    match limit {
        None => format!("no data to or from {host} for {seconds} seconds"),
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
