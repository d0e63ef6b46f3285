//! One request, from its signature to the head of its answer, and again where that may help.

use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderValue,
    RETRY_AFTER, USER_AGENT,
};
use reqwest::{Method, StatusCode};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::connection::Connection;
use super::error::Error;
use super::error_body::ErrorBody;
use super::language;
use super::payload::Payload;
use super::refusal::Refusal;
use super::retry::{self, Effect, Next, Trouble};
use super::service::Service;
use crate::aws::{BasicAuth, signature};
use crate::aws::{Credentials, Origin};
use crate::http::{self, Answer, Ask, Bounds, GitHost};

/// An error's text that is longer, in bytes, is cut.
const ERROR_TEXT_LIMIT: usize = 4096;
/// What is read to get it.
const ERROR_BODY: Bounds = Bounds {
    size: 1 << 20,
    time: Duration::from_secs(5),
};

/// A request before it is signed.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) service: Service,
    pub(super) version: Option<u8>,
    pub(super) headers: HeaderMap,
    pub(super) payload: Payload,
}

impl Outgoing {
    fn effect(&self) -> Effect {
        match (self.service, &self.payload) {
            (Service::ReceivePack, Payload::Whole { .. } | Payload::Streamed(_)) => Effect::Push,
            _ => Effect::None,
        }
    }
}

impl<'a> Connection<'a> {
    /// Sends a request until it is answered or not worth sending again. With the answer comes what it
    /// was signed with, to keep that out of messages.
    pub(super) async fn send(
        &self,
        mut outgoing: Outgoing,
    ) -> Result<(Answer<'_, 'a>, BasicAuth), Error> {
        // What is wrong with proxy or trust is found before any key is fetched.
        let network = self.network()?;
        let effect = outgoing.effect();
        let retries = network.settings().retries();
        let (mut made, mut is_second) = (0, false);
        loop {
            let failure = match self.attempt(network, &mut outgoing).await {
                Ok(answered) => return Ok(answered),
                Err(failure) => failure,
            };
            // A host may close a connection behind an answer, just as the next request begins.
            let is_cut = matches!(failure.error, Error::Http(http::Error::Cut { .. }));
            if is_cut && !is_second && outgoing.payload.begin_again() {
                is_second = true;
                let line =
                    "the connection was cut before all was sent: starting again on a new one";
                self.notices.trace(|| line.to_owned());
                continue;
            }
            // A body that was sent as it was made is gone.
            let remedy = match outgoing.payload.is_left() {
                true => self.remedy(&failure, effect, retries, made),
                false => None,
            };
            match remedy {
                None => return Err(self.said(failure)),
                Some(Remedy::Credentials) => {
                    let line = "the git host refused the cached session: getting a new one";
                    self.notices.trace(|| line.to_owned());
                    self.is_renewed.set(true);
                    // If there is no new one to be had, the refusal is what the person must hear of.
                    match self.resolver.resolve().await {
                        Ok(credentials) => drop(self.credentials.replace(Some(credentials.into()))),
                        Err(error) => {
                            self.notices.trace(|| format!("no new session: {error}"));
                            return Err(self.said(failure));
                        }
                    }
                }
                Some(Remedy::Clock(ahead)) => self.correct_clock(ahead),
                Some(Remedy::Wait(wait)) => {
                    made += 1;
                    self.notices.warning(&format!(
                        "{}: trying again in {}",
                        failure.error,
                        retry::duration(wait)
                    ));
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// Signs and sends a request once.
    async fn attempt<'h>(
        &self,
        network: &'h GitHost<'a>,
        outgoing: &mut Outgoing,
    ) -> Result<(Answer<'h, 'a>, BasicAuth), Failure> {
        // The connection opens while STS answers.
        self.begin()?;
        let credentials = self.credentials().await?;
        let mut headers = outgoing.headers.clone();
        let agent = network.user_agent(&self.git().await?.text)?;
        headers.insert(USER_AGENT, agent);
        // Who says nothing accepts any compression (RFC 9110, 12.5.3). Packs are compressed already.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(languages) = language::accepted(self.world) {
            headers.insert(ACCEPT_LANGUAGE, languages);
        }
        if let Some(version) = outgoing.version {
            headers.insert("Git-Protocol", protocol(version));
        }
        if outgoing.payload.is_compressed() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let messages = self.notices;
        messages.trace(|| format!("{} {}", outgoing.method, outgoing.url));
        // Signed last: the password lives 15 minutes from here, however long the pack took to make.
        let auth = signature::sign(
            &credentials,
            self.endpoint.region(),
            self.endpoint.authority(),
            &self.endpoint.path(),
            self.now(),
        );
        let sent = network.send(Ask {
            method: outgoing.method.clone(),
            url: &outgoing.url,
            headers,
            auth: &auth,
            load: outgoing.payload.load(),
        });
        let answer = sent.await.map_err(unanswered)?;
        messages.trace(|| format!("answer: {}", answer.status()));
        if answer.status() == StatusCode::OK {
            return Ok((answer, auth));
        }
        let permission = outgoing.service.permission();
        Err(self.refused(answer, permission, &credentials, &auth).await)
    }

    /// What may help against a failure.
    fn remedy(
        &self,
        failure: &Failure,
        effect: Effect,
        retries: http::Retries,
        made: u32,
    ) -> Option<Remedy> {
        if let Some(ahead) = failure.wrong_clock
            && self.clock_ahead.get().is_zero()
        {
            return Some(Remedy::Clock(ahead));
        }
        // Whoever refuses a session that was kept on disk may take a new one: the role's trust may have
        // changed, or its sessions been revoked.
        if let (
            Some(Trouble::Status(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)),
            Some(refused),
        ) = (failure.trouble, self.credentials.borrow().as_ref())
            && !self.is_renewed.get()
            && self.resolver.pass_over(refused)
        {
            return Some(Remedy::Credentials);
        }
        if !failure.trouble?.may_pass(effect, failure.asked.is_some()) {
            return None;
        }
        match retry::next(retries, made, failure.asked, fastrand::f64()) {
            Next::Wait(wait) => Some(Remedy::Wait(wait)),
            Next::Enough => None,
            Next::TooLong { asked, longest } => {
                self.notices.warning(&format!(
                    "the git host asks for a wait of {}, longer than http.maxRetryTime ({})",
                    retry::duration(asked),
                    retry::duration(longest)
                ));
                None
            }
        }
    }

    async fn refused(
        &self,
        answer: Answer<'_, '_>,
        permission: &'static str,
        credentials: &Credentials,
        auth: &BasicAuth,
    ) -> Failure {
        let now = self.now();
        let header = |name| {
            let value: Option<&HeaderValue> = answer.headers().get(name);
            value.and_then(|value| value.to_str().ok())
        };
        let date = header(DATE).and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
        let asked = header(RETRY_AFTER);
        let asked = asked.and_then(|value| retry::asked(value, date.unwrap_or(now)));
        let status = answer.status();
        let media_type = media_type(&answer);
        let body = ErrorBody::find(&media_type, &auth.scrubbed(&beginning(answer).await));
        let refusal = Refusal {
            status,
            host: self.endpoint.authority().to_owned(),
            region: self.endpoint.region().to_string(),
            repository: self.endpoint.repository().to_string(),
            resource: self.endpoint.resource(),
            permission,
            identity: identity(credentials),
            of_https: self.resolver.hint_of_https(),
            may_have_expired: may_have_expired(credentials),
            clock_ahead: date.map(|date| now - date),
            body,
        };
        Failure {
            trouble: Some(Trouble::Status(status)),
            asked,
            wrong_clock: refusal.wrong_clock(),
            ..Failure::from(Error::from(Box::new(refusal)))
        }
    }

    /// A failure that nothing helps against, with the host's own lines in front.
    fn said(&self, failure: Failure) -> Error {
        if let Error::Refused(refusal) = &failure.error {
            for line in &refusal.body.lines {
                self.notices.remote(line);
            }
        }
        failure.error
    }
}

/// What may help against a failure.
enum Remedy {
    Credentials,
    /// Sending it again after a while.
    Wait(Duration),
    /// Signing with the host's time, which this machine's is ahead of by so much.
    Clock(time::Duration),
}

/// A request that was not answered as wanted.
struct Failure {
    error: Error,
    /// None: sending it again would not help.
    trouble: Option<Trouble>,
    /// What the host said in `Retry-After`.
    asked: Option<Duration>,
    /// How far this machine's clock is ahead, if that explains it.
    wrong_clock: Option<time::Duration>,
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            trouble: None,
            asked: None,
            wrong_clock: None,
        }
    }
}

fn unanswered(error: http::Error) -> Failure {
    let may_pass = match &error {
        http::Error::Cut { .. } | http::Error::Timeout { .. } => true,
        // Who set no limit has waited long enough already.
        http::Error::TooSlow { limit, .. } => limit.is_some(),
        _ => false,
    };
    Failure {
        trouble: may_pass.then_some(Trouble::NoAnswer),
        ..Failure::from(error)
    }
}

/// The first part of an error's text, as much of it as comes soon.
async fn beginning(mut answer: Answer<'_, '_>) -> String {
    let mut text = Vec::new();
    let read = answer.each(ERROR_BODY, |piece| {
        let room = ERROR_TEXT_LIMIT - text.len();
        text.extend_from_slice(&piece[..room.min(piece.len())]);
        // More is not read.
        (text.len() < ERROR_TEXT_LIMIT).then_some(()).ok_or(None)
    });
    // Late or cut, what has come is worth more than nothing.
    let _: Result<(), Option<http::Error>> = read.await;
    String::from_utf8_lossy(&text).into_owned()
}

fn protocol(version: u8) -> HeaderValue {
    HeaderValue::from_static(if version == 2 {
        "version=2"
    } else {
        "version=1"
    })
}

/// Of a key that has expired the git host says only that access is denied. One that a service gave has a known end.
fn may_have_expired(credentials: &Credentials) -> Option<String> {
    let is_temporary = credentials.session_token.is_some() && credentials.expires_at.is_none();
    is_temporary.then(|| credentials.access_key_id.clone())
}

fn identity(credentials: &Credentials) -> String {
    let mut identity = match &credentials.principal {
        Some(arn) => arn.clone(),
        None => format!("access key {}", credentials.access_key_id),
    };
    if credentials.origin == Origin::Cache {
        identity.push_str(" (cached session; git codecommit cache clear removes it)");
    }
    identity
}

/// The content type in lower case, parameters cut off.
pub(super) fn media_type(answer: &Answer<'_, '_>) -> String {
    let value = answer.headers().get(CONTENT_TYPE);
    let text = value.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (media_type, _parameters) = text.split_once(';').unwrap_or((text, ""));
    media_type.trim().to_ascii_lowercase()
}
