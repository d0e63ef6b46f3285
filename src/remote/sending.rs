//! One request, from its signature to the head of its answer.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, StatusCode};

use super::payload::Payload;
use super::service::Service;
use super::smart_http::{SmartHttp, media_type};
use super::{Error, Refusal};
use crate::credentials::Credentials;
use crate::error::Error as AnyError;
use crate::http::Answer;
use crate::signature::{self, BasicAuth};

/// An error body longer than this is not a message.
const ERROR_BODY_LIMIT: usize = 4096;
/// An error body that takes longer is not waited for.
const ERROR_BODY_TIME: Duration = Duration::from_secs(5);

/// A request before it is signed.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) service: Service,
    /// The value of `Git-Protocol`.
    pub(super) version: Option<u8>,
    pub(super) headers: HeaderMap,
    pub(super) payload: Payload,
}

impl<'a> SmartHttp<'a> {
    /// Sends a request; with the answer comes what it was signed with, to keep that out of messages.
    pub(super) async fn send(
        &self,
        mut outgoing: Outgoing,
    ) -> Result<(Answer<'_, 'a>, BasicAuth), AnyError> {
        // What is wrong with proxy or trust is found before any key is fetched.
        let network = self.network()?;
        if self.credentials.get().is_none() {
            // The connection opens while STS answers.
            network.open();
        }
        let credentials = self.credentials().await?;
        let mut headers = outgoing.headers;
        let agent = network.user_agent(&self.git().await?.version)?;
        headers.insert(USER_AGENT, agent);
        if let Some(version) = outgoing.version {
            headers.insert("Git-Protocol", protocol(version));
        }
        if outgoing.payload.is_compressed() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let messages = self.resolver.messages();
        messages.trace(|| format!("{} {}", outgoing.method, outgoing.url));
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

        let load = outgoing.payload.load();
        let sent = network.send(outgoing.method, &outgoing.url, headers, load);
        let answer = sent.await?;
        messages.trace(|| format!("answer: {}", answer.status()));
        if answer.status() == StatusCode::OK {
            return Ok((answer, auth));
        }
        let service = outgoing.service;
        let refusal = self.refusal(answer, service, credentials, &auth).await;
        Err(Error::from(Box::new(refusal)).into())
    }

    async fn refusal(
        &self,
        answer: Answer<'_, '_>,
        service: Service,
        credentials: &Credentials,
        auth: &BasicAuth,
    ) -> Refusal {
        let now = self.resolver.world().now();
        let permission = service.permission();
        let refusal = Refusal::new(&answer, self.endpoint, credentials, permission, now);
        // As git does: text/plain is meant for people, anything else is not.
        if media_type(&answer) == "text/plain" {
            let text = beginning(answer).await;
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
        let credentials = self.resolver.resolve().await?;
        Ok(self.credentials.get_or_init(|| credentials))
    }
}

/// The first part of an error's text, as much of it as comes soon.
async fn beginning(mut answer: Answer<'_, '_>) -> String {
    let mut text = Vec::new();
    let read = async {
        while let Ok(Some(piece)) = answer.piece().await {
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
