//! Why CodeCommit's API gave no answer, and what to do about it.

use crate::aws::Region;
use crate::error::{Exit, Explain};
use crate::{http, service_endpoint};

/// Why CodeCommit's API gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Endpoint(#[from] service_endpoint::Error),
    /// The network client cannot be set up.
    #[error(transparent)]
    Http(#[from] http::Error),
    #[error("cannot reach CodeCommit in {region}: {cause}")]
    Unreachable { region: Region, cause: http::Error },
    /// CodeCommit said no.
    #[error(
        "CodeCommit in {region} refused {operation}: {code}{}",
        after_a_colon(message)
    )]
    Refused {
        region: Region,
        operation: &'static str,
        /// Who signed: an ARN, or the access key's id.
        identity: String,
        status: u16,
        code: String,
        message: String,
    },
    /// A 200 that cannot be understood.
    #[error("the response from {host} is not a list of repositories: {problem}")]
    Answer { host: String, problem: &'static str },
    #[error("cannot sign the request: {0}")]
    Unsendable(String),
}

fn after_a_colon(message: &str) -> String {
    match message.is_empty() {
        true => String::new(),
        false => format!(": {message}"),
    }
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Endpoint(error) => error.hints(),
            Self::Http(error) => error.hints(),
            Self::Unreachable { region, cause } => match cause {
                http::Error::Connect { .. } | http::Error::Timeout { .. } => vec![
                    "check the network, https_proxy and no_proxy".into(),
                    format!(
                        "a VPC without internet needs the interface endpoint com.amazonaws.{region}.codecommit"
                    ),
                ],
                cause => cause.hints(),
            },
            Self::Refused {
                operation,
                identity,
                code,
                ..
            } => self.refusal_hints(operation, identity, code),
            Self::Answer { .. } => vec!["check which server answers at this address".into()],
            Self::Unsendable(_) => {
                vec!["look for stray characters in the AWS credentials file or variables".into()]
            }
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Endpoint(error) => error.exit(),
            Self::Http(error) => error.exit(),
            Self::Unreachable { cause, .. } => cause.exit(),
            Self::Unsendable(_) => Exit::Settings,
            Self::Refused { .. } | Self::Answer { .. } => Exit::Network,
        }
    }
}

impl Error {
    /// Whether the call is worth another try in a moment: too many callers, or a fault of the service.
    pub(super) fn is_passing(&self) -> bool {
        let Self::Refused { code, status, .. } = self else {
            return false;
        };
        let is_throttling = matches!(
            code.as_str(),
            "Throttling"
                | "ThrottlingException"
                | "TooManyRequestsException"
                | "RequestLimitExceeded"
        );
        is_throttling || matches!(status, 429 | 500 | 502 | 503 | 504)
    }

    fn refusal_hints(&self, operation: &str, identity: &str, code: &str) -> Vec<String> {
        let signed = format!("signed as {identity}");
        let more = match code {
            "AccessDenied" | "AccessDeniedException" => {
                format!("its policy must allow codecommit:{operation} on *")
            }
            "ExpiredToken" | "ExpiredTokenException" => {
                "the credentials have expired: renew them (git codecommit cache clear removes cached sessions)"
                    .into()
            }
            "UnrecognizedClientException" | "InvalidClientTokenId" => {
                "the access key is unknown to this partition, or its account has not enabled this region"
                    .into()
            }
            "InvalidSignatureException" | "SignatureDoesNotMatch" => {
                "check the secret access key, and this machine's clock".into()
            }
            _ if self.is_passing() => return vec!["try again in a moment".into()],
            _ => return vec![signed],
        };
        vec![signed, more]
    }
}
