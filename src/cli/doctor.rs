//! `git codecommit doctor`.

use super::Session;
use crate::doctor;
use crate::error::Error;

/// Show what a command would do for an address, and why
#[derive(clap::Args)]
pub(super) struct Doctor {
    /// Print the plan without a request: each step, with the file and line that decided it
    #[arg(long, required = true)]
    explain: bool,
    /// As git clone takes it; without it, the identity that an address without profile has
    address: Option<String>,
}

impl Doctor {
    pub(super) fn run(&self, session: &mut Session) -> Result<(), Error> {
        for (label, text) in
            doctor::explain(session.world, session.messages, self.address.as_deref())?
        {
            writeln!(session.out, "{label:<11}{text}")?;
        }
        Ok(())
    }
}
