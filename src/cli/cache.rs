//! `git codecommit cache`.

use time::format_description::well_known::Rfc3339;

use super::session::Session;
use crate::credentials::cache::Cache as Sessions;
use crate::error::Error;
use crate::message::Notices as _;
use crate::printable::printable;

/// Show or remove the role sessions that are kept on disk
///
/// They are in ~/.aws/cli/cache, which the AWS CLI uses too.
#[derive(clap::Args)]
pub(super) struct Cache {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List whose sessions they are, and until when they last
    List,
    /// Remove them all, those of the AWS CLI too
    Clear,
}

impl Cache {
    pub(super) fn run(&self, session: &mut Session) -> Result<(), Error> {
        let Some(sessions) = Sessions::of(session.world, session.messages) else {
            session.messages.warning(
                "no sessions are kept here: there is no home directory, or the space is shared",
            );
            return Ok(());
        };
        match self.action {
            Action::List => {
                for kept in sessions.list() {
                    let until = kept.expires_at.format(&Rfc3339).unwrap_or_default();
                    let state = match kept.expires_at > session.world.now() {
                        true => "until",
                        false => "ended",
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
                    "{removed} removed from {}",
                    sessions.folder().display()
                )?;
            }
        }
        Ok(())
    }
}
