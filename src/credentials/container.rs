//! The container credentials endpoint of ECS, SageMaker Studio and EKS Pod Identity.
//!
//! Source: botocore's `ContainerProvider` and `ContainerMetadataFetcher`. The endpoint is
//! asked without any proxy, the URL is checked after it was put together, and the token file is read at each fetch.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

use super::instant::instant;
use crate::aws::iam::AccountId;
use crate::aws::{Credentials, Origin};
use crate::error::{Exit, Explain};
use crate::http::{self, Http};
use crate::secret::{self, Secret};
use crate::world::{World, input_file, variable};

const RELATIVE_BASE: &str = "http://169.254.170.2";
const TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);
/// An error of the endpoint that is longer, in characters, is cut.
const DETAIL_LIMIT: usize = 300;

/// Why the endpoint gave no credentials. No variant holds the URL's path, which is a capability.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The URL is not one the endpoint may have.
    #[error(
        "{variable} does not name a container credentials endpoint: \
         only https, loopback, 169.254.170.2, 169.254.170.23 and fd00:ec2::23 are allowed"
    )]
    Url { variable: &'static str },
    /// The Authorization token cannot be used.
    #[error("the token in {variable} cannot be used: {problem}")]
    Token {
        variable: &'static str,
        problem: String,
    },
    /// The network client cannot be set up.
    #[error(transparent)]
    Http(#[from] http::Error),
    #[error("no container credentials: {0}")]
    Unreachable(http::Error),
    #[error("the container credentials endpoint at {host} answered {status}{detail}")]
    Status {
        host: String,
        status: StatusCode,
        /// Its own code and message, where it gave them.
        detail: String,
    },
    /// A 200 that cannot be understood. The message leaves the body out: it may hold keys.
    #[error("the response of the container credentials endpoint at {host} has no {missing}")]
    Answer { host: String, missing: &'static str },
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        let restart = "the variable belongs to the container it was set in: in Studio, open a new \
                       terminal or restart the space";
        if let Self::Unreachable(cause @ http::Error::Tls { .. }) | Self::Http(cause) = self {
            return cause.hints();
        }
        vec![match self {
            Self::Url { .. } => "the platform sets this variable: do not change it".into(),
            Self::Token { .. } => "the platform sets this token: do not change it".into(),
            Self::Unreachable(_) | Self::Http(_) | Self::Status { .. } => restart.into(),
            Self::Answer { .. } => "check which program listens at that address".into(),
        }]
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Unreachable(cause) | Self::Http(cause) => cause.exit().of_credentials(),
            _ => Exit::Credentials,
        }
    }
}

impl Error {
    fn is_worth_another_try(&self) -> bool {
        match self {
            Self::Unreachable(http::Error::TooLarge { .. }) => false,
            Self::Unreachable(_) | Self::Answer { .. } => true,
            Self::Status { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            Self::Url { .. } | Self::Token { .. } | Self::Http(_) => false,
        }
    }
}

/// Asks the endpoint: 2 seconds a try, 3 tries, as botocore does.
pub(super) async fn fetch(world: &World, http: &Http<'_>) -> Result<Credentials, Error> {
    let url = endpoint(world)?;
    let token = token(world)?;
    let client = http.near(url.scheme() == "https")?;
    let mut attempt = 1;
    loop {
        match ask(&client, &url, token.as_ref()).await {
            Err(error) if attempt < ATTEMPTS && error.is_worth_another_try() => {
                attempt += 1;
                tokio::time::sleep(PAUSE).await;
            }
            result => return result,
        }
    }
}

async fn ask(
    client: &Client,
    url: &Url,
    token: Option<&HeaderValue>,
) -> Result<Credentials, Error> {
    // The path is a capability, and stays out of messages.
    let host = url.authority().to_owned();
    let unreachable =
        |error: reqwest::Error| Error::Unreachable(http::Error::from_reqwest(&host, &error));
    let mut request = client
        .get(url.clone())
        .timeout(TIMEOUT)
        .header("Accept", "application/json");
    if let Some(token) = token {
        request = request.header("Authorization", token.clone());
    }
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let body = http::whole(&host, response).await;
    let body = body.map_err(Error::Unreachable)?;
    if status != StatusCode::OK {
        let detail = serde_json::from_slice::<Refusal>(&body)
            .map(|refusal| {
                let said = format!(": {} {}", refusal.code, refusal.message);
                let token = token.and_then(|token| token.to_str().ok());
                let said = secret::scrubbed(&said, &[token.unwrap_or_default()]);
                said.chars().take(DETAIL_LIMIT).collect()
            })
            .unwrap_or_default();
        return Err(Error::Status {
            host,
            status,
            detail,
        });
    }
    answer(&body, &host)
}

/// Reads what the endpoint at `host` says.
pub(super) fn answer(body: &[u8], host: &str) -> Result<Credentials, Error> {
    let without = |missing| Error::Answer {
        host: host.to_owned(),
        missing,
    };
    // serde's own message would quote the value it stumbled over.
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|_| without("AccessKeyId, SecretAccessKey, Token and Expiration"))?;
    let expires_at = instant(&answer.expiration).ok_or_else(|| without("readable Expiration"))?;
    Ok(Credentials {
        access_key_id: answer.access_key_id,
        secret_access_key: answer.secret_access_key,
        session_token: Some(answer.token),
        expires_at: Some(expires_at),
        principal: None,
        account: {
            let named = answer.account_id.as_deref().and_then(AccountId::parse);
            named.or_else(|| AccountId::of_arn(answer.role_arn.as_deref()?))
        },
        origin: Origin::Fresh,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: String,
    #[serde(deserialize_with = "secret")]
    secret_access_key: Secret,
    #[serde(deserialize_with = "secret")]
    token: Secret,
    expiration: String,
    /// EKS Pod Identity says it.
    account_id: Option<String>,
    /// ECS says it.
    role_arn: Option<String>,
}

/// The error body that the ECS agent gives.
#[derive(Deserialize)]
struct Refusal {
    code: String,
    message: String,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// The endpoint's URL, checked after it was put together, so that a relative URI
/// such as `@evil.example/` does not pass.
fn endpoint(world: &World) -> Result<Url, Error> {
    let relative = variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
    let full = variable::AWS_CONTAINER_CREDENTIALS_FULL_URI;
    let (variable, text) = match world.variable(relative) {
        Some(path) => (relative, format!("{RELATIVE_BASE}{path}")),
        None => (full, world.variable(full).unwrap_or_default()),
    };
    let url = Url::parse(&text).map_err(|_| Error::Url { variable })?;
    let allowed = match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(ip))) => is_allowed(ip.into()),
        ("http", Some(Host::Ipv6(ip))) => is_allowed(ip.into()),
        _ => false,
    };
    let has_user = !url.username().is_empty() || url.password().is_some();
    if allowed && !has_user {
        Ok(url)
    } else {
        Err(Error::Url { variable })
    }
}

fn is_allowed(ip: IpAddr) -> bool {
    const METADATA: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];
    ip.is_loopback() || METADATA.iter().any(|text| text.parse() == Ok(ip))
}

/// The Authorization header: the file wins over the variable, and is read each time.
fn token(world: &World) -> Result<Option<HeaderValue>, Error> {
    let file = variable::AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
    let direct = variable::AWS_CONTAINER_AUTHORIZATION_TOKEN;
    let (variable, token) = match world.variable(file) {
        Some(path) => {
            let token = input_file::read_text(Path::new(&path)).map_err(|error| Error::Token {
                variable: file,
                problem: format!("{path}: {error}"),
            })?;
            (file, Secret::new(token.to_string()))
        }
        None => match world.secret(direct) {
            Some(token) => (direct, token),
            None => return Ok(None),
        },
    };
    // botocore refuses line breaks; nothing else that a header cannot carry is a token either.
    let mut header = HeaderValue::from_str(token.expose()).map_err(|_| Error::Token {
        variable,
        problem: "it holds a line break or another control character".into(),
    })?;
    header.set_sensitive(true);
    Ok(Some(header))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_relative_uri_wins_and_is_asked_at_the_link_local_address() {
        let world = World::of(&[
            (
                variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
                "/v2/c?id=1",
            ),
            (variable::AWS_CONTAINER_CREDENTIALS_FULL_URI, "https://h/"),
        ]);
        assert_eq!(
            endpoint(&world).unwrap().as_str(),
            "http://169.254.170.2/v2/c?id=1"
        );
    }

    #[test]
    fn a_relative_uri_cannot_lead_elsewhere() {
        for uri in ["@evil.example/", ".evil.example/", ":80@evil.example", "x"] {
            let world = World::of(&[(variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, uri)]);
            assert!(endpoint(&world).is_err(), "{uri}");
        }
    }

    #[test]
    fn only_hosts_of_this_machine_may_be_asked_without_encryption() {
        let allowed = |uri| {
            endpoint(&World::of(&[(
                variable::AWS_CONTAINER_CREDENTIALS_FULL_URI,
                uri,
            )]))
            .is_ok()
        };
        for uri in [
            "http://127.0.0.1:8080/c",
            "http://127.9.9.9/c",
            "http://[::1]/c",
            "http://localhost/c",
            "http://169.254.170.23/v1/credentials",
            "http://[fd00:ec2::23]/v1/credentials",
            "https://anything.example/c",
        ] {
            assert!(allowed(uri), "{uri}");
        }
        for uri in [
            "http://169.254.169.254/c",
            "http://10.0.0.1/c",
            "http://localhost.evil.example/c",
            "http://evil.example/c",
            "http://u:p@127.0.0.1/c",
            "ftp://127.0.0.1/c",
            "127.0.0.1",
            "",
        ] {
            assert!(!allowed(uri), "{uri}");
        }
    }

    #[test]
    fn the_token_file_wins_and_a_line_break_in_it_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let environment = [
            (
                variable::AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE,
                path.to_str().unwrap(),
            ),
            (variable::AWS_CONTAINER_AUTHORIZATION_TOKEN, "direct"),
        ];
        std::fs::write(&path, "from-file").unwrap();
        assert_eq!(
            token(&World::of(&environment)).unwrap().unwrap(),
            "from-file"
        );
        std::fs::write(&path, "hunter2\n").unwrap();
        let error = token(&World::of(&environment)).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
        assert_eq!(
            token(&World::of(&environment[1..])).unwrap().unwrap(),
            "direct"
        );
        assert!(token(&World::of(&[])).unwrap().is_none());
    }
}
