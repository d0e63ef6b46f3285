//! The repository itself: a real request for its references, and git's own where git sends the requests.

use std::process::Stdio;
use std::time::Duration;

use tokio::time::timeout;

use crate::aws::Credentials;
use crate::doctor::report::{Finding, Outcome};
use crate::error::Exit;
use crate::process;
use crate::remote::{self, Connection};
use crate::world::World;

/// How long git may take: it asks for the credentials again.
const GIT_TIMEOUT: Duration = Duration::from_secs(60);
/// How many lines of git's messages are shown.
const MOST_LINES: usize = 12;
/// Variables that begin so make git print more, secrets among it.
const TRACES: [&str; 2] = ["GIT_TRACE", "GIT_CURL_VERBOSE"];
/// How messages of git and our helper begin. Those of other helpers may hold secrets, and are not shown.
const SPEAKERS: [&str; 6] = [
    FATAL,
    "error: ",
    "warning: ",
    "hint: ",
    "remote: ",
    "git-credential-codecommit: ",
];
/// How git begins the reason for which it ends.
const FATAL: &str = "fatal: ";
/// The command of a helper follows in git's messages; it may hold a password.
const HELPER: &str = "credential helper '";

/// Asks for the references as every fetch does.
pub(in crate::doctor) async fn references(
    connection: Connection<'_>,
    credentials: Credentials,
) -> Outcome {
    let found = remote::references(connection, credentials).await;
    let found = found.map_err(refused)?;
    let finding = match (found.count, found.head) {
        (0, _) => Finding::good("readable, and empty"),
        (count, Some(head)) => {
            Finding::good(format!("readable: {count} references, HEAD is {head}"))
        }
        (count, None) => Finding::good(format!("readable: {count} references")),
    };
    finding.outcome()
}

/// An error of the request. Its hint who signed it tells nothing to do.
fn refused(error: remote::Error) -> Finding {
    let signed = match &error {
        remote::Error::Refused(refusal) => Some(refusal.signed()),
        _ => None,
    };
    let mut finding = Finding::error(error);
    if let Some(signed) = signed {
        finding.fix.retain(|hint| *hint != signed);
        finding = finding.and(signed);
    }
    finding
}

/// With https, git sends the requests itself, with its own settings: it is run as well, and may ask for nothing. `place` is
/// what a person would tell git, and `url` what git makes of it.
pub(in crate::doctor) async fn by_git(world: &World, place: &str, url: &str) -> Outcome {
    let mut git = process::git("-c");
    git.args(["core.askPass=", "-c", "http.lowSpeedLimit=1"])
        // Only git can be killed, not what it has started: that ends by itself.
        .args(["-c", "http.lowSpeedTime=50"])
        .args(["ls-remote", "--quiet", "--", place, "HEAD"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS", "")
        // Its messages are told apart by their first words.
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    for name in TRACES.map(|start| world.names_beginning(start)) {
        name.for_each(|name| _ = git.env_remove(name));
    }
    let mut git = tokio::process::Command::from(git);
    let ended = timeout(GIT_TIMEOUT, process::captured(git.kill_on_drop(true))).await;
    let failed = |problem: String| Finding::failed(Exit::Network, problem);
    let said = match ended {
        Err(_) => {
            let seconds = GIT_TIMEOUT.as_secs();
            return Err(failed(format!(
                "git ls-remote did not end within {seconds} seconds"
            )));
        }
        Ok(Err(error)) => return Err(failed(format!("git does not start: {error}"))),
        Ok(Ok(said)) if said.status.success() => return Finding::good("succeeds").outcome(),
        Ok(Ok(said)) => String::from_utf8_lossy(&said.stderr).into_owned(),
    };
    let mut lines: Vec<String> = said
        .lines()
        .filter_map(repeatable)
        .take(MOST_LINES)
        .collect();
    let reason = lines.iter().position(|line| line.starts_with(FATAL));
    let summary = match reason {
        Some(at) => lines.remove(at)[FATAL.len()..].to_owned(),
        None => "git ls-remote failed".to_owned(),
    };
    Err(lines
        .into_iter()
        .fold(failed(summary), Finding::and)
        .fixed_by(format!(
            "check the network, and git's settings for https: git config --get-urlmatch http {url}"
        )))
}

/// A line of git's as it may be shown, if it may.
fn repeatable(line: &str) -> Option<String> {
    if !SPEAKERS.iter().any(|speaker| line.starts_with(speaker)) {
        return None;
    }
    Some(match line.split_once(HELPER) {
        Some((start, rest)) => {
            let end = rest.rsplit_once('\'').map_or("", |(_, end)| end);
            format!("{start}credential helper …{end}")
        }
        None => line.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_a_helper_and_the_words_of_others_are_not_repeated() {
        for (line, expected) in [
            (
                "fatal: credential helper '!f() { echo 'token=hunter2'; }; f' told us to quit",
                Some("fatal: credential helper … told us to quit"),
            ),
            (
                "fatal: credential helper '!f() { token=hunter2",
                Some("fatal: credential helper …"),
            ),
            ("token=hunter2' told us to quit", None),
            ("f() { token=hunter2; }: 1: Syntax error", None),
            (
                "fatal: unable to access 'https://h/': The requested URL returned error: 403",
                Some("fatal: unable to access 'https://h/': The requested URL returned error: 403"),
            ),
        ] {
            assert_eq!(repeatable(line).as_deref(), expected, "{line}");
        }
    }
}
