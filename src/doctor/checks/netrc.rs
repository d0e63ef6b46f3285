//! Passwords for CodeCommit in `~/.netrc`. Nothing of them is shown but where they are.

use std::io;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::git::stored_passwords::{Lifetime, in_netrc};
use crate::world::{World, input_file};

/// An entry for a CodeCommit host.
pub(in crate::doctor) struct Entry {
    pub(in crate::doctor) host: String,
    /// `file:line` of its `machine`.
    pub(in crate::doctor) at: String,
    pub(super) lifetime: Lifetime,
}

pub(super) fn file(world: &World) -> Option<PathBuf> {
    Some(world.home()?.join(".netrc"))
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
