//! A local AWS for tests: a container credentials endpoint, STS, IAM Identity Center, AWS Sign-In, CodeCommit's git host
//! with Git LFS, CodeCommit's API, and proxies.
//!
//! It plays the cross-account story end to end. The container endpoint hands out the keys of an execution role in account
//! 222222222222, which reaches no repository. STS lets it assume a role in account 111111111111, and that role's keys sign
//! the passwords that open the git host. Behind the git host is real `git http-backend`; in front of STS and the git host is
//! real TLS. Every signature is checked from the bytes of the request, with code that shares nothing with the signer under
//! test, and every request is recorded.
//!
//! ```no_run
//! let aws = local_aws::LocalAws::builder().repository("demo-repo").start();
//! let environment = aws.environment(); // for the program under test
//! assert!(aws.git_requests().is_empty());
//! ```
//!
//! Everything ends when the [`LocalAws`] is dropped: sockets, git's programs, files.
#![forbid(unsafe_code)]
#![expect(
    clippy::expect_used,
    reason = "a test double that cannot start must stop the test"
)]

mod backend;
mod builder;
mod capabilities;
mod codecommit_api;
mod codecommit_password;
mod container;
mod delay;
mod exchange;
mod fault;
mod git_host;
mod hosts;
mod instance_metadata;
mod keys;
mod lfs;
mod observed;
mod proxy;
mod record;
mod replay;
mod repositories;
mod roles;
mod server;
mod sign_in;
mod signed;
mod sigv4;
mod skipped;
mod socks;
mod state;
mod sts;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

pub use builder::Builder;
pub use fault::{Action, Fault};
pub use keys::{CONTRIBUTOR_ROLE, EXECUTION_ROLE, EXECUTION_ROLE_SESSION, Keys, Permission};
pub use record::{Auth, Connection, Request, Service, SignedHost, StsCall};
pub use roles::Role;
pub use sign_in::{LoginSession, SsoSession};
pub use skipped::{lacks, skip, skip_even_in_ci};
pub use state::Protocol;
pub use tls::CLIENT_KEY_PASSWORD;

use codecommit_password::{Place, password};

/// A running local AWS.
pub struct LocalAws {
    state: Arc<state::State>,
    addresses: Addresses,
    files: Files,
    // Dropped in this order: the programs of git stop before their files go.
    _server: server::Server,
    _directory: TempDir,
}

struct Files {
    ca: PathBuf,
    client_certificate: PathBuf,
    client_key: PathBuf,
    encrypted_client_key: PathBuf,
}

struct Addresses {
    container: SocketAddr,
    sts: SocketAddr,
    sso: SocketAddr,
    oidc: SocketAddr,
    sign_in: SocketAddr,
    git: SocketAddr,
    codecommit: SocketAddr,
    proxy: SocketAddr,
    socks: SocketAddr,
}

/// Where things are.
impl LocalAws {
    /// Begins to set one up.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// `localhost:PORT` of the git host.
    #[must_use]
    pub fn git_authority(&self) -> String {
        format!("localhost:{}", self.addresses.git.port())
    }

    /// `https://localhost:PORT` of STS.
    #[must_use]
    pub fn sts_url(&self) -> String {
        format!("https://localhost:{}", self.addresses.sts.port())
    }

    /// `https://localhost:PORT` of CodeCommit's API.
    #[must_use]
    pub fn codecommit_url(&self) -> String {
        format!("https://localhost:{}", self.addresses.codecommit.port())
    }

    /// `http://127.0.0.1:PORT/v2/credentials/<hex>` of the container endpoint.
    #[must_use]
    pub fn container_url(&self) -> String {
        format!(
            "http://{}{}",
            self.addresses.container, self.state.container.path
        )
    }

    /// `http://127.0.0.1:PORT` of the instance metadata service (IMDSv2), which shares the container
    /// endpoint's port.
    #[must_use]
    pub fn instance_metadata_url(&self) -> String {
        format!("http://{}", self.addresses.container)
    }

    /// `http://127.0.0.1:PORT` of the proxy, which leads the names of CodeCommit, STS and the sign-in services here,
    /// in every partition.
    #[must_use]
    pub fn proxy_url(&self) -> String {
        format!("http://{}", self.addresses.proxy)
    }

    /// `127.0.0.1:PORT` of the SOCKS5 proxy, which leads where the other does.
    #[must_use]
    pub fn socks_authority(&self) -> String {
        self.addresses.socks.to_string()
    }

    /// The certificate of the authority that signed the services' certificate, in PEM.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.files.ca
    }

    /// The client's certificate in PEM, by an authority of its own (not [`ca_file`](Self::ca_file)'s).
    #[must_use]
    pub fn client_certificate(&self) -> &Path {
        &self.files.client_certificate
    }

    /// The key of the client's certificate in PEM: PKCS#8, not encrypted.
    #[must_use]
    pub fn client_key(&self) -> &Path {
        &self.files.client_key
    }

    /// The same key as encrypted PKCS#8 (PBES2 of PBKDF2-HMAC-SHA256 and AES-256-CBC); its password is
    /// [`CLIENT_KEY_PASSWORD`].
    #[must_use]
    pub fn encrypted_client_key(&self) -> &Path {
        &self.files.encrypted_client_key
    }

    /// The region in which passwords for `localhost` are checked.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.state.region
    }

    /// The directory that holds all repositories as `NAME.git`.
    #[must_use]
    pub fn repositories(&self) -> &Path {
        &self.state.repositories.root
    }

    /// The bare repository `name` on disk, whether or not there is one.
    #[must_use]
    pub fn repository_path(&self, name: &str) -> PathBuf {
        self.state.repositories.path(name)
    }

    /// What the program under test needs in its environment to reach all this.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let local = |address: SocketAddr| format!("https://localhost:{}", address.port());
        let mut environment = vec![
            ("CODE_COMMIT_ENDPOINT", self.git_authority()),
            ("AWS_ENDPOINT_URL_CODECOMMIT", self.codecommit_url()),
            ("AWS_ENDPOINT_URL_STS", self.sts_url()),
            ("AWS_ENDPOINT_URL_SSO", local(self.addresses.sso)),
            ("AWS_ENDPOINT_URL_SSO_OIDC", local(self.addresses.oidc)),
            ("AWS_ENDPOINT_URL_SIGNIN", local(self.addresses.sign_in)),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", self.container_url()),
            ("AWS_CA_BUNDLE", self.files.ca.display().to_string()),
        ];
        if let Some(token) = &self.state.container.token {
            environment.push(("AWS_CONTAINER_AUTHORIZATION_TOKEN", token.clone()));
        }
        environment
    }
}

/// Repositories.
impl LocalAws {
    /// Adds refs to a repository, all at the tip of `main`; names are bytes such as `refs/heads/caf\xe9`.
    ///
    /// # Panics
    /// If the repository has no `main`.
    pub fn add_refs<N: Into<Vec<u8>>>(&self, repository: &str, names: impl IntoIterator<Item = N>) {
        let names = names.into_iter().map(Into::into).collect();
        self.state.repositories.add_refs(repository, names);
    }

    /// An object of Git LFS that a repository holds.
    #[must_use]
    pub fn lfs_object(&self, repository: &str, oid: &str) -> Option<Vec<u8>> {
        std::fs::read(self.state.lfs.file(repository, oid)).ok()
    }

    /// Gives a repository an object of Git LFS; its oid.
    ///
    /// # Panics
    /// If the temporary directory cannot be written.
    pub fn add_lfs_object(&self, repository: &str, content: &[u8]) -> String {
        self.state.lfs.add(repository, content)
    }

    /// Adds the branches `many/000000`, `many/000001` and so on, all at the tip of `main`; 100,000 take a second.
    ///
    /// # Panics
    /// If the repository has no `main`.
    pub fn add_branches(&self, repository: &str, count: usize) {
        let names = (0..count).map(|number| format!("refs/heads/many/{number:06}"));
        self.add_refs(repository, names);
    }
}

/// Keys and permissions.
impl LocalAws {
    /// The keys the container endpoint hands out now.
    #[must_use]
    pub fn execution_role_keys(&self) -> Keys {
        container::execution_role(&self.state).keys
    }

    /// Issues long-term keys to the user `arn:aws:iam::111111111111:user/<name>`, who may pull and push.
    #[must_use]
    pub fn issue_user(&self, name: &str) -> Keys {
        self.state
            .identities
            .issue(&format!("arn:aws:iam::111111111111:user/{name}"), None)
    }

    /// Issues temporary keys to any ARN, such as `arn:aws:sts::111111111111:assumed-role/Name/session`.
    #[must_use]
    pub fn issue_session(&self, arn: &str, lifetime: Duration) -> Keys {
        self.state
            .identities
            .issue(arn, Some(self.state.clock.now() + lifetime))
    }

    /// Signs somebody in to IAM Identity Center; the access token lasts so long, which may be negative.
    #[must_use]
    pub fn sso_session(&self, lifetime: Duration) -> SsoSession {
        let now = self.now();
        let session = SsoSession::new(now + lifetime, now);
        self.state.sign_in.add_sso(&session);
        session
    }

    /// Signs a user or role in by `aws login`; the keys last so long, which may be negative.
    #[must_use]
    pub fn login_session(&self, arn: &str, lifetime: Duration) -> LoginSession {
        let expires = self.now() + lifetime;
        let keys = self.state.identities.issue(arn, Some(expires));
        let session = LoginSession::new(arn, keys, expires);
        self.state.sign_in.add_login(&session);
        session
    }

    /// The code an MFA device shows now; each can be used once. The device is one that a role
    /// [asks for](Role::mfa).
    #[must_use]
    pub fn mfa_code(&self, serial: &str) -> String {
        self.state.mfa_codes.show(serial)
    }

    /// Sets how long sessions last that STS and the sign-in services issue from now on, whatever was asked for; `None`:
    /// as asked for.
    pub fn set_session_lifetime(&self, lifetime: Option<Duration>) {
        self.state.lifetimes().session = lifetime;
    }

    /// Sets how long the execution role's next keys last; `None`: six hours. The present ones stay until they
    /// [expire](Self::expire).
    pub fn set_container_lifetime(&self, lifetime: Option<Duration>) {
        self.state.lifetimes().container = lifetime;
    }

    /// Makes issued keys expire now. The container endpoint hands out new ones once its keys have expired.
    pub fn expire(&self, access_key_id: &str) {
        self.state
            .identities
            .expire(access_key_id, self.state.clock.now());
    }

    /// Sets what a role, session or user may do from now on.
    pub fn set_permission(&self, arn: &str, permission: Permission) {
        self.state.identities.set_permission(arn, permission);
    }

    /// The username and password that open a repository at `git_authority()` now, the host signed without its port.
    #[must_use]
    pub fn git_credentials(&self, keys: &Keys, repository: &str) -> (String, String) {
        self.git_credentials_at("localhost", keys, repository)
    }

    /// The same for any host: `git-codecommit.…` names bring their region, others use [`region`](Self::region).
    #[must_use]
    pub fn git_credentials_at(
        &self,
        host: &str,
        keys: &Keys,
        repository: &str,
    ) -> (String, String) {
        let path = format!("/v1/repos/{repository}");
        let place = Place {
            region: hosts::git_region(host).unwrap_or(self.region()),
            host,
            path: &path,
        };
        let password = password(&keys.secret_access_key, self.now(), &place);
        let token = keys
            .session_token
            .as_ref()
            .map(|token| format!("%{token}"))
            .unwrap_or_default();
        (format!("{}{token}", keys.access_key_id), password)
    }
}

/// Clock and faults.
impl LocalAws {
    /// The services' time.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.state.clock.now()
    }

    /// Sets the services' clock off from the system's, in checks and in `Date` headers.
    pub fn set_clock_offset(&self, offset: Duration) {
        self.state.clock.set_offset(offset);
    }

    /// Puts this round trip between clients and the TLS services, for connections from now on.
    pub fn set_round_trip(&self, round_trip: std::time::Duration) {
        *self.state.round_trip() = round_trip;
    }

    /// Puts a fault in wait.
    pub fn fail(&self, fault: Fault) {
        self.state.faults.add(fault);
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }
}
