//! Passwords for CodeCommit in the files of `git credential-store`. Nothing of them is shown but where they are.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::report::Finding;
use crate::endpoint::Host;
use crate::world::{World, variable};

/// Looks for passwords that CodeCommit has stopped taking: a signed one lives 15 minutes, and a helper that keeps it goes on
/// answering with it.
///
/// Source: git-credential-store(1), "FILES".
pub(super) fn stored_passwords(world: &World) -> Finding {
    let mut finding = Finding::ok([]);
    let mut lasting = Vec::new();
    let mut stale = Vec::new();
    for file in files(world) {
        let Ok(text) = std::fs::read_to_string(&file).map(Zeroizing::new) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            let at = format!("{}:{}", file.display(), number + 1);
            match kind(line) {
                Some(Kind::Signed) => stale.push(at),
                Some(Kind::Lasting) => lasting.push(at),
                None => {}
            }
        }
    }
    if stale.is_empty() && lasting.is_empty() {
        return finding.and("none for CodeCommit in git's password files");
    }
    for at in lasting {
        finding = finding.and(format!(
            "{at} is an IAM user's Git password: it lasts, and git uses it where credential.helper=store stands first"
        ));
    }
    for at in stale {
        finding = finding
            .but(format!("{at} is a signed password, which ended 15 minutes after it was made"))
            .cured_by(format!("take line {at} out, and keep \"store\" from CodeCommit hosts: git codecommit setup does that"));
    }
    finding
}

fn files(world: &World) -> Vec<PathBuf> {
    let home = world.home();
    let settings = world.path(variable::XDG_CONFIG_HOME);
    let settings = settings.or_else(|| Some(home?.join(".config")));
    let files = [
        home.map(|home| home.join(".git-credentials")),
        settings.map(|folder| folder.join("git/credentials")),
    ];
    files.into_iter().flatten().collect()
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// Of a signature.
    Signed,
    /// An IAM user's, `name-at-123456789012`.
    Lasting,
}

fn kind(line: &str) -> Option<Kind> {
    let (user, rest) = line.strip_prefix("https://")?.rsplit_once('@')?;
    let host = rest.split(['/', ':']).next()?;
    Host::recognise(host)?;
    let user = user.split(':').next().unwrap_or_default();
    let account = user
        .rsplit_once("-at-")
        .map(|(_, account)| account.as_bytes());
    let is_iam = account.is_some_and(|account| {
        account.len() >= 12 && account.iter().take(12).all(u8::is_ascii_digit)
    });
    Some(if is_iam { Kind::Lasting } else { Kind::Signed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passwords_for_codecommit_count_and_an_iam_users_lasts() {
        let host = "git-codecommit.eu-west-1.amazonaws.com";
        for (line, expected) in [
            (
                format!("https://ASIA%25tok:2026Z@{host}"),
                Some(Kind::Signed),
            ),
            (
                format!("https://ASIA%25t@k:2026Z@{host}/v1/repos/x"),
                Some(Kind::Signed),
            ),
            (
                format!("https://bob-at-111111111111:pw@{host}"),
                Some(Kind::Lasting),
            ),
            (
                format!("https://bob-at-111111111111+1:pw@{host}"),
                Some(Kind::Lasting),
            ),
            (format!("https://bob-at-home:pw@{host}"), Some(Kind::Signed)),
            ("https://bob:pw@github.com".to_owned(), None),
            (format!("https://{host}"), None),
            (String::new(), None),
        ] {
            assert_eq!(kind(&line), expected, "{line}");
        }
    }
}
