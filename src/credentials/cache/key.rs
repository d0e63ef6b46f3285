//! The names of cache files, by botocore's recipe, so that the AWS CLI and this share sessions.
//!
//! Source: `AssumeRoleCredentialFetcher._create_cache_key` and the CLI's `SSOCredentialFetcher`
//! : the SHA-1 of the JSON of the arguments that were configured, keys sorted, as Python's `json.dumps` writes
//! it. A session name that was made up, MFA codes and tokens are left out.

use std::fmt::Write as _;

use sha1::{Digest, Sha1};

use crate::printable::hex;
use crate::profile::{RoleHop, SingleSignOn, WebIdentity};

/// A cache file's name without `.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    pub(crate) fn role(hop: &RoleHop) -> Self {
        let duration = hop.duration_seconds.map(|seconds| seconds.to_string());
        Self::of(
            &[
                ("DurationSeconds", duration),
                ("ExternalId", hop.external_id.as_deref().map(json)),
                ("RoleArn", Some(json(&hop.role_arn))),
                ("RoleSessionName", hop.session_name.as_deref().map(json)),
                ("SerialNumber", hop.mfa_serial.as_deref().map(json)),
            ],
            (", ", ": "),
        )
    }

    pub(crate) fn web_identity(identity: &WebIdentity) -> Self {
        let name = identity.session_name.as_deref().map(json);
        Self::of(
            &[
                ("RoleArn", Some(json(&identity.role_arn))),
                ("RoleSessionName", name),
            ],
            (", ", ": "),
        )
    }

    /// Of an IAM Identity Center session.
    pub(crate) fn single_sign_on(sso: &SingleSignOn) -> Self {
        let (name, value) = match &sso.session {
            Some(session) => ("sessionName", session),
            None => ("startUrl", &sso.start_url),
        };
        Self::of(
            &[
                ("accountId", Some(json(&sso.account_id))),
                ("roleName", Some(json(&sso.role_name))),
                (name, Some(json(value))),
            ],
            (",", ":"),
        )
    }

    /// `arguments` must be sorted by name; those without a value are not there.
    fn of(arguments: &[(&str, Option<String>)], (comma, colon): (&str, &str)) -> Self {
        let members: Vec<String> = arguments
            .iter()
            .filter_map(|(name, value)| Some(format!("\"{name}\"{colon}{}", value.as_ref()?)))
            .collect();
        let digest = Sha1::digest(format!("{{{}}}", members.join(comma)));
        Self(hex(&digest))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A string in JSON with everything but ASCII escaped, as Python does by default.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let mut ascii = String::with_capacity(quoted.len());
    for character in quoted.chars() {
        // Python leaves what is between space and "~" as it is.
        if matches!(character, ' '..='~') {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop() -> RoleHop {
        RoleHop {
            asked_by: String::new(),
            at: String::new(),
            role_arn: "arn:aws:iam::111122223333:role/R".into(),
            session_name: None,
            external_id: None,
            mfa_serial: None,
            duration_seconds: None,
        }
    }

    #[test]
    fn names_are_those_that_botocore_gives() {
        // Made by botocore 1.43.
        let bare = Key::role(&hop());
        assert_eq!(bare.as_str(), "9f6de0e54f0bab369e7d3e83f0126cd6be8735a2");
        let full = RoleHop {
            session_name: Some("alice".into()),
            external_id: Some("ext".into()),
            mfa_serial: Some("arn:aws:iam::999:mfa/x".into()),
            duration_seconds: Some(3600),
            ..hop()
        };
        assert_eq!(
            Key::role(&full).as_str(),
            "817488f1f6d642ddde6f41c10cea40a08e006ac9"
        );
        let identity = WebIdentity {
            role_arn: hop().role_arn,
            session_name: None,
            token_file: "/t".into(),
        };
        assert_eq!(Key::web_identity(&identity), bare, "as in botocore");
    }

    #[test]
    fn names_of_identity_center_are_those_that_the_aws_cli_gives() {
        let mut sso = SingleSignOn {
            profile: "P".into(),
            session: None,
            start_url: "https://d-1.awsapps.com/start".into(),
            region: "eu-west-1".into(),
            account_id: "111122223333".into(),
            role_name: "R".into(),
        };
        let name = |sso: &SingleSignOn| Key::single_sign_on(sso).as_str().to_owned();
        // The SHA-1 of Python's json.dumps(…, sort_keys=True, separators=(",", ":")).
        assert_eq!(name(&sso), "d4dca8177ee5af11f44f88be4376a056a796d516");
        sso.session = Some("s".into());
        assert_eq!(name(&sso), "fa0e99e78f487f91147f8b6091b0eeb516045415");
    }

    #[test]
    fn text_is_escaped_as_python_escapes_it() {
        assert_eq!(
            json("a\"\\\n\u{1}é\u{1f600}\u{7f}"),
            "\"a\\\"\\\\\\n\\u0001\\u00e9\\ud83d\\ude00\\u007f\""
        );
    }
}
