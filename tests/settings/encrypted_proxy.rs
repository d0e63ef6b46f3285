//! A proxy that is itself reached by TLS: `https://` in `http.proxy`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::{HOST, by_name, list, refusal};
use crate::harness::{Studio, every_git};

/// TLS in front of the local AWS's proxy, with an authority of its own.
struct EncryptedProxy {
    port: u16,
    authority: String,
    /// A client has shown a certificate.
    has_seen_one: Arc<AtomicBool>,
}

impl EncryptedProxy {
    fn in_front_of(studio: &Studio) -> Self {
        let behind: SocketAddr = studio
            .aws
            .proxy_url()
            .replace("http://", "")
            .parse()
            .unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        // It asks for a certificate, and takes whoever has none.
        let mut authorities = RootCertStore::empty();
        let trusted = std::fs::read(studio.aws.ca_file()).unwrap();
        authorities
            .add(CertificateDer::from_pem_slice(&trusted).unwrap())
            .unwrap();
        let clients = WebPkiClientVerifier::builder_with_provider(
            Arc::new(authorities),
            Arc::new(default_provider()),
        );
        let clients = clients.allow_unauthenticated().build().unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let port = socket.local_addr().unwrap().port();
        // It ends with the test's process.
        let has_seen_one = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&has_seen_one);
        let tls = TlsAcceptor::from(Arc::new(config));
        std::thread::spawn(move || serve(socket, tls, behind, &seen));
        Self {
            port,
            authority: issuer.pem(),
            has_seen_one,
        }
    }
}

fn serve(
    socket: std::net::TcpListener,
    tls: TlsAcceptor,
    behind: SocketAddr,
    seen: &Arc<AtomicBool>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async move {
        let socket = TcpListener::from_std(socket).unwrap();
        while let Ok((client, _)) = socket.accept().await {
            let (tls, seen) = (tls.clone(), Arc::clone(seen));
            tokio::spawn(async move {
                // A client that does not trust this proxy goes away here.
                if let Ok(mut client) = tls.accept(client).await
                    && let Ok(mut proxy) = TcpStream::connect(behind).await
                {
                    if client.get_ref().1.peer_certificates().is_some() {
                        seen.store(true, Ordering::SeqCst);
                    }
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut proxy).await;
                }
            });
        }
    });
}

#[test]
fn an_encrypted_proxy_is_trusted_by_its_own_authorities() {
    let mut studio = by_name(&every_git()[0], |aws| aws);
    let proxy = EncryptedProxy::in_front_of(&studio);
    studio.write("proxy.pem", &proxy.authority);
    let setting = format!("http.proxy=https://localhost:{}", proxy.port);
    let ca = "http.proxySSLCAInfo=~/proxy.pem";
    list(&studio, &[&setting, ca]).succeeded();
    let tunnels = studio.aws.proxy_requests();
    assert_eq!(tunnels.len(), 1);
    assert_eq!(tunnels[0].path, format!("{HOST}:443"));
    studio.aws.clear_record();

    let path = studio.home().join("proxy.pem").display().to_string();
    studio.set("GIT_PROXY_SSL_CAINFO", &path);
    list(&studio, &[&setting]).succeeded();
    studio.unset("GIT_PROXY_SSL_CAINFO");
    studio.aws.clear_record();

    // Nobody else's word counts for the proxy: no switch that is for the git host...
    for settings in [
        vec![setting.as_str()],
        vec![&setting, "http.sslVerify=false"],
    ] {
        let said = refusal(&studio, &settings);
        let error = "git-remote-codecommit: TLS handshake with the proxy localhost:PORT failed: invalid peer \
             certificate: UnknownIssuer\n\
             hint: if a proxy inspects TLS, put its CA certificate (PEM) in a file and name it in \
             AWS_CA_BUNDLE";
        assert!(said.ends_with(error), "{said}");
    }
    assert!(studio.aws.proxy_requests().is_empty());
}

#[test]
fn the_proxys_authorities_count_for_the_proxy_alone() {
    let mut studio = by_name(&every_git()[0], |aws| aws);
    let keys = studio.aws.issue_user("dev");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.write(".aws/config", "[default]\nregion = eu-west-1\n");
    let proxy = EncryptedProxy::in_front_of(&studio);
    let both = format!(
        "{}{}",
        proxy.authority,
        std::fs::read_to_string(studio.aws.ca_file()).unwrap()
    );
    studio.write("both.pem", &both);
    studio.unset("AWS_CA_BUNDLE");
    let setting = format!("http.proxy=https://localhost:{}", proxy.port);
    let said = studio.git(&[
        "-c",
        &setting,
        "-c",
        "http.proxySSLCAInfo=~/both.pem",
        "ls-remote",
        "codecommit::eu-west-1://demo-repo",
    ]);
    let said = said.failed().said();
    assert!(
        said.contains(&format!(
            "TLS handshake with {HOST} failed: invalid peer certificate"
        )),
        "{said}"
    );
    assert_eq!(studio.aws.proxy_requests().len(), 1, "the tunnel was there");
    assert!(studio.aws.git_requests().is_empty());
}

#[test]
fn a_client_certificate_is_not_shown_to_the_proxy_and_that_is_said() {
    let studio = by_name(&every_git()[0], |aws| aws);
    let proxy = EncryptedProxy::in_front_of(&studio);
    studio.write("proxy.pem", &proxy.authority);
    let setting = format!("http.proxy=https://localhost:{}", proxy.port);
    let certificate = format!("http.sslCert={}", studio.aws.client_certificate().display());
    let key = format!("http.sslKey={}", studio.aws.client_key().display());
    let ca = "http.proxySSLCAInfo=~/proxy.pem";
    let said = list(&studio, &[&setting, ca, &certificate, &key]).succeeded();
    assert_eq!(
        said.said(),
        "git-remote-codecommit: warning: set, but without effect here: http.sslcert (behind an \
         encrypted proxy)"
    );
    assert_eq!(studio.aws.proxy_requests().len(), 1);
    assert!(!proxy.has_seen_one.load(Ordering::SeqCst));
}
