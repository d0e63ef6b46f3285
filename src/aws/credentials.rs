use time::OffsetDateTime;

use super::iam::AccountId;
use crate::secret::{self, Secret};

/// Key id, secret, token and expiry of one identity: they travel together or not at all.
///
/// (git-remote-codecommit issue 7 is what happens otherwise: the parts of five different keys.)
#[derive(Debug)]
pub(crate) struct Credentials {
    /// The access key's id, which is not secret.
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Secret,
    /// The session token of temporary credentials.
    pub(crate) session_token: Option<Secret>,
    pub(crate) expires_at: Option<OffsetDateTime>,
    /// Who they belong to, an ARN, where the source says so. For messages.
    pub(crate) principal: Option<String>,
    /// The account, where the source names it and no ARN does.
    pub(crate) account: Option<AccountId>,
    /// Whether they were had in this run.
    pub(crate) origin: Origin,
}

/// Where credentials come from, as far as trust in them goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A service, a program or the person's settings gave them in this run.
    Fresh,
    /// They come from the cache on disk: a service may have revoked them since.
    Cache,
}

impl Credentials {
    /// The account they belong to, where that is known without a request.
    pub(crate) fn account(&self) -> Option<AccountId> {
        let of_arn = || AccountId::of_arn(self.principal.as_deref()?);
        self.account.clone().or_else(of_arn)
    }

    /// Whose they are: an ARN, or the access key's id.
    pub(crate) fn identity(&self) -> String {
        match &self.principal {
            Some(arn) => arn.clone(),
            None => format!("key {}", self.access_key_id),
        }
    }

    /// Whether they end before a time.
    pub(crate) fn end_before(&self, time: OffsetDateTime) -> bool {
        self.expires_at.is_some_and(|end| end <= time)
    }

    /// The same for the AWS SDK, which wipes them as well.
    pub(crate) fn in_sdk_terms(&self) -> aws_credential_types::Credentials {
        aws_credential_types::Credentials::new(
            &self.access_key_id,
            self.secret_access_key.expose(),
            self.session_token.as_ref().map(|t| t.expose().to_owned()),
            self.expires_at.map(Into::into),
            "git-codecommit",
        )
    }

    /// Takes these credentials' secrets out of a text that came from outside.
    pub(crate) fn scrubbed(&self, text: &str) -> String {
        let token = self.session_token.as_ref().map_or("", Secret::expose);
        secret::scrubbed(text, &[token, self.secret_access_key.expose()])
    }
}
