//! The names that the policies hold, checked.

use crate::aws::RoleArn;
use crate::aws::iam::is_account;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account(pub(super) String);

impl std::str::FromStr for Account {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if is_account(text) {
            return Ok(Self(text.to_owned()));
        }
        Err("an account number has 12 digits".into())
    }
}

/// A role's path and name, `service-role/Name` or `Name`, and the partition and account of the ARN it was copied
/// from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleName(pub(super) String, Option<(String, Account)>);

impl RoleName {
    /// Whether the role can be one of this account.
    pub(crate) fn is_of(&self, account: &Account) -> bool {
        self.1.as_ref().is_none_or(|(_, known)| known == account)
    }

    /// The partition of the ARN, if it is not this one.
    pub(crate) fn other_partition(&self, partition: &str) -> Option<&str> {
        let known = self.1.as_ref().map(|(known, _)| known.as_str());
        known.filter(|known| *known != partition)
    }

    pub(super) fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl std::str::FromStr for RoleName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // People copy whole ARNs.
        let arn: Option<RoleArn> = match text.starts_with("arn:") {
            true => Some(text.parse()?),
            false => None,
        };
        let whole = arn.as_ref().map_or(text, RoleArn::path_and_name);
        let place = match &arn {
            Some(arn) => Some((arn.partition().to_owned(), arn.account().parse()?)),
            None => None,
        };
        let name = whole.rsplit('/').next().unwrap_or_default();
        let is_role = (1..=64).contains(&name.len())
            && whole.len() <= 512
            && !whole.starts_with('/')
            && whole
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+=,.@_/-".contains(&b));
        if is_role {
            return Ok(Self(whole.to_owned(), place));
        }
        Err(
            "a role name has 1 to 64 letters, digits and any of + = , . @ _ -, and may follow a path"
                .into(),
        )
    }
}

/// The id of an interface VPC endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VpcEndpoint(pub(super) String);

impl std::str::FromStr for VpcEndpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let id = text.strip_prefix("vpce-").unwrap_or_default();
        if !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Self(text.to_owned()));
        }
        Err("a VPC endpoint's id looks like vpce-0123456789abcdef0".into())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vpc(pub(super) String);

impl std::str::FromStr for Vpc {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let id = text.strip_prefix("vpc-").unwrap_or_default();
        if !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Self(text.to_owned()));
        }
        Err("a VPC's id looks like vpc-0123456789abcdef0".into())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrganizationId(pub(super) String);

impl std::str::FromStr for OrganizationId {
    type Err = String;

    /// Source: Organizations' API reference, `Organization`: `o-` and 10 to 32 lower-case letters or digits.
    fn from_str(text: &str) -> Result<Self, String> {
        let id = text.strip_prefix("o-").unwrap_or_default();
        let is_id = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if (10..=32).contains(&id.len()) && id.bytes().all(is_id) {
            return Ok(Self(text.to_owned()));
        }
        Err("an organization's id looks like o-a1b2c3d4e5".into())
    }
}

/// A tag of IAM roles, `KEY=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrincipalTag {
    pub(super) key: String,
    pub(super) value: String,
}

impl std::str::FromStr for PrincipalTag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Without the letters that IAM allows but a policy reads as wildcards or variables.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.:/+@-".contains(c);
        let is_text =
            |text: &str, most| (1..=most).contains(&text.len()) && text.chars().all(is_plain);
        match text.split_once('=') {
            Some((key, value))
                if is_text(key, 128) && is_text(value, 256) && !key.starts_with("aws:") =>
            {
                Ok(Self {
                    key: key.to_owned(),
                    value: value.to_owned(),
                })
            }
            _ => Err("a tag is KEY=VALUE, of letters, digits and any of _ . : / + @ -".into()),
        }
    }
}

/// A branch that nobody pushes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Branch(pub(super) String);

impl std::str::FromStr for Branch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.strip_prefix("refs/heads/").unwrap_or(text);
        let full = format!("refs/heads/{name}");
        // A policy knows * and ? as wildcards, which no branch holds, and ${ as a variable; Terraform %{ too.
        let is_plain = !name.contains("${") && !name.contains("%{");
        if gix_validate::reference::name(full.as_str().into()).is_ok() && is_plain {
            return Ok(Self(full));
        }
        Err("this is not a branch name".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_arns_taken_apart() {
        let role: RoleName = "arn:aws:iam::222222222222:role/service-role/X"
            .parse()
            .unwrap();
        assert_eq!((role.0.as_str(), role.name()), ("service-role/X", "X"));
        let account = |text: &str| text.parse::<Account>().unwrap();
        assert!(role.is_of(&account("222222222222")) && !role.is_of(&account("111111111111")));
        assert_eq!(role.other_partition("aws"), None);
        assert_eq!(role.other_partition("aws-cn"), Some("aws"));
        let plain: RoleName = "service-role/X".parse().unwrap();
        assert!(plain.is_of(&account("111111111111")));
        assert_eq!(plain.other_partition("aws-cn"), None);
        for bad in [
            "",
            "a b",
            "*",
            "/x",
            "x/",
            "a\"b",
            "${aws:username}",
            "arn:aws:sts::222222222222:assumed-role/X/session",
            "arn:aws:iam::2:role/X",
            "arn:aws:iam:222222222222:role/X",
            &"x".repeat(65),
        ] {
            assert!(bad.parse::<RoleName>().is_err(), "{bad:?}");
        }
        for bad in ["", "a b", "*", "a?", "a..b", "x~1", "a\nb", "${a}", "%{a}"] {
            assert!(bad.parse::<Branch>().is_err(), "{bad:?}");
        }
        for bad in ["", "vpc-", "vpc-xyz", "vpce-0a1", "vpc-0a1\""] {
            assert!(bad.parse::<Vpc>().is_err(), "{bad:?}");
        }
        for bad in [
            "",
            "o-",
            "o-short",
            "o-A1B2C3D4E5",
            "a1b2c3d4e5",
            "o-a1b2c3d4e5*",
        ] {
            assert!(bad.parse::<OrganizationId>().is_err(), "{bad:?}");
        }
        for bad in [
            "", "a", "a=", "=b", "aws:a=b", "a=*", "a=${b}", "a b=c", "a=b=c",
        ] {
            assert!(bad.parse::<PrincipalTag>().is_err(), "{bad:?}");
        }
        assert!("vpce-xyz".parse::<VpcEndpoint>().is_err() && "1".parse::<Account>().is_err());
    }
}
