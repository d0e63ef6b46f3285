//! Why a request got no answer, in the person's words.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use crate::endpoint::Host;

/// A request that failed below HTTP.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection: name resolution, routing, refusal, proxy.
    #[error("cannot connect to {host}: {cause}")]
    Connect {
        /// `host[:port]`.
        host: String,
        /// The innermost reason.
        cause: String,
    },
    /// The TLS handshake failed, most often because the certificate is not trusted.
    #[error("no secure connection to {host}: {cause}")]
    Tls {
        /// `host[:port]`.
        host: String,
        /// rustls's reason.
        cause: String,
    },
    /// Nothing came in time.
    #[error("{host} did not answer in time")]
    Timeout {
        /// `host[:port]`.
        host: String,
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
    #[error("cannot read the CA bundle {}: {cause}", path.display())]
    CaBundle {
        /// The file.
        path: PathBuf,
        /// The reason.
        cause: String,
    },
    /// Neither the system nor the environment gave a certificate authority.
    #[error("no trusted certificate authorities were found on this system")]
    NoRoots,
    /// A proxy variable cannot be understood. Its value is kept out: it may hold a password.
    #[error("the proxy in the environment variable {variable} cannot be used")]
    Proxy {
        /// The variable.
        variable: &'static str,
    },
    /// The client or the request could not be set up.
    #[error("the request cannot be made: {0}")]
    Client(String),
}

impl Error {
    /// Sorts a failed request by its kind; `host` is what was being reached.
    #[must_use]
    pub fn from_reqwest(host: &str, error: &reqwest::Error) -> Self {
        let host = host.to_owned();
        let cause = root_cause(error);
        if find::<rustls::Error>(error).is_some() {
            Self::Tls { host, cause }
        } else if error.is_connect() {
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

    /// The same for a request that the AWS SDK made: the client's error is in its chain of causes.
    #[must_use]
    pub fn from_chain(host: &str, error: &(dyn StdError + 'static)) -> Self {
        match find::<reqwest::Error>(error) {
            Some(error) => Self::from_reqwest(host, error),
            None => Self::Client(root_cause(error)),
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
        match self {
            Self::Connect { host, .. } | Self::Timeout { host } => reach(host),
            Self::Tls { .. } => vec![
                "if a proxy inspects TLS, put its CA certificate (PEM) in a file and name it in \
                 AWS_CA_BUNDLE"
                    .into(),
            ],
            Self::Cut { .. } => vec!["try again".into()],
            Self::CaBundle { .. } => {
                vec!["AWS_CA_BUNDLE must name a PEM file of certificates".into()]
            }
            Self::NoRoots => vec![
                "install the system's CA certificates (package ca-certificates) or set AWS_CA_BUNDLE"
                    .into(),
            ],
            Self::Proxy { .. } => vec!["it must look like http://host:port".into()],
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
