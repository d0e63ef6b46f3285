//! `aws login`: `CreateOAuth2Token` of AWS Sign-In with a refresh token and a proof of possession.

use std::io;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use ring::digest;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{access_token, answer, dpop, fields, refusal};
use crate::exchange::{Answer, Exchange};
use crate::keys::{Keys, random_hex};
use crate::record::Auth;
use crate::sigv4::hex;

/// What a refreshed session lasts at most.
const LIFETIME: Duration = Duration::minutes(15);

/// What `aws login` leaves behind.
#[derive(Clone, Debug)]
pub struct LoginSession {
    /// The `login_session` of the profile.
    pub arn: String,
    /// The keys in the file.
    pub keys: Keys,
    /// When they expire.
    pub expires_at: OffsetDateTime,
    /// Good for one `CreateOAuth2Token`, which brings the next.
    pub refresh_token: String,
    /// The key whose possession is proved, in PEM (SEC 1).
    pub dpop_key: String,
    /// Its public half: `x` and `y`, 32 bytes each.
    pub(super) public_key: Vec<u8>,
}

const CLIENT: &str = "arn:aws:signin:::devtools/same-device";

impl LoginSession {
    /// A new one.
    pub(crate) fn new(arn: &str, keys: Keys, expires_at: OffsetDateTime) -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key can be made");
        let public = key.public_key_raw().to_vec();
        Self {
            arn: arn.to_owned(),
            keys,
            expires_at,
            refresh_token: format!("login-refresh-{}", random_hex(40)),
            dpop_key: sec1(&key.serialize_der(), &public),
            public_key: public[1..].to_vec(),
        }
    }

    /// The text of `~/.aws/login/cache/<cache_name>`.
    #[must_use]
    pub fn cache_file(&self) -> String {
        let account = self.arn.split(':').nth(4).unwrap_or_default();
        let text = json!({
            "accessToken": access_token(&self.keys, account, self.expires_at),
            "tokenType": "aws_sigv4", "refreshToken": self.refresh_token,
            "idToken": "local-aws.id.token", "clientId": CLIENT, "dpopKey": self.dpop_key,
        });
        text.to_string()
    }

    /// The name of the cache file.
    #[must_use]
    pub fn cache_name(&self) -> String {
        let digest = digest::digest(&digest::SHA256, self.arn.trim().as_bytes());
        format!("{}.json", hex(digest.as_ref()))
    }

    pub(super) fn secrets(&self) -> Vec<String> {
        // The first and last lines of a PEM are no secret.
        let key: String = self
            .dpop_key
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        vec![self.refresh_token.clone(), key]
    }
}

/// The key as `EC PRIVATE KEY` (RFC 5915), which is what both SDKs read: the scalar is taken out of the PKCS#8 form.
fn sec1(pkcs8: &[u8], public: &[u8]) -> String {
    let mark = [0x02, 0x01, 0x01, 0x04, 0x20];
    let at = pkcs8.windows(mark.len()).position(|part| part == mark);
    let start = at.expect("a P-256 key") + mark.len();
    let mut der = vec![0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20];
    der.extend_from_slice(&pkcs8[start..start + 32]);
    der.extend_from_slice(&[0xa0, 0x0a, 0x06, 0x08]);
    der.extend_from_slice(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
    der.extend_from_slice(&[0xa1, 0x44, 0x03, 0x42, 0x00]);
    der.extend_from_slice(public);
    let text = BASE64_STANDARD.encode(der);
    let mut pem = "-----BEGIN EC PRIVATE KEY-----\n".to_owned();
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END EC PRIVATE KEY-----\n");
    pem
}

/// Answers `POST /v1/token`.
pub(crate) async fn create_oauth2_token(
    exchange: &Exchange,
    head: &Parts,
    body: &Bytes,
) -> io::Result<Response<Answer>> {
    let state = &exchange.state;
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let verdict = refresh(exchange, head, &body);
    exchange.update(|request| {
        request.parameters = fields(&body);
        request.authorization = match &verdict {
            Ok(_) => Auth::Token,
            Err((_, reason)) => Auth::Rejected(reason.clone()),
        };
    });
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
    }
    if head.method != Method::POST || head.uri.path() != "/v1/token" {
        return Ok(refusal(
            StatusCode::NOT_FOUND,
            "ResourceNotFoundException",
            &json!({}),
        ));
    }
    match verdict {
        Err((error, message)) => {
            let body = json!({"error": error, "message": message});
            Ok(refusal(
                StatusCode::BAD_REQUEST,
                "AccessDeniedException",
                &body,
            ))
        }
        Ok(session) => {
            let lifetime = session.expires_at - state.clock.now();
            Ok(answer(&json!({
                "accessToken": {
                    "accessKeyId": session.keys.access_key_id,
                    "secretAccessKey": session.keys.secret_access_key,
                    "sessionToken": session.keys.session_token,
                },
                "tokenType": "aws_sigv4", "refreshToken": session.refresh_token,
                // Rounded: the clock has moved on since the session was made.
                "expiresIn": (lifetime.as_seconds_f64().round() as i64).max(0),
            })))
        }
    }
}

/// Checks the refresh token and the proof, and puts new keys in place of the old. The error is its code and message.
fn refresh(
    exchange: &Exchange,
    head: &Parts,
    body: &Value,
) -> Result<LoginSession, (&'static str, String)> {
    let state = &exchange.state;
    let value = |name: &str| body[name].as_str().unwrap_or_default();
    if (value("grantType"), value("clientId")) != ("refresh_token", CLIENT) {
        return Err(("INVALID_REQUEST", "grantType or clientId is wrong".into()));
    }
    let now = state.clock.now();
    let mut entries = state.sign_in.lock();
    let token = value("refreshToken");
    let found = entries
        .logins
        .iter()
        .position(|known| known.refresh_token == token);
    let index = found.ok_or(("TOKEN_EXPIRED", "the refresh token has expired".to_owned()))?;
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let host = header(HOST.as_str()).unwrap_or_default();
    let url = format!("https://{host}{}", head.uri.path());
    let public_key = &entries.logins[index].public_key;
    let proof = header("dpop").ok_or_else(|| "no proof of possession".to_owned());
    let id = proof
        .and_then(|proof| dpop::check(proof, public_key, &url, now))
        .map_err(|reason| ("INVALID_REQUEST", reason))?;
    if entries.proofs.contains(&id) {
        return Err(("INVALID_REQUEST", "this proof was used before".into()));
    }
    entries.proofs.push(id);
    let session = &mut entries.logins[index];
    session.expires_at = now + state.session_lifetime().unwrap_or(LIFETIME);
    session.keys = state
        .identities
        .issue(&session.arn, Some(session.expires_at));
    session.refresh_token = format!("login-refresh-{}", random_hex(40));
    state.record.add_secret(&session.refresh_token);
    Ok(session.clone())
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};

    use super::*;

    #[test]
    fn the_key_is_the_same_in_both_forms() {
        let keys = Keys {
            access_key_id: "ASIA".into(),
            secret_access_key: "s".into(),
            session_token: None,
        };
        let arn = "arn:aws:iam::111111111111:user/ada";
        let session = LoginSession::new(arn, keys, OffsetDateTime::UNIX_EPOCH);
        let text: String = session
            .dpop_key
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        let der = BASE64_STANDARD.decode(text).expect("base64");
        assert_eq!(der.len(), 0x77 + 2);
        let key = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &der[7..39],
            &[&[4], session.public_key.as_slice()].concat(),
            &ring::rand::SystemRandom::new(),
        );
        assert!(key.is_ok(), "the scalar belongs to the public key");
        assert!(
            session
                .cache_file()
                .contains(r#""accountId":"111111111111""#)
        );
    }
}
