//! What a resolver can tell of its way: for `git codecommit doctor`.

use tokio::time::Instant;

use super::{Resolver, Step};
use crate::aws::Region;
use crate::credentials::error::Error;
use crate::credentials::sts;

impl Resolver<'_> {
    /// Where STS is asked, and where the last session is kept, in words: for
    /// `git codecommit doctor`. Makes no request.
    pub(crate) fn explained(&self) -> Result<Vec<(&'static str, String)>, Error> {
        let mut lines = Vec::new();
        if let Some(wanted) = &self.wanted {
            lines.push(("account", format!("{} ({})", wanted.id, wanted.by)));
        }
        if let Some((host, region, decided_by)) = self.sts_host()? {
            lines.push(("STS", format!("{host} in {region} ({decided_by})")));
        }
        let depth = self.plan.hops.len();
        if let Some((key, _)) = self.key(depth) {
            lines.push((
                "session",
                match &self.cache {
                    None => {
                        "not cached: codecommit.cache is false, or the space is shared".to_owned()
                    }
                    Some(cache) => {
                        let state = match self.kept(depth) {
                            Some(_) => "cached",
                            None => "none cached",
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
        let (region, decided_by) = self.target.sts_region()?;
        let host = sts::host(self.target.settings(), region.clone()).map_err(Box::new)?;
        Ok(Some((host, region, decided_by)))
    }

    /// The steps that were taken in this run, in their order.
    pub(crate) fn taken(&self) -> Vec<Step> {
        self.taken.borrow().clone()
    }

    /// Whether the last step of the plan has been taken.
    pub(crate) fn is_walked(&self) -> bool {
        let depth = self.plan.hops.len();
        self.taken.borrow().iter().any(|step| step.depth == depth)
    }

    /// The MFA device whose code will be asked of the person, if one will be.
    pub(crate) fn code_wanted(&self) -> Option<&str> {
        let hops = self.plan.hops.iter().enumerate().rev();
        let mut unkept = hops.take_while(|(above, _)| self.kept(above + 1).is_none());
        unkept.find_map(|(_, hop)| hop.mfa_serial.as_deref())
    }

    /// Asks the plan's source alone, where no STS is in it.
    pub(crate) async fn ask_source(&self) -> Result<(), Error> {
        let started = Instant::now();
        let keys = self.checked(0, self.first_keys(None).await)?;
        self.note(0, started, &keys);
        Ok(())
    }
}
