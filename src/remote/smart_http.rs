//! Smart HTTP with CodeCommit: every request signed at the moment it is sent, Authorization from the
//! first one on.
//!
//! Source: git's `Documentation/gitprotocol-http.adoc`; headers as reference/git.md 1.7.

use std::cell::OnceCell;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, PRAGMA, USER_AGENT,
};
use reqwest::{Body, Method, Response, StatusCode};

use super::advertisement::{Advertisement, Problem};
use super::plumbing::Git;
use super::{Error, Refusal};
use crate::credentials::{Credentials, Resolver};
use crate::endpoint::Endpoint;
use crate::error::Error as AnyError;
use crate::http;
use crate::profile::Plan;
use crate::signature::{self, BasicAuth};

/// What smart HTTP can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// Fetching.
    UploadPack,
    /// Pushing.
    ReceivePack,
    /// `git archive --remote`, from git 2.44 on, where the git host speaks protocol v2.
    UploadArchive,
}

impl Service {
    /// The name in URLs and media types.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
            Self::UploadArchive => "git-upload-archive",
        }
    }

    /// The media type of its requests.
    fn request_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::UploadPack => "application/x-git-upload-pack-request",
            Self::ReceivePack => "application/x-git-receive-pack-request",
            Self::UploadArchive => "application/x-git-upload-archive-request",
        })
    }

    /// The media type of its answers.
    fn result_type(self) -> &'static str {
        match self {
            Self::UploadPack => "application/x-git-upload-pack-result",
            Self::ReceivePack => "application/x-git-receive-pack-result",
            Self::UploadArchive => "application/x-git-upload-archive-result",
        }
    }

    /// The IAM permission it needs.
    fn permission(self) -> &'static str {
        match self {
            Self::UploadPack | Self::UploadArchive => "codecommit:GitPull",
            Self::ReceivePack => "codecommit:GitPush",
        }
    }
}

/// An error body longer than this is not a message.
const ERROR_BODY_LIMIT: usize = 4096;
/// An error body that takes longer is not waited for.
const ERROR_BODY_TIME: Duration = Duration::from_secs(5);

/// A repository on its git host, and whoever signs for it.
pub(super) struct SmartHttp<'a> {
    endpoint: &'a Endpoint,
    plan: &'a Plan,
    resolver: Resolver<'a>,
    credentials: OnceCell<Credentials>,
    git: OnceCell<Git>,
}

impl<'a> SmartHttp<'a> {
    /// Prepares; resolves and connects nothing yet.
    pub(super) fn new(endpoint: &'a Endpoint, plan: &'a Plan, resolver: Resolver<'a>) -> Self {
        Self {
            endpoint,
            plan,
            resolver,
            credentials: OnceCell::new(),
            git: OnceCell::new(),
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
        let url = format!("{}/info/refs?service={}", self.url(), service.name());
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        let (response, auth) = self
            .send(Method::GET, &url, service, version, headers, None)
            .await?;
        let media_type = media_type(&response);
        let expected = format!("application/x-{}-advertisement", service.name());
        if media_type != expected {
            return Err(self
                .not_git(auth.scrubbed(&format!("its content type is {media_type:?}")))
                .into());
        }
        let body = response
            .bytes()
            .await
            .map_err(|error| self.failed(&error))?;
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
        body: Body,
    ) -> Result<Answer<'_>, AnyError> {
        let url = format!("{}/{}", self.url(), service.name());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, service.request_type());
        headers.insert(ACCEPT, HeaderValue::from_static(service.result_type()));
        let version = (version > 0).then_some(version);
        let (response, auth) = self
            .send(Method::POST, &url, service, version, headers, Some(body))
            .await?;
        let media_type = media_type(&response);
        if media_type != service.result_type() {
            return Err(self
                .not_git(auth.scrubbed(&format!("its content type is {media_type:?}")))
                .into());
        }
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

    /// Sends a request; with the answer comes what it was signed with, to keep that out of messages.
    async fn send(
        &self,
        method: Method,
        url: &str,
        service: Service,
        version: Option<u8>,
        mut headers: HeaderMap,
        body: Option<Body>,
    ) -> Result<(Response, BasicAuth), AnyError> {
        // What is wrong with proxy or trust is found before any key is fetched.
        let client = self.resolver.http().internet()?;
        let credentials = self.credentials().await?;
        let agent = format!(
            "git/{} git-codecommit/{}",
            self.git().await?.version,
            env!("CARGO_PKG_VERSION")
        );
        if let Ok(agent) = HeaderValue::try_from(agent) {
            headers.insert(USER_AGENT, agent);
        }
        if let Some(version) = version {
            headers.insert("Git-Protocol", protocol(version));
        }
        let messages = self.resolver.messages();
        messages.trace(|| format!("{method} {url}"));
        // Signed last: the password lives 15 minutes from here, however long the pack took to make.
        let auth = signature::sign(
            credentials,
            self.endpoint.region(),
            self.endpoint.authority(),
            &self.endpoint.path(),
            self.resolver.world().now(),
        );
        let mut authorization =
            HeaderValue::from_str(auth.header().expose()).map_err(|_| Error::UnsendableKey)?;
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);

        let mut request = client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.map_err(|error| self.failed(&error))?;
        messages.trace(|| format!("answer: {}", response.status()));
        if response.status() == StatusCode::OK {
            return Ok((response, auth));
        }
        let refusal = self.refusal(response, service, credentials, &auth).await;
        Err(Error::from(Box::new(refusal)).into())
    }

    async fn refusal(
        &self,
        response: Response,
        service: Service,
        credentials: &Credentials,
        auth: &BasicAuth,
    ) -> Refusal {
        let now = self.resolver.world().now();
        let permission = service.permission();
        let refusal = Refusal::new(&response, self.endpoint, credentials, permission, now);
        // As git does: text/plain is meant for people, anything else is not.
        if media_type(&response) == "text/plain" {
            let text = beginning(response).await;
            for line in auth.scrubbed(&text).lines() {
                self.resolver.messages().remote(line);
            }
        }
        refusal
    }

    /// The run's one snapshot of credentials.
    async fn credentials(&self) -> Result<&Credentials, AnyError> {
        if let Some(credentials) = self.credentials.get() {
            return Ok(credentials);
        }
        let credentials = self.resolver.resolve(self.plan).await?;
        Ok(self.credentials.get_or_init(|| credentials))
    }

    fn failed(&self, error: &reqwest::Error) -> http::Error {
        http::Error::from_reqwest(self.endpoint.authority(), error)
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

/// The first part of an error's text, as much of it as comes soon.
async fn beginning(mut response: Response) -> String {
    let mut text = Vec::new();
    let read = async {
        while let Ok(Some(piece)) = response.chunk().await {
            text.extend_from_slice(&piece);
            if text.len() > ERROR_BODY_LIMIT {
                break;
            }
        }
    };
    // Late or cut, what has come is worth more than nothing.
    let _ = tokio::time::timeout(ERROR_BODY_TIME, read).await;
    text.truncate(ERROR_BODY_LIMIT);
    String::from_utf8_lossy(&text).into_owned()
}

/// The value of `Git-Protocol`.
fn protocol(version: u8) -> HeaderValue {
    HeaderValue::from_static(if version == 2 {
        "version=2"
    } else {
        "version=1"
    })
}

/// The content type in lower case, parameters cut off.
fn media_type(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE);
    let text = value.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (media_type, _parameters) = text.split_once(';').unwrap_or((text, ""));
    media_type.trim().to_ascii_lowercase()
}
