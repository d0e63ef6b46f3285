//! `git codecommit doctor`.

use super::session::Session;
use crate::doctor::{self, Show};
use crate::error::Error;

/// Check whether git can reach a repository, and say what to do where it cannot
///
/// The checks go in the order a request takes: git and its settings, profile, network, credentials, and a real
/// request for the repository's references. The exit code is 0 if nothing failed, else the class of the first
/// failure: 3 settings, 4 credentials, 5 network or git host.
#[derive(clap::Args)]
pub(super) struct Doctor {
    /// Print the plan without a request: each step, with the file and line that decided it
    #[arg(long, conflicts_with_all = ["json", "offline"])]
    explain: bool,
    /// Make no request: check only what this machine knows
    #[arg(long)]
    offline: bool,
    /// Write what was found as JSON
    #[arg(long)]
    json: bool,
    /// As git clone takes it, or a remote's name; without it, this repository's CodeCommit remotes
    address: Option<String>,
}

impl Doctor {
    /// Returns the exit code.
    pub(super) fn run(&self, session: &mut Session) -> Result<u8, Error> {
        let (world, messages) = (session.world, session.messages);
        let address = self.address.as_deref();
        if self.explain {
            doctor::explain(world, messages, address, session.out)?;
            return Ok(0);
        }
        if self.json {
            let report = doctor::examine(world, messages, address, self.offline, &mut |_| Ok(()))?;
            let text = serde_json::to_string_pretty(&report).map_err(std::io::Error::from)?;
            writeln!(session.out, "{text}")?;
            return Ok(report.exit_code());
        }
        let mut show = Show::new(session.out, world.takes_colours());
        let mut each = |check: &doctor::Check| show.check(check);
        let report = doctor::examine(world, messages, address, self.offline, &mut each)?;
        show.end(&report)?;
        Ok(report.exit_code())
    }
}
