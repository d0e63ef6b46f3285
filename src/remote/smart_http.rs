//! Smart HTTP with CodeCommit: what is asked of the git host, and what counts as an answer.
//!
//! Source: git's `Documentation/gitprotocol-http.adoc`; headers as reference/git.md 1.7.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, PRAGMA};
use time::Duration;
use tokio::task::{JoinHandle, spawn_blocking};

use super::Error;
use super::advertisement::{Advertisement, Problem};
use super::payload::Payload;
use super::sending::Outgoing;
use super::service::Service;
use crate::credentials::{Credentials, Resolver};
use crate::endpoint::Endpoint;
use crate::error::Error as AnyError;
use crate::git_version::GitVersion;
use crate::http::{self, Answer, Family, GitHost};
use crate::signature::BasicAuth;

/// A repository on its git host, and whoever signs for it.
pub(super) struct SmartHttp<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) resolver: Resolver<'a>,
    pub(super) credentials: RefCell<Option<Rc<Credentials>>>,
    /// The host refused a kept session, and a new one was asked for.
    pub(super) is_renewed: Cell<bool>,
    git: OnceCell<GitVersion>,
    git_asked: RefCell<Option<JoinHandle<Option<GitVersion>>>>,
    /// What git calls the remote.
    remote: String,
    /// The addresses that may be used, from the first connection on.
    pub(super) family: Cell<Family>,
    network: OnceCell<GitHost<'a>>,
    /// How far this machine's clock is ahead of the git host's, once that is known to matter.
    pub(super) clock_ahead: Cell<Duration>,
    /// The person wants to hear of each request: `-v`.
    pub(super) is_verbose: Cell<bool>,
}

impl<'a> SmartHttp<'a> {
    /// Prepares; resolves and connects nothing yet.
    pub(super) fn new(endpoint: &'a Endpoint, resolver: Resolver<'a>, remote: String) -> Self {
        Self {
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
            is_verbose: Cell::new(false),
        }
    }

    /// The repository's URL, for the messages of git's programs.
    pub(super) fn url(&self) -> String {
        self.endpoint.url()
    }

    /// The git host, talked to as git's settings want it.
    pub(super) fn network(&self) -> Result<&GitHost<'a>, http::Error> {
        if let Some(network) = self.network.get() {
            return Ok(network);
        }
        let network = self.resolver.http().git_host(
            &self.url(),
            &self.remote,
            self.family.get(),
            self.resolver.messages(),
        )?;
        Ok(self.network.get_or_init(|| network))
    }

    /// Begins what takes time and needs no key: the first connection, and the question which git this is.
    pub(super) fn begin(&self) -> Result<&GitHost<'a>, http::Error> {
        let network = self.network()?;
        network.open();
        if self.git.get().is_none() && self.git_asked.borrow().is_none() {
            // Behind the connection, which waits for the network while git answers.
            let asked = async { spawn_blocking(GitVersion::ask).await.ok().flatten() };
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

    /// `protocol.version` of git's configuration, where somebody set it.
    pub(super) fn protocol_version(&self) -> Result<Option<u8>, AnyError> {
        let config = self.resolver.world().git_config()?;
        let version = config.value("protocol.version");
        Ok(version.and_then(|value| value.text().ok()?.parse().ok()))
    }

    /// Asks for a service's references, in the protocol version that git would like.
    pub(super) async fn advertisement(
        &self,
        service: Service,
        version: Option<u8>,
    ) -> Result<Advertisement, AnyError> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        let outgoing = Outgoing {
            method: Method::GET,
            url: format!("{}/info/refs?service={}", self.url(), service.name()),
            service,
            version,
            headers,
            payload: Payload::Nothing,
        };
        let (answer, auth) = self.send(outgoing).await?;
        let expected = format!("application/x-{}-advertisement", service.name());
        self.expect_type(&answer, &expected, &auth)?;
        Advertisement::parse(service, answer.body().await?).map_err(|problem| match problem {
            Problem::Format(problem) => self.not_git(problem.to_owned()).into(),
            Problem::Remote(message) => Error::Remote(auth.scrubbed(&message)).into(),
        })
    }

    /// Sends a request to a service. `version` is the protocol version its advertisement chose.
    pub(super) async fn post(
        &self,
        service: Service,
        version: u8,
        payload: Payload,
    ) -> Result<Answer<'_, 'a>, AnyError> {
        if self.is_verbose.get()
            && let Some(words) = payload.in_words()
        {
            let line = format!("POST {} ({words})", service.name());
            self.resolver.messages().as_git(&line);
        }
        let is_probe = matches!(payload, Payload::Probe);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, service.request_type());
        headers.insert(ACCEPT, HeaderValue::from_static(service.result_type()));
        let outgoing = Outgoing {
            method: Method::POST,
            url: format!("{}/{}", self.url(), service.name()),
            service,
            version: (version > 0).then_some(version),
            headers,
            payload,
        };
        let (answer, auth) = self.send(outgoing).await?;
        // What a probe is answered with nobody reads.
        if !is_probe {
            self.expect_type(&answer, service.result_type(), &auth)?;
        }
        Ok(answer)
    }

    /// An answer of the host that is not what the protocol allows.
    pub(super) fn damaged(&self, problem: &'static str) -> Error {
        Error::Damaged {
            host: self.endpoint.authority().to_owned(),
            problem,
        }
    }

    fn expect_type(
        &self,
        answer: &Answer<'_, '_>,
        expected: &str,
        auth: &BasicAuth,
    ) -> Result<(), Error> {
        let media_type = media_type(answer);
        if media_type == expected {
            return Ok(());
        }
        Err(self.not_git(auth.scrubbed(&format!("its content type is {media_type:?}"))))
    }

    fn not_git(&self, problem: String) -> Error {
        Error::NotGit {
            host: self.endpoint.authority().to_owned(),
            problem,
        }
    }
}

/// The content type in lower case, parameters cut off.
pub(super) fn media_type(answer: &Answer<'_, '_>) -> String {
    let value = answer.headers().get(CONTENT_TYPE);
    let text = value.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (media_type, _parameters) = text.split_once(';').unwrap_or((text, ""));
    media_type.trim().to_ascii_lowercase()
}
