use super::session::Session;
use crate::error::Error;

/// Print the version
#[derive(clap::Args)]
pub(super) struct Version {}

impl Version {
    pub(super) fn run(&self, session: &mut Session) -> Result<(), Error> {
        let Self {} = self;
        writeln!(session.out, "git-codecommit {}", env!("CARGO_PKG_VERSION"))?;
        Ok(())
    }
}
