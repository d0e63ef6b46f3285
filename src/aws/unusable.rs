//! Access keys that cannot work, which their text alone shows.
//!
//! Such keys come from copying: with a line break, in quotation marks, without the session token. A service would
//! answer 403, and a line break or a colon would break the credential protocol or the Authorization header.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::credentials::Credentials;

/// How the id of a temporary key begins (IAM user guide, "Unique identifiers").
const TEMPORARY: &str = "ASIA";

/// Why an access key cannot work. Nothing of the key is in the message: people swap id and secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("the {0} is empty")]
    Empty(&'static str),
    #[error("the {0} is in quotation marks")]
    Quoted(&'static str),
    #[error("the {0} contains a line break, a space or another character that it cannot have")]
    Characters(&'static str),
    #[error("the key is temporary (ASIA…), but its session token is missing")]
    NoToken,
    #[error("the session expired at {}", .0.format(&Rfc3339).unwrap_or_default())]
    Expired(OffsetDateTime),
}

impl Unusable {
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Empty(part) => format!("set the {part}"),
            Self::Quoted(part) => format!("write the {part} without quotation marks"),
            Self::Characters(part) => {
                format!("copy the {part} again, without line breaks and spaces")
            }
            Self::NoToken => {
                "set all three together: access key ID, secret access key and session token".into()
            }
            Self::Expired(_) => "get a new session; if it is new, set this machine's clock".into(),
        }
    }
}

impl Credentials {
    /// Checks what can be told without asking a service. Fails if a part is empty or has a character that it cannot
    /// have, if a temporary key has no token, or if the key has expired.
    pub(crate) fn check(&self, now: OffsetDateTime) -> Result<(), Unusable> {
        let id = self.access_key_id.as_str();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        part("access key ID", id, is_word)?;
        let is_graphic = |c: char| c.is_ascii_graphic();
        part(
            "secret access key",
            self.secret_access_key.expose(),
            is_graphic,
        )?;
        match &self.session_token {
            Some(token) => part("session token", token.expose(), is_graphic)?,
            None if id.starts_with(TEMPORARY) => return Err(Unusable::NoToken),
            None => {}
        }
        match self.expires_at {
            Some(end) if end <= now => Err(Unusable::Expired(end)),
            _ => Ok(()),
        }
    }
}

fn part(name: &'static str, text: &str, is_allowed: impl Fn(char) -> bool) -> Result<(), Unusable> {
    let inside = ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    if text.is_empty() {
        Err(Unusable::Empty(name))
    } else if inside.is_some() {
        Err(Unusable::Quoted(name))
    } else if !text.chars().all(is_allowed) {
        Err(Unusable::Characters(name))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Origin;
    use crate::secret::Secret;

    fn check(id: &str, secret: &str, token: Option<&str>, ends: i64) -> Result<(), Unusable> {
        let instant = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let credentials = Credentials {
            access_key_id: id.into(),
            secret_access_key: Secret::new(secret.into()),
            session_token: token.map(|token| Secret::new(token.into())),
            expires_at: Some(instant(ends)),
            principal: None,
            account: None,
            origin: Origin::Fresh,
        };
        credentials.check(instant(1000))
    }

    #[test]
    fn keys_that_cannot_work_are_told_by_their_text() {
        use Unusable::{Characters, Empty, Expired, NoToken, Quoted};
        let (id, secret, token) = ("access key ID", "secret access key", "session token");
        assert_eq!(check("AKIA_1x", "s/+=", Some("t/+="), 1001), Ok(()));
        assert_eq!(check("AKIA", "s", None, 1001), Ok(()));
        for (key, problem) in [
            (("", "s", None), Empty(id)),
            (("A", "", None), Empty(secret)),
            (("A", "s", Some("")), Empty(token)),
            (("\"A\"", "s", None), Quoted(id)),
            (("A", "'s'", None), Quoted(secret)),
            (("A", "s", Some("\"t\"")), Quoted(token)),
            (("A:b", "s", None), Characters(id)),
            (("A%b", "s", None), Characters(id)),
            (("A\nhost=evil", "s", None), Characters(id)),
            (("A", "s\n", None), Characters(secret)),
            (("A", "s ", None), Characters(secret)),
            (("A", "\u{fffd}", None), Characters(secret)),
            (("A", "s", Some("t\r\n")), Characters(token)),
            (("ASIA1", "s", None), NoToken),
        ] {
            let (id, secret, token) = key;
            assert_eq!(check(id, secret, token, 1001), Err(problem), "{key:?}");
        }
        let end = OffsetDateTime::from_unix_timestamp(1000).unwrap();
        assert_eq!(check("A", "s", None, 1000), Err(Expired(end)));
        assert_eq!(
            Expired(end).to_string(),
            "the session expired at 1970-01-01T00:16:40Z"
        );
    }
}
