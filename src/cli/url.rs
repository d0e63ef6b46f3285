use super::session::Session;
use crate::error::Error;
use crate::target::Target;

/// Print the https URL of an address
#[derive(clap::Args)]
pub(super) struct Url {
    /// Address as for git clone: codecommit::REGION://PROFILE@REPOSITORY
    address: String,
}

impl Url {
    pub(super) fn run(&self, session: &mut Session) -> Result<(), Error> {
        let target = Target::of_address(session.world, session.messages, &self.address)?;
        writeln!(session.out, "{}", target.endpoint()?.url())?;
        Ok(())
    }
}
