//! The AWS files themselves: their paths and their text.

use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::Error;
use crate::world::{World, input_file};

/// Reads a file; none if it does not exist.
pub(super) fn contents(path: &Path) -> Result<Option<Zeroizing<String>>, Error> {
    match input_file::read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(cause) => Err(Error::Unreadable {
            path: path.to_owned(),
            cause,
        }),
    }
}

/// Expands a leading `~` and `$NAME` / `${NAME}` in a path, as botocore does.
pub(crate) fn expanded(world: &World, path: &str) -> PathBuf {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let (name, tail) = match after.strip_prefix('{').and_then(|s| s.split_once('}')) {
            Some((name, tail)) => (name, tail),
            None => {
                let end = after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(after.len());
                after.split_at(end)
            }
        };
        match world.variable(name) {
            Some(value) => text.push_str(&value),
            // As Python does: a name that is not set stays as it stands.
            None => text.push_str(&rest[before.len()..rest.len() - tail.len()]),
        }
        rest = tail;
    }
    text.push_str(rest);
    match (text.strip_prefix('~'), world.aws_home()) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(below), Some(home)) if below.starts_with(std::path::is_separator) => {
            home.join(&below[1..])
        }
        _ => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_expanded_as_botocore_does() {
        let world = World::of(&[("D", "/d")]);
        for (path, expected) in [
            ("~/c", "/home/x/c"),
            ("~", "/home/x"),
            ("$D/c", "/d/c"),
            ("${D}c", "/dc"),
            ("$NO/c", "$NO/c"),
            ("${NO}/c", "${NO}/c"),
            ("/a/~b", "/a/~b"),
        ] {
            assert_eq!(expanded(&world, path), PathBuf::from(expected), "{path}");
        }
    }
}
