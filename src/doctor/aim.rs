//! What is examined: the address that was typed, or the CodeCommit remotes of this repository, as git rewrites
//! them.

use std::process::Stdio;

use super::report::Finding;
use crate::address::Address;
use crate::error::Error;
use crate::git_config::GitConfig;
use crate::process;

/// Which of our programs git starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// `git-remote-codecommit`, for `codecommit:` addresses.
    RemoteHelper,
    /// `git-credential-codecommit`, for https URLs.
    CredentialHelper,
}

/// An address, and what git makes of it.
#[derive(Debug)]
pub(super) struct Aim {
    /// As it was typed or stands in the configuration.
    written: String,
    /// After `url.<base>.insteadOf`: what git asks its helpers about.
    pub(super) asked: String,
    /// The same, without a user name where it goes by https.
    pub(super) url: String,
    /// What git calls the remote.
    pub(super) remote: String,
    pub(super) program: Program,
}

/// The address that was typed, or the name of a remote; without one, every remote of this repository that leads to CodeCommit.
pub(super) fn aims(config: &GitConfig, typed: Option<&str>) -> Vec<Aim> {
    let mut remotes: Vec<String> = Vec::new();
    for (name, _) in config.scoped("remote", "url") {
        let name = String::from_utf8_lossy(name).into_owned();
        if !remotes.contains(&name) {
            remotes.push(name);
        }
    }
    let written = |remote: &str| {
        let urls = config.values(&format!("remote.{remote}.url"));
        let first = urls.first().and_then(|url| url.text().ok());
        first.unwrap_or_default().to_owned()
    };
    match typed {
        Some(name) if remotes.iter().any(|remote| remote == name) => {
            vec![Aim::new(written(name), rewritten(name), name)]
        }
        Some(typed) => vec![Aim::new(typed.to_owned(), rewritten(typed), "origin")],
        None => {
            let aims = remotes
                .iter()
                .map(|name| Aim::new(written(name), rewritten(name), name));
            let mut aims: Vec<Aim> = aims.filter(Aim::is_for_codecommit).collect();
            aims.dedup_by(|one, other| one.url == other.url);
            aims
        }
    }
}

/// What git makes of a URL or the name of a remote; it opens no connection for that.
fn rewritten(name: &str) -> String {
    let said = process::git("ls-remote")
        .args(["--get-url", "--", name])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let url = said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    url.ok()
        .filter(|url| !url.is_empty())
        .unwrap_or_else(|| name.to_owned())
}

impl Aim {
    fn new(written: String, url: String, remote: &str) -> Self {
        let (program, bare) = match url.strip_prefix("https://") {
            Some(rest) => (Program::CredentialHelper, without_user(rest)),
            None => (Program::RemoteHelper, None),
        };
        Self {
            written,
            url: bare.unwrap_or_else(|| url.clone()),
            asked: url,
            remote: remote.to_owned(),
            program,
        }
    }

    fn is_for_codecommit(&self) -> bool {
        self.url.starts_with("codecommit:")
            || self.program == Program::CredentialHelper && Address::parse(&self.url).is_ok()
    }

    /// For people; a password that somebody put in it is not shown.
    pub(super) fn shown(&self) -> String {
        without_password(&self.written)
    }

    /// What git makes of it.
    pub(super) fn finding(&self) -> Finding {
        if let Err(error) = Address::parse(&self.url) {
            return Finding::error(&Error::from(error));
        }
        let mut finding = Finding::ok([match self.program {
            Program::RemoteHelper => "git starts git-remote-codecommit for it",
            Program::CredentialHelper => {
                "git goes there by https, and asks its credential helpers for a password"
            }
        }
        .to_owned()]);
        let is_same_host = self.written.starts_with("https://");
        if self.program == Program::CredentialHelper && !is_same_host {
            finding = finding.and(format!("url.….insteadOf makes it {}", self.url));
        }
        if self.program == Program::RemoteHelper && !self.url.starts_with("codecommit:") {
            let known = format!("codecommit::{}", self.url);
            finding = finding
                .but("git does not know it in this form".to_owned())
                .cured_by(format!("write {}", without_password(&known)));
        }
        finding
    }
}

/// The URL without its user name: that says whom git asks a password for, and the profile is the helper's to choose. A
/// password is left for the error that it is.
fn without_user(rest: &str) -> Option<String> {
    let end = rest.find('/').unwrap_or(rest.len());
    let (user, host) = rest[..end].rsplit_once('@')?;
    (!user.contains(':')).then(|| format!("https://{host}{}", &rest[end..]))
}

/// Masks what stands in front of the last `@` and could be a password.
fn without_password(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), text),
    };
    match rest.rsplit_once('@') {
        Some((user, host)) if user.contains(':') => format!("{scheme}***@{host}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_masked_and_a_user_name_is_not_a_profile() {
        let host = "git-codecommit.eu-west-1.amazonaws.com/v1/repos/r";
        for (written, shown) in [
            (
                format!("https://u:hunter2@{host}"),
                format!("https://***@{host}"),
            ),
            (
                format!("https://u:hunt@er2@{host}"),
                format!("https://***@{host}"),
            ),
            (
                "codecommit://u:hunter2@r".to_owned(),
                "codecommit://***@r".to_owned(),
            ),
            (
                "codecommit::eu-west-1://p@r".to_owned(),
                "codecommit::eu-west-1://p@r".to_owned(),
            ),
        ] {
            let aim = Aim::new(written.clone(), written, "origin");
            assert_eq!(aim.shown(), shown);
        }
        let url = format!("https://ada@{host}");
        let aim = Aim::new(url.clone(), url, "origin");
        assert_eq!(aim.url, format!("https://{host}"));
        assert_eq!(aim.program, Program::CredentialHelper);
    }
}
