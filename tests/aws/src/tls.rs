//! A throwaway certificate authority and the one certificate all TLS services show.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Regions with a wildcard name of their own in the certificate; a wildcard stands for one label only.
const REGIONS: [&str; 6] = [
    "eu-west-1",
    "eu-central-1",
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "us-gov-west-1",
];

/// Makes the authority (as PEM) and a TLS acceptor whose certificate it signed, valid for 30 days.
pub(crate) fn authority() -> (String, TlsAcceptor) {
    build().expect("a certificate can be made")
}

fn build() -> Result<(String, TlsAcceptor), Box<dyn std::error::Error>> {
    let mut params = dated(CertificateParams::default());
    params
        .distinguished_name
        .push(DnType::CommonName, "local-aws throwaway authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let issuer =
        CertifiedIssuer::self_signed(params, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)?;

    let mut params = dated(CertificateParams::new(names())?);
    params
        .distinguished_name
        .push(DnType::CommonName, "local-aws");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let leaf = params.signed_by(&key, &issuer)?;

    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((issuer.pem(), TlsAcceptor::from(Arc::new(config))))
}

fn dated(mut params: CertificateParams) -> CertificateParams {
    params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(30);
    params
}

fn names() -> Vec<String> {
    let fixed = [
        "localhost",
        "127.0.0.1",
        "::1",
        "*.amazonaws.com",
        "*.cn-north-1.amazonaws.com.cn",
    ];
    let mut names: Vec<String> = fixed.map(str::to_owned).into();
    for region in REGIONS {
        names.push(format!("*.{region}.amazonaws.com"));
        names.push(format!("*.git-codecommit.{region}.vpce.amazonaws.com"));
    }
    names
}
