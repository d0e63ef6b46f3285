//! The addresses to examine: the one that was typed, or the CodeCommit remotes of this repository; and what git
//! makes of each.

use std::process::Stdio;

use super::report::{Finding, Outcome};
use crate::address::Address;
use crate::aws::{Host, Region};
use crate::git::config::GitConfig;
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
pub(super) struct RemoteUrl {
    /// As it was typed or stands in the configuration.
    written: String,
    /// After `url.<base>.insteadOf`: what git asks its helpers about.
    pub(super) asked: String,
    /// The same, without a user name where it goes by https.
    pub(super) url: String,
    /// What git calls the remote.
    pub(super) remote: String,
    /// What git is told to go there: the remote's name, else what is written. Never [`asked`](Self::asked), which git
    /// would rewrite once more.
    pub(super) place: String,
    pub(super) program: Program,
}

/// The address that was typed, or the name of a remote; without one, every remote of this repository that leads to CodeCommit.
pub(super) fn remote_urls(config: &GitConfig, typed: Option<&str>) -> Vec<RemoteUrl> {
    let remotes = remotes(config);
    let Some(typed) = typed else {
        let mut urls: Vec<RemoteUrl> = Vec::new();
        for url in remotes.iter().flat_map(Remote::urls) {
            if url.is_for_codecommit() && !urls.iter().any(|other| other.url == url.url) {
                urls.push(url);
            }
        }
        return urls;
    };
    let named = remotes
        .iter()
        .find(|remote| remote.name == typed.as_bytes());
    let mut urls = named.map(Remote::urls).unwrap_or_default();
    if urls.iter().any(RemoteUrl::is_for_codecommit) {
        urls.retain(RemoteUrl::is_for_codecommit);
    } else if urls.is_empty() {
        urls.push(RemoteUrl::of_url(typed));
    } else {
        urls.truncate(1);
    }
    urls
}

/// A remote, as the configuration has it.
struct Remote<'c> {
    name: &'c [u8],
    /// Where it fetches from; git takes the first.
    url: Option<&'c [u8]>,
    /// Where it pushes to, if that is another place.
    push_urls: Vec<&'c [u8]>,
}

fn remotes(config: &GitConfig) -> Vec<Remote<'_>> {
    let mut remotes: Vec<Remote<'_>> = Vec::new();
    for key in ["url", "pushurl"] {
        for (name, value) in config.scoped("remote", key) {
            let Ok(value) = value.bytes() else { continue };
            let at = remotes.iter().position(|remote| remote.name == name);
            let at = at.unwrap_or_else(|| {
                remotes.push(Remote {
                    name,
                    url: None,
                    push_urls: Vec::new(),
                });
                remotes.len() - 1
            });
            match key {
                "url" => _ = remotes[at].url.get_or_insert(value),
                _ => remotes[at].push_urls.push(value),
            }
        }
    }
    remotes
}

impl Remote<'_> {
    fn urls(&self) -> Vec<RemoteUrl> {
        let url = self.url.map(String::from_utf8_lossy);
        let fetched = url.map(|url| match std::str::from_utf8(self.name) {
            Ok(name) => RemoteUrl::new(url.into_owned(), rewritten(name), name, name),
            // No argument of ours can name it: it is examined by its URL.
            Err(_) => RemoteUrl::of_url(&url),
        });
        let pushed = self.push_urls.iter();
        let pushed = pushed.map(|url| RemoteUrl::of_url(&String::from_utf8_lossy(url)));
        fetched.into_iter().chain(pushed).collect()
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

impl RemoteUrl {
    /// A URL that no remote's name stands for.
    fn of_url(written: &str) -> Self {
        Self::new(written.to_owned(), rewritten(written), "origin", written)
    }

    fn new(written: String, url: String, remote: &str, place: &str) -> Self {
        let (program, bare) = match url.strip_prefix("https://") {
            Some(rest) => (Program::CredentialHelper, without_user(rest)),
            None => (Program::RemoteHelper, None),
        };
        Self {
            written,
            url: bare.unwrap_or_else(|| url.clone()),
            asked: url,
            remote: remote.to_owned(),
            place: place.to_owned(),
            program,
        }
    }

    /// What git calls the transport in its `protocol.<name>.allow`.
    pub(super) fn protocol(&self) -> &'static str {
        match self.program {
            Program::RemoteHelper => "codecommit",
            Program::CredentialHelper => "https",
        }
    }

    /// Whether it names CodeCommit, even where it has a mistake.
    fn is_for_codecommit(&self) -> bool {
        self.url.starts_with("codecommit:")
            || self.program == Program::CredentialHelper && leads_to_codecommit(&self.url)
    }

    /// For people; what somebody put in it to be known by is not shown.
    pub(super) fn shown(&self) -> String {
        without_password(&self.written)
    }

    /// What `insteadOf` makes of it, if anything.
    pub(super) fn rewritten(&self) -> Option<String> {
        (self.asked != self.written).then(|| without_password(&self.url))
    }

    pub(super) fn check(&self) -> Outcome<Address> {
        let address = Address::parse(&self.url).map_err(Finding::error)?;
        let mut finding = Finding::good(match self.program {
            Program::RemoteHelper => "git starts git-remote-codecommit",
            Program::CredentialHelper => "git uses https, and asks its credential helpers",
        });
        let is_same_host = self.written.starts_with("https://");
        if self.program == Program::CredentialHelper && !is_same_host {
            finding = finding.and(format!("url.….insteadOf makes it {}", self.url));
        }
        if self.program == Program::RemoteHelper && !self.url.starts_with("codecommit:") {
            let known = format!("codecommit::{}", self.url);
            finding = finding
                .but("git does not know this form".to_owned())
                .fixed_by(format!("write {}", without_password(&known)));
        }
        Ok((finding, address))
    }
}

/// The URL without its user name: that says whom git asks a password for, and the profile is the helper's to choose. A
/// password is left for the error that it is.
fn without_user(rest: &str) -> Option<String> {
    let end = rest.find('/').unwrap_or(rest.len());
    let (user, host) = rest[..end].rsplit_once('@')?;
    (!user.contains(':')).then(|| format!("https://{host}{}", &rest[end..]))
}

/// Masks what stands in front of the last `@`, unless it is the profile of a CodeCommit address: before other hosts, a token
/// may stand alone.
fn without_password(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), text),
    };
    let Some((user, host)) = rest.rsplit_once('@') else {
        return text.to_owned();
    };
    let name = scheme.trim_end_matches("://");
    let name = name.strip_prefix("codecommit::").unwrap_or(name);
    let is_profile =
        name == "codecommit" || Region::parse(name).is_ok() || leads_to_codecommit(text);
    match user.contains(':') || !scheme.is_empty() && !is_profile {
        true => format!("{scheme}***@{host}"),
        false => text.to_owned(),
    }
}

/// Whether a URL leads to a git host of CodeCommit.
fn leads_to_codecommit(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    Host::recognise(host).is_some()
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
            ("codecommit://p@r".to_owned(), "codecommit://p@r".to_owned()),
            (format!("https://p@{host}"), format!("https://p@{host}")),
            (
                "https://ghp_hunter2@github.com/x/y@z".to_owned(),
                "https://***@z".to_owned(),
            ),
            (
                "codecommit::https://ghp_hunter2@github.com/x/y".to_owned(),
                "codecommit::https://***@github.com/x/y".to_owned(),
            ),
            (
                "git@github.com:x/y".to_owned(),
                "git@github.com:x/y".to_owned(),
            ),
        ] {
            let url = RemoteUrl::new(written.clone(), written, "origin", "origin");
            assert_eq!(url.shown(), shown);
        }
        let url = format!("https://ada@{host}");
        let url = RemoteUrl::new(url.clone(), url, "origin", "origin");
        assert_eq!(url.url, format!("https://{host}"));
        assert_eq!(url.program, Program::CredentialHelper);
    }
}
