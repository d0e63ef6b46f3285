//! A user name and password for HTTP basic authentication (RFC 7617), and what of them must not be seen.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use time::OffsetDateTime;

use crate::secret::{self, Scrubber, Secret};

/// A user name and password for HTTP basic authentication.
#[derive(Debug)]
pub(crate) struct BasicAuth {
    /// Access key id, and after a `%` the session token where there is one.
    pub(crate) username: Secret,
    /// `YYYYMMDDTHHMMSS`, `Z`, and 64 lower-case hex digits.
    pub(crate) password: Secret,
    /// When the git host stops taking it.
    pub(crate) expires_at: OffsetDateTime,
}

impl BasicAuth {
    /// Takes everything secret out of a text that came from the host.
    #[must_use]
    pub(crate) fn scrubbed(&self, text: &str) -> String {
        let secrets = self.secrets();
        let secrets: Vec<&str> = secrets.iter().map(Secret::expose).collect();
        secret::scrubbed(text, &secrets)
    }

    /// The same for a text that comes in pieces.
    #[must_use]
    pub(crate) fn scrubber(&self) -> Scrubber {
        Scrubber::new(self.secrets())
    }

    /// What of it must not be seen: the header's text, the password, the session token.
    fn secrets(&self) -> Vec<Secret> {
        let header = self.header();
        let username = self.username.expose();
        let token = username.split_once('%').map_or("", |(_, token)| token);
        let encoded = header.expose().trim_start_matches("Basic ");
        let secrets = [encoded, self.password.expose(), token];
        secrets.map(|secret| Secret::new(secret.to_owned())).into()
    }

    /// The value of an `Authorization` header (RFC 7617).
    #[must_use]
    pub(crate) fn header(&self) -> Secret {
        let pair = zeroize::Zeroizing::new(format!(
            "{}:{}",
            self.username.expose(),
            self.password.expose()
        ));
        Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes())))
    }
}
