//! From what the libraries report to an error in the person's words.

use std::error::Error as StdError;

use rustls::OtherError;

use super::chain::{SocksError, TunnelError, find, root_cause, was_cut};
use super::error::Error;
use crate::http::connect::Failure;
use crate::http::proxy::Proxy;

impl Error {
    /// Sorts a failed request by its kind; `host` is what was being reached.
    #[must_use]
    pub(crate) fn from_reqwest(host: &str, error: &reqwest::Error) -> Self {
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
        } else if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
            Self::NotHttp { host, cause }
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
    pub(crate) fn from_chain(host: &str, error: &(dyn StdError + 'static)) -> Self {
        match find::<reqwest::Error>(error) {
            Some(error) => Self::from_reqwest(host, error),
            // An answer that came, and was refused here.
            None => match find::<Self>(error) {
                Some(own) => own.clone(),
                None => Self::Client(root_cause(error)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    /// What a request comes to that is answered so, by a host that then closes the connection.
    fn answered(answer: &'static [u8]) -> Error {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", socket.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut connection, _) = socket.accept().unwrap();
            let mut request = [0; 4096];
            assert!(connection.read(&mut request).unwrap() > 0);
            connection.write_all(answer).unwrap();
        });
        let world = crate::world::World::of(&[]);
        let client = crate::http::Http::new(&world, None).near(false).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let answer = client.get(url).send().await;
            Error::from_reqwest("h", &answer.unwrap_err())
        })
    }

    #[test]
    fn a_request_that_cannot_be_made_is_no_fault_of_the_network() {
        let world = crate::world::World::of(&[]);
        let client = crate::http::Http::new(&world, None).internet().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        // The client is for https only.
        let refused = runtime.block_on(async { client.get("http://h/").send().await });
        let error = Error::from_reqwest("h", &refused.unwrap_err());
        assert_eq!(
            error.to_string(),
            "cannot send the request: URL scheme is not allowed"
        );
    }

    #[test]
    fn what_is_no_http_is_told_from_a_connection_that_was_cut() {
        for (answer, is_http) in [
            (&b"SSH-2.0-OpenSSH_9.2\r\n"[..], false),
            (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", false),
            (b"HTTP/1.1 2000 OK\r\n\r\n", false),
            (b"\x15\x03\x01\x00\x02\x02\x28", false),
            (b"", true),
            (b"HTTP/1.1 200", true),
        ] {
            let error = answered(answer);
            let is_cut = matches!(error, Error::Cut { .. });
            let is_other = matches!(error, Error::NotHttp { .. });
            assert_eq!(
                (is_cut, is_other),
                (is_http, !is_http),
                "{answer:?}: {error}"
            );
        }
    }
}
