use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::repositories::{Found, Selection};
use super::session::Session;
use crate::address::Address;
use crate::error::{Error as AnyError, Exit, Explain};
use crate::message::Notices as _;
use crate::process;

/// Clone all repositories of an account, and fetch into existing clones
///
/// A clone is FOLDER/NAME, a mirror FOLDER/NAME.git; with several regions, in a folder of its region. git does the cloning,
/// with the identity that list uses. A repository that fails does not stop the others: the last line names those that
/// failed, and the exit code is then 128. Branches that are deleted in CodeCommit stay in the clones.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  git codecommit clone-all --profile Dev --region eu-west-1 --mirror backups")]
pub(super) struct CloneAll {
    #[command(flatten)]
    selection: Selection,
    /// Make bare mirrors with every reference, as for a backup
    #[arg(long)]
    mirror: bool,
    /// Folder for the clones; created if it does not exist
    folder: PathBuf,
}

/// Why not everything was cloned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot make the folder {}: {cause}", path.display())]
    Folder { path: PathBuf, cause: io::Error },
    #[error("cannot start git: {0}")]
    Start(io::Error),
    /// Each has its reason on standard error already.
    #[error("{} of {all} repositories failed: {}", names.len(), names.join(", "))]
    Unfinished {
        names: Vec<String>,
        all: usize,
        /// The first of them.
        address: String,
    },
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Folder { .. } => vec!["check the path, and its owner and mode".into()],
            Self::Start(cause) => vec![process::start_hint(cause).into()],
            Self::Unfinished { address, .. } => vec![
                format!("git codecommit doctor {address} checks each step"),
                "run the command again to try those that failed".into(),
            ],
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Folder { .. } => Exit::File,
            Self::Start(_) => Exit::Settings,
            Self::Unfinished { .. } => Exit::Git,
        }
    }
}

impl CloneAll {
    pub(super) fn run(&self, session: &mut Session) -> Result<u8, AnyError> {
        let listing = self.selection.listed(session)?;
        make(&self.folder)?;
        // git is told where the folder is, not where it is from here.
        let root = fs::canonicalize(&self.folder).map_err(|cause| Error::Folder {
            path: self.folder.clone(),
            cause,
        })?;
        let mut failed: Vec<&Found> = Vec::new();
        for found in &listing.found {
            let folder = match self.selection.has_several_regions() {
                true => root.join(found.region.as_str()),
                false => root.clone(),
            };
            make(&folder)?;
            let path = folder.join(match self.mirror {
                true => format!("{}.git", found.name),
                false => found.name.clone(),
            });
            match self.one(session, found, &path)? {
                Some(done) => session.line(&format!("{done} {}", found.name))?,
                None => failed.push(found),
            }
            session.out.flush()?;
        }
        match failed.first() {
            None => Ok(listing.code),
            Some(first) => Err(Error::Unfinished {
                address: first.address.clone(),
                names: failed.iter().map(|found| found.name.clone()).collect(),
                all: listing.found.len(),
            }
            .into()),
        }
    }

    /// What was done for one repository; none if it failed.
    fn one(
        &self,
        session: &Session<'_>,
        found: &Found,
        path: &Path,
    ) -> Result<Option<&'static str>, Error> {
        let is_empty = fs::read_dir(path).map_or(!path.exists(), |mut all| all.next().is_none());
        let mut git = process::git_in(path.parent().unwrap_or(path), "clone");
        let mut done = "cloned";
        if is_empty {
            git.args(self.mirror.then_some("--mirror"));
        } else {
            let is_clone = origin(path)?
                .is_some_and(|url| Address::leads_to(&url, Some(&found.region), &found.name));
            if !is_clone {
                session.messages.warning(&format!(
                    "{} is not empty, and it is not a clone of {}: skipping it",
                    path.display(),
                    found.name
                ));
                return Ok(None);
            }
            git = process::git_in(path, "fetch");
            git.arg("--no-prune");
            done = "fetched";
        }
        if !session.world.takes_animation() {
            git.arg("--quiet");
        }
        git.arg("--");
        match is_empty {
            true => git.arg(&found.address).arg(path),
            false => git.arg("origin"),
        };
        // A clone takes as long as it takes: the helper that it starts ends where the host is silent.
        let status = git
            .stdin(Stdio::null())
            // Standard output is this program's own.
            .stdout(Stdio::null())
            .status()
            .map_err(Error::Start)?;
        Ok(status.success().then_some(done))
    }
}

fn make(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|cause| Error::Folder {
        path: folder.to_owned(),
        cause,
    })
}

/// The URL of a clone's `origin`, as it is written there; none if it is no clone.
fn origin(folder: &Path) -> Result<Option<String>, Error> {
    let mut git = process::git_in(folder, "config");
    git.args(["--local", "--get", "remote.origin.url"])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let said = process::answer(&mut git).map_err(Error::Start)?;
    let url = String::from_utf8_lossy(&said.stdout).trim_end().to_owned();
    Ok((said.status.success() && !url.is_empty()).then_some(url))
}
