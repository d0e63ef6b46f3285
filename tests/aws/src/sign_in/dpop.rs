//! Proofs of possession (RFC 9449), checked in full.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

/// How far the time in a proof may be from the service's clock.
const WINDOW: Duration = Duration::minutes(5);

/// Checks a `DPoP` header for a `POST` to `url` by the holder of the P-256 key whose public half is `public_key` (`x` and
/// `y`); gives the proof's `jti`, or what is wrong.
pub(super) fn check(
    proof: &str,
    public_key: &[u8],
    url: &str,
    now: OffsetDateTime,
) -> Result<String, String> {
    let (message, signature) = proof.rsplit_once('.').ok_or("the proof is no JWT")?;
    let (header, payload) = message.split_once('.').ok_or("the proof is no JWT")?;
    let decode = |text: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text);
        bytes.map_err(|_| "the proof is not base64url".to_owned())
    };
    let parse = |text: &str| -> Result<Value, String> {
        serde_json::from_slice(&decode(text)?).map_err(|_| "the proof is not JSON".to_owned())
    };
    let (header, payload) = (parse(header)?, parse(payload)?);
    let key = &header["jwk"];
    for (value, name, expected) in [
        (&header["typ"], "typ", "dpop+jwt"),
        (&header["alg"], "alg", "ES256"),
        (&key["kty"], "kty", "EC"),
        (&key["crv"], "crv", "P-256"),
        (&payload["htm"], "htm", "POST"),
        (&payload["htu"], "htu", url),
    ] {
        if value.as_str() != Some(expected) {
            return Err(format!("{name} is {value}, not {expected:?}"));
        }
    }
    let coordinate = |name: &str| decode(key[name].as_str().unwrap_or_default());
    if [coordinate("x")?, coordinate("y")?].concat() != public_key {
        return Err("the proof is by another key".into());
    }
    let at = payload["iat"].as_i64().unwrap_or_default();
    let at = OffsetDateTime::from_unix_timestamp(at).map_err(|_| "iat is no time")?;
    if (now - at).abs() > WINDOW {
        return Err(format!("iat is {at}, more than 5 minutes from {now}"));
    }
    let point = [&[4], public_key].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(message.as_bytes(), &decode(signature)?)
        .map_err(|_| "the signature of the proof is wrong")?;
    let id = payload["jti"].as_str().unwrap_or_default();
    if id.is_empty() {
        return Err("jti is missing".into());
    }
    Ok(id.to_owned())
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;

    const URL: &str = "https://localhost:1/v1/token";

    #[test]
    fn a_proof_is_checked_part_by_part() {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key");
        let public = &key.public_key().as_ref()[1..];
        let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).expect("a time");
        let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let x = BASE64_URL_SAFE_NO_PAD.encode(&public[..32]);
        let y = BASE64_URL_SAFE_NO_PAD.encode(&public[32..]);
        let proof = |at: i64, url: &str, algorithm: &str| {
            let jwk = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y});
            let header = json!({"typ": "dpop+jwt", "alg": algorithm, "jwk": jwk});
            let payload = json!({"jti": "1", "htm": "POST", "htu": url, "iat": at});
            let message = format!("{}.{}", encode(&header), encode(&payload));
            let signature = key.sign(&random, message.as_bytes()).expect("signed");
            format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
        };
        let at = now.unix_timestamp();
        assert_eq!(
            check(&proof(at, URL, "ES256"), public, URL, now),
            Ok("1".to_owned())
        );
        for (proof, expected) in [
            (proof(at - 301, URL, "ES256"), "more than 5 minutes"),
            (proof(at, "https://evil.example/", "ES256"), "htu"),
            (proof(at, URL, "none"), "alg"),
            (proof(at, URL, "ES256").replace(".ey", ".fy"), "not JSON"),
            ("x".to_owned(), "no JWT"),
            (
                format!(
                    "{}A",
                    &proof(at, URL, "ES256")[..proof(at, URL, "ES256").len() - 4]
                ),
                "",
            ),
        ] {
            let reason = check(&proof, public, URL, now).expect_err(expected);
            assert!(reason.contains(expected), "{reason}");
        }
        let other = [public[32..].to_vec(), public[..32].to_vec()].concat();
        let reason = check(&proof(at, URL, "ES256"), &other, URL, now);
        assert_eq!(reason, Err("the proof is by another key".into()));
    }
}
