use std::fs;
use std::path::PathBuf;

use clap::Command;
use clap_mangen::Man as Page;

use super::session::Session;
use crate::error::Error;

/// Print the manual page, or write all of them to a folder
#[derive(clap::Args)]
pub(super) struct Man {
    /// Write all pages to this folder
    #[arg(long, value_name = "FOLDER")]
    directory: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(&self, session: &mut Session, command: Command) -> Result<(), Error> {
        // "git codecommit help" explains itself: its subcommands would only repeat the others.
        let mut command = command.disable_help_subcommand(true);
        command.build();
        let Some(directory) = &self.directory else {
            return Ok(page(&command).render(&mut session.out)?);
        };
        fs::create_dir_all(directory)?;
        let mut all = vec![command];
        while let Some(command) = all.pop() {
            let page = page(&command);
            let mut text = Vec::new();
            page.render(&mut text)?;
            fs::write(directory.join(page.get_filename()), text)?;
            all.extend(command.get_subcommands().cloned());
        }
        Ok(())
    }
}

fn page(command: &Command) -> Page {
    Page::new(command.clone())
        .manual("Git for AWS CodeCommit")
        .source(concat!("git-codecommit ", env!("CARGO_PKG_VERSION")))
}
