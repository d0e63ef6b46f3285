//! Passwords for CodeCommit in the files of `git credential-store`. Nothing of them is shown but where they are.

use std::io;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{helpers, netrc};
use crate::doctor::report::Finding;
use crate::git::config::GitConfig;
use crate::git::stored_passwords::{Lifetime, in_store};
use crate::platform;
use crate::world::{World, input_file, variable};

/// Looks for passwords that have expired: a signed one is good for 15 minutes, and a helper that stored it goes on
/// answering with it.
///
/// Source: git-credential-store(1), "FILES".
pub(in crate::doctor) fn stored_passwords(world: &World, config: &GitConfig) -> Finding {
    let mut finding = Finding::ok([]);
    let mut searched = Vec::new();
    let (mut lasting, mut expired) = (Vec::new(), Vec::new());
    for file in files(world, config) {
        let text = match input_file::read_plain(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Zeroizing::default(),
            Err(error) => {
                finding = finding.but(format!("cannot read {}: {error}", file.display()));
                continue;
            }
        };
        let text = Zeroizing::new(String::from_utf8_lossy(&text).into_owned());
        for password in in_store(&text) {
            let at = format!("{}:{}", file.display(), password.line);
            match password.lifetime {
                Lifetime::Minutes => expired.push(at),
                Lifetime::Lasting => lasting.push(at),
            }
        }
        searched.push(file.display().to_string());
    }
    finding = netrc::add_to(finding, world);
    searched.extend(netrc::file(world).map(|file| file.display().to_string()));
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
        settings.map(|folder| platform::below(&folder, "git/credentials")),
    ];
    let mut files: Vec<PathBuf> = own.into_iter().flatten().collect();
    for file in helpers::password_files(world, config) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    files
}
