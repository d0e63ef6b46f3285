//! STS: AssumeRole and AssumeRoleWithWebIdentity, one call a role, always at one endpoint a run.

mod error;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod session_name;

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{BehaviorVersion, Builder, Region as SdkRegion};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::types::{AssumedRoleUser, Credentials as Session};
use time::OffsetDateTime;

pub(in crate::credentials) use error::Error;

use crate::aws::iam::AccountId;
use crate::aws::{Credentials, Origin, Region};
use crate::http::{self, Http, SdkClient};
use crate::message::Notices;
use crate::profile::{RoleHop, Settings, WebIdentity};
use crate::secret::{self, Secret};
use crate::service_endpoint::{STS, ServiceEndpoint};
use crate::world::{World, input_file, variable};

/// How long an attempt may take, connection included. STS answers in well under a second; the STS of another
/// region, which a VPC without internet cannot reach, never does.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
/// The same for the only attempt with an MFA code.
const MFA_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// STS, as the settings have it: prepared before any key is fetched, so that what is wrong with it is found first.
pub(super) struct Sts<'a> {
    world: &'a World,
    notices: &'a dyn Notices,
    endpoint: ServiceEndpoint,
    retries: Retries,
    client: SdkClient,
    /// How long this run has paused because STS throttles.
    waited: Cell<Duration>,
}

impl<'a> Sts<'a> {
    /// Settles the endpoint and the network client.
    pub(super) fn prepare(
        world: &'a World,
        settings: Settings<'_>,
        region: Region,
        http: &Http<'_>,
        notices: &'a dyn Notices,
    ) -> Result<Self, Error> {
        Ok(Self {
            world,
            notices,
            endpoint: ServiceEndpoint::settle(&STS, settings, region)?,
            retries: retries(settings)?,
            client: SdkClient::new(http.internet()?),
            waited: Cell::default(),
        })
    }

    /// Exchanges credentials for those of the hop's role; `code` is the person's MFA code.
    pub(super) async fn assume(
        &self,
        hop: &RoleHop,
        caller: &Credentials,
        code: Option<String>,
    ) -> Result<Credentials, Error> {
        // Whoever sets a number of attempts gets that number.
        if code.is_some() || self.retries.is_set {
            return self.assume_now(hop, caller, code).await;
        }
        http::outwait(
            self.notices,
            &self.waited,
            Error::is_throttling,
            async || self.assume_now(hop, caller, None).await,
        )
        .await
    }

    async fn assume_now(
        &self,
        hop: &RoleHop,
        caller: &Credentials,
        code: Option<String>,
    ) -> Result<Credentials, Error> {
        let session_name = match &hop.session_name {
            Some(name) => name.clone(),
            None => session_name::default(self.world),
        };
        // A code counts once: a second attempt with it would be refused, and hide why the first failed.
        let (retries, patience) = match code {
            Some(_) => (RetryConfig::disabled(), MFA_ATTEMPT_TIMEOUT),
            None => (self.retries.config.clone(), ATTEMPT_TIMEOUT),
        };
        let answer = self
            .client(Some(caller), retries, patience)
            .assume_role()
            .role_arn(&hop.role_arn)
            .role_session_name(session_name)
            .set_external_id(hop.external_id.clone())
            .set_serial_number(hop.mfa_serial.clone())
            .set_token_code(code)
            .set_duration_seconds(hop.duration_seconds)
            .send()
            .await
            .map_err(|error| {
                self.explain(&error, &hop.role_arn, |code, message| Error::Refused {
                    hop: Box::new(hop.clone()),
                    code,
                    message: caller.scrubbed(&message),
                })
            })?;
        self.session(answer.credentials, answer.assumed_role_user)
    }

    /// Exchanges a web identity token for credentials of its role. The request is not signed.
    pub(super) async fn assume_with_web_identity(
        &self,
        identity: &WebIdentity,
    ) -> Result<Credentials, Error> {
        if self.retries.is_set {
            return self.exchange_token(identity).await;
        }
        http::outwait(
            self.notices,
            &self.waited,
            Error::is_throttling,
            async || self.exchange_token(identity).await,
        )
        .await
    }

    async fn exchange_token(&self, identity: &WebIdentity) -> Result<Credentials, Error> {
        // Read at each call: the platform renews the file. Shells end a file with a line break, which no token has.
        let token = input_file::read_text(Path::new(&identity.token_file))
            .map(|token| Secret::new(token.trim_end().to_owned()))
            .map_err(|cause| Error::TokenFile {
                path: identity.token_file.clone(),
                cause,
            })?;
        let session_name = match &identity.session_name {
            Some(name) => name.clone(),
            None => session_name::default(self.world),
        };
        let answer = self
            .client(None, self.retries.config.clone(), ATTEMPT_TIMEOUT)
            .assume_role_with_web_identity()
            .role_arn(&identity.role_arn)
            .role_session_name(session_name)
            .web_identity_token(token.expose())
            .send()
            .await
            .map_err(|error| {
                self.explain(&error, &identity.role_arn, |code, message| {
                    Error::RefusedToken {
                        role: identity.role_arn.clone(),
                        token_file: identity.token_file.clone(),
                        code,
                        message: secret::scrubbed(&message, &[token.expose()]),
                    }
                })
            })?;
        self.session(answer.credentials, answer.assumed_role_user)
    }

    /// The account that credentials belong to, which no policy can deny to tell.
    pub(super) async fn account(&self, caller: &Credentials) -> Result<AccountId, Error> {
        let retries = self.retries.config.clone();
        let client = self.client(Some(caller), retries, ATTEMPT_TIMEOUT);
        let answer = client.get_caller_identity().send().await;
        let answer = answer.map_err(|error| {
            let explained = self.explain(&error, "", |code, message| Error::RefusedIdentity {
                code,
                message: caller.scrubbed(&message),
            });
            match explained {
                Error::Unreachable {
                    region,
                    other,
                    cause,
                    role: _,
                } => Error::UnreachableIdentity {
                    region,
                    other,
                    cause,
                },
                refused => refused,
            }
        })?;
        let account = answer.account().and_then(AccountId::parse);
        account.ok_or_else(|| Error::NoAccount {
            host: self.endpoint.host.clone(),
        })
    }

    fn client(
        &self,
        caller: Option<&Credentials>,
        retries: RetryConfig,
        patience: Duration,
    ) -> Client {
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(SdkRegion::new(self.endpoint.region.to_string()))
            .use_fips(self.endpoint.use_fips)
            .use_dual_stack(self.endpoint.use_dual_stack)
            .retry_config(retries)
            .http_client(self.client.clone().with_timeout(patience));
        if let Some(caller) = caller {
            config = config.credentials_provider(caller.in_sdk_terms());
        }
        if let Some(url) = &self.endpoint.url {
            config = config.endpoint_url(url.as_str());
        }
        Client::from_conf(config.build())
    }

    fn session(
        &self,
        session: Option<Session>,
        user: Option<AssumedRoleUser>,
    ) -> Result<Credentials, Error> {
        credentials(session, user).ok_or_else(|| Error::Empty {
            host: self.endpoint.host.clone(),
        })
    }

    /// Sorts a failed call; `refused` makes the error from the code and the message of STS.
    fn explain<E>(
        &self,
        error: &SdkError<E>,
        role: &str,
        refused: impl FnOnce(String, String) -> Error,
    ) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::ServiceError(refusal) => {
                let code = refusal
                    .err()
                    .code()
                    .map_or_else(|| format!("HTTP {}", refusal.raw().status()), str::to_owned);
                let message = refusal.err().message().unwrap_or("no reason given");
                refused(code, message.to_owned())
            }
            other => Error::Unreachable {
                role: role.to_owned(),
                region: self.endpoint.region.clone(),
                other: self.other_region(),
                cause: Box::new(http::Error::from_chain(&self.endpoint.host, other)),
            },
        }
    }

    /// The region that the environment names beside the one that was asked.
    fn other_region(&self) -> Option<Region> {
        [variable::AWS_DEFAULT_REGION, variable::AWS_REGION]
            .into_iter()
            .filter_map(|name| Region::parse(&self.world.variable(name)?).ok())
            .find(|region| *region != self.endpoint.region)
    }
}

/// What an answer holds; none where it holds no session.
fn credentials(session: Option<Session>, user: Option<AssumedRoleUser>) -> Option<Credentials> {
    let session = session?;
    Some(Credentials {
        access_key_id: session.access_key_id,
        secret_access_key: Secret::new(session.secret_access_key),
        session_token: Some(Secret::new(session.session_token)),
        expires_at: OffsetDateTime::from_unix_timestamp(session.expiration.secs()).ok(),
        principal: user.map(|user| user.arn),
        account: None,
        origin: Origin::Fresh,
    })
}

/// How often a call is made.
struct Retries {
    config: RetryConfig,
    /// A number of attempts is set.
    is_set: bool,
}

/// The host that STS is asked at.
pub(super) fn host(settings: Settings<'_>, region: Region) -> Result<String, Error> {
    Ok(ServiceEndpoint::settle(&STS, settings, region)?.host)
}

/// `max_attempts` and `retry_mode`; the default is three attempts, as in the AWS CLI.
fn retries(settings: Settings<'_>) -> Result<Retries, Error> {
    let mode = settings.find(variable::AWS_RETRY_MODE, "retry_mode");
    let config = match mode.as_ref().map(|found| found.value.as_str()) {
        Some("adaptive") => RetryConfig::adaptive(),
        // What botocore calls "legacy" differs in nothing that matters for one call.
        None | Some("standard" | "legacy") => RetryConfig::standard(),
        Some(_) => return Err(invalid(mode, "standard, adaptive or legacy")),
    };
    let attempts = settings.find(variable::AWS_MAX_ATTEMPTS, "max_attempts");
    match attempts.as_ref().map(|found| found.value.parse::<u32>()) {
        None => Ok(Retries {
            config,
            is_set: false,
        }),
        Some(Ok(attempts @ 1..)) => Ok(Retries {
            config: config.with_max_attempts(attempts),
            is_set: true,
        }),
        Some(_) => Err(invalid(attempts, "a whole number above 0")),
    }
}

fn invalid(found: Option<crate::profile::Found>, expected: &'static str) -> Error {
    let (from, value) = found.map_or_else(Default::default, |found| (found.from, found.value));
    Error::Setting {
        from,
        value,
        expected,
    }
}
