//! Sources that the AWS SDK does well: IAM Identity Center and `aws login`, tokens renewed included.
//!
//! Both read, and write back, the token files that `aws sso login` and `aws login` leave. Their requests go through the one HTTP client.

use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_config::login::LoginCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sso::SsoCredentialsProvider;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_sts::config::Region as SdkRegion;
use aws_smithy_types::error::ErrorMetadata;
use time::OffsetDateTime;

use super::error::Error as CredentialsError;
use crate::aws::{Credentials, Origin, Region};
use crate::http::{Http, SdkClient, root_cause};
use crate::profile::{Settings, SingleSignOn};
use crate::secret::Secret;
use crate::world::variable;

/// Credentials of a permission set's role.
pub(super) async fn single_sign_on(
    http: &Http<'_>,
    settings: Settings<'_>,
    sso: &SingleSignOn,
) -> Result<Credentials, CredentialsError> {
    let mut provider = SsoCredentialsProvider::builder()
        .configure(&configuration(http, settings)?)
        .account_id(&sso.account_id)
        .role_name(&sso.role_name)
        .start_url(&sso.start_url)
        .region(SdkRegion::new(sso.region.clone()));
    if let Some(session) = &sso.session {
        provider = provider.session_name(session);
    }
    provided(&provider.build())
        .await
        .map_err(|cause| CredentialsError::SingleSignOn {
            profile: sso.profile.clone(),
            cause,
        })
}

/// Credentials of a console session. `region` is where AWS Sign-In is asked to renew them.
pub(super) async fn login(
    http: &Http<'_>,
    settings: Settings<'_>,
    profile: &str,
    session: &str,
    region: &Region,
) -> Result<Credentials, CredentialsError> {
    let configuration =
        configuration(http, settings)?.with_region(Some(SdkRegion::new(region.to_string())));
    let provider = LoginCredentialsProvider::builder(session)
        .configure(&configuration)
        .build();
    provided(&provider)
        .await
        .map_err(|cause| CredentialsError::Login {
            profile: profile.to_owned(),
            cause,
        })
}

fn configuration(
    http: &Http<'_>,
    settings: Settings<'_>,
) -> Result<ProviderConfig, CredentialsError> {
    let fips = settings.is_true(variable::AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint");
    let dual_stack = settings.is_true(
        variable::AWS_USE_DUALSTACK_ENDPOINT,
        "use_dualstack_endpoint",
    );
    Ok(ProviderConfig::empty()
        .with_http_client(SdkClient::new(http.internet()?))
        .with_use_fips(Some(fips))
        .with_use_dual_stack(Some(dual_stack)))
}

/// Asks a provider of the SDK; the error is the innermost reason, without its wrappings.
pub(super) async fn provided(provider: &impl ProvideCredentials) -> Result<Credentials, String> {
    let found = provider
        .provide_credentials()
        .await
        .map_err(|error| refusal(&error).unwrap_or_else(|| root_cause(&error)))?;
    Ok(Credentials {
        access_key_id: found.access_key_id().to_owned(),
        secret_access_key: Secret::new(found.secret_access_key().to_owned()),
        session_token: found.session_token().map(|t| Secret::new(t.to_owned())),
        expires_at: found.expiry().and_then(instant_of),
        principal: None,
        origin: Origin::Fresh,
    })
}

/// An end so far off that it cannot be told is none.
fn instant_of(time: SystemTime) -> Option<OffsetDateTime> {
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    OffsetDateTime::from_unix_timestamp(seconds.try_into().ok()?).ok()
}

/// The service's own code and message, if it was a service that said no.
fn refusal(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(said) = error.downcast_ref::<ErrorMetadata>() {
            let code = said.code()?;
            return Some(match said.message() {
                Some(message) => format!("{code}: {message}"),
                None => code.to_owned(),
            });
        }
        next = error.source();
    }
    None
}
