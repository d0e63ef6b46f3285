//! AssumeRole, one call a hop, always at a regional STS endpoint.

use aws_credential_types::Credentials as SdkCredentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{BehaviorVersion, Builder, Region as SdkRegion};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use time::OffsetDateTime;
use url::Url;

use super::{Credentials, Resolver};
use crate::endpoint::Region;
use crate::http::{self, SdkClient};
use crate::profile::RoleHop;
use crate::secret::Secret;
use crate::world::{World, variable};

/// A session through a role's own session lasts an hour at the most (role chaining).
const CHAINED_LIMIT: i32 = 3600;

/// Why a role could not be assumed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `AWS_ENDPOINT_URL_STS` or `AWS_ENDPOINT_URL` is not an https URL, or holds a password.
    #[error("{variable} is not an https URL without user name and password")]
    EndpointUrl {
        /// The variable.
        variable: &'static str,
    },
    /// FIPS is asked for, and an endpoint of the person's own: the SDKs refuse the two together.
    #[error(
        "AWS_USE_FIPS_ENDPOINT and {variable} are both set: only one of them can choose the STS host"
    )]
    FipsAndEndpointUrl {
        /// The variable with the endpoint.
        variable: &'static str,
    },
    /// STS was not reached.
    #[error("no answer from STS to assume {role}: {cause}")]
    Unreachable {
        /// The role.
        role: String,
        /// The region of STS.
        region: String,
        /// The reason, host included.
        cause: http::Error,
    },
    /// STS said no.
    #[error("cannot assume role {} (profile {:?}, {}): {code}: {message}", hop.role_arn, hop.profile, hop.at)]
    Refused {
        /// The role, and where it is asked for.
        hop: Box<RoleHop>,
        /// The error code of STS.
        code: String,
        /// Its message.
        message: String,
    },
    /// STS said yes, without credentials.
    #[error("STS at {host} answered without credentials")]
    Empty {
        /// The STS host.
        host: String,
    },
}

impl Error {
    /// What to do next. Chosen by the error code of STS, never by its text.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::EndpointUrl { .. } => {
                vec!["it must look like https://sts.eu-west-1.amazonaws.com".into()]
            }
            Self::Unreachable { region, cause, .. } => match cause {
                http::Error::Connect { .. } | http::Error::Timeout { .. } => vec![
                    format!(
                        "check the network and https_proxy; a VPC without internet needs the \
                         interface endpoint com.amazonaws.{region}.sts"
                    ),
                    "STS is asked in the region of AWS_DEFAULT_REGION, else of the profile".into(),
                ],
                other => other.hints(),
            },
            Self::FipsAndEndpointUrl { variable } => {
                vec![format!("unset AWS_USE_FIPS_ENDPOINT, or {variable}")]
            }
            Self::Empty { .. } => vec!["check what answers at that address".into()],
            Self::Refused { code, hop, .. } => refusal_hints(code, hop),
        }
    }
}

fn refusal_hints(code: &str, hop: &RoleHop) -> Vec<String> {
    let role = &hop.role_arn;
    let is_long = hop.duration_seconds > Some(CHAINED_LIMIT);
    match code {
        "AccessDenied" | "AccessDeniedException" => vec![
            format!("the caller's own policy must allow sts:AssumeRole on {role}"),
            "the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)"
                .into(),
            "in a Studio domain that passes on the user's identity, both must also allow \
             sts:SetSourceIdentity"
                .into(),
        ],
        "ExpiredToken" | "ExpiredTokenException" => {
            vec!["the source credentials have expired: renew them and try again".into()]
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" => vec![
            "the source access key is unknown to this partition, or its region is not enabled".into(),
        ],
        "SignatureDoesNotMatch" | "RequestExpired" => {
            vec!["check the secret access key, and this machine's clock".into()]
        }
        "RegionDisabledException" => vec!["enable STS for this region in the account's settings".into()],
        "ValidationError" if is_long => vec![
            "duration_seconds above 3600 is refused when the caller is itself a role: remove it".into(),
        ],
        _ => vec![],
    }
}

/// The regional STS, as the environment has it: prepared before any key is fetched, so that what is
/// wrong with it is found first.
pub(super) struct Sts {
    region: Region,
    /// `host[:port]`, for messages.
    host: String,
    override_url: Option<Url>,
    use_fips: bool,
    default_session_name: String,
    client: SdkClient,
}

impl Sts {
    /// Settles the endpoint and the network client.
    pub(super) fn prepare(resolver: &Resolver<'_>) -> Result<Self, super::Error> {
        let override_url = endpoint_override(resolver.world).map_err(Box::new)?;
        let use_fips = resolver.world.is_true(variable::AWS_USE_FIPS_ENDPOINT);
        let region = resolver.sts_region.clone();
        let host = match (&override_url, use_fips) {
            (Some((variable, _)), true) => {
                return Err(Box::new(Error::FipsAndEndpointUrl { variable }).into());
            }
            (Some((_, url)), false) => url.authority().to_owned(),
            (None, true) => format!("sts-fips.{region}.{}", region.dns_suffix()),
            (None, false) => format!("sts.{region}.{}", region.dns_suffix()),
        };
        Ok(Self {
            region,
            host,
            override_url: override_url.map(|(_, url)| url),
            use_fips,
            default_session_name: default_session_name(resolver.world),
            client: SdkClient::new(resolver.http.internet()?),
        })
    }

    /// Exchanges credentials for those of the hop's role.
    pub(super) async fn assume(
        &self,
        hop: &RoleHop,
        caller: &Credentials,
    ) -> Result<Credentials, super::Error> {
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(SdkRegion::new(self.region.to_string()))
            .credentials_provider(sdk_credentials(caller))
            .use_fips(self.use_fips)
            .retry_config(RetryConfig::standard())
            .http_client(self.client.clone());
        if let Some(url) = &self.override_url {
            config = config.endpoint_url(url.as_str());
        }
        let session_name = hop.session_name.as_ref();
        let answer = Client::from_conf(config.build())
            .assume_role()
            .role_arn(&hop.role_arn)
            .role_session_name(session_name.unwrap_or(&self.default_session_name))
            .set_external_id(hop.external_id.clone())
            .set_duration_seconds(hop.duration_seconds)
            .send()
            .await
            .map_err(|error| Box::new(explain(&error, hop, caller, &self.host, &self.region)))?;
        let Some(session) = answer.credentials else {
            let host = self.host.clone();
            return Err(Box::new(Error::Empty { host }).into());
        };
        Ok(Credentials {
            access_key_id: session.access_key_id,
            secret_access_key: Secret::new(session.secret_access_key),
            session_token: Some(Secret::new(session.session_token)),
            expires_at: OffsetDateTime::from_unix_timestamp(session.expiration.secs()).ok(),
            principal: answer.assumed_role_user.map(|user| user.arn),
        })
    }
}

fn explain<E>(
    error: &SdkError<E>,
    hop: &RoleHop,
    caller: &Credentials,
    host: &str,
    region: &Region,
) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        SdkError::ServiceError(refusal) => Error::Refused {
            hop: Box::new(hop.clone()),
            code: refusal
                .err()
                .code()
                .map_or_else(|| format!("HTTP {}", refusal.raw().status()), str::to_owned),
            message: caller.scrubbed(refusal.err().message().unwrap_or("no reason given")),
        },
        other => Error::Unreachable {
            role: hop.role_arn.clone(),
            region: region.to_string(),
            cause: http::Error::from_chain(host, other),
        },
    }
}

fn sdk_credentials(caller: &Credentials) -> SdkCredentials {
    SdkCredentials::new(
        &caller.access_key_id,
        caller.secret_access_key.expose(),
        caller.session_token.as_ref().map(|t| t.expose().to_owned()),
        caller.expires_at.map(Into::into),
        "git-codecommit",
    )
}

/// An endpoint of the person's own, https only: the answer carries keys.
fn endpoint_override(world: &World) -> Result<Option<(&'static str, Url)>, Error> {
    for variable in [variable::AWS_ENDPOINT_URL_STS, variable::AWS_ENDPOINT_URL] {
        if let Some(text) = world.variable(variable) {
            let url = Url::parse(&text).map_err(|_| Error::EndpointUrl { variable })?;
            // A password in it would stand in messages; AWS has no use for one.
            let has_user = !url.username().is_empty() || url.password().is_some();
            if url.scheme() != "https" || url.host().is_none() || has_user {
                return Err(Error::EndpointUrl { variable });
            }
            return Ok(Some((variable, url)));
        }
    }
    Ok(None)
}

/// `git-codecommit-<user>`: the name CloudTrail shows in the repository's account.
///
/// STS takes 2 to 64 of `[\w+=,.@-]`.
fn default_session_name(world: &World) -> String {
    let user = world
        .first_variable(&[variable::USER, variable::LOGNAME])
        .unwrap_or_default();
    let mut name = String::from("git-codecommit");
    if !user.is_empty() {
        name.push('-');
        name.extend(user.chars().map(|character| match character {
            c if c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) => c,
            _ => '-',
        }));
    }
    name.truncate(64);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_name_is_one_that_sts_takes() {
        for (user, expected) in [
            ("sagemaker-user", "git-codecommit-sagemaker-user"),
            ("a b/ü", "git-codecommit-a-b--"),
            ("", "git-codecommit"),
        ] {
            assert_eq!(
                default_session_name(&World::of(&[("USER", user)])),
                expected
            );
        }
        let long = default_session_name(&World::of(&[("USER", &"u".repeat(80))]));
        assert_eq!(long.len(), 64);
    }

    #[test]
    fn an_sts_endpoint_without_encryption_is_refused() {
        let choose = |environment: &[(&str, &str)]| endpoint_override(&World::of(environment));
        assert!(choose(&[("AWS_ENDPOINT_URL_STS", "http://localhost:1")]).is_err());
        assert!(choose(&[("AWS_ENDPOINT_URL", "sts.example")]).is_err());
        let with_password = choose(&[("AWS_ENDPOINT_URL_STS", "https://u:hunter2@h/")]);
        assert!(!with_password.unwrap_err().to_string().contains("hunter2"));
        let both = [
            ("AWS_ENDPOINT_URL", "https://b/"),
            ("AWS_ENDPOINT_URL_STS", "https://a/"),
        ];
        assert_eq!(choose(&both).unwrap().unwrap().1.as_str(), "https://a/");
        assert!(choose(&[]).unwrap().is_none());
    }
}
