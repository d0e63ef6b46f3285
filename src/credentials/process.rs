//! `credential_process`: a program of the person's own that writes credentials as JSON.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Process credential provider"; botocore's `ProcessProvider`: the command line is split as a shell would, but no shell runs.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use serde::Deserialize;
use zeroize::Zeroizing;

use super::command_line;
use super::instant::instant;
use crate::aws::iam::AccountId;
use crate::aws::{Credentials, Origin};
use crate::error::{Exit, Explain};
use crate::process;
use crate::secret::Secret;

/// Why the program gave no credentials. Neither its arguments nor its output are shown: people put secrets in both.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line is empty, or a quote in it has no end.
    #[error("credential_process of profile {profile:?} is not a command line")]
    CommandLine { profile: String },
    /// The program could not be started.
    #[error("cannot start {program:?}, credential_process of profile {profile:?}: {cause}")]
    Start {
        profile: String,
        program: String,
        cause: io::Error,
        /// The path that was meant, if it was cut at a space.
        quoting: Option<String>,
    },
    /// The program failed; what it said stands above.
    #[error("credential_process of profile {profile:?} failed ({status})")]
    Failed { profile: String, status: ExitStatus },
    #[error("credential_process of profile {profile:?} printed {problem}")]
    Answer {
        profile: String,
        problem: &'static str,
    },
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::CommandLine { .. } => {
                "write the program and its arguments; no shell interprets them".into()
            }
            Self::Start {
                quoting: Some(path),
                ..
            } => {
                format!("the path has a space: put it in quotation marks, as in \"{path}\"")
            }
            Self::Start { .. } => "use its full path, or put it on PATH".into(),
            Self::Failed { .. } => {
                "its own messages, if any, are above; run the same command by hand to see more"
                    .into()
            }
            Self::Answer { .. } => {
                "it must print {\"Version\": 1, \"AccessKeyId\": …, \"SecretAccessKey\": …, \
                 \"SessionToken\": …, \"Expiration\": …} and nothing else"
                    .into()
            }
        }]
    }

    fn exit(&self) -> Exit {
        Exit::Credentials
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    version: u64,
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
    expiration: Option<String>,
    #[serde(default)]
    account_id: Option<String>,
}

/// Runs the program, once, and reads what it writes.
pub(super) async fn run(profile: &str, command: &str) -> Result<Credentials, Error> {
    let profile = profile.to_owned();
    let Some((program, arguments)) = command_line::split(command) else {
        return Err(Error::CommandLine { profile });
    };
    let mut child = tokio::process::Command::from(process::program(&program));
    let quoting = with_unquoted_space(&program, &arguments);
    let started = child
        .args(arguments)
        // Git's own input must not be read by anyone else. The program's messages are for the person, at once: it
        // may wait for a touch of a security key, or a sign-in in the browser, and has no limit in botocore either.
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn();
    let ended = match started {
        Ok(child) => child.wait_with_output().await,
        Err(cause) => Err(cause),
    };
    let said = ended.map_err(|cause| Error::Start {
        profile: profile.clone(),
        program,
        cause,
        quoting,
    })?;
    let output = Zeroizing::new(said.stdout);
    if !said.status.success() {
        let status = said.status;
        return Err(Error::Failed { profile, status });
    }
    parse(&output).map_err(|problem| Error::Answer { profile, problem })
}

/// The file that a command line means if its path has spaces that are not quoted.
fn with_unquoted_space(program: &str, arguments: &[String]) -> Option<String> {
    let mut path = program.to_owned();
    arguments.iter().find_map(|word| {
        path = format!("{path} {word}");
        Path::new(&path).is_file().then(|| path.clone())
    })
}

pub(super) fn parse(output: &[u8]) -> Result<Credentials, &'static str> {
    // serde's own message would quote the value it stumbled over.
    let answer: Answer = serde_json::from_slice(output)
        .map_err(|_| "something that is not JSON with Version, AccessKeyId and SecretAccessKey")?;
    if answer.version != 1 {
        return Err("a Version other than 1");
    }
    let expires_at = match answer.expiration.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(instant(text).ok_or("an Expiration that is not a time with a zone")?),
    };
    let token = answer.session_token.filter(|token| !token.is_empty());
    Ok(Credentials {
        access_key_id: answer.access_key_id,
        secret_access_key: Secret::new(answer.secret_access_key.to_string()),
        session_token: token.map(|token| Secret::new(token.to_string())),
        expires_at,
        principal: None,
        account: answer.account_id.as_deref().and_then(AccountId::parse),
        origin: Origin::Fresh,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_whole_or_not_at_all() {
        let full = br#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "hunter2", "SessionToken": "t",
                        "Expiration": "2026-11-22T00:00:00+01:00", "AccountId": "1"}"#;
        let credentials = parse(full).unwrap();
        assert_eq!(credentials.secret_access_key.expose(), "hunter2");
        assert!(credentials.session_token.is_some() && credentials.expires_at.is_some());
        let short = br#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s"}"#;
        assert!(parse(short).unwrap().session_token.is_none());
        for bad in [
            &b""[..],
            b"A hunter2",
            br#"{"Version": "1", "AccessKeyId": "A", "SecretAccessKey": "hunter2"}"#,
            br#"{"Version": 2, "AccessKeyId": "A", "SecretAccessKey": "hunter2"}"#,
            br#"{"Version": 1, "AccessKeyId": "A"}"#,
            br#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "hunter2", "Expiration": "soon"}"#,
        ] {
            let problem = parse(bad).unwrap_err();
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
