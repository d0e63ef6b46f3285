//! Sources that the AWS SDK does well: IAM Identity Center and `aws login`, tokens renewed included.
//!
//! Both read, and write back, the token files that `aws sso login` and `aws login` leave. Their requests go through the one HTTP client.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_config::login::LoginCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sso::SsoCredentialsProvider;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_sts::config::Region as SdkRegion;
use aws_smithy_types::error::ErrorMetadata;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::error::Error as CredentialsError;
use crate::aws::iam::AccountId;
use crate::aws::{Credentials, Origin, Region};
use crate::http::{Http, SdkClient, root_cause};
use crate::printable::hex;
use crate::profile::{Settings, SingleSignOn};
use crate::secret::Secret;
use crate::world::{input_file, variable};

/// Credentials of a permission set's role.
pub(super) async fn single_sign_on(
    http: &Http<'_>,
    settings: Settings<'_>,
    sso: &SingleSignOn,
) -> Result<Credentials, CredentialsError> {
    let refused = |cause| CredentialsError::SingleSignOn {
        profile: sso.profile.clone(),
        cause,
    };
    // As `aws sso login` names its token files (botocore's SSOTokenLoader).
    let token = hex(&Sha1::digest(
        sso.session.as_ref().unwrap_or(&sso.start_url),
    ));
    let folder = in_home(settings, ".aws/sso/cache");
    readable(folder, &token).map_err(refused)?;
    let mut provider = SsoCredentialsProvider::builder()
        .configure(&configuration(http, settings)?)
        .account_id(&sso.account_id)
        .role_name(&sso.role_name)
        .start_url(&sso.start_url)
        .region(SdkRegion::new(sso.region.clone()));
    if let Some(session) = &sso.session {
        provider = provider.session_name(session);
    }
    let found = provided(&provider.build()).await.map_err(refused)?;
    Ok(Credentials {
        account: AccountId::parse(&sso.account_id),
        ..found
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
    let refused = |cause| CredentialsError::Login {
        profile: profile.to_owned(),
        cause,
    };
    let folder = settings.world().path(variable::AWS_LOGIN_CACHE_DIRECTORY);
    let folder = folder.or_else(|| in_home(settings, ".aws/login/cache"));
    readable(folder, &hex(&Sha256::digest(session.trim()))).map_err(refused)?;
    let configuration =
        configuration(http, settings)?.with_region(Some(SdkRegion::new(region.to_string())));
    let provider = LoginCredentialsProvider::builder(session)
        .configure(&configuration)
        .build();
    provided(&provider).await.map_err(refused)
}

fn in_home(settings: Settings<'_>, folder: &str) -> Option<PathBuf> {
    Some(settings.world().aws_home()?.join(folder))
}

/// Refuses a token file that is missing, and one that the SDK would wait for, without end.
fn readable(folder: Option<PathBuf>, token: &str) -> Result<(), String> {
    let Some(folder) = folder else {
        return Ok(());
    };
    let path = folder.join(format!("{token}.json"));
    match input_file::read_plain(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!(
            "nobody has signed in: {} does not exist",
            path.display()
        )),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        Ok(_) => Ok(()),
    }
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
    let account = found.account_id().map(|account| account.as_str());
    Ok(Credentials {
        access_key_id: found.access_key_id().to_owned(),
        secret_access_key: Secret::new(found.secret_access_key().to_owned()),
        session_token: found.session_token().map(|t| Secret::new(t.to_owned())),
        expires_at: found.expiry().and_then(instant_of),
        principal: None,
        account: account.and_then(AccountId::parse),
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
