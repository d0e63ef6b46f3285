//! The EC2 instance metadata service, version 2, on the container endpoint's port.

use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use crate::container::execution_role;
use crate::exchange::{Answer, text};
use crate::state::{State, iso8601};

/// What the paths of the service start with.
pub(crate) const ROOT: &str = "/latest/";

const TOKEN: &str = "local-aws-metadata-token";
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
const ROLE: &str = "SageMakerExecutionRole";

/// Answers: a token for `PUT`, and for `GET` with that token the role's name and its keys.
pub(crate) fn answer(state: &State, head: &Parts) -> Response<Answer> {
    let header = |name: &str| head.headers.get(name).map(|value| value.as_bytes());
    let plain = |status, body: &str| text(status, "text/plain", body.to_owned());
    if head.method == Method::PUT && head.uri.path() == "/latest/api/token" {
        let Some(lifetime) = header("x-aws-ec2-metadata-token-ttl-seconds") else {
            return plain(StatusCode::BAD_REQUEST, "no lifetime");
        };
        let lifetime = String::from_utf8_lossy(lifetime).into_owned();
        let mut answer = plain(StatusCode::OK, TOKEN);
        if let Ok(lifetime) = lifetime.parse() {
            let name = "x-aws-ec2-metadata-token-ttl-seconds";
            answer.headers_mut().insert(name, lifetime);
        }
        return answer;
    }
    if header("x-aws-ec2-metadata-token") != Some(TOKEN.as_bytes()) {
        return plain(StatusCode::UNAUTHORIZED, "");
    }
    match head.uri.path().strip_prefix(ROLES) {
        Some("") => plain(StatusCode::OK, ROLE),
        Some(ROLE) => {
            let identity = execution_role(state);
            let body = format!(
                r#"{{"Code":"Success","LastUpdated":"2026-01-01T00:00:00Z","Type":"AWS-HMAC","AccessKeyId":"{}","SecretAccessKey":"{}","Token":"{}","Expiration":"{}"}}"#,
                identity.keys.access_key_id,
                identity.keys.secret_access_key,
                identity.keys.session_token.as_deref().unwrap_or_default(),
                identity.expires.map(iso8601).unwrap_or_default(),
            );
            text(StatusCode::OK, "application/json", body)
        }
        _ => plain(StatusCode::NOT_FOUND, ""),
    }
}
