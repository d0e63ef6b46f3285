//! Passwords for CodeCommit in the files of `git credential-store`. Nothing of them is shown but where they are.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::helpers;
use crate::aws::Host;
use crate::doctor::report::Finding;
use crate::git::config::GitConfig;
use crate::world::{World, variable};

/// Looks for passwords that have expired: a signed one is good for 15 minutes, and a helper that stored it goes on
/// answering with it.
///
/// Source: git-credential-store(1), "FILES".
pub(in crate::doctor) fn stored_passwords(world: &World, config: &GitConfig) -> Finding {
    let mut finding = Finding::ok([]);
    let mut searched = Vec::new();
    let (mut lasting, mut expired) = (Vec::new(), Vec::new());
    for file in files(world, config) {
        let text = match contents(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Zeroizing::default(),
            Err(error) => {
                finding = finding.but(format!("cannot read {}: {error}", file.display()));
                continue;
            }
        };
        for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let at = format!("{}:{}", file.display(), number + 1);
            let line = Zeroizing::new(String::from_utf8_lossy(line).into_owned());
            match kind(line.trim_end_matches('\r')) {
                Some(Kind::Signed) => expired.push(at),
                Some(Kind::Lasting) => lasting.push(at),
                None => {}
            }
        }
        searched.push(file.display().to_string());
    }
    if expired.is_empty() && lasting.is_empty() && finding.detail.is_empty() {
        finding = finding.and("none for CodeCommit");
    }
    for at in lasting {
        finding = finding.and(format!(
            "{at} has a password that does not expire, such as an IAM user's: git uses it where credential.helper=store comes first"
        ));
    }
    for at in expired {
        finding = finding
            .but(format!(
                "{at} has a signed password, which expired 15 minutes after it was made"
            ))
            .fixed_by(format!(
                "delete line {at}; git codecommit setup keeps \"store\" from storing the next one"
            ));
    }
    match searched.is_empty() {
        true => finding,
        false => finding.and(format!("searched {}", searched.join(", "))),
    }
}

/// Git's own two files, and those that a helper is told to use.
fn files(world: &World, config: &GitConfig) -> Vec<PathBuf> {
    let home = world.home();
    let settings = world.path(variable::XDG_CONFIG_HOME);
    let settings = settings.or_else(|| Some(home?.join(".config")));
    let own = [
        home.map(|home| home.join(".git-credentials")),
        settings.map(|folder| folder.join("git/credentials")),
    ];
    let mut files: Vec<PathBuf> = own.into_iter().flatten().collect();
    for file in helpers::password_files(world, config) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    files
}

/// What a plain file holds; anything else may have no end.
fn contents(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        // A pipe that has no writer is not waited for.
        options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    }
    let mut file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a plain file"));
    }
    let mut text = Zeroizing::new(Vec::new());
    file.read_to_end(&mut text)?;
    Ok(text)
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
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
