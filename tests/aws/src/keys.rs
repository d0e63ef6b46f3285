//! Identities, the keys issued to them, and who may do what.

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ring::rand::{SecureRandom, SystemRandom};
use time::OffsetDateTime;

/// The session whose keys the container endpoint hands out.
pub const EXECUTION_ROLE_SESSION: &str =
    "arn:aws:sts::222222222222:assumed-role/SageMakerExecutionRole/SageMaker";
/// The role of [`EXECUTION_ROLE_SESSION`]: it may assume roles and reaches no repository.
pub const EXECUTION_ROLE: &str = "arn:aws:iam::222222222222:role/SageMakerExecutionRole";
/// The role that exists by default, in the account that owns the repositories.
pub const CONTRIBUTOR_ROLE: &str =
    "arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole";

/// One set of AWS keys. They open nothing but the local AWS that issued them, so they may be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// `AKIA…` for a user, `ASIA…` for a session; 20 characters.
    pub access_key_id: String,
    /// 40 characters, at least one `/` and one `+` among them.
    pub secret_access_key: String,
    /// About 300 characters of base64 for a session, nothing for a user.
    pub session_token: Option<String>,
}

/// What an identity may do with the repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Nothing: every request is answered 403.
    None,
    /// Clone and fetch; pushes are answered 403.
    Pull,
    /// Clone, fetch and push.
    PullPush,
}

/// Keys together with whose they are.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) keys: Keys,
    pub(crate) arn: String,
    pub(crate) expires: Option<OffsetDateTime>,
    /// Sticks to a session and to those assumed from it.
    pub(crate) source_identity: Option<String>,
}

impl Identity {
    /// The role behind a session ARN (`arn:P:iam::A:role/R`), or the ARN itself for a user.
    pub(crate) fn principal(&self) -> String {
        let mut parts = self.arn.splitn(6, ':');
        match (
            parts.nth(1),
            parts.nth(2),
            parts
                .next()
                .and_then(|rest| rest.strip_prefix("assumed-role/")),
        ) {
            (Some(partition), Some(account), Some(rest)) => {
                let role = rest.split('/').next().unwrap_or(rest);
                format!("arn:{partition}:iam::{account}:role/{role}")
            }
            _ => self.arn.clone(),
        }
    }

    pub(crate) fn account(&self) -> &str {
        self.arn.split(':').nth(4).unwrap_or_default()
    }

    pub(crate) fn expired(&self, now: OffsetDateTime) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// Every key issued so far and the permissions set.
#[derive(Default)]
pub(crate) struct Identities(Mutex<Issued>);

#[derive(Default)]
struct Issued {
    identities: Vec<Identity>,
    permissions: Vec<(String, Permission)>,
}

impl Identities {
    fn lock(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Issues keys for `arn`: temporary ones with a session token if they expire, long-term ones otherwise.
    pub(crate) fn issue(&self, arn: &str, expires: Option<OffsetDateTime>) -> Keys {
        self.issue_for(arn, expires, None)
    }

    /// The same for a session with a source identity.
    pub(crate) fn issue_for(
        &self,
        arn: &str,
        expires: Option<OffsetDateTime>,
        source_identity: Option<&str>,
    ) -> Keys {
        let keys = random_keys(expires.is_some());
        self.lock().identities.push(Identity {
            keys: keys.clone(),
            arn: arn.to_owned(),
            expires,
            source_identity: source_identity.map(str::to_owned),
        });
        keys
    }

    pub(crate) fn find(&self, access_key_id: &str) -> Option<Identity> {
        self.lock()
            .identities
            .iter()
            .find(|known| known.keys.access_key_id == access_key_id)
            .cloned()
    }

    /// The newest keys of `arn`.
    pub(crate) fn newest(&self, arn: &str) -> Option<Identity> {
        self.lock()
            .identities
            .iter()
            .rfind(|known| known.arn == arn)
            .cloned()
    }

    pub(crate) fn expire(&self, access_key_id: &str, at: OffsetDateTime) {
        let mut issued = self.lock();
        for known in issued
            .identities
            .iter_mut()
            .filter(|known| known.keys.access_key_id == access_key_id)
        {
            known.expires = Some(at);
        }
    }

    pub(crate) fn set_permission(&self, arn: &str, permission: Permission) {
        self.lock().permissions.push((arn.to_owned(), permission));
    }

    /// The last permission set for the ARN, else for its role; without one everybody but the execution role may push.
    pub(crate) fn permission(&self, identity: &Identity) -> Permission {
        let principal = identity.principal();
        let issued = self.lock();
        let set = |arn: &str| {
            issued
                .permissions
                .iter()
                .rfind(|(known, _)| known == arn)
                .map(|(_, permission)| *permission)
        };
        set(&identity.arn)
            .or_else(|| set(&principal))
            .unwrap_or(if principal == EXECUTION_ROLE {
                Permission::None
            } else {
                Permission::PullPush
            })
    }

    /// Secret keys and session tokens of all keys.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let issued = self.lock();
        let keys = issued.identities.iter().map(|known| &known.keys);
        keys.flat_map(|keys| {
            [
                Some(keys.secret_access_key.clone()),
                keys.session_token.clone(),
            ]
        })
        .flatten()
        .collect()
    }
}

/// Random lower-case hexadecimal digits, two a byte.
pub(crate) fn random_hex(bytes: usize) -> String {
    crate::sigv4::hex(&random(bytes))
}

fn random_keys(temporary: bool) -> Keys {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let tail: String = random(16)
        .iter()
        .map(|byte| char::from(alphabet[usize::from(byte % 32)]))
        .collect();
    // 30 bytes give 40 characters without padding; the two that tests must see escaped are put in.
    let mut secret = BASE64_STANDARD.encode(random(30));
    secret.replace_range(10..11, "/");
    secret.replace_range(20..21, "+");
    // 220 bytes give 296 characters that end in one `=`.
    let token = temporary.then(|| {
        let mut token = format!("IQoJb3JpZ2luX2Vj{}", BASE64_STANDARD.encode(random(209)));
        token.replace_range(100..101, "/");
        token.replace_range(150..151, "+");
        token
    });
    let prefix = if temporary { "ASIA" } else { "AKIA" };
    Keys {
        access_key_id: format!("{prefix}{tail}"),
        secret_access_key: secret,
        session_token: token,
    }
}

fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system has random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_hold_the_characters_that_need_escaping() {
        let keys = random_keys(true);
        let token = keys.session_token.expect("a session has a token");
        assert_eq!(
            (keys.access_key_id.len(), keys.secret_access_key.len()),
            (20, 40)
        );
        assert!(
            ['/', '+']
                .iter()
                .all(|character| keys.secret_access_key.contains(*character))
        );
        assert!(
            ['/', '+', '=']
                .iter()
                .all(|character| token.contains(*character)),
            "{token}"
        );
        assert_eq!(random_keys(false).session_token, None);
    }

    #[test]
    fn a_session_belongs_to_its_role() {
        let identity = Identity {
            keys: random_keys(true),
            arn: EXECUTION_ROLE_SESSION.into(),
            expires: None,
            source_identity: None,
        };
        assert_eq!(identity.principal(), EXECUTION_ROLE);
        assert_eq!(identity.account(), "222222222222");
        assert_eq!(
            Identities::default().permission(&identity),
            Permission::None
        );
    }
}
