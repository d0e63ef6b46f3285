//! The container credentials endpoint, as SageMaker Studio has it at 169.254.170.2.

use std::io;

use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use time::Duration;

use crate::exchange::{Answer, Exchange, text};
use crate::instance_metadata;
use crate::keys::{EXECUTION_ROLE_SESSION, Identity};
use crate::record::Auth;
use crate::state::{State, iso8601};

/// How long the keys it hands out are valid.
const LIFETIME: Duration = Duration::hours(6);

/// Where the credentials are and what opens them.
pub(crate) struct Endpoint {
    pub(crate) path: String,
    pub(crate) token: Option<String>,
}

/// The execution role's keys: the newest, or new ones once those have expired.
pub(crate) fn execution_role(state: &State) -> Identity {
    let now = state.clock.now();
    let newest = state
        .identities
        .newest(EXECUTION_ROLE_SESSION)
        .filter(|known| !known.expired(now));
    newest.unwrap_or_else(|| {
        let expires = now + state.container_lifetime().unwrap_or(LIFETIME);
        let source_identity = state.source_identity.as_deref();
        state
            .identities
            .issue_for(EXECUTION_ROLE_SESSION, Some(expires), source_identity);
        state
            .identities
            .newest(EXECUTION_ROLE_SESSION)
            .expect("keys were issued just now")
    })
}

/// Answers a request for credentials.
pub(crate) async fn answer(exchange: &Exchange, head: &Parts) -> io::Result<Response<Answer>> {
    let state = &exchange.state;
    let verdict = authorise(state.container.token.as_deref(), head);
    exchange.update(|request| request.authorization = verdict.clone());
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
    }
    if head.uri.path().starts_with(instance_metadata::ROOT) {
        return Ok(instance_metadata::answer(state, head));
    }
    let json = "application/json";
    if head.method != Method::GET || head.uri.path() != state.container.path {
        return Ok(text(
            StatusCode::NOT_FOUND,
            json,
            error("NotFound", "no such credentials"),
        ));
    }
    if matches!(verdict, Auth::Rejected(_)) {
        return Ok(text(
            StatusCode::UNAUTHORIZED,
            json,
            error("Unauthorized", "the token is missing or wrong"),
        ));
    }
    let identity = execution_role(state);
    let expires = identity.expires.map(iso8601).unwrap_or_default();
    // No part holds a character that JSON escapes.
    let body = format!(
        r#"{{"AccessKeyId":"{}","SecretAccessKey":"{}","Token":"{}","Expiration":"{expires}","AccountId":"{}"}}"#,
        identity.keys.access_key_id,
        identity.keys.secret_access_key,
        identity.keys.session_token.as_deref().unwrap_or_default(),
        identity.account(),
    );
    Ok(text(StatusCode::OK, json, body))
}

fn authorise(token: Option<&str>, head: &Parts) -> Auth {
    let sent = head
        .headers
        .get(AUTHORIZATION)
        .map(|value| value.as_bytes());
    match token {
        None => Auth::None,
        Some(token) if sent == Some(token.as_bytes()) => Auth::Token,
        Some(_) if sent.is_none() => Auth::Rejected("no token".into()),
        Some(_) => Auth::Rejected("wrong token".into()),
    }
}

fn error(code: &str, message: &str) -> String {
    format!(r#"{{"code":"{code}","message":"{message}"}}"#)
}
