//! The access key that one AWS file holds for a profile: id, secret and session token together.

use super::reader::Property;
use super::setting::Setting;
use crate::secret::Secret;

/// What a section says of its access key. Any part may be missing or empty.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    id: Option<Setting>,
    secret: Option<Secret>,
    session_token: Option<Secret>,
    /// The older name of the session token, which botocore reads first.
    security_token: Option<Secret>,
}

impl Keys {
    pub(super) const NONE: Self = Self {
        id: None,
        secret: None,
        session_token: None,
        security_token: None,
    };

    /// Takes a property that is part of a key; says whether it is.
    pub(super) fn set(&mut self, property: &Property, at: &str) -> bool {
        let text = || property.value.expose().to_owned();
        match property.key.as_str() {
            "aws_access_key_id" => {
                self.id = Some(Setting {
                    value: text(),
                    at: at.to_owned(),
                });
            }
            "aws_secret_access_key" => self.secret = Some(Secret::new(text())),
            "aws_session_token" => self.session_token = Some(Secret::new(text())),
            "aws_security_token" => self.security_token = Some(Secret::new(text())),
            _ => return false,
        }
        true
    }

    /// The access key id, and where it stands.
    pub(crate) fn id(&self) -> Option<&Setting> {
        self.id.as_ref().filter(|id| !id.value.trim().is_empty())
    }

    pub(crate) fn secret(&self) -> Option<&Secret> {
        filled(self.secret.as_ref())
    }

    pub(crate) fn session_token(&self) -> Option<&Secret> {
        filled(self.security_token.as_ref()).or_else(|| filled(self.session_token.as_ref()))
    }
}

fn filled(secret: Option<&Secret>) -> Option<&Secret> {
    secret.filter(|secret| !secret.expose().trim().is_empty())
}
