//! Passwords for CodeCommit in `~/.netrc`: git's https transport uses one before it asks a credential helper. Nothing of
//! them is shown but where they are.
//!
//! Source: curl's "netrc" page of "Everything curl", and git's `http.c`, which sets `CURLOPT_NETRC`.

use std::io;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::password::{self, Kind};
use crate::aws::Host;
use crate::world::{World, input_file};

/// An entry for a CodeCommit host.
pub(in crate::doctor) struct Entry {
    pub(in crate::doctor) host: String,
    /// `file:line` of its `machine`.
    pub(in crate::doctor) at: String,
    pub(super) kind: Kind,
}

pub(super) fn file(world: &World) -> Option<PathBuf> {
    Some(world.home()?.join(".netrc"))
}

/// The entries for CodeCommit hosts; none where there is no file.
///
/// # Errors
/// If the file cannot be read.
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
    let machines = machines(&text).into_iter();
    let machines = machines.filter(|machine| Host::recognise(machine.host).is_some());
    let entries = machines.map(|machine| Entry {
        host: machine.host.to_owned(),
        at: format!("{}:{}", file.display(), machine.line),
        kind: password::kind(machine.password),
    });
    Ok(entries.collect())
}

/// `machine HOST … password PASSWORD`.
#[derive(Debug, PartialEq, Eq)]
struct Machine<'t> {
    host: &'t str,
    line: usize,
    password: &'t str,
}

fn machines(text: &str) -> Vec<Machine<'_>> {
    let mut machines: Vec<Machine<'_>> = Vec::new();
    let mut is_macro = false;
    let mut before = "";
    for (number, line) in text.lines().enumerate() {
        if is_macro {
            // A macro ends with an empty line.
            is_macro = !line.trim().is_empty();
            continue;
        }
        for word in line.split_whitespace() {
            if before.is_empty() && word.starts_with('#') {
                break;
            }
            match (before, word) {
                ("machine", host) => machines.push(Machine {
                    host: host.trim_matches('"'),
                    line: number + 1,
                    password: "",
                }),
                ("password", password) => {
                    if let Some(machine) = machines.last_mut() {
                        machine.password = password.trim_matches('"');
                    }
                }
                ("login" | "account", _) => {}
                (_, "macdef") => {
                    is_macro = true;
                    break;
                }
                (_, word) => {
                    before = word;
                    continue;
                }
            }
            before = "";
        }
    }
    machines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_found_on_one_line_or_many_and_not_in_macros() {
        let text = "# machine no password no\n\
                    machine a login machine password p1 machine b\n\tlogin l\n\tpassword \"p2\"\n\
                    macdef init\nmachine c password p3\n\nmachine d\nlogin x\ndefault login y password p4\n";
        let found = machines(text);
        let found: Vec<_> = found.iter().map(|m| (m.host, m.line, m.password)).collect();
        assert_eq!(found[..2], [("a", 2, "p1"), ("b", 2, "p2")]);
        assert_eq!((found[2].0, found[2].1), ("d", 8));
        assert_eq!(found.len(), 3);
    }
}
