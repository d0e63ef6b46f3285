//! The name of a profile, as it is typed.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What ends a profile's name in an address, or the address itself where it is pasted.
const NOT_IN_ADDRESSES: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'/')
    .add(b'?')
    .add(b'#')
    .add(b'%')
    .add(b'"')
    .add(b'\'')
    .add(b'`')
    .add(b'$')
    .add(b'\\');

/// No text where a profile's name should be.
#[derive(Debug, thiserror::Error)]
#[error("the name of an AWS profile is empty")]
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

    /// The name as an address can hold it.
    #[must_use]
    pub(crate) fn in_address(&self) -> String {
        utf8_percent_encode(&self.0, NOT_IN_ADDRESSES).to_string()
    }

    /// The name with percent escapes decoded, for profiles that an address cannot hold otherwise.
    ///
    /// Where a profile has the name as typed, that one is meant: the reference decodes nothing.
    #[must_use]
    pub(crate) fn decoded(&self) -> String {
        percent_decode_str(&self.0).decode_utf8_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::ProfileName;

    #[test]
    fn a_name_in_an_address_is_decoded_to_itself() {
        for name in ["dev", "me@corp.example", "a b/c?d#e%20f\"$'\\`", "é"] {
            let shown = ProfileName::parse(name).unwrap().in_address();
            let end = shown.find(['/', '?', '#', ' ']);
            assert_eq!(end, None, "{shown}");
            assert_eq!(ProfileName::parse(&shown).unwrap().decoded(), name);
        }
    }
}
