//! The AWS CLI's commands that make and attach lifecycle configurations.

use super::lifecycle::{base64, content_hash, filled};

const COMMANDS: &str = include_str!("commands.sh");

/// A shell script that makes one configuration for each kind of app and attaches both as built-in.
pub(crate) fn commands(script: &str, domain: Option<&str>) -> String {
    filled(
        COMMANDS,
        &[
            ("@HASH@", &content_hash(script)),
            (
                "@DOMAIN@",
                domain.unwrap_or("${DOMAIN_ID:?set it to the domain, d-...}"),
            ),
            ("@CONTENT@", &base64(script)),
        ],
    )
}
