//! Names of IAM and STS, checked by their published shapes.

use std::fmt;
use std::str::FromStr;

/// Whether a text is an AWS account's number.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The twelve digits of an AWS account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountId(String);

impl AccountId {
    /// Reads twelve digits, and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        is_account(text).then(|| Self(text.to_owned()))
    }

    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        Self::parse(arn.strip_prefix("arn:")?.split(':').nth(3)?)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the role's trust policy may ask for: 2 to 1224 of `[A-Za-z0-9_+=,.@:/-]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExternalId(String);

impl ExternalId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExternalId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        checked(text, 2..=1224, b"_+=,.@:/-")
            .map(Self)
            .ok_or_else(|| {
                "an external id has 2 to 1224 letters, digits and any of _ + = , . @ : / -".into()
            })
    }
}

/// The session's name in CloudTrail: 2 to 64 of `[A-Za-z0-9_+=,.@-]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionName(String);

impl SessionName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SessionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        checked(text, 2..=64, b"_+=,.@-").map(Self).ok_or_else(|| {
            "a session name has 2 to 64 letters, digits and any of _ + = , . @ -".into()
        })
    }
}

/// Source of both shapes: botocore's STS model.
fn checked(text: &str, length: std::ops::RangeInclusive<usize>, marks: &[u8]) -> Option<String> {
    let is_good = length.contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || marks.contains(&b));
    is_good.then(|| text.to_owned())
}
