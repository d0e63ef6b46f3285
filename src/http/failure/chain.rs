//! The chain of causes of a failed request.

use std::error::Error as StdError;
use std::io;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use tower_service::Service;

/// The tunnel's own error, which its library does not name: what `CONNECT` came to.
pub(super) type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;
pub(super) type SocksError = <SocksV5<HttpConnector> as Service<Uri>>::Error;

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
        Some(io::ErrorKind::UnexpectedEof) => "closed too early".to_owned(),
        _ => cause.to_string(),
    }
}

/// Whether the other side ended the connection, where it should not have.
pub(in crate::http) fn was_cut(error: &(dyn StdError + 'static)) -> bool {
    matches!(
        find::<io::Error>(error).map(io::Error::kind),
        Some(
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        )
    )
}

/// Whether a failure will be the same a moment later: trust, and passwords of proxies.
pub(in crate::http) fn is_lasting(error: &reqwest::Error) -> bool {
    let tunnel = find::<TunnelError>(error);
    find::<rustls::Error>(error).is_some() || matches!(tunnel, Some(TunnelError::ProxyAuthRequired))
}

/// Finds an error of a type in the chain of causes, also inside `io::Error`s.
pub(super) fn find<'e, E: StdError + 'static>(
    error: &'e (dyn StdError + 'static),
) -> Option<&'e E> {
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
