//! The conversation with one git host, as git's settings want it.

use std::cell::Cell;
use std::sync::Arc;

use bytes::Buf;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Request, StatusCode, Url};

use super::client::build;
use super::connect::{Connections, ProxyRoute, Purpose, Slot};
use super::failure::Error;
use super::load::Load;
use super::pieces::{BodyReader, Pieces};
use super::route::Route;
use super::settings::Settings;
use super::speed::{TooSlow, Watch};
use super::tls::Roots;
use super::trace::Trace;
use crate::aws::BasicAuth;
use crate::secret::Scrubber;

/// A request. It cannot be made without its signature, so that nothing unsigned reaches the host.
pub(crate) struct Ask<'r> {
    pub(crate) method: Method,
    pub(crate) url: &'r str,
    pub(crate) headers: HeaderMap,
    pub(crate) auth: &'r BasicAuth,
    pub(crate) load: Load,
}

/// A git host, and how to talk to it.
pub(crate) struct GitHost<'w> {
    url: Url,
    settings: Settings,
    roots: Option<Arc<Roots>>,
    client: Client,
    /// Opens the first connection before there is a request for it.
    opener: Client,
    route: Arc<ProxyRoute>,
    trace: Option<Trace<'w>>,
    /// The opener has begun, or a request: then it is too late for it.
    has_begun: Cell<bool>,
    /// The proxy's password has been right once.
    is_through: Cell<bool>,
}

impl<'w> GitHost<'w> {
    /// Prepares; opens nothing yet. `builder` makes a client that has all but its connections.
    pub(super) fn new(
        url: Url,
        mut settings: Settings,
        roots: Option<Arc<Roots>>,
        builder: impl Fn(&Settings) -> Result<reqwest::ClientBuilder, Error>,
        trace: Option<Trace<'w>>,
    ) -> Result<Self, Error> {
        let plain = [builder(&settings)?, builder(&settings)?];
        let route = Arc::new(ProxyRoute {
            proxy: settings.proxy.take(),
            exempt: String::new(),
        });
        let slot = Slot::default();
        let [client, opener] = plain;
        let with = |purpose| Connections {
            route: Arc::clone(&route),
            purpose,
        };
        Ok(Self {
            client: build(client.connector_layer(with(Purpose::User(slot.clone()))))?,
            opener: build(opener.connector_layer(with(slot.opener())))?,
            url,
            settings,
            roots,
            route,
            trace,
            has_begun: Cell::new(false),
            is_through: Cell::new(false),
        })
    }

    /// How this host is reached. What comes of it opens connections of its own.
    pub(super) fn into_route(self) -> Route {
        Route::new(self.client, self.url, self.route, self.settings.addresses)
    }

    /// What git's configuration and environment say.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The `User-Agent` of a run that git of this version started. Ours stands at its end, whatever is configured:
    /// AWS logs it. Fails if `http.userAgent` holds what a header cannot.
    pub(crate) fn user_agent(&self, git_version: &str) -> Result<HeaderValue, Error> {
        let ours = concat!("git-codecommit/", env!("CARGO_PKG_VERSION"));
        let agent = match &self.settings.user_agent {
            Some(agent) => format!("{agent} {ours}"),
            None => format!("git/{git_version} {ours}"),
        };
        HeaderValue::try_from(agent).map_err(|_| Error::UserAgent)
    }

    /// Begins to open the connection for the first request, unless that has begun.
    pub(crate) fn open(&self) {
        if self.has_begun.replace(true) {
            return;
        }
        self.info("opening a connection early");
        let request = self.opener.get(self.url.clone()).send();
        // Its connector fails in every case: the connection is in the slot then, or the reason.
        tokio::spawn(async move { drop(request.await) });
        // Behind it in the queue: they are needed when the host has answered.
        if let Some(roots) = self.roots.clone() {
            tokio::spawn(async move { roots.begin() });
        }
    }

    /// Signs a request and sends it; waits for the answer's headers. Fails if no answer comes.
    pub(crate) async fn send(&self, ask: Ask<'_>) -> Result<Answer<'_, 'w>, Error> {
        let Ask {
            method,
            url,
            mut headers,
            auth,
            load,
        } = ask;
        let url = Url::parse(url).map_err(|error| Error::Client(error.to_string()))?;
        self.settings.headers.add_to(&mut headers);
        // It is Base64, whatever the key holds.
        let mut authorization = HeaderValue::from_str(auth.header().expose())
            .map_err(|error| Error::Client(error.to_string()))?;
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);
        let mut request = Request::new(method, url);
        *request.headers_mut() = headers;
        if let Some(trace) = &self.trace {
            trace.request(request.method(), request.url(), request.headers(), &load);
            match &load {
                Load::Nothing => {}
                Load::Whole(bytes) => trace.sent(bytes),
                Load::Streamed(_) => trace.info("the body is sent while git makes it"),
            }
        }
        let mut watch = Watch::new(self.settings.low_speed);
        *request.body_mut() = match load {
            Load::Nothing => None,
            Load::Whole(bytes) => Some(watch.over_bytes(bytes)),
            Load::Streamed(body) => Some(watch.over_body(body)),
        };
        self.has_begun.set(true);
        notice_closed_connections().await;
        let sent = watch.wait(self.client.execute(request)).await;
        let response = sent
            .map_err(|slow| self.too_slow(slow))?
            .map_err(|error| self.failed(&error))?;
        if let Some(proxy) = &self.route.proxy
            && !self.is_through.replace(true)
        {
            proxy.tell(true);
        }
        if let Some(trace) = &self.trace {
            trace.answer(response.status(), response.headers(), auth);
        }
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: BodyReader::new(response),
            watch,
            scrubber: self.trace.as_ref().map(|_| auth.scrubber()),
            git_host: self,
        })
    }

    fn authority(&self) -> &str {
        self.url.authority()
    }

    fn failed(&self, error: &reqwest::Error) -> Error {
        let error = Error::from_reqwest(self.authority(), error);
        if let (Error::ProxyPassword { .. }, Some(proxy)) = (&error, &self.route.proxy) {
            proxy.tell(false);
        }
        self.info(&error.to_string());
        error
    }

    fn too_slow(&self, slow: TooSlow) -> Error {
        Error::TooSlow {
            host: self.authority().to_owned(),
            limit: slow.limit,
            seconds: slow.time.as_secs(),
        }
    }

    fn info(&self, text: &str) {
        if let Some(trace) = &self.trace {
            trace.info(text);
        }
    }
}

/// Lets the connections' own tasks run: while git was waited for, nobody heard the host close one.
async fn notice_closed_connections() {
    // The first turn asks the system what has happened, the next ones let the tasks act on it.
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

/// An answer, whose body is read as it comes.
pub(crate) struct Answer<'h, 'w> {
    status: StatusCode,
    headers: HeaderMap,
    body: BodyReader,
    watch: Watch,
    scrubber: Option<Scrubber>,
    git_host: &'h GitHost<'w>,
}

impl Answer<'_, '_> {
    /// `host[:port]`, as requests name it.
    pub(super) fn authority(&self) -> &str {
        self.git_host.authority()
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What has come of the body since the last time; none at its end. Fails if the connection was cut before the
    /// body's announced end, or is too slow.
    pub(crate) async fn pieces(&mut self) -> Result<Option<Pieces>, Error> {
        let git_host = self.git_host;
        let pieces = self.watch.wait(self.body.next()).await;
        let pieces = pieces
            .map_err(|slow| git_host.too_slow(slow))?
            .map_err(|error| git_host.failed(&error))?;
        self.watch
            .count(pieces.as_ref().map_or(0, Pieces::remaining));
        if let (Some(trace), Some(scrubber)) = (&git_host.trace, &mut self.scrubber) {
            match &pieces {
                Some(pieces) => pieces
                    .iter()
                    .for_each(|piece| trace.received(&scrubber.pass(piece))),
                None => trace.received(&scrubber.rest()),
            }
        }
        Ok(pieces)
    }
}
