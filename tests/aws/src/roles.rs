//! Roles and their trust policies.

use std::sync::{Mutex, PoisonError};

use ring::rand::{SecureRandom, SystemRandom};

use crate::keys::{EXECUTION_ROLE, Identity};

/// A role that can be assumed, and what its trust policy asks for.
///
/// ```
/// use local_aws::{EXECUTION_ROLE, Role};
/// let role = Role::new("arn:aws:iam::111111111111:role/Careful")
///     .trusts(EXECUTION_ROLE)
///     .external_id("x-1")
///     .mfa("arn:aws:iam::222222222222:mfa/ada");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Role {
    arn: String,
    /// What the caller's ARN or its role's ARN must begin with, or `arn:…:root` for a whole account.
    trusted: Vec<String>,
    external_id: Option<String>,
    mfa_serial: Option<String>,
    max_session: u32,
    allows_source_identity: bool,
    web_identity_tokens: Vec<String>,
}

impl Role {
    /// A role nobody may assume yet, with sessions of up to an hour.
    pub fn new(arn: &str) -> Self {
        Self {
            arn: arn.to_owned(),
            trusted: Vec::new(),
            external_id: None,
            mfa_serial: None,
            max_session: 3600,
            allows_source_identity: false,
            web_identity_tokens: Vec::new(),
        }
    }

    /// Trusts callers whose session ARN or role ARN begins with `caller`; `arn:aws:iam::ACCOUNT:root` stands for all of
    /// an account.
    pub fn trusts(mut self, caller: &str) -> Self {
        self.trusted.push(caller.to_owned());
        self
    }

    /// Asks for this `ExternalId`.
    pub fn external_id(mut self, external_id: &str) -> Self {
        self.external_id = Some(external_id.to_owned());
        self
    }

    /// Asks for a code of the MFA device `serial`: see [`LocalAws::mfa_code`](crate::LocalAws::mfa_code).
    pub fn mfa(mut self, serial: &str) -> Self {
        self.mfa_serial = Some(serial.to_owned());
        self
    }

    /// Its `MaxSessionDuration` in seconds; 3600 unless set.
    pub fn max_session(mut self, seconds: u32) -> Self {
        self.max_session = seconds;
        self
    }

    /// Its trust policy allows `sts:SetSourceIdentity`; without it a caller that has a source identity, or names one, is
    /// refused.
    pub fn allows_source_identity(mut self) -> Self {
        self.allows_source_identity = true;
        self
    }

    /// Trusts whoever brings this web identity token.
    pub fn web_identity_token(mut self, token: &str) -> Self {
        self.web_identity_tokens.push(token.to_owned());
        self
    }

    /// The longest session in seconds.
    pub(crate) fn longest_session(&self) -> u32 {
        self.max_session
    }

    /// Whether `sts:SetSourceIdentity` is allowed.
    pub(crate) fn lets_source_identity_be_set(&self) -> bool {
        self.allows_source_identity
    }

    /// Whether a caller who has shown its MFA device, or has not, may assume it.
    pub(crate) fn allows(
        &self,
        caller: &Identity,
        external_id: Option<&str>,
        mfa_present: bool,
    ) -> bool {
        let principal = caller.principal();
        let trusts = |trusted: &String| match trusted.strip_suffix(":root") {
            Some(account) => account.ends_with(&format!("::{}", caller.account())),
            None => {
                caller.arn.starts_with(trusted.as_str()) || principal.starts_with(trusted.as_str())
            }
        };
        self.trusted.iter().any(trusts)
            && (self.mfa_serial.is_none() || mfa_present)
            && self
                .external_id
                .as_deref()
                .is_none_or(|required| external_id == Some(required))
    }
}

/// The table of roles; a second line for the same role adds to its trust and takes over what it asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roles(Vec<Role>);

impl Roles {
    pub(crate) fn add(&mut self, role: Role) {
        match self.0.iter_mut().find(|known| known.arn == role.arn) {
            None => self.0.push(role),
            Some(known) => {
                let mut trusted = std::mem::take(&mut known.trusted);
                trusted.extend(role.trusted.iter().cloned());
                let mut tokens = std::mem::take(&mut known.web_identity_tokens);
                tokens.extend(role.web_identity_tokens.iter().cloned());
                *known = Role {
                    trusted,
                    web_identity_tokens: tokens,
                    external_id: role.external_id.or_else(|| known.external_id.take()),
                    mfa_serial: role.mfa_serial.or_else(|| known.mfa_serial.take()),
                    max_session: role.max_session.max(known.max_session),
                    allows_source_identity: role.allows_source_identity
                        || known.allows_source_identity,
                    arn: role.arn,
                };
            }
        }
    }

    pub(crate) fn trust(&mut self, arn: &str, caller: &str) {
        self.add(Role::new(arn).trusts(caller));
    }

    /// Adds a role the execution role may assume if it names `external_id`.
    pub(crate) fn require_external_id(&mut self, arn: &str, external_id: &str) {
        self.add(
            Role::new(arn)
                .trusts(EXECUTION_ROLE)
                .external_id(external_id),
        );
    }

    pub(crate) fn find(&self, arn: &str) -> Option<&Role> {
        self.0.iter().find(|role| role.arn == arn)
    }

    /// The role `arn` if the token opens it.
    pub(crate) fn by_web_identity(&self, arn: &str, token: &str) -> Option<&Role> {
        self.find(arn)
            .filter(|role| role.web_identity_tokens.iter().any(|known| known == token))
    }

    /// Whether any role at all takes this token.
    pub(crate) fn knows_web_identity(&self, token: &str) -> bool {
        self.0
            .iter()
            .any(|role| role.web_identity_tokens.iter().any(|known| known == token))
    }

    /// Every web identity token.
    pub(crate) fn web_identity_tokens(&self) -> Vec<String> {
        self.0
            .iter()
            .flat_map(|role| role.web_identity_tokens.clone())
            .collect()
    }

    /// Whether a device of this serial number is registered.
    pub(crate) fn knows_mfa_device(&self, serial: &str) -> bool {
        self.0
            .iter()
            .any(|role| role.mfa_serial.as_deref() == Some(serial))
    }
}

/// The codes that MFA devices show and nobody has used yet.
#[derive(Default)]
pub(crate) struct MfaCodes(Mutex<Vec<(String, String)>>);

impl MfaCodes {
    /// The code the device shows now: six digits, new each time.
    pub(crate) fn show(&self, serial: &str) -> String {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let mut bytes = [0; 4];
            SystemRandom::new()
                .fill(&mut bytes)
                .expect("the system has random bytes");
            let code = format!("{:06}", u32::from_le_bytes(bytes) % 1_000_000);
            if codes.iter().all(|(_, known)| *known != code) {
                codes.push((serial.to_owned(), code.clone()));
                return code;
            }
        }
    }

    /// Uses a code up; false if the device does not show it, or it was used before.
    pub(crate) fn take(&self, serial: &str, code: &str) -> bool {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = codes
            .iter()
            .position(|(device, known)| device == serial && known == code);
        found.map(|index| codes.swap_remove(index)).is_some()
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
    fn trust_is_by_role_by_session_by_account_by_external_id_and_by_mfa() {
        let execution = session(EXECUTION_ROLE_SESSION);
        let other = session("arn:aws:sts::333333333333:assumed-role/Other/x");
        let mut roles = Roles::default();
        roles.trust(CONTRIBUTOR_ROLE, EXECUTION_ROLE);
        roles.trust(
            "arn:aws:iam::1:role/account",
            "arn:aws:iam::333333333333:root",
        );
        roles.require_external_id("arn:aws:iam::1:role/external", "id");
        roles.add(
            Role::new("arn:aws:iam::1:role/mfa")
                .trusts(EXECUTION_ROLE)
                .mfa("d"),
        );
        let allows = |arn: &str, caller: &Identity, external_id, mfa| {
            roles
                .find(arn)
                .is_some_and(|role| role.allows(caller, external_id, mfa))
        };
        assert!(allows(CONTRIBUTOR_ROLE, &execution, None, false));
        assert!(!allows(CONTRIBUTOR_ROLE, &other, None, false));
        assert!(allows("arn:aws:iam::1:role/account", &other, None, false));
        let external = "arn:aws:iam::1:role/external";
        assert!(!allows(external, &execution, Some("no"), false));
        assert!(allows(external, &execution, Some("id"), false));
        assert!(!allows("arn:aws:iam::1:role/mfa", &execution, None, false));
        assert!(allows("arn:aws:iam::1:role/mfa", &execution, None, true));
        assert!(roles.find("arn:aws:iam::1:role/unknown").is_none());
    }

    #[test]
    fn a_second_line_adds_to_the_first() {
        let mut roles = Roles::default();
        roles.add(Role::new("r").mfa("d").trusts("a"));
        roles.add(Role::new("r").trusts("b").max_session(7200));
        let role = roles.find("r").expect("added");
        assert_eq!(role.trusted, ["a", "b"]);
        assert_eq!(
            (role.mfa_serial.as_deref(), role.max_session),
            (Some("d"), 7200)
        );
    }

    #[test]
    fn a_code_is_used_once() {
        let codes = MfaCodes::default();
        let code = codes.show("device");
        assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(!codes.take("other", &code));
        assert!(codes.take("device", &code));
        assert!(!codes.take("device", &code));
    }
}
