//! The repository itself: a real request for its references, and git's own where git sends the requests.

use std::process::Stdio;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::examination::Examination;
use super::report::{Finding, Status};
use crate::credentials::{Credentials, Resolver};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::process;
use crate::remote;

/// How long git may take: it asks for the credentials again.
const PATIENCE: Duration = Duration::from_secs(60);
/// Lines of git's that are repeated.
const MOST_LINES: usize = 12;
/// What would have git print more than is wanted, secrets among it.
const TRACES: [&str; 5] = [
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_SETUP",
    "GIT_CURL_VERBOSE",
];

/// Asks for the references as every fetch does; whether that went well.
pub(super) async fn references(
    examination: &mut Examination<'_>,
    endpoint: &Endpoint,
    resolver: Resolver<'_>,
    credentials: Credentials,
    remote: &str,
) -> bool {
    let started = Instant::now();
    let waiting = format!(
        "asking {} for the references of {}",
        endpoint.authority(),
        endpoint.repository()
    );
    let asking = remote::references(endpoint, resolver, credentials, remote);
    let finding = match examination.wait(&waiting, asking).await {
        Ok(found) if found.count == 0 => Finding::ok(["it may be read, and is empty".to_owned()]),
        Ok(found) => {
            let head = found.head.map(|head| format!(", HEAD is {head}"));
            let head = head.unwrap_or_default();
            Finding::ok([format!("it may be read: {} references{head}", found.count)])
        }
        Err(error) => refused(&error),
    };
    let is_well = finding.status != Status::Failed;
    examination.add("repository", "repository", started, finding);
    is_well
}

/// An error of the request; who signed it is no cure.
fn refused(error: &Error) -> Finding {
    let mut finding = Finding::error(error);
    if let Error::Remote(remote::Error::Refused(refusal)) = error {
        let signed = format!("signed by {}", refusal.identity);
        finding.cure.retain(|hint| *hint != signed);
        finding = finding.and(signed);
    }
    finding
}

/// By https it is git that sends the requests, with settings of its own: it tries, too, if the helper's request was
/// well. It asks nobody anything, and so is not tried where it would take another MFA code.
pub(super) async fn by_git(
    examination: &mut Examination<'_>,
    url: &str,
    is_well: bool,
    code: Option<&str>,
) {
    let (id, title) = ("git-request", "git itself");
    if !is_well {
        return examination.skip(id, title, "repository: failed");
    }
    if let Some(serial) = code {
        let why = format!("it would take another MFA code of {serial}");
        return examination.skip(id, title, &why);
    }
    let started = Instant::now();
    let mut git = process::git("-c");
    git.args(["core.askPass=", "ls-remote", "--quiet", "--", url, "HEAD"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS", "")
        .stdin(Stdio::null());
    for name in TRACES {
        git.env_remove(name);
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
            let lines = words.lines().take(MOST_LINES);
            lines
                .fold(failed("git ls-remote fails"), Finding::and)
                .cured_by("git has settings of its own for https: git config --get-urlmatch http URL shows them")
        }
    };
    examination.add(id, title, started, finding);
}
