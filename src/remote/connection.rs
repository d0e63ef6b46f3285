//! The connection with a git host, and the one who signs for it: opened, and resolved, once a run.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use time::{Duration, OffsetDateTime};
use tokio::task::{JoinHandle, spawn_blocking};

use super::refusal;
use crate::aws::Credentials;
use crate::credentials::{self, Resolver};
use crate::endpoint::Endpoint;
use crate::git::version::GitVersion;
use crate::http::{self, Family, GitHost, Http};
use crate::message::Notices;
use crate::world::World;

/// Credentials that end so soon are not signed with: a pack may have taken longer to make than they last.
const ENDING: Duration = Duration::minutes(1);

/// A repository on its git host, and whoever signs for it.
pub(crate) struct Connection<'a> {
    pub(super) world: &'a World,
    pub(super) notices: &'a dyn Notices,
    pub(super) endpoint: &'a Endpoint,
    http: &'a Http<'a>,
    pub(super) resolver: Resolver<'a>,
    pub(super) credentials: RefCell<Option<Rc<Credentials>>>,
    /// The host refused a cached session, and a new one was asked for.
    pub(super) is_renewed: Cell<bool>,
    git: OnceCell<GitVersion>,
    git_asked: RefCell<Option<JoinHandle<Option<GitVersion>>>>,
    remote: String,
    /// The addresses that may be used, from the first connection on.
    pub(super) family: Cell<Family>,
    network: OnceCell<GitHost<'a>>,
    /// How far this machine's clock is ahead of the git host's, once that is known to matter.
    pub(super) clock_ahead: Cell<Duration>,
}

impl<'a> Connection<'a> {
    /// Prepares; resolves and connects nothing yet.
    pub(crate) fn new(
        world: &'a World,
        notices: &'a dyn Notices,
        endpoint: &'a Endpoint,
        http: &'a Http<'a>,
        resolver: Resolver<'a>,
        remote: String,
    ) -> Self {
        Self {
            world,
            notices,
            http,
            endpoint,
            resolver,
            credentials: RefCell::default(),
            is_renewed: Cell::new(false),
            git: OnceCell::new(),
            git_asked: RefCell::default(),
            remote,
            family: Cell::default(),
            network: OnceCell::new(),
            clock_ahead: Cell::new(Duration::ZERO),
        }
    }

    /// The git host, talked to as git's settings want it.
    pub(super) fn network(&self) -> Result<&GitHost<'a>, http::Error> {
        if let Some(network) = self.network.get() {
            return Ok(network);
        }
        let network = self.http.git_host(
            &self.endpoint.url(),
            &self.remote,
            self.family.get(),
            self.notices,
        )?;
        Ok(self.network.get_or_init(|| network))
    }

    /// Begins what takes time and needs no key: the first connection, and the question which git this is.
    pub(super) fn begin(&self) -> Result<&GitHost<'a>, http::Error> {
        let network = self.network()?;
        network.open();
        if self.git.get().is_none() && self.git_asked.borrow().is_none() {
            // Behind the connection, which waits for the network while git answers.
            let asked = async { spawn_blocking(GitVersion::ask).await.ok()?.ok() };
            *self.git_asked.borrow_mut() = Some(tokio::spawn(asked));
        }
        Ok(network)
    }

    /// The git that started this helper.
    pub(super) async fn git(&self) -> Result<&GitVersion, http::Error> {
        self.begin()?;
        let asked = self.git_asked.take();
        if let Some(asked) = asked {
            // One that cannot be asked is taken for an old one.
            let git = asked.await.ok().flatten();
            return Ok(self
                .git
                .get_or_init(|| git.unwrap_or_else(|| GitVersion::parse(""))));
        }
        Ok(self.git.get_or_init(|| GitVersion::parse("")))
    }

    /// The time by the git host's clock, as far as it is known.
    pub(super) fn now(&self) -> OffsetDateTime {
        self.world.now() - self.clock_ahead.get()
    }

    /// Signs with the git host's time for the rest of the run.
    pub(super) fn correct_clock(&self, ahead: Duration) {
        self.clock_ahead.set(ahead);
        self.notices.warning(&format!(
            "this machine's clock is {} the git host's: signing with the host's time; correct the clock",
            refusal::clock_difference(ahead)
        ));
    }

    /// The run's one snapshot of credentials; another one only once the host has refused this.
    pub(super) async fn credentials(&self) -> Result<Rc<Credentials>, credentials::Error> {
        if let Some(credentials) = self.credentials.borrow().as_ref()
            && !credentials.end_before(self.now() + ENDING)
        {
            return Ok(Rc::clone(credentials));
        }
        let credentials = Rc::new(self.resolver.resolve().await?);
        *self.credentials.borrow_mut() = Some(Rc::clone(&credentials));
        Ok(credentials)
    }
}
