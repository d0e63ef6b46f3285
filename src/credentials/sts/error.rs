//! Why STS gave no session, and what to do about it.

use std::io;

use crate::aws::Region;
use crate::error::{Exit, Explain};
use crate::http;
use crate::profile::RoleHop;
use crate::service_endpoint;

/// A session through a role's own session lasts an hour at the most (role chaining).
const CHAINED_LIMIT: i32 = 3600;

/// Why a role could not be assumed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Endpoint(#[from] service_endpoint::Error),
    /// A setting whose value means nothing.
    #[error("{from} is {value:?}, which is not {expected}")]
    Setting {
        from: String,
        value: String,
        expected: &'static str,
    },
    /// The network client cannot be set up.
    #[error(transparent)]
    Http(#[from] http::Error),
    #[error("{} role {role}: {cause}", failed(cause))]
    Unreachable {
        role: String,
        region: Region,
        /// Another region that the settings name.
        other: Option<Region>,
        cause: Box<http::Error>,
    },
    #[error("cannot assume role {} ({}, {}): {code}: {message}", hop.role_arn, hop.asked_by, hop.at)]
    Refused {
        /// The role, and where it is asked for.
        hop: Box<RoleHop>,
        code: String,
        message: String,
    },
    /// STS said no to a web identity token.
    #[error("cannot assume role {role} with the token in {token_file}: {code}: {message}")]
    RefusedToken {
        role: String,
        token_file: String,
        code: String,
        message: String,
    },
    /// The web identity token cannot be read.
    #[error("cannot read the web identity token in {path}: {cause}")]
    TokenFile { path: String, cause: io::Error },
    #[error("STS at {host} returned no credentials")]
    Empty { host: String },
    /// STS does not say whose the credentials are.
    #[error("STS did not return the account of the credentials: {code}: {message}")]
    RefusedIdentity { code: String, message: String },
    #[error("cannot ask STS for the account of the credentials: {cause}")]
    UnreachableIdentity {
        region: Region,
        /// Another region that the settings name.
        other: Option<Region>,
        cause: Box<http::Error>,
    },
    #[error("STS at {host} returned no account")]
    NoAccount { host: String },
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Endpoint(error) => error.hints(),
            Self::Http(error) => error.hints(),
            Self::Setting { .. } => vec!["correct that setting, or remove it".into()],
            Self::Unreachable {
                region,
                other,
                cause,
                role: _,
            } => unreachable_hints(region, other.as_ref(), cause),
            Self::TokenFile { .. } => {
                vec![
                    "the platform writes this file: check its path, and that you may read it"
                        .into(),
                ]
            }
            Self::Empty { .. } | Self::NoAccount { .. } => {
                vec!["check which server answers at that address".into()]
            }
            Self::RefusedIdentity { code, .. } => common_hints(code),
            Self::UnreachableIdentity {
                region,
                other,
                cause,
            } => unreachable_hints(region, other.as_ref(), cause),
            Self::RefusedToken { role, code, .. } => match code.as_str() {
                "AccessDenied" => vec![format!(
                    "the trust policy of {role} must name the token's issuer, audience and subject"
                )],
                "ExpiredTokenException" | "ExpiredToken" => {
                    vec!["the token has expired: have the platform write a new one".into()]
                }
                other => common_hints(other),
            },
            Self::Refused { code, hop, .. } => refusal_hints(code, hop),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Endpoint(error) => error.exit(),
            Self::Setting { .. } => Exit::Settings,
            Self::Unreachable { cause, .. } | Self::UnreachableIdentity { cause, .. } => {
                cause.exit().of_credentials()
            }
            Self::Http(error) => error.exit().of_credentials(),
            Self::Refused { .. }
            | Self::RefusedToken { .. }
            | Self::TokenFile { .. }
            | Self::Empty { .. }
            | Self::RefusedIdentity { .. }
            | Self::NoAccount { .. } => Exit::Credentials,
        }
    }
}

impl Error {
    /// Whether STS limits the rate of requests. Source: "Common Error Types" of the STS API reference; the SDKs count
    /// the others as throttling too.
    pub(super) fn is_throttling(&self) -> bool {
        let (Self::Refused { code, .. } | Self::RefusedToken { code, .. }) = self else {
            return false;
        };
        matches!(
            code.as_str(),
            "Throttling"
                | "ThrottlingException"
                | "RequestLimitExceeded"
                | "TooManyRequestsException"
                | "RequestThrottled"
        )
    }

    /// Whether STS refuses the session that asked: it has been revoked, or has expired.
    pub(in crate::credentials) fn blames_caller(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if matches!(
            code.as_str(),
            "ExpiredToken" | "ExpiredTokenException" | "InvalidClientTokenId" | "UnrecognizedClientException"
        ))
    }
}

/// What failed, by its cause: STS may have answered, and not like STS, or was not asked at all.
fn failed(cause: &http::Error) -> &'static str {
    match cause {
        http::Error::TooLarge { .. }
        | http::Error::TooLong { .. }
        | http::Error::NotHttp { .. } => "cannot assume",
        _ if cause.exit() == Exit::Settings => "cannot assume",
        _ => "cannot reach STS to assume",
    }
}

fn unreachable_hints(region: &Region, other: Option<&Region>, cause: &http::Error) -> Vec<String> {
    if !matches!(
        cause,
        http::Error::Connect { .. } | http::Error::Timeout { .. }
    ) {
        return cause.hints();
    }
    let mut hints = vec![format!(
        "check the network and https_proxy; a VPC without internet needs the \
         interface endpoint com.amazonaws.{region}.sts"
    )];
    hints.push(match other {
        Some(other) => format!(
            "if only the STS of {other} can be reached from here: git config --global codecommit.stsRegion {other}"
        ),
        None => "STS is asked in the region of codecommit.stsRegion, else AWS_DEFAULT_REGION, else of the \
                 profile"
            .into(),
    });
    hints
}

fn refusal_hints(code: &str, hop: &RoleHop) -> Vec<String> {
    let role = &hop.role_arn;
    let is_long = hop.duration_seconds > Some(CHAINED_LIMIT);
    match code {
        "AccessDenied" | "AccessDeniedException" => {
            let mut hints = vec![
                format!("the caller's own policy must allow sts:AssumeRole on {role}"),
                "the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)"
                    .into(),
            ];
            match &hop.mfa_serial {
                // The likeliest cause, where a code was sent.
                Some(serial) => hints.insert(
                    0,
                    format!("the MFA code must be a new one of {serial}: each code counts once"),
                ),
                None => hints.push(
                    "in a Studio domain that passes on the user's identity, both must also allow \
                     sts:SetSourceIdentity; a trust policy may also ask for MFA (mfa_serial)"
                        .into(),
                ),
            }
            hints
        }
        "ValidationError" if is_long => vec![
            "duration_seconds above 3600 is refused when the caller is itself a role: remove it"
                .into(),
        ],
        other => common_hints(other),
    }
}

fn common_hints(code: &str) -> Vec<String> {
    let hint = match code {
        "ExpiredToken" | "ExpiredTokenException" => {
            "the source credentials have expired: renew them and try again"
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" => {
            "the source access key is unknown to this partition, or its region is not enabled"
        }
        "SignatureDoesNotMatch" | "RequestExpired" => {
            "check the secret access key, and this machine's clock"
        }
        "RegionDisabledException" => {
            "enable STS for this region in the account's settings, or set codecommit.stsRegion"
        }
        "Throttling"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException" => {
            "STS limits the rate of requests: wait a moment, and run fewer commands at once"
        }
        _ => return vec![],
    };
    vec![hint.into()]
}
