//! What to do next after a request that got no answer.

use super::error::Error;
use crate::aws::Host;
use crate::error::{Exit, Explain};

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
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
                "ask the administrator of the proxy to allow CONNECT to {}",
                if host.contains(':') {
                    host.clone()
                } else {
                    format!("{host}:443")
                }
            )],
            Self::ProxyPassword { .. } => one(
                "git-codecommit supports basic authentication: http://user:password@host:port, or \
                 http://user@host:port with a git credential helper that stores the password",
            ),
            Self::NoProxyPassword { proxy, .. } => vec![format!(
                "store it for protocol=http, host={proxy} in a git credential \
                 helper, or run git in a terminal"
            )],
            Self::Tls { .. } => one(
                "if a proxy inspects TLS, put its CA certificate (PEM) in a file and name it in \
                 AWS_CA_BUNDLE",
            ),
            Self::OtherKey => one(
                "someone may be intercepting the connection; if the host has a new key, change http.pinnedPubkey",
            ),
            Self::TooSlow { limit: Some(_), .. } => {
                one("http.lowSpeedLimit and http.lowSpeedTime set this limit")
            }
            Self::TooSlow { limit: None, .. } => one(
                "try again; http.lowSpeedLimit=1 and http.lowSpeedTime=SECONDS set another limit",
            ),
            Self::Cut { .. } | Self::TooLong { .. } => one("try again"),
            Self::TooLarge { .. } | Self::NotHttp { .. } => {
                one("check which server answers at this address")
            }
            _ => self.settings_hints(),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::CaBundle { .. }
            | Self::ClientCertificate { .. }
            | Self::EncryptedKey { .. }
            | Self::CertificateKind { .. }
            | Self::Proxy { .. }
            | Self::Variable { .. }
            | Self::UserAgent
            | Self::GitConfig(_) => Exit::Settings,
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
            | Self::TooLarge { .. }
            | Self::NotHttp { .. }
            | Self::TooLong { .. }
            | Self::NoRoots
            | Self::Client(_) => Exit::Network,
        }
    }
}

impl Error {
    /// For what somebody has to change in a file, a variable or git's configuration.
    fn settings_hints(&self) -> Vec<String> {
        let one = |hint: &str| vec![hint.to_owned()];
        match self {
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
                "git-codecommit does not ask for the password of a key: decrypt it (openssl pkey -in {} \
                 -out FILE) and set http.sslKey=FILE",
                path.display()
            )],
            Self::CertificateKind { .. } => {
                one("keys in a token or an engine are not supported; convert the files to PEM")
            }
            Self::Proxy { .. } => {
                one("use http://host:port; other schemes: https, socks4, socks4a, socks5, socks5h")
            }
            Self::Variable { variable, .. } => vec![format!("change or unset {variable}")],
            Self::UserAgent => one("see git config --show-origin --get-all http.userAgent"),
            Self::GitConfig(error) => error.hints(),
            _ => vec![],
        }
    }
}
