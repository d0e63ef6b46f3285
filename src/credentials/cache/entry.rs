//! What a cache file holds, in the AWS CLI's format.
//!
//! Source: botocore's `CachedCredentialFetcher` and `JSONFileCache`. botocore needs
//! `Credentials` with an `Expiration` that carries a zone; a file without it makes the AWS CLI crash.

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::aws::iam::AccountId;
use crate::aws::{Credentials, Origin, is_session_of};
use crate::credentials::instant::instant;
use crate::secret::Secret;

/// A session with less than this left is not used: botocore's advisory refresh.
const ENOUGH: Duration = Duration::minutes(15);

/// A cache file. Only what is read or written here; others keep more in it.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct File {
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_type: Option<String>,
    credentials: Keys,
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed_role_user: Option<User>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Zeroizing<String>,
    expiration: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed_role_id: Option<String>,
    arn: String,
}

/// Reads a session that can still be used; `role_arn` is the role it must be of, if it is of one.
///
/// The error says why not, without any part of the file.
pub(super) fn parse(
    text: &[u8],
    role_arn: Option<&str>,
    now: OffsetDateTime,
) -> Result<Credentials, &'static str> {
    let file: File = serde_json::from_slice(text).map_err(|_| "it is not a session")?;
    let expires_at = instant(&file.credentials.expiration).ok_or("its Expiration has no zone")?;
    if expires_at - now < ENOUGH {
        return Err("it has less than 15 minutes left");
    }
    let principal = file.assumed_role_user.map(|user| user.arn);
    if let (Some(role_arn), Some(session_arn)) = (role_arn, &principal)
        && !is_session_of(session_arn, role_arn)
    {
        return Err("it is of another role");
    }
    let found = Credentials {
        access_key_id: file.credentials.access_key_id,
        secret_access_key: Secret::new(file.credentials.secret_access_key.to_string()),
        session_token: Some(Secret::new(file.credentials.session_token.to_string())),
        expires_at: Some(expires_at),
        principal,
        account: file
            .credentials
            .account_id
            .as_deref()
            .and_then(AccountId::parse),
        origin: Origin::Cache,
    };
    match found.check(now) {
        Ok(()) => Ok(found),
        Err(_) => Err("its keys cannot work"),
    }
}

/// The access key's id in a file, whatever else is in it.
pub(super) fn access_key_id(text: &[u8]) -> Option<String> {
    let file: File = serde_json::from_slice(text).ok()?;
    Some(file.credentials.access_key_id)
}

/// What a person may see of a file: whose session it is, and until when.
pub(super) fn description(text: &[u8]) -> Option<(String, OffsetDateTime)> {
    let file: File = serde_json::from_slice(text).ok()?;
    let whose = match (file.assumed_role_user, file.provider_type) {
        (Some(user), _) => user.arn,
        (None, Some(kind)) => format!("{kind} session, key {}", file.credentials.access_key_id),
        (None, None) => format!("key {}", file.credentials.access_key_id),
    };
    Some((whose, instant(&file.credentials.expiration)?))
}

/// The file for a session; none for credentials that do not expire. `kind` is the CLI's `ProviderType`,
/// which it writes for Identity Center.
pub(super) fn render(credentials: &Credentials, kind: Option<&str>) -> Option<Zeroizing<Vec<u8>>> {
    let expires_at = credentials.expires_at?.replace_nanosecond(0).ok()?;
    let arn = credentials.principal.clone();
    let file = File {
        provider_type: kind.map(str::to_owned),
        credentials: Keys {
            access_key_id: credentials.access_key_id.clone(),
            secret_access_key: credentials.secret_access_key.expose().to_owned().into(),
            session_token: credentials
                .session_token
                .as_ref()?
                .expose()
                .to_owned()
                .into(),
            expiration: expires_at.format(&Rfc3339).ok()?,
            account_id: credentials.account().map(|account| account.to_string()),
        },
        assumed_role_user: arn.map(|arn| User {
            assumed_role_id: None,
            arn,
        }),
    };
    serde_json::to_vec(&file).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/team/R";
    const NOW: OffsetDateTime = datetime!(2026-11-22 00:00 UTC);

    fn file(expiration: &str, arn: &str) -> String {
        format!(
            r#"{{"Credentials": {{"AccessKeyId": "ASIA", "SecretAccessKey": "hunter2", "SessionToken":
               "tok", "Expiration": "{expiration}", "AccountId": "1"}}, "AssumedRoleUser":
               {{"AssumedRoleId": "AROA:x", "Arn": "{arn}"}}, "ResponseMetadata": {{"RetryAttempts": 0}}}}"#
        )
    }

    fn read(expiration: &str, arn: &str) -> Result<Credentials, &'static str> {
        parse(file(expiration, arn).as_bytes(), Some(ROLE), NOW)
    }

    const OF_ROLE: &str = "arn:aws:sts::111122223333:assumed-role/R/me";

    #[test]
    fn sessions_of_botocore_are_read_in_every_form_of_their_time() {
        for time in [
            "2026-11-22T00:15:00UTC",
            "2026-11-22T00:15:00Z",
            "2026-11-22T00:15:00+00:00",
            "2026-11-22T02:15:00.123+02:00",
        ] {
            let credentials = read(time, OF_ROLE).unwrap();
            assert_eq!(credentials.secret_access_key.expose(), "hunter2");
            assert_eq!(credentials.principal.as_deref(), Some(OF_ROLE));
        }
    }

    #[test]
    fn anything_doubtful_is_not_used() {
        for (time, arn, why) in [
            (
                "2026-11-22T00:14:59Z",
                OF_ROLE,
                "it has less than 15 minutes left",
            ),
            ("2026-11-22T01:00:00", OF_ROLE, "its Expiration has no zone"),
            ("soon", OF_ROLE, "its Expiration has no zone"),
            (
                "2026-11-22T01:00:00Z",
                "arn:aws:sts::111122223333:assumed-role/S/me",
                "it is of another role",
            ),
            (
                "2026-11-22T01:00:00Z",
                "arn:aws:sts::999999999999:assumed-role/R/me",
                "it is of another role",
            ),
            (
                "2026-11-22T01:00:00Z",
                "arn:aws-cn:sts::111122223333:assumed-role/R/me",
                "it is of another role",
            ),
            (
                "2026-11-22T01:00:00Z",
                "arn:aws:iam::111122223333:user/R",
                "it is of another role",
            ),
            ("2026-11-22T01:00:00Z", "", "it is of another role"),
        ] {
            assert_eq!(read(time, arn).unwrap_err(), why, "{time} {arn}");
        }
        for text in [
            "",
            "{}",
            "[]",
            "{\"Credentials\": {}}",
            "{\"Credentials\": null}",
            "\u{0}",
        ] {
            assert_eq!(
                parse(text.as_bytes(), None, NOW).unwrap_err(),
                "it is not a session"
            );
        }
    }

    #[test]
    fn what_is_written_can_be_read_and_carries_a_zone() {
        let credentials = Credentials {
            access_key_id: "ASIA".into(),
            secret_access_key: Secret::new("s/+=".into()),
            session_token: Some(Secret::new("t".into())),
            expires_at: Some(datetime!(2026-11-22 01:02:03.5 UTC)),
            principal: Some(OF_ROLE.into()),
            account: None,
            origin: Origin::Fresh,
        };
        let text = render(&credentials, None).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&text),
            r#"{"Credentials":{"AccessKeyId":"ASIA","SecretAccessKey":"s/+=","SessionToken":"t","Expiration":"2026-11-22T01:02:03Z","AccountId":"111122223333"},"AssumedRoleUser":{"Arn":"arn:aws:sts::111122223333:assumed-role/R/me"}}"#
        );
        let back = parse(&text, Some(ROLE), NOW).unwrap();
        assert_eq!(back.access_key_id, "ASIA");
        assert_eq!(access_key_id(&text).as_deref(), Some("ASIA"));
        assert_eq!(description(&text).unwrap().0, OF_ROLE);
    }
}
