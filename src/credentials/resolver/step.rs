//! One step of a plan, as it was taken.

use std::time::Duration;

use time::OffsetDateTime;

use crate::aws::{Credentials, Origin};

/// A step of the plan that gave credentials in this run: for `git codecommit doctor`.
#[derive(Clone)]
pub(crate) struct Step {
    /// How many roles lie before it; 0 is the source.
    pub(crate) depth: usize,
    /// How long it took, without the steps before it.
    pub(crate) took: Duration,
    /// Whose credentials: an ARN, or the access key's id.
    pub(crate) identity: String,
    pub(crate) expires_at: Option<OffsetDateTime>,
    /// Whether they were kept on disk.
    pub(crate) is_kept: bool,
}

impl Step {
    pub(super) fn new(depth: usize, took: Duration, credentials: &Credentials) -> Self {
        Self {
            depth,
            took,
            identity: match &credentials.principal {
                Some(arn) => arn.clone(),
                None => format!("access key {}", credentials.access_key_id),
            },
            expires_at: credentials.expires_at,
            is_kept: credentials.origin == Origin::Cache,
        }
    }
}
