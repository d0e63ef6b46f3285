use serde::Serialize;

use super::repositories::{Found, Selection};
use super::session::Session;
use crate::error::Error;

/// List the repositories of an account, as addresses for git clone
///
/// It prints one address a line, by name. The identity needs the permission codecommit:ListRepositories. With several
/// regions, one that fails does not hide the others: the exit code is then that of the first failure.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  git codecommit list --profile Dev --region eu-west-1 --region us-east-1")]
pub(super) struct List {
    #[command(flatten)]
    selection: Selection,
    /// Print names, ids, regions, addresses and https URLs as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    id: &'a str,
    region: &'a str,
    address: &'a str,
    url: &'a str,
}

impl List {
    pub(super) fn run(&self, session: &mut Session) -> Result<u8, Error> {
        let listing = self.selection.listed(session)?;
        if self.json {
            let shown: Vec<Shown<'_>> = listing.found.iter().map(shown).collect();
            let text = serde_json::to_string_pretty(&shown).map_err(std::io::Error::from)?;
            writeln!(session.out, "{text}")?;
        } else {
            for found in &listing.found {
                session.line(&found.address)?;
            }
        }
        Ok(listing.code)
    }
}

fn shown(found: &Found) -> Shown<'_> {
    Shown {
        name: &found.name,
        id: &found.id,
        region: found.region.as_str(),
        address: &found.address,
        url: &found.url,
    }
}
