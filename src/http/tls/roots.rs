//! Certificate authorities, read only as far as they are needed.
//!
//! To read the system's bundle is most of a start-up's work. So roots come in
//! groups: the first is read on a thread of its own while the connection opens, the next ones only if a
//! certificate is not signed by one of those before. A chain ends in one root, so that to try groups
//! one after the other decides as all roots together would.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls_native_certs::load_certs_from_paths;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::http::Error;
use crate::world::input_file;

/// A PEM file of certificate authorities, or a folder of such files, that somebody named.
#[derive(Clone, Debug)]
pub(in crate::http) struct Authorities {
    path: PathBuf,
    /// The variable or key that names it. None: a file that is not there is nobody's mistake.
    origin: Option<String>,
}

impl Authorities {
    /// Authorities whose file must be there. Fails if it is not. (What it holds is read later.)
    pub(in crate::http) fn named(path: PathBuf, origin: &str) -> Result<Self, Error> {
        match input_file::check(&path) {
            Ok(()) => Ok(Self {
                path,
                origin: Some(origin.to_owned()),
            }),
            Err(cause) => Err(Error::CaBundle {
                path,
                origin: origin.to_owned(),
                cause: cause.to_string(),
            }),
        }
    }

    /// Authorities that count if they are there: OpenSSL's own variables work so.
    pub(in crate::http) fn if_there(path: PathBuf) -> Self {
        Self { path, origin: None }
    }

    fn read(&self) -> Result<Vec<CertificateDer<'static>>, Error> {
        let Self { path, origin } = self;
        let unusable = |cause: String| match origin {
            None => Ok(Vec::new()),
            Some(origin) => Err(Error::CaBundle {
                path: path.clone(),
                origin: origin.clone(),
                cause,
            }),
        };
        if path.is_dir() {
            return Ok(load_certs_from_paths(None, Some(path)).certs);
        }
        let text = match input_file::read(path) {
            Ok(text) => text,
            Err(error) => return unusable(error.to_string()),
        };
        match CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>() {
            Ok(found) if found.is_empty() => unusable("it holds no certificate".into()),
            Ok(found) => Ok(found),
            Err(error) => unusable(error.to_string()),
        }
    }
}

#[derive(Debug)]
pub(in crate::http) struct Roots {
    from: From,
    provider: Arc<CryptoProvider>,
    /// Filled by whoever asks first; others wait. None: the group is empty.
    read: OnceLock<Result<Option<Arc<WebPkiServerVerifier>>, Error>>,
}

#[derive(Debug)]
enum From {
    Named(Vec<Authorities>),
    /// The system's bundle, or its store where it has no files.
    System,
    /// The system's folders: they may hold what the bundle does not.
    SystemFolders,
}

impl Roots {
    /// Those that somebody named; none if nobody did.
    pub(in crate::http) fn named(
        mut authorities: Vec<Authorities>,
        provider: &Arc<CryptoProvider>,
    ) -> Option<Arc<Self>> {
        // Environments like to name one bundle five times.
        let mut seen: Vec<PathBuf> = Vec::new();
        authorities.retain(|one| {
            let is_new = !seen.contains(&one.path);
            seen.push(one.path.clone());
            is_new
        });
        (!authorities.is_empty()).then(|| Self::from(From::Named(authorities), provider))
    }

    pub(in crate::http) fn system(provider: &Arc<CryptoProvider>) -> [Arc<Self>; 2] {
        [From::System, From::SystemFolders].map(|from| Self::from(from, provider))
    }

    fn from(from: From, provider: &Arc<CryptoProvider>) -> Arc<Self> {
        Arc::new(Self {
            from,
            provider: Arc::clone(provider),
            read: OnceLock::new(),
        })
    }

    /// Begins to read on a thread of its own.
    pub(in crate::http) fn begin(self: &Arc<Self>) {
        let roots = Arc::clone(self);
        // Without a thread they are read when they are needed.
        let _ = std::thread::Builder::new()
            .name("trust roots".into())
            .spawn(move || roots.verifier().is_ok());
    }

    /// Rustls's own verifier for these roots, as soon as they are read; none if there are none.
    pub(super) fn verifier(&self) -> Result<Option<Arc<WebPkiServerVerifier>>, Error> {
        self.read
            .get_or_init(|| {
                let mut store = RootCertStore::empty();
                // What does not parse is passed over, as OpenSSL does.
                store.add_parsable_certificates(self.from.read()?);
                if store.is_empty() {
                    return Ok(None);
                }
                WebPkiServerVerifier::builder_with_provider(
                    Arc::new(store),
                    Arc::clone(&self.provider),
                )
                .build()
                .map(Some)
                .map_err(|error| Error::Client(error.to_string()))
            })
            .clone()
    }
}

impl From {
    fn read(&self) -> Result<Vec<CertificateDer<'static>>, Error> {
        match self {
            Self::Named(authorities) => {
                let mut certificates = Vec::new();
                for one in authorities {
                    certificates.extend(one.read()?);
                }
                Ok(certificates)
            }
            Self::System => Ok(system()),
            Self::SystemFolders => Ok(system_folders()),
        }
    }
}

/// The system's bundle of certificates; the first of the places where systems have one.
#[cfg(all(unix, not(target_os = "macos")))]
fn system() -> Vec<CertificateDer<'static>> {
    let bundle = openssl_probe::probe().cert_file;
    bundle.as_deref().map(usable).unwrap_or_default()
}

/// The certificates of a file; what is none is passed over.
#[cfg(all(unix, not(target_os = "macos")))]
fn usable(bundle: &std::path::Path) -> Vec<CertificateDer<'static>> {
    let text = input_file::read(bundle).unwrap_or_default();
    CertificateDer::pem_slice_iter(&text).flatten().collect()
}

#[cfg(all(unix, not(target_os = "macos")))]
fn system_folders() -> Vec<CertificateDer<'static>> {
    openssl_probe::candidate_cert_dirs()
        .flat_map(|folder: &std::path::Path| load_certs_from_paths(None, Some(folder)).certs)
        .collect()
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn system() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn system_folders() -> Vec<CertificateDer<'static>> {
    Vec::new()
}
