//! IAM Identity Center: `GetRoleCredentials` of the portal and `CreateToken` of its OIDC service.

use std::io;

use hyper::body::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use ring::digest;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{answer, fields, refusal};
use crate::exchange::{Answer, Exchange};
use crate::keys::random_hex;
use crate::record::Auth;
use crate::sigv4::hex;
use crate::state::{State, iso8601};

/// How long a token lasts that was refreshed, and keys of a role.
const LIFETIME: Duration = Duration::HOUR;

/// What `aws sso login` leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsoSession {
    /// What the portal takes.
    pub access_token: String,
    /// When it stops to.
    pub expires_at: OffsetDateTime,
    /// Good for one `CreateToken`, which brings the next.
    pub refresh_token: String,
    /// The registered client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// When the client's registration ends.
    pub registration_expires_at: OffsetDateTime,
}

impl SsoSession {
    /// A new one, whose access token expires at `expires_at`.
    pub(crate) fn new(expires_at: OffsetDateTime, now: OffsetDateTime) -> Self {
        Self {
            access_token: format!("sso-access-{}", random_hex(40)),
            expires_at,
            refresh_token: format!("sso-refresh-{}", random_hex(40)),
            client_id: format!("sso-client-{}", random_hex(8)),
            client_secret: format!("sso-secret-{}", random_hex(40)),
            registration_expires_at: now + Duration::days(90),
        }
    }

    /// The text of `~/.aws/sso/cache/<cache_name>` for an `[sso-session]`.
    #[must_use]
    pub fn cache_file(&self, start_url: &str, region: &str) -> String {
        let text = json!({
            "startUrl": start_url, "region": region,
            "accessToken": self.access_token, "expiresAt": iso8601(self.expires_at),
            "clientId": self.client_id, "clientSecret": self.client_secret,
            "registrationExpiresAt": iso8601(self.registration_expires_at),
            "refreshToken": self.refresh_token,
        });
        text.to_string()
    }

    /// The same for a profile with `sso_start_url` of its own, which cannot be refreshed.
    #[must_use]
    pub fn legacy_cache_file(&self, start_url: &str, region: &str) -> String {
        let text = json!({
            "startUrl": start_url, "region": region,
            "accessToken": self.access_token, "expiresAt": iso8601(self.expires_at),
        });
        text.to_string()
    }

    /// The name of the cache file: of an `[sso-session]` by its name, else by the start URL.
    #[must_use]
    pub fn cache_name(session_or_start_url: &str) -> String {
        let algorithm = &digest::SHA1_FOR_LEGACY_USE_ONLY;
        let digest = digest::digest(algorithm, session_or_start_url.as_bytes());
        format!("{}.json", hex(digest.as_ref()))
    }

    pub(super) fn secrets(&self) -> Vec<String> {
        vec![
            self.access_token.clone(),
            self.refresh_token.clone(),
            self.client_secret.clone(),
        ]
    }
}

/// Answers `GET /federation/credentials?role_name=&account_id=`, not signed, the token in a header.
pub(crate) async fn role_credentials(
    exchange: &Exchange,
    head: &Parts,
) -> io::Result<Response<Answer>> {
    let state = &exchange.state;
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = head.uri.query().unwrap_or_default().split('&');
    let parameters: Vec<(String, String)> = pairs
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    let token = head.headers.get("x-amz-sso_bearer_token");
    let token = token.and_then(|token| token.to_str().ok());
    let verdict = token.map(|token| signed_in(state, token));
    exchange.update(|request| {
        request.parameters.clone_from(&parameters);
        request.authorization = match &verdict {
            None => Auth::None,
            Some(true) => Auth::Token,
            Some(false) => Auth::Rejected("the token is unknown or has expired".into()),
        };
    });
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
    }
    if head.method != Method::GET || head.uri.path() != "/federation/credentials" {
        return Ok(portal(
            StatusCode::NOT_FOUND,
            "ResourceNotFoundException",
            "",
        ));
    }
    if verdict != Some(true) {
        let message = "Session token not found or invalid";
        return Ok(portal(
            StatusCode::UNAUTHORIZED,
            "UnauthorizedException",
            message,
        ));
    }
    let value = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let (role, account) = (value("role_name"), value("account_id"));
    if role.is_empty() || account.is_empty() {
        let message = "Request parameters are missing";
        return Ok(portal(
            StatusCode::BAD_REQUEST,
            "InvalidRequestException",
            message,
        ));
    }
    let known = state
        .sign_in
        .lock()
        .roles
        .contains(&(account.clone(), role.clone()));
    if !known {
        return Ok(portal(
            StatusCode::FORBIDDEN,
            "ForbiddenException",
            "No access",
        ));
    }
    let arn =
        format!("arn:aws:sts::{account}:assumed-role/AWSReservedSSO_{role}_0123456789abcdef/ada");
    let expires = state.clock.now() + state.session_lifetime().unwrap_or(LIFETIME);
    let keys = state.identities.issue(&arn, Some(expires));
    Ok(answer(&json!({"roleCredentials": {
        "accessKeyId": keys.access_key_id,
        "secretAccessKey": keys.secret_access_key,
        "sessionToken": keys.session_token,
        "expiration": expires.unix_timestamp() * 1000,
    }})))
}

fn signed_in(state: &State, token: &str) -> bool {
    let now = state.clock.now();
    let entries = state.sign_in.lock();
    let mut sessions = entries.sso.iter();
    sessions.any(|known| known.access_token == token && known.expires_at > now)
}

fn portal(status: StatusCode, name: &'static str, message: &str) -> Response<Answer> {
    let kind = format!("com.amazonaws.switchboard.portal#{name}");
    refusal(status, name, &json!({"message": message, "__type": kind}))
}

/// Answers `POST /token` with a refresh token; not signed.
pub(crate) async fn create_token(
    exchange: &Exchange,
    head: &Parts,
    body: &Bytes,
) -> io::Result<Response<Answer>> {
    let state = &exchange.state;
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    exchange.update(|request| request.parameters = fields(&body));
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
    }
    let denied = |status: u16, name: &'static str, error: &str, description: &str| {
        let status = StatusCode::from_u16(status).map_err(io::Error::other)?;
        let body = json!({"error": error, "error_description": description});
        Ok(refusal(status, name, &body))
    };
    if head.method != Method::POST || head.uri.path() != "/token" {
        return denied(400, "InvalidRequestException", "invalid_request", "");
    }
    let value = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    if value("grantType") != "refresh_token" {
        let name = "UnsupportedGrantTypeException";
        return denied(400, name, "unsupported_grant_type", "");
    }
    let now = state.clock.now();
    let mut entries = state.sign_in.lock();
    let (client, secret) = (value("clientId"), value("clientSecret"));
    let registered = entries.sso.iter().any(|known| {
        known.client_id == client
            && known.client_secret == secret
            && known.registration_expires_at > now
    });
    if !registered {
        return denied(
            401,
            "InvalidClientException",
            "invalid_client",
            "Invalid client",
        );
    }
    let token = value("refreshToken");
    let session = entries
        .sso
        .iter_mut()
        .find(|known| known.client_id == client && known.refresh_token == token);
    let Some(session) = session else {
        let description = "Invalid refresh token provided";
        return denied(400, "InvalidGrantException", "invalid_grant", description);
    };
    let lifetime = state.session_lifetime().unwrap_or(LIFETIME);
    let fresh = SsoSession::new(now + lifetime, now);
    session.access_token = fresh.access_token;
    session.refresh_token = fresh.refresh_token;
    session.expires_at = fresh.expires_at;
    let (access_token, refresh_token) = (&session.access_token, &session.refresh_token);
    for secret in [access_token, refresh_token] {
        state.record.add_secret(secret);
    }
    exchange.update(|request| request.authorization = Auth::Token);
    Ok(answer(&json!({
        "accessToken": access_token, "tokenType": "Bearer",
        "expiresIn": lifetime.whole_seconds(), "refreshToken": refresh_token,
    })))
}
