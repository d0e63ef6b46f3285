//! The AWS files themselves: their paths and their text.

use std::io;
use std::path::{Path, PathBuf, is_separator};

use zeroize::Zeroizing;

use super::error::Error;
use crate::platform;
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

/// Expands a leading `~` and `$NAME` / `${NAME}` in a path, as botocore does; on Windows `%NAME%` too.
pub(crate) fn expanded(world: &World, path: &str) -> PathBuf {
    let text = with_variables(world, path, platform::IS_WINDOWS);
    match (text.strip_prefix('~'), world.aws_home()) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(below), Some(home)) if below.starts_with(is_separator) => {
            platform::below(home, below)
        }
        _ => PathBuf::from(text),
    }
}

fn with_variables(world: &World, path: &str, is_windows: bool) -> String {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(start) = rest.find(|c: char| c == '$' || (is_windows && c == '%')) {
        let (before, found) = rest.split_at(start);
        text.push_str(before);
        let (mark, after) = found.split_at(1);
        let (name, tail) = match after.strip_prefix('{').and_then(|s| s.split_once('}')) {
            _ if mark == "%" => after.split_once('%').unwrap_or(("", after)),
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
            None => text.push_str(&found[..found.len() - tail.len()]),
        }
        rest = tail;
    }
    text.push_str(rest);
    text
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
            ("~//c", "/home/x/c"),
            ("$D/c", "/d/c"),
            ("${D}c", "/dc"),
            ("$NO/c", "$NO/c"),
            ("${NO}/c", "${NO}/c"),
            ("/a/~b", "/a/~b"),
        ] {
            assert_eq!(expanded(&world, path), PathBuf::from(expected), "{path}");
        }
    }

    #[test]
    fn windows_has_a_second_way_to_write_a_variable() {
        let world = World::of(&[("D", r"C:\Users\ada"), ("P", "%D%")]);
        for (path, on_windows, elsewhere) in [
            (r"%D%\.aws", r"C:\Users\ada\.aws", r"%D%\.aws"),
            (r"x%D%%P%y", r"xC:\Users\ada%D%y", r"x%D%%P%y"),
            (r"%NO%\${D}", r"%NO%\C:\Users\ada", r"%NO%\C:\Users\ada"),
            ("100%", "100%", "100%"),
            ("5%$P", "5%%D%", "5%%D%"),
        ] {
            assert_eq!(with_variables(&world, path, true), on_windows);
            assert_eq!(with_variables(&world, path, false), elsewhere);
        }
    }
}
