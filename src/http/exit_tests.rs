//! The exit class of every kind of failed request.

use super::Error;
use crate::error::{Exit, examples};
use crate::git::config;

fn text() -> String {
    "…".to_owned()
}

#[test]
pub(crate) fn what_somebody_has_set_wrongly_is_a_setting() {
    for error in [
        Error::CaBundle {
            path: "…".into(),
            origin: text(),
            cause: text(),
        },
        Error::ClientCertificate {
            path: "…".into(),
            cause: text(),
        },
        Error::EncryptedKey { path: "…".into() },
        Error::CertificateKind { key: text() },
        Error::Proxy { origin: text() },
        Error::Variable {
            variable: "…",
            expected: "…",
        },
        Error::UserAgent,
        config::Error::Refused(text()).into(),
    ] {
        examples::check(&error, Exit::Settings);
    }
}

#[test]
pub(crate) fn what_hosts_and_networks_do_is_the_network() {
    let (host, cause) = (text, text);
    for error in [
        Error::Connect {
            host: host(),
            cause: cause(),
        },
        Error::Tls {
            host: host(),
            cause: cause(),
        },
        Error::OtherKey,
        Error::Timeout { host: host() },
        Error::TooSlow {
            host: host(),
            limit: None,
            seconds: 600,
        },
        Error::TooSlow {
            host: host(),
            limit: Some(1000),
            seconds: 30,
        },
        Error::TooLarge {
            host: host(),
            mebibytes: 1,
        },
        Error::TooLong {
            host: host(),
            minutes: 15,
        },
        Error::Cut {
            host: host(),
            cause: cause(),
        },
        Error::NotHttp {
            host: host(),
            cause: cause(),
        },
        Error::NoRoots,
        Error::Client(text()),
    ] {
        examples::check(&error, Exit::Network);
    }
}

#[test]
pub(crate) fn what_proxies_do_is_the_network() {
    let (proxy, origin, cause) = (text, text, text);
    for error in [
        Error::ProxyUnreachable {
            proxy: proxy(),
            origin: origin(),
            cause: cause(),
        },
        Error::ProxyRefused {
            host: text(),
            proxy: proxy(),
            origin: origin(),
            cause: cause(),
        },
        Error::ProxyPassword {
            proxy: proxy(),
            origin: origin(),
        },
        Error::NoProxyPassword {
            proxy: proxy(),
            origin: origin(),
            user: text(),
        },
    ] {
        examples::check(&error, Exit::Network);
    }
}
