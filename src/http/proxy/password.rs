//! Passwords of proxies, from git's credential helpers.

use std::cell::RefCell;
use std::io::Write as _;
use std::process::Stdio;

use crate::process;
use crate::secret::Secret;

/// The answers of git's credential helpers, and of the person, who is asked once a run.
#[derive(Default)]
pub(in crate::http) struct Passwords(RefCell<Vec<(String, Secret)>>);

impl Passwords {
    /// Asks for a user name, where that may differ from the one in the question, and a password.
    pub(super) fn ask(&self, question: &str) -> Option<(Option<String>, Secret)> {
        let mut known = self.0.borrow_mut();
        let at = match known.iter().position(|(asked, _)| asked == question) {
            Some(at) => at,
            None => {
                let answer = credential("fill", question.as_bytes()).ok()?;
                known.push((question.to_owned(), answer));
                known.len() - 1
            }
        };
        let value = |key: &str| {
            let mut lines = known[at].1.expose().lines();
            let value = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
            Some(value.to_owned())
        };
        Some((value("username"), Secret::new(value("password")?)))
    }
}

/// `git credential <action>`, the question on its standard input.
pub(super) fn credential(action: &str, question: &[u8]) -> std::io::Result<Secret> {
    let mut child = process::git("credential")
        .arg(action)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(question)?;
    }
    // A person may be typing the password.
    let said = child.wait_with_output()?;
    if !said.status.success() {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    let text = String::from_utf8(said.stdout).map_err(|_| std::io::ErrorKind::InvalidData)?;
    Ok(Secret::new(text))
}
