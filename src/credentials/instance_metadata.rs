//! The EC2 instance metadata service (IMDSv2), through aws-config, without a proxy.

use std::time::Duration;

use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::ProvideCredentials;
use time::OffsetDateTime;

use super::{Credentials, Error};
use crate::http::{Http, SdkClient, root_cause};
use crate::secret::Secret;
use crate::world::{World, variable};

/// botocore gives the service one second.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Asks for the instance profile's credentials. `last_resort` is the profile for which nothing else
/// was configured.
pub(super) async fn fetch(
    world: &World,
    http: &Http<'_>,
    last_resort: Option<&str>,
) -> Result<Credentials, Error> {
    let failed = |cause: String| match last_resort {
        Some(profile) => Error::Nowhere {
            profile: profile.to_owned(),
            cause,
        },
        None => Error::InstanceMetadata(cause),
    };
    let config = ProviderConfig::empty().with_http_client(SdkClient::new(http.near(false)?));
    let mut client = imds::Client::builder()
        .configure(&config)
        .connect_timeout(TIMEOUT)
        .read_timeout(TIMEOUT)
        .max_attempts(if last_resort.is_some() { 1 } else { 3 });
    if let Some(endpoint) = world.variable(variable::AWS_EC2_METADATA_SERVICE_ENDPOINT) {
        client = client
            .endpoint(endpoint)
            .map_err(|error| failed(error.to_string()))?;
    }
    let provider = ImdsCredentialsProvider::builder()
        .configure(&config)
        .imds_client(client.build())
        .build();
    let found = provider
        .provide_credentials()
        .await
        .map_err(|error| failed(root_cause(&error)))?;
    Ok(Credentials {
        access_key_id: found.access_key_id().to_owned(),
        secret_access_key: Secret::new(found.secret_access_key().to_owned()),
        session_token: found.session_token().map(|t| Secret::new(t.to_owned())),
        expires_at: found.expiry().map(OffsetDateTime::from),
        principal: None,
    })
}
