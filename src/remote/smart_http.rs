//! Smart HTTP with CodeCommit: what is asked of the git host, and what counts as an answer.
//!
//! Source: git's `Documentation/gitprotocol-http.adoc`; headers as reference/git.md 1.7.

use std::cell::{Cell, OnceCell};

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, PRAGMA};
use reqwest::{Method, Response};

use super::Error;
use super::advertisement::{Advertisement, Problem};
use super::payload::Payload;
use super::plumbing::Git;
use super::sending::Outgoing;
use super::service::Service;
use crate::credentials::{Credentials, Resolver};
use crate::endpoint::Endpoint;
use crate::error::Error as AnyError;
use crate::http;
use crate::signature::BasicAuth;

/// A repository on its git host, and whoever signs for it.
pub(super) struct SmartHttp<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) resolver: Resolver<'a>,
    pub(super) credentials: OnceCell<Credentials>,
    git: OnceCell<Git>,
    /// The person wants to hear of each request: `-v`.
    pub(super) is_verbose: Cell<bool>,
}

impl<'a> SmartHttp<'a> {
    /// Prepares; resolves and connects nothing yet.
    pub(super) fn new(endpoint: &'a Endpoint, resolver: Resolver<'a>) -> Self {
        Self {
            endpoint,
            resolver,
            credentials: OnceCell::new(),
            git: OnceCell::new(),
            is_verbose: Cell::new(false),
        }
    }

    /// The repository's URL, for the messages of git's programs.
    pub(super) fn url(&self) -> String {
        self.endpoint.url()
    }

    /// The git that started this helper.
    pub(super) async fn git(&self) -> Result<&Git, Error> {
        if let Some(git) = self.git.get() {
            return Ok(git);
        }
        let git = Git::ask().await?;
        Ok(self.git.get_or_init(|| git))
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
        let (response, auth) = self.send(outgoing).await?;
        let expected = format!("application/x-{}-advertisement", service.name());
        self.expect_type(&response, &expected, &auth)?;
        let body = response.bytes().await;
        let body = body.map_err(|error| self.failed(&error))?;
        Advertisement::parse(service, body.into()).map_err(|problem| match problem {
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
    ) -> Result<Answer<'_>, AnyError> {
        if self.is_verbose.get()
            && let Some(words) = payload.in_words()
        {
            let line = format!("POST {} ({words})", service.name());
            self.resolver.messages().as_git(&line);
        }
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
        let (response, auth) = self.send(outgoing).await?;
        self.expect_type(&response, service.result_type(), &auth)?;
        Ok(Answer {
            response,
            smart_http: self,
        })
    }

    /// An answer of the host that is not what the protocol allows.
    pub(super) fn damaged(&self, problem: &'static str) -> Error {
        Error::Damaged {
            host: self.endpoint.authority().to_owned(),
            problem,
        }
    }

    /// A request that got no answer, or not the whole of it.
    pub(super) fn failed(&self, error: &reqwest::Error) -> http::Error {
        http::Error::from_reqwest(self.endpoint.authority(), error)
    }

    fn expect_type(
        &self,
        response: &Response,
        expected: &str,
        auth: &BasicAuth,
    ) -> Result<(), Error> {
        let media_type = media_type(response);
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

/// A service's answer, read piece by piece.
pub(super) struct Answer<'a> {
    response: Response,
    smart_http: &'a SmartHttp<'a>,
}

impl Answer<'_> {
    /// The next piece as it came from the network; none at the end.
    ///
    /// # Errors
    /// If the connection was cut before the body's announced end.
    pub(super) async fn piece(&mut self) -> Result<Option<Bytes>, AnyError> {
        let piece = self.response.chunk().await;
        Ok(piece.map_err(|error| self.smart_http.failed(&error))?)
    }
}

/// The content type in lower case, parameters cut off.
pub(super) fn media_type(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE);
    let text = value.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (media_type, _parameters) = text.split_once(';').unwrap_or((text, ""));
    media_type.trim().to_ascii_lowercase()
}
