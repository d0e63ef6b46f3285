//! The certificate by which this client shows who it is: `http.sslCert` and `http.sslKey`.

use std::path::{Path, PathBuf};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use zeroize::Zeroizing;

use crate::http::Error;
use crate::world::input_file;

/// How a file is written: `http.sslCertType`, `http.sslKeyType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Kind {
    Pem,
    Der,
}

/// A certificate and its key, not yet read.
#[derive(Debug)]
pub(in crate::http) struct Identity {
    pub(in crate::http) certificate: (PathBuf, Kind),
    /// As in curl, the certificate's file if no other is named.
    pub(in crate::http) key: (PathBuf, Kind),
}

impl Identity {
    pub(super) fn read(
        &self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
        let (path, kind) = &self.certificate;
        let bytes = read(path)?;
        let chain = match kind {
            Kind::Der => vec![CertificateDer::from(bytes.to_vec())],
            Kind::Pem => CertificateDer::pem_slice_iter(&bytes)
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| refused(path, error.to_string()))?,
        };
        if chain.is_empty() {
            return Err(refused(path, "it holds no certificate".into()));
        }
        let (path, kind) = &self.key;
        let bytes = read(path)?;
        let key = match kind {
            Kind::Der => PrivateKeyDer::try_from(bytes.to_vec())
                .map_err(|problem| refused(path, problem.to_owned()))?,
            Kind::Pem if is_encrypted(&bytes) => {
                return Err(Error::EncryptedKey { path: path.clone() });
            }
            Kind::Pem => PrivateKeyDer::from_pem_slice(&bytes)
                // The library's words may quote the file: it holds a secret.
                .map_err(|_| refused(path, "it holds no private key that can be read".into()))?,
        };
        Ok((chain, key))
    }

    /// The two do not go together, or are of no kind that TLS knows.
    pub(super) fn unusable(&self, cause: String) -> Error {
        refused(&self.certificate.0, cause)
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    input_file::read(path).map_err(|error| refused(path, error.to_string()))
}

fn refused(path: &Path, cause: String) -> Error {
    Error::ClientCertificate {
        path: path.to_owned(),
        cause,
    }
}

/// Both notations of it: `BEGIN ENCRYPTED PRIVATE KEY`, and `Proc-Type: 4,ENCRYPTED` in the older one.
fn is_encrypted(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    text.lines().any(|line| {
        line.starts_with("-----BEGIN ENCRYPTED") || line.starts_with("Proc-Type: 4,ENCRYPTED")
    })
}
