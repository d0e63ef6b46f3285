//! The name of a profile, as it is typed.

use percent_encoding::percent_decode_str;

/// No text where a profile's name should be.
#[derive(Debug, thiserror::Error)]
#[error("an AWS profile has a name")]
pub(crate) struct EmptyName;

/// The name of an AWS profile: any text but a blank one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProfileName(String);

impl ProfileName {
    /// Takes the name as typed. Fails if it is empty.
    pub(crate) fn parse(text: &str) -> Result<Self, EmptyName> {
        if text.trim().is_empty() {
            return Err(EmptyName);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with percent escapes decoded, for profiles that an address cannot hold otherwise.
    ///
    /// Where a profile has the name as typed, that one is meant: the reference decodes nothing.
    #[must_use]
    pub(crate) fn decoded(&self) -> String {
        percent_decode_str(&self.0).decode_utf8_lossy().into_owned()
    }
}
