//! Git LFS: it speaks https only, so a remote with an address of ours needs `remote.<name>.lfsurl`.
//!
//! Source: git-lfs-config(5), `remote.<remote>.lfsurl`. `codecommit.lfs`, which `setup --lfs` writes, asks for it.

use std::process::Stdio;

use crate::aws::{Host, RepositoryName};
use crate::git::config;
use crate::message::Notices;
use crate::process;
use crate::target::Target;
use crate::world::variable;

/// Sets the URL for a remote of this repository, unless somebody chose another one.
pub(super) fn configure(
    target: &Target,
    notices: &dyn Notices,
    remote: &str,
    repository: &RepositoryName,
) -> Result<(), config::Error> {
    let is_remote = !remote.contains(':') && target.world.variable(variable::GIT_DIR).is_some();
    if !is_remote || !target.own.boolean("lfs")?.unwrap_or(false) {
        return Ok(());
    }
    let key = format!("remote.{remote}.lfsurl");
    // A host of CODE_COMMIT_ENDPOINT may be another one tomorrow.
    let host = Host::recognise(&target.authority);
    let host = host.unwrap_or_else(|| Host::regional(&target.region, false));
    let url = format!("https://{}/v1/repos/{repository}.git/info/lfs", host.name());
    if let Some(known) = target.world.git_config()?.value(&key) {
        let known = known.text()?;
        if known == url || !known.starts_with("https://git-codecommit") {
            return Ok(());
        }
    }
    let mut git = process::git("config");
    git.args([&key, &url])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let said = process::answer(&mut git);
    notices.trace(|| match said {
        Ok(said) if said.status.success() => format!("set {key}"),
        _ => format!("cannot set {key}"),
    });
    Ok(())
}
