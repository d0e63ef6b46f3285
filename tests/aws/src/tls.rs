//! Throwaway certificate authorities: the one that signs what the TLS services show, and the one whose certificates
//! clients have to show where a test wants that.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::{default_provider, sign::any_supported_type};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::hosts::local_part;

/// The key of the client's certificate, plain and encrypted with [`CLIENT_KEY_PASSWORD`]. It opens nothing but the
/// local AWS of a running test, and is kept as a file because nothing here can encrypt one:
/// `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256` did.
pub(crate) const CLIENT_KEY: &str = include_str!("../data/client-key.pem");
pub(crate) const ENCRYPTED_CLIENT_KEY: &str = include_str!("../data/client-key-encrypted.pem");

/// The password of the encrypted client key.
pub const CLIENT_KEY_PASSWORD: &str = "correct horse";

type Error = Box<dyn std::error::Error + Send + Sync>;

/// What is needed to serve TLS, and what clients need.
pub(crate) struct Tls {
    /// The authority's certificate in PEM.
    pub(crate) authority: String,
    /// The certificate of the client, in PEM, signed by a second authority.
    pub(crate) client_certificate: String,
    /// For services open to everybody.
    pub(crate) open: TlsAcceptor,
    /// For the git host: as `open`, or with a client's certificate required.
    pub(crate) git: TlsAcceptor,
}

/// Makes both authorities and all certificates, valid for 30 days.
pub(crate) fn set_up(client_certificate_required: bool) -> Tls {
    build(client_certificate_required).expect("certificates can be made")
}

fn build(client_certificate_required: bool) -> Result<Tls, Error> {
    let issuer = authority("local-aws throwaway authority")?;
    let client_issuer = authority("local-aws throwaway authority for clients")?;
    let authority = issuer.pem();
    let certificates = Arc::new(Certificates {
        issuer,
        issued: Mutex::default(),
    });
    // Fails here, not in a handshake, if nothing can be signed.
    certificates.of("localhost")?;
    let provider = Arc::new(default_provider());
    let config = || {
        ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
    };
    let acceptor = |mut config: ServerConfig| {
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    };
    let open = acceptor(
        config()?
            .with_no_client_auth()
            .with_cert_resolver(certificates.clone()),
    );
    let git = if client_certificate_required {
        let mut roots = RootCertStore::empty();
        roots.add(client_issuer.der().clone())?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        acceptor(
            config()?
                .with_client_cert_verifier(verifier.build()?)
                .with_cert_resolver(certificates),
        )
    } else {
        open.clone()
    };
    let mut params = dated(CertificateParams::default());
    let name = "local-aws client";
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    let client = params.signed_by(&KeyPair::from_pem(CLIENT_KEY)?, &client_issuer)?;
    Ok(Tls {
        authority,
        client_certificate: client.pem(),
        open,
        git,
    })
}

fn authority(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>, Error> {
    let mut params = dated(CertificateParams::default());
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    Ok(CertifiedIssuer::self_signed(params, key)?)
}

/// One certificate for each name of AWS that clients ask for, and one for the local names.
struct Certificates {
    issuer: CertifiedIssuer<'static, KeyPair>,
    issued: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates")
    }
}

impl Certificates {
    fn of(&self, name: &str) -> Result<Arc<CertifiedKey>, Error> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = issued.get(name) {
            return Ok(Arc::clone(known));
        }
        let names = if name == "localhost" {
            ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into()
        } else {
            vec![name.to_owned()]
        };
        let mut params = dated(CertificateParams::new(names)?);
        params
            .distinguished_name
            .push(DnType::CommonName, "local-aws");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let certified = Arc::new(CertifiedKey::new(chain, any_supported_type(&key)?));
        issued.insert(name.to_owned(), Arc::clone(&certified));
        Ok(certified)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // Names that are nobody's here get the local certificate, which their client will not take.
        let name = hello
            .server_name()
            .filter(|name| local_part(name).is_some());
        self.of(name.unwrap_or("localhost")).ok()
    }
}

fn dated(mut params: CertificateParams) -> CertificateParams {
    params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(30);
    params
}
