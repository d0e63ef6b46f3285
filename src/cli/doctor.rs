use super::session::Session;
use crate::doctor::{self, Look, Show};
use crate::error::Error;

/// Check each step to a repository, and say what to fix
///
/// The checks are made in the order of a request: git and its settings, profile, network, credentials, and a signed
/// request for the repository's references. The exit code is 0 if no check failed, else the class of the first failure:
/// 3 settings, 4 credentials, 5 network or git host.
#[derive(clap::Args)]
pub(super) struct Doctor {
    /// Print only the plan, with the file and line that decided each step
    #[arg(long, conflicts_with_all = ["json", "offline", "verbose"])]
    explain: bool,
    /// Make no request
    #[arg(long)]
    offline: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    /// Show the details of every check, and how long it took
    #[arg(short, long, conflicts_with = "json")]
    verbose: bool,
    /// Address, URL or name of a remote; this repository's CodeCommit remotes if omitted
    address: Option<String>,
}

impl Doctor {
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
        let look = Look {
            has_marks: world.takes_colours(),
            is_verbose: self.verbose,
        };
        let mut show = Show::new(session.out, look);
        let mut each = |check: &doctor::Check| show.check(check);
        let report = doctor::examine(world, messages, address, self.offline, &mut each)?;
        show.end(&report)?;
        Ok(report.exit_code())
    }
}
