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
            "{at} is a password that lasts, such as an IAM user's: where credential.helper=store stands first, git uses it"
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
    /// Another, most often an IAM user's.
    Lasting,
}

fn kind(line: &str) -> Option<Kind> {
    let (user, rest) = line.strip_prefix("https://")?.rsplit_once('@')?;
    let host = rest.split(['/', ':']).next()?;
    Host::recognise(host)?;
    let (_name, password) = user.split_once(':')?;
    // As `signature.rs` makes it: the time, and a signature.
    let password = password.as_bytes();
    let is_time = |(at, byte): (usize, &u8)| match at {
        8 => *byte == b'T',
        15 => *byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    let is_signed = password.len() > 16 && password.iter().take(16).enumerate().all(is_time);
    Some(if is_signed {
        Kind::Signed
    } else {
        Kind::Lasting
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passwords_for_codecommit_count_and_only_signed_ones_are_stale() {
        let host = "git-codecommit.eu-west-1.amazonaws.com";
        let signed = "20260101T000000Z5f3c2a1";
        for (line, expected) in [
            (
                format!("https://ASIA%25tok:{signed}@{host}"),
                Some(Kind::Signed),
            ),
            (
                format!("https://ASIA%25t@k:{signed}@{host}/v1/repos/x"),
                Some(Kind::Signed),
            ),
            (
                format!("https://bob-at-111111111111:pw@{host}"),
                Some(Kind::Lasting),
            ),
            (format!("https://bob:20260101@{host}"), Some(Kind::Lasting)),
            (format!("https://bob@{host}"), None),
            (format!("https://bob:{signed}@github.com"), None),
            (format!("https://{host}"), None),
            (String::new(), None),
        ] {
            assert_eq!(kind(&line), expected, "{line}");
        }
    }
}
