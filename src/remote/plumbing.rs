//! The git programs this helper starts.

use std::ffi::OsString;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::Error;
use crate::process;

/// The first git whose remote helpers may send response-end packets (git commit b0df0c16ea).
const RESPONSE_END: (u32, u32) = (2, 28);

/// What is known of the git that started this helper.
#[derive(Clone, Debug)]
pub(super) struct Git {
    /// As git's own User-Agent has it, for example `2.47.3`.
    pub(super) version: String,
}

impl Git {
    /// Asks git for its version. It comes first on PATH: git puts its own folder there.
    pub(super) async fn ask() -> Result<Self, Error> {
        let program = "version";
        let said = Command::from(process::git(program))
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .await
            .map_err(|cause| Error::Start { program, cause })?;
        let said = String::from_utf8_lossy(&said.stdout);
        let version = said
            .strip_prefix("git version ")
            .and_then(|rest| rest.split_whitespace().next())
            .unwrap_or("0");
        Ok(Self {
            version: version.to_owned(),
        })
    }

    /// Whether this git can speak protocol v2 through a helper that it did not ship itself.
    pub(super) fn knows_response_end(&self) -> bool {
        let mut numbers = self
            .version
            .split('.')
            .map(|part| part.parse().unwrap_or(0));
        let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        (major, minor) >= RESPONSE_END
    }
}

/// Starts `git <program> <arguments>` with pipes for its standard input and output.
pub(super) fn start(program: &'static str, arguments: &[OsString]) -> Result<Child, Error> {
    Command::from(process::git(program))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|cause| Error::Start { program, cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_end_packets_go_only_to_gits_that_know_them() {
        for (version, knows) in [
            ("2.27.1", false),
            ("2.28.0", true),
            ("2.39.5", true),
            ("2.47.3.windows.1", true),
            ("3.0-rc1", true),
            ("1.8.3.1", false),
            ("", false),
        ] {
            let git = Git {
                version: version.into(),
            };
            assert_eq!(git.knows_response_end(), knows, "{version}");
        }
    }
}
