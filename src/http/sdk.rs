//! Lets the AWS SDK send its requests through the same client as everything else.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use reqwest::{Body, Client, Request};

use super::bounds::Limited;
use super::failure::is_lasting;

/// A request's time limit where the SDK sets none: STS answers in well under a second, and the
/// STS of another region, which a VPC without internet cannot reach, never does.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A [`Client`] in the SDK's terms.
#[derive(Clone, Debug)]
pub(crate) struct SdkClient {
    client: Client,
    timeout: Duration,
}

impl SdkClient {
    #[must_use]
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            timeout: TIMEOUT,
        }
    }
}

impl SdkClient {
    /// Sets the limit of a request, connection included, where the SDK sets none.
    #[must_use]
    pub(crate) fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl HttpClient for SdkClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Self {
            client: self.client.clone(),
            timeout: settings.read_timeout().unwrap_or(self.timeout),
        })
    }
}

impl HttpConnector for SdkClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.client.clone();
        let timeout = self.timeout;
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let mut request = Request::try_from(request.map(Body::wrap))
                .map_err(|error| ConnectorError::user(error.into()))?;
            *request.timeout_mut() = Some(timeout);
            let host = request.url().authority().to_owned();
            let response = client.execute(request).await.map_err(in_sdk_terms)?;
            let response = http::Response::<Body>::from(response)
                .map(|body| SdkBody::from_body_1_x(Limited::new(body, host)));
            HttpResponse::try_from(response)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The SDK retries what it knows as a timeout or an input/output error. Who is not trusted, or wants a
/// password, will be no other a second later.
fn in_sdk_terms(error: reqwest::Error) -> ConnectorError {
    let error = error.without_url();
    if is_lasting(&error) {
        ConnectorError::other(error.into(), None)
    } else if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}
