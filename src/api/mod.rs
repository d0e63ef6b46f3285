//! CodeCommit's API, beside its git host: one signed POST a call, in AWS JSON 1.1.
//!
//! Source: AWS CodeCommit API Reference, "ListRepositories" and "Common Errors"; botocore's `data/codecommit`.

mod error;
mod repositories;

use std::cell::Cell;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use url::Url;

pub(crate) use self::error::Error;
pub(crate) use self::repositories::Repository;
use crate::aws::request_signature::Unsigned;
use crate::aws::{Credentials, Region};
use crate::http::{self, Http};
use crate::message::Notices;
use crate::service_endpoint::{CODECOMMIT, ServiceEndpoint};
use crate::target::Target;
use crate::world::World;

/// How long a request may take, connection and answer included.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A refusal's message that is longer, in characters, is cut.
const MESSAGE_LIMIT: usize = 500;

/// The API in one region, prepared before any key is fetched.
pub(crate) struct Api<'a> {
    world: &'a World,
    notices: &'a dyn Notices,
    region: Region,
    host: String,
    url: Url,
    client: Client,
    /// How long this run has paused because CodeCommit throttles.
    waited: Cell<Duration>,
}

impl<'a> Api<'a> {
    /// Settles the endpoint and the network client. Fails if a setting of either cannot be used.
    pub(crate) fn prepare(
        target: &'a Target<'a>,
        http: &Http<'_>,
        notices: &'a dyn Notices,
    ) -> Result<Self, Error> {
        let region = target.region.clone();
        let endpoint = ServiceEndpoint::settle(&CODECOMMIT, target.settings(), region)?;
        let regional = || Url::parse(&format!("https://{}/", endpoint.host));
        Ok(Self {
            world: target.world,
            notices,
            url: match &endpoint.url {
                Some(url) => url.clone(),
                None => regional().map_err(|error| Error::Unsendable(error.to_string()))?,
            },
            region: endpoint.region,
            host: endpoint.host,
            client: http.internet()?,
            waited: Cell::default(),
        })
    }

    /// Makes a call; where CodeCommit limits the rate of requests, or fails, again for up to a minute.
    async fn call(
        &self,
        credentials: &Credentials,
        operation: &'static str,
        body: &[u8],
    ) -> Result<Vec<u8>, Error> {
        http::outwait(self.notices, &self.waited, Error::is_passing, async || {
            self.call_once(credentials, operation, body).await
        })
        .await
    }

    async fn call_once(
        &self,
        credentials: &Credentials,
        operation: &'static str,
        body: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let request = Unsigned {
            service: "codecommit",
            region: &self.region,
            url: &self.url,
            headers: &[
                ("content-type", "application/x-amz-json-1.1".into()),
                ("x-amz-target", format!("CodeCommit_20150413.{operation}")),
            ],
            body,
        };
        let headers = request.signed(credentials, self.world.now());
        let headers = headers.map_err(Error::Unsendable)?;
        let unreachable = |cause| Error::Unreachable {
            region: self.region.clone(),
            cause,
        };
        let sent = self.client.post(self.url.clone()).headers(headers);
        let sent = sent.body(body.to_vec()).timeout(TIMEOUT).send().await;
        let answer =
            sent.map_err(|error| unreachable(http::Error::from_reqwest(&self.host, &error)))?;
        let status = answer.status();
        let named = name_in_header(&answer);
        let text = http::whole(&self.host, answer).await.map_err(unreachable)?;
        match status {
            StatusCode::OK => Ok(text),
            _ => Err(self.refusal(credentials, operation, status, named, &text)),
        }
    }

    fn refusal(
        &self,
        credentials: &Credentials,
        operation: &'static str,
        status: StatusCode,
        named: Option<String>,
        text: &[u8],
    ) -> Error {
        let said: Refusal = serde_json::from_slice(text).unwrap_or_default();
        let kind = named.or(said.kind).map(|kind| short(&kind).to_owned());
        let message = credentials.scrubbed(&said.message.unwrap_or_default());
        Error::Refused {
            region: self.region.clone(),
            operation,
            identity: credentials.identity(),
            status: status.as_u16(),
            code: kind.unwrap_or_else(|| format!("HTTP {}", status.as_u16())),
            message: message.chars().take(MESSAGE_LIMIT).collect(),
        }
    }
}

/// An error in AWS JSON 1.1.
#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    kind: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

fn name_in_header(answer: &Response) -> Option<String> {
    let name = answer.headers().get("x-amzn-errortype")?;
    Some(name.to_str().ok()?.to_owned())
}

/// `AccessDeniedException` of `com.amazonaws.codecommit#AccessDeniedException` and `AccessDeniedException:http://…`.
fn short(kind: &str) -> &str {
    let kind = kind.split_once(':').map_or(kind, |(kind, _)| kind);
    kind.rsplit_once('#').map_or(kind, |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Origin;
    use crate::message::Messages;
    use crate::secret::Secret;
    use crate::target::Overrides;

    #[test]
    fn a_key_that_cannot_stand_in_a_header_is_not_sent() {
        let world = World::of(&[("AWS_REGION", "eu-west-1")]);
        let messages = Messages::new("x", &world, std::io::sink());
        let target = Target::without_address(&world, &messages, Overrides::default()).unwrap();
        let http = Http::new(&world, None);
        let api = Api::prepare(&target, &http, &messages).unwrap();
        let credentials = Credentials {
            access_key_id: "AKID\nhost: evil".into(),
            secret_access_key: Secret::new("hunter2".into()),
            session_token: None,
            expires_at: None,
            principal: None,
            account: None,
            origin: Origin::Fresh,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let asked = api.call(&credentials, "ListRepositories", b"{}");
        let error = runtime.block_on(asked).unwrap_err();
        assert!(matches!(error, Error::Unsendable(_)), "{error}");
        assert!(!error.to_string().contains("evil"), "{error}");
    }

    #[test]
    fn an_errors_name_comes_in_three_forms() {
        for kind in [
            "AccessDeniedException",
            "com.amazonaws.codecommit#AccessDeniedException",
            "AccessDeniedException:http://internal.amazon.com/coral/",
        ] {
            assert_eq!(short(kind), "AccessDeniedException");
        }
    }
}
