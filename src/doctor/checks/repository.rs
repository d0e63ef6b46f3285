//! The repository itself: a real request for its references, and git's own where git sends the requests.

use std::process::Stdio;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::examination::Examination;
use super::report::{Finding, Status};
use crate::aws::Credentials;
use crate::endpoint::Endpoint;
use crate::process;
use crate::remote::{self, Connection};

/// The check of git's own request, as id and title.
pub(super) const GIT_REQUEST: (&str, &str) = ("git-request", "git itself");
/// How long git may take: it asks for the credentials again.
const PATIENCE: Duration = Duration::from_secs(60);
/// Lines of git's that are repeated.
const MOST_LINES: usize = 12;
/// What would have git print more than is wanted, secrets among it: variables that begin so.
const TRACES: [&str; 2] = ["GIT_TRACE", "GIT_CURL_VERBOSE"];
/// How git and our helper begin what they say. Other helpers' words are not repeated: they may be secrets.
const SPEAKERS: [&str; 6] = [
    "fatal: ",
    "error: ",
    "warning: ",
    "hint: ",
    "remote: ",
    "git-credential-codecommit: ",
];
/// What git says with the whole command of a helper in it, which may hold a password.
const HELPER: &str = "credential helper '";

/// Asks for the references as every fetch does; whether that went well.
pub(super) async fn references(
    examination: &mut Examination<'_>,
    endpoint: &Endpoint,
    connection: Connection<'_>,
    credentials: Credentials,
) -> bool {
    let started = Instant::now();
    let waiting = format!(
        "asking {} for the references of {}",
        endpoint.authority(),
        endpoint.repository()
    );
    let asking = remote::references(connection, credentials);
    let finding = match examination.wait(&waiting, asking).await {
        Ok(found) if found.count == 0 => Finding::ok(["it may be read, and is empty".to_owned()]),
        Ok(found) => {
            let head = found.head.map(|head| format!(", HEAD is {head}"));
            let head = head.unwrap_or_default();
            Finding::ok([format!("it may be read: {} references{head}", found.count)])
        }
        Err(error) => refused(error),
    };
    let is_well = finding.status != Status::Failed;
    examination.add("repository", "repository", started, finding);
    is_well
}

/// An error of the request; who signed it is no cure.
fn refused(error: remote::Error) -> Finding {
    let signed = match &error {
        remote::Error::Refused(refusal) => Some(format!("signed by {}", refusal.identity)),
        _ => None,
    };
    let mut finding = Finding::error(&error.into());
    if let Some(signed) = signed {
        finding.cure.retain(|hint| *hint != signed);
        finding = finding.and(signed);
    }
    finding
}

/// By https it is git that sends the requests, with settings of its own: it tries, too. It asks nobody anything, and so is
/// not tried where it would take another MFA code. `place`: what git is told.
pub(super) async fn by_git(examination: &mut Examination<'_>, place: &str, code: Option<&str>) {
    let (id, title) = GIT_REQUEST;
    if let Some(serial) = code {
        let why = format!("git would ask for an MFA code of {serial}");
        return examination.skip(id, title, &why);
    }
    let started = Instant::now();
    let mut git = process::git("-c");
    git.args(["core.askPass=", "-c", "http.lowSpeedLimit=1"])
        // Git alone can be ended, not what it has started: that ends by itself.
        .args(["-c", "http.lowSpeedTime=50"])
        .args(["ls-remote", "--quiet", "--", place, "HEAD"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS", "")
        // Its words are told apart by how they begin.
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    for name in TRACES.map(|start| examination.world.names_beginning(start)) {
        name.for_each(|name| _ = git.env_remove(name));
    }
    let mut git = tokio::process::Command::from(git);
    let running = timeout(PATIENCE, git.kill_on_drop(true).output());
    let ended = examination.wait("waiting for git ls-remote", running).await;
    let failed = |problem: &str| Finding::failed(super::reach::NETWORK, problem.to_owned());
    let finding = match ended {
        Err(_) => failed("git ls-remote does not end"),
        Ok(Err(error)) => failed(&format!("git ls-remote cannot be started: {error}")),
        Ok(Ok(said)) if said.status.success() => Finding::ok(["git ls-remote succeeds".to_owned()]),
        Ok(Ok(said)) => {
            let words = String::from_utf8_lossy(&said.stderr);
            let lines = words.lines().filter_map(repeatable).take(MOST_LINES);
            lines
                .fold(failed("git ls-remote fails"), Finding::and)
                .cured_by("git has settings of its own for https: git config --get-urlmatch http URL shows them")
        }
    };
    examination.add(id, title, started, finding);
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

/// Notes that git itself is not tried.
pub(super) fn skip_git(examination: &mut Examination<'_>, why: &str) {
    let (id, title) = GIT_REQUEST;
    examination.skip(id, title, why);
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
