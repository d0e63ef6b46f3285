use std::fmt;

use super::partition;
use crate::error::{Exit, Explain};

/// A text that does not have the form of a region's name.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an AWS region")]
pub(crate) struct NotARegion(String);

impl Explain for NotARegion {
    fn hints(&self) -> Vec<String> {
        vec!["a region looks like eu-west-1".into()]
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

/// A region name in the shape AWS gives them: lower-case words and a number, joined by dashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region(String);

impl Region {
    /// Reads a region name; upper case is accepted, as git-remote-codecommit does.
    ///
    /// The shape is checked because the name becomes part of a host name. Fails if the text is not two or more
    /// words and a number joined by dashes.
    pub(crate) fn parse(text: &str) -> Result<Self, NotARegion> {
        let name = text.to_ascii_lowercase();
        let words: Vec<&str> = name.split('-').collect();
        let is_region = match words.as_slice() {
            [first, middle @ .., number] => {
                first.len() >= 2
                    && first.bytes().all(|b| b.is_ascii_lowercase())
                    && !middle.is_empty()
                    && middle.iter().all(|word| {
                        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric())
                    })
                    && !number.is_empty()
                    && number.bytes().all(|b| b.is_ascii_digit())
            }
            _ => false,
        };
        if is_region && name.len() <= 63 {
            Ok(Self(name))
        } else {
            Err(NotARegion(text.to_owned()))
        }
    }

    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub(crate) fn partition(&self) -> &'static str {
        partition::of(&self.0).name
    }

    /// The host of STS in this region: FIPS 140, reachable by IPv6, both or neither.
    ///
    /// Source: the STS endpoint rules of botocore and the AWS SDKs.
    #[must_use]
    pub(crate) fn sts_host(&self, fips: bool, dual_stack: bool) -> String {
        let partition = partition::of(&self.0);
        let suffix = match dual_stack {
            true => partition.dual_stack_suffix,
            false => partition.dns_suffix,
        };
        // GovCloud's plain endpoint is the FIPS one.
        let service = match fips && (dual_stack || partition.name != "aws-us-gov") {
            true => "sts-fips",
            false => "sts",
        };
        format!("{service}.{self}.{suffix}")
    }

    /// The host of CodeCommit's API, which is not the git host.
    pub(crate) fn codecommit_host(&self, fips: bool, dual_stack: bool) -> String {
        let partition = partition::of(&self.0);
        let suffix = match dual_stack {
            true => partition.dual_stack_suffix,
            false => partition.dns_suffix,
        };
        let service = match fips {
            true => "codecommit-fips",
            false => "codecommit",
        };
        format!("{service}.{self}.{suffix}")
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shape_of_a_region_is_one() {
        for good in ["eu-west-1", "US-EAST-1", "us-gov-west-1", "eusc-de-east-1"] {
            assert!(Region::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "useast1",
            "codecommit",
            "eu-west",
            "eu--1",
            "eu-west-1.evil",
            "eu-west-1/",
            "eu-west-",
            "-west-1",
            "é-west-1",
            "github",
        ] {
            assert!(Region::parse(bad).is_err(), "{bad}");
        }
    }
}
