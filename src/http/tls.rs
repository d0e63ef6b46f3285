//! Trust: the system's certificate authorities, and those of `AWS_CA_BUNDLE` beside them.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::Error;
use crate::world::{World, variable};

/// A TLS client configuration with every trusted root loaded.
///
/// # Errors
/// If `AWS_CA_BUNDLE` cannot be read, or no root at all is found.
pub(super) fn config(world: &World) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    // Certificates of the system that do not parse are passed over, as OpenSSL does.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(bundle) = world.variable(variable::AWS_CA_BUNDLE) {
        add_bundle(&mut roots, Path::new(&bundle))?;
    }
    if roots.is_empty() {
        return Err(Error::NoRoots);
    }
    with_roots(roots)
}

/// A configuration that trusts nobody, for plain http: costs no file read.
pub(super) fn without_roots() -> Result<ClientConfig, Error> {
    with_roots(RootCertStore::empty())
}

fn with_roots(roots: RootCertStore) -> Result<ClientConfig, Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Client(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn add_bundle(roots: &mut RootCertStore, path: &Path) -> Result<(), Error> {
    let unreadable = |cause: String| Error::CaBundle {
        path: path.to_owned(),
        cause,
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(error.to_string()))?;
    if certificates.is_empty() {
        return Err(unreadable("it holds no certificate".into()));
    }
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|error| unreadable(error.to_string()))?;
    }
    Ok(())
}
