//! What a resolver can tell of its way: for `git codecommit doctor`.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use super::super::{Credentials, Error, Origin, sts};
use super::Resolver;
use crate::endpoint::Region;

/// A step of the plan that gave credentials in this run: for `git codecommit doctor`.
#[derive(Clone)]
pub(crate) struct Step {
    /// How many roles lie before it; 0 is the source.
    pub(crate) depth: usize,
    /// How long it took, without the steps before it.
    pub(crate) took: Duration,
    /// Whose credentials: an ARN, or the access key's id.
    pub(crate) identity: String,
    /// Until when they last.
    pub(crate) expires_at: Option<OffsetDateTime>,
    /// Whether they were kept on disk.
    pub(crate) is_kept: bool,
}

impl Resolver<'_> {
    /// Where STS is asked, and where the last session is kept, in words: for `git codecommit doctor`.
    /// Makes no request.
    pub(crate) fn explained(&self) -> Result<Vec<(&'static str, String)>, Error> {
        let mut lines = Vec::new();
        if let Some((host, region, decided_by)) = self.sts_host()? {
            lines.push(("STS", format!("{host} in {region} ({decided_by})")));
        }
        let depth = self.plan.hops.len();
        if let Some((key, _)) = self.key(depth) {
            lines.push((
                "session",
                match &self.cache {
                    None => {
                        "not kept: codecommit.cache is false, or the space is shared".to_owned()
                    }
                    Some(cache) => {
                        let state = match self.kept(depth) {
                            Some(_) => "kept and good",
                            None => "none is kept that is good",
                        };
                        format!("{state}: {}", cache.file(&key).display())
                    }
                },
            ));
        }
        Ok(lines)
    }

    /// `host[:port]` of STS, its region, and the setting that named it; none if the plan needs no STS.
    pub(crate) fn sts_host(&self) -> Result<Option<(String, Region, String)>, Error> {
        if !self.needs_sts() {
            return Ok(None);
        }
        let (region, decided_by) = self.sts_region()?;
        let host = sts::host(self.settings(), region.clone()).map_err(Box::new)?;
        Ok(Some((host, region, decided_by)))
    }

    /// The steps that were taken in this run, in their order.
    pub(crate) fn taken(&self) -> Vec<Step> {
        self.taken.borrow().clone()
    }

    /// The MFA device whose code will be asked of the person, if one will be.
    pub(crate) fn code_wanted(&self) -> Option<&str> {
        let hops = self.plan.hops.iter().enumerate().rev();
        let mut unkept = hops.take_while(|(above, _)| self.kept(above + 1).is_none());
        unkept.find_map(|(_, hop)| hop.mfa_serial.as_deref())
    }

    /// Asks the plan's source alone, where no STS is in it.
    pub(crate) async fn ask_source(&self) -> Result<(), Error> {
        self.ask(None, 0).await.map(drop)
    }

    /// Notes a step.
    pub(super) fn note(&self, depth: usize, started: Instant, credentials: &Credentials) {
        self.taken.borrow_mut().push(Step {
            depth,
            took: started.elapsed(),
            identity: match &credentials.principal {
                Some(arn) => arn.clone(),
                None => format!("access key {}", credentials.access_key_id),
            },
            expires_at: credentials.expires_at,
            is_kept: credentials.origin == Origin::Cache,
        });
    }
}
