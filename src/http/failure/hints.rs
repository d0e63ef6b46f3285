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

    fn exit(&self) -> Exit {
        match self {
            Self::CaBundle { .. }
            | Self::ClientCertificate { .. }
            | Self::EncryptedKey { .. }
            | Self::CertificateKind { .. }
            | Self::Proxy { .. }
            | Self::Variable { .. }
            | Self::UserAgent
            | Self::UnsendableKey
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
            | Self::NoRoots
            | Self::Client(_) => Exit::Network,
        }
    }
}
