//! Whom to trust and who to be, as git's settings have it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use super::source::Source;
use crate::git::config::{self, Value};
use crate::http::Error;
use crate::http::proxy::Proxy;
use crate::http::tls::{Authorities, Identity, Kind, Pin};
use crate::world::{World, variable};

/// Whom the git host's connection trusts.
pub(in crate::http) struct Trust {
    /// False with `http.sslVerify=false`.
    pub(in crate::http) verifies: bool,
    /// Beside those of AWS's settings and the system.
    pub(in crate::http) authorities: Vec<Authorities>,
    pub(in crate::http) proxy_authorities: Vec<Authorities>,
    pub(in crate::http) identity: Option<Identity>,
    pub(in crate::http) pin: Option<Pin>,
    pub(in crate::http) versions: &'static [&'static SupportedProtocolVersion],
}

impl Trust {
    pub(super) fn read(
        source: &Source<'_>,
        proxy: Option<&Proxy>,
        unhonoured: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let is_verified = source.keys.value("sslVerify").map(|value| value.boolean());
        let mut authorities = Vec::new();
        authorities.extend(source.authorities(variable::GIT_SSL_CAINFO, "sslCAInfo")?);
        authorities.extend(source.authorities(variable::GIT_SSL_CAPATH, "sslCAPath")?);
        let mut proxy_authorities = Vec::new();
        if proxy.is_some_and(|proxy| proxy.encrypted_host().is_some()) {
            let named = source.authorities(variable::GIT_PROXY_SSL_CAINFO, "proxySSLCAInfo")?;
            proxy_authorities.extend(named);
        }
        Ok(Self {
            verifies: is_verified.unwrap_or(Ok(true))? && !source.is_unverified_by_variable(),
            authorities,
            proxy_authorities,
            identity: identity(source, proxy, unhonoured)?,
            pin: match source.keys.value("pinnedPubkey") {
                Some(value) if !value.bytes()?.is_empty() => Some(pinned(source.world, value)?),
                _ => None,
            },
            versions: versions(source, unhonoured)?,
        })
    }
}

/// None behind an encrypted proxy: rustls would show it to that as well, which has not been asked for.
fn identity(
    source: &Source<'_>,
    proxy: Option<&Proxy>,
    unhonoured: &mut Vec<String>,
) -> Result<Option<Identity>, Error> {
    let kind = |variable: &'static str, key: &str| match source.text(variable, key)? {
        None => Ok(Kind::Pem),
        Some(kind) if kind.eq_ignore_ascii_case("PEM") => Ok(Kind::Pem),
        Some(kind) if kind.eq_ignore_ascii_case("DER") => Ok(Kind::Der),
        Some(_) => Err(Error::CertificateKind {
            key: format!("http.{key}"),
        }),
    };
    let Some((certificate, name)) = source.path(variable::GIT_SSL_CERT, "sslCert")? else {
        return Ok(None);
    };
    if proxy.is_some_and(|proxy| proxy.encrypted_host().is_some()) {
        unhonoured.push(format!("{name} (behind an encrypted proxy)"));
        return Ok(None);
    }
    let key = match source.path(variable::GIT_SSL_KEY, "sslKey")? {
        Some((key, _)) => key,
        None => certificate.clone(),
    };
    Ok(Some(Identity {
        certificate: (
            certificate,
            kind(variable::GIT_SSL_CERT_TYPE, "sslCertType")?,
        ),
        key: (key, kind(variable::GIT_SSL_KEY_TYPE, "sslKeyType")?),
    }))
}

/// A version means "this one or later", as in curl; what is older than TLS 1.2 is never spoken.
fn versions(
    source: &Source<'_>,
    unhonoured: &mut Vec<String>,
) -> Result<&'static [&'static SupportedProtocolVersion], Error> {
    static FROM_1_2: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
    static FROM_1_3: [&SupportedProtocolVersion; 1] = [&TLS13];
    let version = source.text(variable::GIT_SSL_VERSION, "sslVersion")?;
    Ok(match version.as_deref() {
        Some("tlsv1.3") => &FROM_1_3,
        None | Some("sslv2" | "sslv3" | "tlsv1" | "tlsv1.0" | "tlsv1.1" | "tlsv1.2") => &FROM_1_2,
        Some(other) => {
            unhonoured.push(format!("http.sslVersion={other}"));
            &FROM_1_2
        }
    })
}

/// `sha256//BASE64[;sha256//BASE64…]`, or a file with the key.
fn pinned(world: &World, value: Value<'_>) -> Result<Pin, Error> {
    let malformed = || value.is_not("a public key, in a file or as sha256//…");
    if let Ok(text) = value.text()
        && text.starts_with("sha256//")
    {
        let hash = |one: &str| -> Result<[u8; 32], config::Error> {
            let encoded = one.strip_prefix("sha256//").ok_or_else(malformed)?;
            let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| malformed())?;
            bytes.try_into().map_err(|_| malformed())
        };
        return Ok(Pin(text.split(';').map(hash).collect::<Result<_, _>>()?));
    }
    let path = value.path(world.home())?;
    Pin::of_file(&path).ok_or_else(|| malformed().into())
}
