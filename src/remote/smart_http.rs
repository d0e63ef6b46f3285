//! Smart HTTP with CodeCommit: what is asked of the git host, and what counts as an answer.
//!
//! Source: git's `Documentation/gitprotocol-http.adoc`.

use std::cell::Cell;
use std::ffi::OsString;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, PRAGMA};

use super::advertisement::{Advertisement, Problem, Reader};
use super::connection::Connection;
use super::error::Error;
use super::payload::Payload;
use super::sending::{Outgoing, media_type};
use super::service::Service;
use crate::aws::BasicAuth;
use crate::http::{Answer, Bounds};

/// A million references take 60 to 80 MB. The signature of the request lives as long as this time.
const ADVERTISEMENT: Bounds = Bounds {
    size: 256 << 20,
    time: Duration::from_secs(15 * 60),
};

/// The services of a repository on its git host.
pub(super) struct SmartHttp<'a> {
    pub(super) connection: Connection<'a>,
    /// The person wants to hear of each request: `-v`.
    pub(super) is_verbose: Cell<bool>,
}

impl<'a> SmartHttp<'a> {
    /// Prepares; resolves and connects nothing yet.
    pub(super) fn new(connection: Connection<'a>) -> Self {
        Self {
            connection,
            is_verbose: Cell::new(false),
        }
    }

    /// The repository's URL, for the messages of git's programs.
    pub(super) fn url(&self) -> String {
        self.connection.endpoint.url()
    }

    /// The address under which git's programs come back to this helper. (The https URL would lead a program that
    /// fetches by itself, as `push.negotiate` wants it, past the credentials.)
    pub(super) fn own_address(&self) -> OsString {
        let address = self.connection.world.arguments().get(1);
        let address = address.cloned().unwrap_or_default();
        if address.to_string_lossy().starts_with("codecommit://") {
            return address;
        }
        let mut whole = OsString::from("codecommit::");
        whole.push(address);
        whole
    }

    /// `protocol.version` of git's configuration, where somebody set it.
    pub(super) fn protocol_version(&self) -> Result<Option<u8>, Error> {
        let config = self.connection.world.git_config()?;
        let version = config.value("protocol.version");
        Ok(version.and_then(|value| value.text().ok()?.parse().ok()))
    }

    /// Asks for a service's references, in the protocol version that git would like.
    pub(super) async fn advertisement(
        &self,
        service: Service,
        version: Option<u8>,
    ) -> Result<Advertisement, Error> {
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
        let (mut answer, auth) = self.connection.send(outgoing).await?;
        let expected = format!("application/x-{}-advertisement", service.name());
        self.expect_headers(&answer, &expected, &auth)?;
        let said = |problem| match problem {
            Problem::Format(problem) => self.not_git(problem.to_owned()),
            Problem::Remote(message) => Error::Remote(auth.scrubbed(&message)),
        };
        let mut reader = Reader::new(service);
        let read = answer.each(ADVERTISEMENT, |piece| reader.feed(piece).map_err(said));
        read.await?;
        reader.finish().map_err(said)
    }

    /// Sends a request to a service. `version` is the protocol version its advertisement chose.
    pub(super) async fn post(
        &self,
        service: Service,
        version: u8,
        payload: Payload,
    ) -> Result<Answer<'_, 'a>, Error> {
        if self.is_verbose.get()
            && let Some(words) = payload.description()
        {
            let line = format!("POST {} ({words})", service.name());
            self.connection.notices.as_git(&line);
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
        let (answer, auth) = self.connection.send(outgoing).await?;
        // What a probe is answered with nobody reads.
        if !is_probe {
            self.expect_headers(&answer, service.result_type(), &auth)?;
        }
        Ok(answer)
    }

    /// An answer of the host that is not what the protocol allows.
    pub(super) fn damaged(&self, problem: &'static str) -> Error {
        Error::Damaged {
            host: self.connection.endpoint.authority().to_owned(),
            problem,
        }
    }

    fn expect_headers(
        &self,
        answer: &Answer<'_, '_>,
        expected: &str,
        auth: &BasicAuth,
    ) -> Result<(), Error> {
        let media_type = media_type(answer);
        if media_type != expected {
            let problem = format!("not valid: the content type is {media_type:?}");
            return Err(self.not_git(auth.scrubbed(&problem)));
        }
        match answer.headers().get(CONTENT_ENCODING) {
            Some(encoding) if encoding != "identity" => Err(self.not_git(auth.scrubbed(&format!(
                "not valid: the content encoding is {encoding:?}, which was not asked for"
            )))),
            _ => Ok(()),
        }
    }

    fn not_git(&self, problem: String) -> Error {
        Error::NotGit {
            host: self.connection.endpoint.authority().to_owned(),
            problem,
        }
    }
}
