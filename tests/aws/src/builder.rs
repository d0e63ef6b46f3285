//! How a local AWS is set up.

use std::fs;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::container::{Endpoint, execution_role};
use crate::fault::{Fault, Faults};
use crate::keys::{CONTRIBUTOR_ROLE, EXECUTION_ROLE, Identities, Permission, random_hex};
use crate::lfs::Lfs;
use crate::record::{Record, Service};
use crate::replay::Replay;
use crate::repositories::Repositories;
use crate::roles::{MfaCodes, Role, Roles};
use crate::server::{Listeners, Server};
use crate::sign_in::SignIn;
use crate::state::{Clock, Protocol, State};
use crate::{Addresses, Files, LocalAws, tls};

/// What a repository holds at first.
#[derive(Clone, Copy)]
enum Seed {
    Nothing,
    History,
    Sha256History,
}

/// Sets up a [`LocalAws`]; made by [`LocalAws::builder`].
#[must_use]
pub struct Builder {
    region: String,
    protocol: Protocol,
    replay: Replay,
    repositories: Vec<(String, Seed)>,
    roles: Roles,
    permissions: Vec<(String, Permission)>,
    sso_roles: Vec<(String, String)>,
    page_size: usize,
    disabled_regions: Vec<String>,
    source_identity: Option<String>,
    client_certificate_required: bool,
    proxy_credentials: Option<(String, String)>,
    round_trip: Duration,
    container_token: Option<String>,
    addresses: Vec<(Service, SocketAddr)>,
    faults: Vec<Fault>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        let builder = Self {
            region: "eu-west-1".into(),
            protocol: Protocol::default(),
            replay: Replay::default(),
            repositories: Vec::new(),
            roles: Roles::default(),
            permissions: Vec::new(),
            sso_roles: Vec::new(),
            page_size: 1000,
            disabled_regions: Vec::new(),
            source_identity: None,
            client_certificate_required: false,
            proxy_credentials: None,
            round_trip: Duration::ZERO,
            container_token: None,
            addresses: Vec::new(),
            faults: Vec::new(),
        };
        builder.role(CONTRIBUTOR_ROLE)
    }

    /// The region in which passwords for `localhost` are checked; `eu-west-1` unless set.
    pub fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// The versions of git's protocol spoken; [`Protocol::V0Only`] unless set.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// The git host advertises and refuses as in a transcript of `scripts/live`.
    ///
    /// # Errors
    /// If the transcript has more than a mebibyte, or a request without a status.
    pub fn replay(mut self, transcript: &str) -> Result<Self, String> {
        self.replay = Replay::read(transcript)?;
        self.protocol = self.replay.protocol();
        Ok(self)
    }

    /// A repository with three commits on `main`, one more on `feature` and the annotated tag `v1.0`.
    pub fn repository(mut self, name: &str) -> Self {
        self.repositories.push((name.to_owned(), Seed::History));
        self
    }

    /// The same history with SHA-256 ids. Clients can read it with [`Protocol::Any`] only: CodeCommit publishes no object
    /// format.
    pub fn sha256_repository(mut self, name: &str) -> Self {
        self.repositories
            .push((name.to_owned(), Seed::Sha256History));
        self
    }

    /// A repository without a commit.
    pub fn empty_repository(mut self, name: &str) -> Self {
        self.repositories.push((name.to_owned(), Seed::Nothing));
        self
    }

    /// A role the execution role may assume. [`CONTRIBUTOR_ROLE`] is one from the start.
    pub fn role(self, role_arn: &str) -> Self {
        self.role_trusted_by(role_arn, EXECUTION_ROLE)
    }

    /// A role that callers may assume whose session ARN or role ARN begins with `caller`; `arn:aws:iam::ACCOUNT:root`
    /// stands for all of an account. More calls for one role add callers.
    pub fn role_trusted_by(mut self, role_arn: &str, caller: &str) -> Self {
        self.roles.trust(role_arn, caller);
        self
    }

    /// A role the execution role may assume if it gives this external id.
    pub fn role_with_external_id(mut self, role_arn: &str, external_id: &str) -> Self {
        self.roles.require_external_id(role_arn, external_id);
        self
    }

    /// A role with all that its trust policy asks for.
    pub fn role_with(mut self, role: Role) -> Self {
        self.roles.add(role);
        self
    }

    /// STS is not activated in this region.
    pub fn disabled_region(mut self, region: &str) -> Self {
        self.disabled_regions.push(region.to_owned());
        self
    }

    /// The execution role's sessions carry this source identity, as those of a Studio domain with
    /// `ExecutionRoleIdentityConfig=USER_PROFILE_NAME` do: only roles that
    /// [allow it](Role::allows_source_identity) can be assumed from there.
    pub fn source_identity(mut self, name: &str) -> Self {
        self.source_identity = Some(name.to_owned());
        self
    }

    /// A permission set that everybody who has signed in to IAM Identity Center may use in this account.
    pub fn sso_role(mut self, account: &str, name: &str) -> Self {
        self.sso_roles.push((account.to_owned(), name.to_owned()));
        self
    }

    /// What a role (by its `arn:…:role/NAME`, without a path), a session or a user may do with repositories. Not set, it is
    /// nothing for the execution role and all for everybody else.
    pub fn permission(mut self, arn: &str, permission: Permission) -> Self {
        self.permissions.push((arn.to_owned(), permission));
        self
    }

    /// The most repositories in a page of CodeCommit's list; 1000 unless set.
    pub fn page_size(mut self, size: usize) -> Self {
        self.page_size = size;
        self
    }

    /// The git host takes only clients that show the certificate [`client_certificate`](LocalAws::client_certificate),
    /// or another of its authority.
    pub fn require_client_certificate(mut self) -> Self {
        self.client_certificate_required = true;
        self
    }

    /// Both proxies ask for this user and password: the CONNECT proxy by Basic, the SOCKS5 proxy by RFC 1929.
    pub fn proxy_credentials(mut self, user: &str, password: &str) -> Self {
        self.proxy_credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Puts this round trip between clients and the TLS services: each byte takes half of it, and opening a connection
    /// costs one.
    pub fn round_trip(mut self, round_trip: Duration) -> Self {
        self.round_trip = round_trip;
        self
    }

    /// The `Authorization` the container endpoint asks for; none unless set.
    pub fn container_token(mut self, token: &str) -> Self {
        self.container_token = Some(token.to_owned());
        self
    }

    /// Binds a service to a fixed address, such as the container endpoint to 169.254.170.2:80; otherwise it is on
    /// loopback.
    pub fn address(mut self, service: Service, address: SocketAddr) -> Self {
        self.addresses.push((service, address));
        self
    }

    /// A fault in wait from the start.
    pub fn fail(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Starts all services.
    ///
    /// # Panics
    /// If a socket cannot be bound, a file not written or git not started.
    #[must_use]
    pub fn start(self) -> LocalAws {
        let directory = tempfile::Builder::new()
            .prefix("local-aws-")
            .tempdir()
            .expect("a temporary directory");
        let repositories = Repositories::new(directory.path());
        for (name, seed) in &self.repositories {
            match seed {
                Seed::Nothing => repositories.create_empty(name),
                Seed::History => repositories.create_seeded(name),
                Seed::Sha256History => repositories.create_sha256(name),
            }
        }
        let tls = tls::set_up(self.client_certificate_required);
        let files = Files {
            ca: directory.path().join("ca.pem"),
            client_certificate: directory.path().join("client.pem"),
            client_key: directory.path().join("client-key.pem"),
            encrypted_client_key: directory.path().join("client-key-encrypted.pem"),
        };
        for (file, text) in [
            (&files.ca, tls.authority.as_str()),
            (&files.client_certificate, &tls.client_certificate),
            (&files.client_key, tls::CLIENT_KEY),
            (&files.encrypted_client_key, tls::ENCRYPTED_CLIENT_KEY),
        ] {
            fs::write(file, text).expect("the temporary directory can be written");
        }
        let state = Arc::new(State {
            started: Instant::now(),
            region: self.region,
            protocol: self.protocol,
            replay: self.replay,
            container: Endpoint {
                path: format!("/v2/credentials/{}", random_hex(16)),
                token: self.container_token,
            },
            repositories,
            identities: Identities::default(),
            roles: self.roles,
            mfa_codes: MfaCodes::default(),
            sign_in: SignIn::default(),
            lfs: Lfs::new(directory.path()),
            page_size: self.page_size,
            disabled_regions: self.disabled_regions,
            source_identity: self.source_identity,
            lifetimes: Mutex::default(),
            proxy_credentials: self.proxy_credentials,
            round_trip: Mutex::new(self.round_trip),
            faults: Faults::default(),
            record: Record::default(),
            connections: AtomicU64::new(0),
            clock: Clock::default(),
        });
        state.sign_in.lock().roles = self.sso_roles;
        for (arn, permission) in &self.permissions {
            state.identities.set_permission(arn, *permission);
        }
        for fault in self.faults {
            state.faults.add(fault);
        }
        execution_role(&state);
        let listeners = Listeners::bind(&self.addresses).expect("the services' addresses are free");
        let addresses = Addresses {
            container: listeners.address(Service::Container),
            sts: listeners.address(Service::Sts),
            sso: listeners.address(Service::Sso),
            oidc: listeners.address(Service::SsoOidc),
            sign_in: listeners.address(Service::SignIn),
            git: listeners.address(Service::Git),
            codecommit: listeners.address(Service::CodeCommit),
            proxy: listeners.address(Service::Proxy),
            socks: listeners.address(Service::Socks),
        };
        let server = Server::start(Arc::clone(&state), listeners, &tls);
        LocalAws {
            state,
            addresses,
            files,
            _server: server,
            _directory: directory,
        }
    }
}
