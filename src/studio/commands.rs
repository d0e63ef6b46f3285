//! The AWS CLI's commands that make and attach lifecycle configurations.

use serde_json::{Value, json};

use super::SuggestedRepository;
use super::lifecycle::{base64, content_hash, filled};
use crate::process::shell_quoted;

const COMMANDS: &str = include_str!("commands.sh");

/// A shell script that makes one configuration for each kind of app and attaches both as built-in.
pub(crate) fn commands(
    script: &str,
    domain: Option<&str>,
    suggested: &[SuggestedRepository],
) -> String {
    let repositories = suggested
        .iter()
        .map(|url| json!({ "RepositoryUrl": url.as_str() }));
    let repositories = Value::Array(repositories.collect()).to_string();
    filled(
        COMMANDS,
        &[
            ("@HASH@", &content_hash(script)),
            (
                "@DOMAIN@",
                domain.unwrap_or("${DOMAIN_ID:?set it to the domain, d-...}"),
            ),
            ("@CONTENT@", &base64(script)),
            ("@REPOSITORIES@", &shell_quoted(&repositories)),
        ],
    )
}
