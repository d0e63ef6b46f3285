//! Roles and their trust policies.

use crate::keys::{EXECUTION_ROLE, Identity};

/// One role that can be assumed.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    arn: String,
    /// What the caller's ARN or its role's ARN must begin with, or `arn:…:root` for a whole account.
    trusted: Vec<String>,
    external_id: Option<String>,
}

/// The table of roles; a second line for the same role adds to its trust.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roles(Vec<Role>);

impl Roles {
    fn entry(&mut self, arn: &str) -> &mut Role {
        let index = self
            .0
            .iter()
            .position(|role| role.arn == arn)
            .unwrap_or_else(|| {
                self.0.push(Role {
                    arn: arn.to_owned(),
                    trusted: Vec::new(),
                    external_id: None,
                });
                self.0.len() - 1
            });
        &mut self.0[index]
    }

    pub(crate) fn trust(&mut self, arn: &str, caller: &str) {
        self.entry(arn).trusted.push(caller.to_owned());
    }

    /// Adds a role the execution role may assume if it names `external_id`.
    pub(crate) fn require_external_id(&mut self, arn: &str, external_id: &str) {
        self.trust(arn, EXECUTION_ROLE);
        self.entry(arn).external_id = Some(external_id.to_owned());
    }

    /// Tells whether `caller` may assume the role `arn`.
    pub(crate) fn allows(&self, arn: &str, caller: &Identity, external_id: Option<&str>) -> bool {
        let principal = caller.principal();
        let trusts = |trusted: &String| match trusted.strip_suffix(":root") {
            Some(account) => account.ends_with(&format!("::{}", caller.account())),
            None => {
                caller.arn.starts_with(trusted.as_str()) || principal.starts_with(trusted.as_str())
            }
        };
        self.0.iter().any(|role| {
            role.arn == arn
                && role.trusted.iter().any(trusts)
                && role
                    .external_id
                    .as_deref()
                    .is_none_or(|required| external_id == Some(required))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{CONTRIBUTOR_ROLE, EXECUTION_ROLE_SESSION, Identities};

    fn session(arn: &str) -> Identity {
        let identities = Identities::default();
        identities.issue(arn, Some(time::OffsetDateTime::UNIX_EPOCH));
        identities.newest(arn).expect("just issued")
    }

    #[test]
    fn trust_is_by_role_by_session_by_account_and_by_external_id() {
        let execution = session(EXECUTION_ROLE_SESSION);
        let other = session("arn:aws:sts::333333333333:assumed-role/Other/x");
        let mut roles = Roles::default();
        roles.trust(CONTRIBUTOR_ROLE, EXECUTION_ROLE);
        roles.trust(
            "arn:aws:iam::1:role/account",
            "arn:aws:iam::333333333333:root",
        );
        roles.require_external_id("arn:aws:iam::1:role/external", "id");
        assert!(roles.allows(CONTRIBUTOR_ROLE, &execution, None));
        assert!(!roles.allows(CONTRIBUTOR_ROLE, &other, None));
        assert!(roles.allows("arn:aws:iam::1:role/account", &other, None));
        assert!(!roles.allows("arn:aws:iam::1:role/external", &execution, Some("no")));
        assert!(roles.allows("arn:aws:iam::1:role/external", &execution, Some("id")));
        assert!(!roles.allows("arn:aws:iam::1:role/unknown", &execution, None));
    }
}
