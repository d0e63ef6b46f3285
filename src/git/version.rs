//! The version of the git that started this program.

use std::io;
use std::process::Stdio;

use crate::process;

/// `2.47.3`, `2.39.5 (Apple Git-154)`, `2.47.3.windows.1`: never read strictly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitVersion {
    /// As git's own User-Agent has it, for example `2.47.3`.
    pub(crate) text: String,
}

impl GitVersion {
    /// Asks git. It comes first on PATH: git puts its own folder there.
    /// Fails if git cannot be started, or gives no answer.
    pub(crate) fn ask() -> io::Result<Self> {
        let mut git = process::git("version");
        git.stdin(Stdio::null()).stderr(Stdio::inherit());
        let said = process::answer(&mut git)?;
        Ok(Self::parse(&String::from_utf8_lossy(&said.stdout)))
    }

    /// Reads `git version 2.47.3`.
    pub(crate) fn parse(said: &str) -> Self {
        let text = said
            .strip_prefix("git version ")
            .and_then(|rest| rest.split_whitespace().next())
            .unwrap_or("0");
        Self {
            text: text.to_owned(),
        }
    }

    /// Whether it is this version or a later one.
    pub(crate) fn is_at_least(&self, major: u32, minor: u32) -> bool {
        let digits = |part: &str| {
            let end = part
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(part.len());
            part[..end].parse().unwrap_or(0)
        };
        let mut numbers = self.text.split('.').map(digits);
        let (a, b) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        (a, b) >= (major, minor)
    }
}

/// The first git that starts an alias as a remote helper (git commit 675df192c5); since 2.26 a `*` may stand in the URL of
/// a credential section. Setup needs both.
pub(crate) const SETUP_NEEDS: (u32, u32) = (2, 29);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (said, at_least) in [
            ("git version 2.27.1\n", false),
            ("git version 2.28.0\n", true),
            ("git version 2.39.5 (Apple Git-154)\n", true),
            ("git version 2.47.3.windows.1\n", true),
            ("git version 3.0-rc1\n", true),
            ("git version 2.54-rc0\n", true),
            ("git version 1.8.3.1\n", false),
            ("", false),
        ] {
            assert_eq!(
                GitVersion::parse(said).is_at_least(2, 28),
                at_least,
                "{said}"
            );
        }
    }
}
