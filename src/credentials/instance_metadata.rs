//! The EC2 instance metadata service (IMDSv2), through aws-config, without a proxy.

use std::time::Duration;

use aws_config::imds;
use aws_config::imds::client::EndpointMode;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;

use super::error::Error;
use super::sdk;
use crate::aws::Credentials;
use crate::http::{Http, SdkClient};
use crate::profile::{LastResort, Settings};
use crate::world::variable;

/// botocore gives the service one second.
const TIMEOUT: Duration = Duration::from_secs(1);
/// The SDK repeats a request after an answer of 5xx only: where nobody listens there is one attempt.
const ATTEMPTS: u32 = 3;

/// Asks for the instance profile's credentials. `last_resort` is the profile for which nothing else was configured.
pub(super) async fn fetch(
    settings: Settings<'_>,
    http: &Http<'_>,
    last_resort: Option<&LastResort>,
) -> Result<Credentials, Error> {
    let failed = |cause: String| match last_resort {
        Some(LastResort { profile, ignored }) => Error::Nowhere {
            profile: profile.clone(),
            ignored: ignored.clone(),
            cause,
        },
        None => Error::InstanceMetadata(cause),
    };
    let config = ProviderConfig::empty().with_http_client(SdkClient::new(http.near(false)?));
    let client = client(settings, &config).map_err(failed)?;
    let provider = ImdsCredentialsProvider::builder()
        .configure(&config)
        .imds_client(client)
        .build();
    sdk::provided(&provider).await.map_err(failed)
}

/// The client, by the settings of the SDK reference guide, "IMDS credential provider".
fn client(settings: Settings<'_>, config: &ProviderConfig) -> Result<imds::Client, String> {
    let number = |variable, key| match settings.find(variable, key) {
        None => Ok(None),
        Some(found) => match found.value.parse::<u32>() {
            Ok(number @ 1..) => Ok(Some(number)),
            _ => Err(format!(
                "{} is {:?}, which is not a whole number above 0",
                found.from, found.value
            )),
        },
    };
    let seconds = number(
        variable::AWS_METADATA_SERVICE_TIMEOUT,
        "metadata_service_timeout",
    )?;
    let attempts = number(
        variable::AWS_METADATA_SERVICE_NUM_ATTEMPTS,
        "metadata_service_num_attempts",
    )?;
    let timeout = seconds.map_or(TIMEOUT, |seconds| Duration::from_secs(seconds.into()));
    let mut client = imds::Client::builder()
        .configure(config)
        .connect_timeout(timeout)
        .read_timeout(timeout)
        .max_attempts(attempts.unwrap_or(ATTEMPTS));
    let endpoint = settings.find(
        variable::AWS_EC2_METADATA_SERVICE_ENDPOINT,
        "ec2_metadata_service_endpoint",
    );
    if let Some(endpoint) = endpoint {
        client = client
            .endpoint(endpoint.value)
            .map_err(|error| format!("{}: {error}", endpoint.from))?;
    }
    let mode = settings.find(
        variable::AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE,
        "ec2_metadata_service_endpoint_mode",
    );
    if let Some(mode) = mode {
        let parsed: EndpointMode = mode
            .value
            .parse()
            .map_err(|_| format!("{} is neither IPv4 nor IPv6", mode.from))?;
        client = client.endpoint_mode(parsed);
    }
    Ok(client.build())
}
