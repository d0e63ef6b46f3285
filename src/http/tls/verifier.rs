//! Decides whether a server is who it says.
//!
//! Every decision is rustls's own (`WebPkiServerVerifier`). What is added here: the roots may still be
//! on their way, they come in groups, a proxy has trust of its own, the key may be pinned, and the
//! person may have switched the check off for the git host.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use sha2::{Digest, Sha256};

use super::Roots;
use crate::http::Error;
use crate::world::input_file;

/// Trusts servers whose certificate a group of roots has signed.
#[derive(Debug)]
pub(in crate::http) struct Verifier {
    provider: Arc<CryptoProvider>,
    /// In the order in which they are tried.
    roots: Vec<Arc<Roots>>,
    trusts_anybody: bool,
    pin: Option<Pin>,
    proxy: Option<ProxyTrust>,
}

/// `http.pinnedPubkey`: the hashes (SHA-256 of the DER of the key) one of which the server's must have.
#[derive(Debug)]
pub(in crate::http) struct Pin(pub(in crate::http) Vec<[u8; 32]>);

/// What holds for a proxy that is itself reached by TLS, whatever is set for the git host.
#[derive(Debug)]
pub(in crate::http) struct ProxyTrust {
    pub(in crate::http) host: String,
    pub(in crate::http) roots: Option<Arc<Roots>>,
}

impl Verifier {
    pub(in crate::http) fn new(provider: Arc<CryptoProvider>, roots: Vec<Arc<Roots>>) -> Self {
        Self {
            provider,
            roots,
            trusts_anybody: false,
            pin: None,
            proxy: None,
        }
    }

    /// The roots that are tried first.
    pub(in crate::http) fn first_roots(&self) -> Option<Arc<Roots>> {
        self.roots.first().cloned()
    }

    /// Switches the check of certificates off, but for an encrypted proxy.
    pub(in crate::http) fn trusting_anybody(mut self) -> Self {
        self.trusts_anybody = true;
        self
    }

    /// Demands one of these keys as well.
    pub(in crate::http) fn with_pin(mut self, pin: Option<Pin>) -> Self {
        self.pin = pin;
        self
    }

    /// Says what holds for the proxy.
    pub(in crate::http) fn with_proxy(mut self, proxy: Option<ProxyTrust>) -> Self {
        self.proxy = proxy;
        self
    }

    pub(super) fn provider(&self) -> Arc<CryptoProvider> {
        Arc::clone(&self.provider)
    }

    /// The proxy's trust, if this is the proxy.
    fn proxy(&self, name: &ServerName<'_>) -> Option<&ProxyTrust> {
        let name = name.to_str();
        self.proxy
            .as_ref()
            .filter(|proxy| proxy.host.eq_ignore_ascii_case(&name))
    }

    fn verify_chain<'r>(
        &self,
        roots: impl Iterator<Item = &'r Arc<Roots>>,
        shown: &Shown<'_>,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut refusal = None;
        for group in roots {
            let Some(verifier) = group.verifier().map_err(in_rustls_terms)? else {
                continue;
            };
            match verifier.verify_server_cert(
                shown.certificate,
                shown.intermediates,
                shown.name,
                shown.ocsp,
                shown.now,
            ) {
                Ok(verified) => return Ok(verified),
                // "No root of this group has signed it" says less than any other reason.
                Err(error) if refusal.as_ref().is_none_or(is_unknown_issuer) => {
                    refusal = Some(error);
                }
                Err(_) => {}
            }
        }
        Err(refusal.unwrap_or_else(|| in_rustls_terms(Error::NoRoots)))
    }
}

/// What a server shows, and when.
struct Shown<'s> {
    certificate: &'s CertificateDer<'s>,
    intermediates: &'s [CertificateDer<'s>],
    name: &'s ServerName<'s>,
    ocsp: &'s [u8],
    now: UnixTime,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = Shown {
            certificate,
            intermediates,
            name,
            ocsp,
            now,
        };
        if let Some(proxy) = self.proxy(name) {
            return self.verify_chain(proxy.roots.iter().chain(&self.roots), &shown);
        }
        let verified = if self.trusts_anybody {
            ServerCertVerified::assertion()
        } else {
            self.verify_chain(self.roots.iter(), &shown)?
        };
        if let Some(pin) = &self.pin {
            pin.verify(certificate)?;
        }
        Ok(verified)
    }

    // The signature of the handshake proves that the server has the certificate's key. It needs no roots,
    // and is checked even where anybody is trusted.

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

impl Pin {
    /// The pin of a public key in a file, PEM or DER; none if it holds none.
    pub(in crate::http) fn of_file(path: &Path) -> Option<Self> {
        let bytes = input_file::read(path).ok()?;
        let key = match SubjectPublicKeyInfoDer::from_pem_slice(&bytes) {
            Ok(key) => key.to_vec(),
            // DER begins with a SEQUENCE.
            Err(_) if bytes.first() == Some(&0x30) => bytes.to_vec(),
            Err(_) => return None,
        };
        Some(Self(vec![Sha256::digest(key).into()]))
    }

    fn verify(&self, certificate: &CertificateDer<'_>) -> Result<(), rustls::Error> {
        let key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
        let hash: [u8; 32] = Sha256::digest(key.as_ref()).into();
        if self.0.contains(&hash) {
            Ok(())
        } else {
            Err(in_rustls_terms(Error::OtherKey))
        }
    }
}

fn is_unknown_issuer(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)
    )
}

/// Our reason, to be found again in the chain of causes.
fn in_rustls_terms(error: Error) -> rustls::Error {
    rustls::Error::Other(OtherError(Arc::new(error)))
}
