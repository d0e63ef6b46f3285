//! TLS as a client: whom to trust ([`roots`], [`verifier`]) and who we are ([`identity`]).
//!
//! Certificate authorities of the person's own are added to the system's: they never narrow trust,
//! as a Studio space or a corporate network needs both (curl and botocore replace).

mod identity;
mod roots;
mod verifier;

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, SupportedProtocolVersion};

use super::Error;

pub(super) use identity::{Identity, Kind};
pub(super) use roots::{Authorities, Roots};
pub(super) use verifier::{Pin, ProxyTrust, Verifier};

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A client configuration that trusts whom the verifier trusts.
pub(super) fn config(
    verifier: Verifier,
    identity: Option<&Identity>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ClientConfig, Error> {
    let unusable = |error: rustls::Error| Error::Client(error.to_string());
    let config = ClientConfig::builder_with_provider(verifier.provider())
        .with_protocol_versions(versions)
        .map_err(unusable)?
        // "Dangerous" is what rustls calls any verifier that is not its own: ours delegates to it.
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity {
        None => config.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = identity.read()?;
            let config = config.with_client_auth_cert(chain, key);
            config.map_err(|error| identity.unusable(error.to_string()))?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
