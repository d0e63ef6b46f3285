//! Passwords for CodeCommit in `~/.netrc`. Nothing of them is shown but where they are.

use std::io;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::doctor::report::Finding;
use crate::git::stored_passwords::{Lifetime, in_netrc};
use crate::world::{World, input_file};

/// An entry for a CodeCommit host.
pub(in crate::doctor) struct Entry {
    pub(in crate::doctor) host: String,
    /// `file:line` of its `machine`.
    pub(in crate::doctor) at: String,
    lifetime: Lifetime,
}

pub(super) fn file(world: &World) -> Option<PathBuf> {
    Some(world.home()?.join(".netrc"))
}

/// Adds the passwords that git's https transport takes before it asks a credential helper.
pub(super) fn add_to(finding: Finding, world: &World) -> Finding {
    let entries = match entries(world) {
        Ok(entries) => entries,
        Err(error) => return finding.but(format!("cannot read ~/.netrc: {error}")),
    };
    entries.into_iter().fold(finding, |finding, entry| {
        let Entry { host, at, lifetime } = entry;
        let kind = match lifetime {
            Lifetime::Minutes => "signed password, which expired 15 minutes after it was made",
            Lifetime::Lasting => "password",
        };
        finding
            .but(format!(
                "{at} has a {kind}; for {host}, git uses it before it asks a credential helper"
            ))
            .fixed_by(format!("delete the entry at {at}"))
    })
}

/// The entries for CodeCommit hosts; none where there is no file.
/// Fails if the file cannot be read.
pub(in crate::doctor) fn entries(world: &World) -> io::Result<Vec<Entry>> {
    let Some(file) = file(world) else {
        return Ok(Vec::new());
    };
    let text = match input_file::read_plain(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let text = Zeroizing::new(String::from_utf8_lossy(&text).into_owned());
    let entries = in_netrc(&text).into_iter().map(|password| Entry {
        host: password.host.to_owned(),
        at: format!("{}:{}", file.display(), password.line),
        lifetime: password.lifetime,
    });
    Ok(entries.collect())
}
