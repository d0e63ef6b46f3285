//! Sign-in: IAM Identity Center (its portal and its OIDC service) and `aws login`.
//!
//! Sources: botocore's `data/{sso,sso-oidc,signin}/*/service-2.json`, `tokens.py` and `credentials.py`; aws-config's
//! `sso` and `login` modules.

mod console;
mod dpop;
mod identity_center;

use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::{Response, StatusCode};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::exchange::{Answer, text};
use crate::keys::Keys;
use crate::state::iso8601;

pub use console::LoginSession;
pub(crate) use console::create_oauth2_token;
pub use identity_center::SsoSession;
pub(crate) use identity_center::{create_token, role_credentials};

/// Who has signed in, and what is open to them.
#[derive(Default)]
pub(crate) struct SignIn(Mutex<Entries>);

#[derive(Default)]
pub(crate) struct Entries {
    /// Account and name.
    pub(crate) roles: Vec<(String, String)>,
    sso: Vec<SsoSession>,
    logins: Vec<LoginSession>,
    /// Every proof of possession seen: each is good once.
    proofs: Vec<String>,
}

impl SignIn {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every token and key.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let entries = self.lock();
        let sso = entries.sso.iter().flat_map(SsoSession::secrets);
        let logins = entries.logins.iter().flat_map(LoginSession::secrets);
        sso.chain(logins).collect()
    }

    /// Adds a session of IAM Identity Center.
    pub(crate) fn add_sso(&self, session: &SsoSession) {
        self.lock().sso.push(session.clone());
    }

    /// Adds a session of `aws login`.
    pub(crate) fn add_login(&self, session: &LoginSession) {
        self.lock().logins.push(session.clone());
    }
}

/// An error in JSON with its name in the header where AWS's JSON protocols put it.
fn refusal(status: StatusCode, name: &'static str, body: &Value) -> Response<Answer> {
    let mut response = text(status, "application/json", body.to_string());
    let value = hyper::header::HeaderValue::from_static(name);
    response.headers_mut().insert("x-amzn-errortype", value);
    response
}

fn answer(body: &Value) -> Response<Answer> {
    text(StatusCode::OK, "application/json", body.to_string())
}

/// The fields of a JSON object as the record shows them.
fn fields(body: &Value) -> Vec<(String, String)> {
    let object = body.as_object().into_iter().flatten();
    let shown = object.map(|(name, value)| {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), value)
    });
    shown.collect()
}

/// Keys as a sign-in cache file holds them.
fn access_token(keys: &Keys, account: &str, expires: OffsetDateTime) -> Value {
    json!({
        "accessKeyId": keys.access_key_id,
        "secretAccessKey": keys.secret_access_key,
        "sessionToken": keys.session_token,
        "accountId": account,
        "expiresAt": iso8601(expires),
    })
}
