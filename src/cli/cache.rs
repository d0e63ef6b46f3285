use time::format_description::well_known::Rfc3339;

use super::session::Session;
use crate::credentials::cache::Cache as Sessions;
use crate::error::Error;
use crate::message::Notices as _;
use crate::printable::printable;

/// List or remove cached sessions
///
/// They are in ~/.aws/cli/cache, which the AWS CLI uses as well.
#[derive(clap::Args)]
pub(super) struct Cache {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List the cached sessions with their identity and expiry
    List,
    /// Remove all cached sessions, including those of the AWS CLI
    Clear,
}

impl Cache {
    pub(super) fn run(&self, session: &mut Session) -> Result<(), Error> {
        let Some(sessions) = Sessions::of(session.world, session.messages) else {
            session.messages.warning(
                "sessions are not cached here: there is no home directory, or the Studio space is shared",
            );
            return Ok(());
        };
        match self.action {
            Action::List => {
                for kept in sessions.list() {
                    let until = kept.expires_at.format(&Rfc3339).unwrap_or_default();
                    let state = match kept.expires_at > session.world.now() {
                        true => "expires",
                        false => "expired",
                    };
                    session.line(&format!(
                        "{}\t{state} {until}\t{}",
                        printable(&kept.whose),
                        printable(&kept.path.display().to_string())
                    ))?;
                }
            }
            Action::Clear => {
                let removed = sessions.clear()?;
                writeln!(
                    session.out,
                    "removed {removed} from {}",
                    sessions.folder().display()
                )?;
            }
        }
        Ok(())
    }
}
