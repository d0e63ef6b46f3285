//! Answers of STS, made at random; `scripts/fuzz` runs many more.

#![expect(
    clippy::expect_used,
    reason = "a property that does not hold ends the program"
)]

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::credentials::fuzz::keys_hold;

/// The caller's secret key, which an answer may repeat.
const CANARY: &str = "canary/secret+key";

thread_local! {
    static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
}

/// Answers each request alike.
#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl HttpClient for Answer {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Answer {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let status = StatusCode::try_from(self.status).expect("a status");
        let body = SdkBody::from(self.body.clone());
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}

/// What STS says is keys that could be used, or an error that repeats nothing of the caller's; a digit in front of the answer
/// is the first one of its status.
pub(crate) fn holds(data: &[u8]) {
    let (status, body) = match data.split_first() {
        Some((digit @ b'2'..=b'5', body)) => (u16::from(digit - b'0') * 100, body),
        _ => (200, data),
    };
    let caller = Credentials {
        access_key_id: "AKIAEXAMPLE".to_owned(),
        secret_access_key: Secret::new(CANARY.to_owned()),
        session_token: None,
        expires_at: None,
        principal: None,
        account: None,
        origin: Origin::Fresh,
    };
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(SdkRegion::new("eu-west-1"))
        .endpoint_url("https://sts.eu-west-1.amazonaws.com")
        .retry_config(RetryConfig::disabled())
        .credentials_provider(caller.in_sdk_terms())
        .http_client(Answer {
            status,
            body: body.to_vec(),
        });
    let call = Client::from_conf(config.build())
        .assume_role()
        .role_arn("arn:aws:iam::111111111111:role/R")
        .role_session_name("s")
        .send();
    RUNTIME.with(|runtime| match runtime.block_on(call) {
        Ok(answer) => {
            if let Some(session) = credentials(answer.credentials, answer.assumed_role_user) {
                keys_hold(&session);
            }
        }
        Err(SdkError::ServiceError(refusal)) => {
            let message = refusal.err().message().unwrap_or_default();
            assert!(!caller.scrubbed(message).contains(CANARY), "{message:?}");
        }
        Err(_) => {}
    });
}
