use std::str::FromStr;

use super::iam::is_account;

/// `arn:<partition>:iam::<account>:role/<path and name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleArn(String);

impl RoleArn {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition of the ARN, for example `aws-cn`.
    pub(crate) fn partition(&self) -> &str {
        self.field(1)
    }

    pub(crate) fn account(&self) -> &str {
        self.field(4)
    }

    /// Path and name: `service-role/Name`, or `Name` alone.
    pub(crate) fn path_and_name(&self) -> &str {
        let resource = self.field(5);
        resource.strip_prefix("role/").unwrap_or(resource)
    }

    fn field(&self, number: usize) -> &str {
        self.0.split(':').nth(number).unwrap_or_default()
    }
}

impl FromStr for RoleArn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_role = match parts.as_slice() {
            ["arn", partition, "iam", "", account, resource] => {
                let (kind, name) = resource.rsplit_once('/').unwrap_or(("", ""));
                (*partition == "aws" || partition.starts_with("aws-"))
                    && is_account(account)
                    && (kind == "role" || kind.starts_with("role/"))
                    && !name.is_empty()
                    && resource.len() <= 600
                    && resource
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"+=,.@_/-".contains(&b))
            }
            _ => false,
        };
        if is_role {
            return Ok(Self(text.to_owned()));
        }
        Err("a role's ARN looks like arn:aws:iam::111111111111:role/Name".into())
    }
}

/// Whether `arn:aws:sts::<account>:assumed-role/<role>/<session>` is a session of
/// `arn:aws:iam::<account>:role/<path>/<role>`.
pub(crate) fn is_session_of(session_arn: &str, role_arn: &str) -> bool {
    let parts = |arn: &str| {
        let fields: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, partition, _, _, account, resource] = *fields.as_slice() else {
            return None;
        };
        Some((
            partition.to_owned(),
            account.to_owned(),
            resource.to_owned(),
        ))
    };
    let (Some(session), Some(role)) = (parts(session_arn), parts(role_arn)) else {
        return false;
    };
    let of_session = session
        .2
        .strip_prefix("assumed-role/")
        .and_then(|rest| rest.split('/').next());
    let of_role = role
        .2
        .strip_prefix("role/")
        .and_then(|rest| rest.split('/').next_back());
    (session.0, session.1) == (role.0, role.1) && of_session.is_some() && of_session == of_role
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_arn_has_a_partition_an_account_and_a_name() {
        for good in [
            "arn:aws:iam::111111111111:role/R",
            "arn:aws:iam::111111111111:role/service-role/R+=,.@_-9",
            "arn:aws-cn:iam::111111111111:role/R",
        ] {
            assert_eq!(good.parse::<RoleArn>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "MyRole",
            "arn:aws:iam::<account>:role/R",
            "arn:aws:iam::11111111111:role/R",
            "arn:aws:iam::111111111111:user/R",
            "arn:aws:iam::111111111111:role/",
            "arn:aws:sts::111111111111:assumed-role/R/x",
            "arn:aws:iam::111111111111:role/R\nrole_arn = x",
            "arn:aws:iam::111111111111:role/R # x",
        ] {
            assert!(bad.parse::<RoleArn>().is_err(), "{bad:?}");
        }
    }
}
