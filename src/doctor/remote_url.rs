//! The addresses to examine: the one that was typed, or the CodeCommit remotes of this repository; and what git
//! makes of each.

use std::process::Stdio;

use super::alias::{Alias, Runs};
use super::report::{Finding, Outcome};
use crate::address::{Address, without_getter};
use crate::aws::{Region, is_git_host};
use crate::error::{Error, Exit};
use crate::git::config::GitConfig;
use crate::process;
use crate::target::{NoRepository, RequestHost, Service};

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
    /// What our program is given, in the form of a typed address; without a user name where it is https.
    pub(super) url: String,
    /// What git calls the transport: it starts `git remote-NAME`, and asks `protocol.NAME.allow`.
    pub(super) transport: String,
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
        for url in remotes.iter().flat_map(|remote| remote.urls(config)) {
            if url.is_for_aws() && !urls.iter().any(|other| other.url == url.url) {
                urls.push(url);
            }
        }
        return urls;
    };
    let named = remotes
        .iter()
        .find(|remote| remote.name == typed.as_bytes());
    let mut urls = named.map(|remote| remote.urls(config)).unwrap_or_default();
    if urls.iter().any(RemoteUrl::is_for_aws) {
        urls.retain(RemoteUrl::is_for_aws);
    } else if urls.is_empty() {
        urls.push(RemoteUrl::of_url(config, typed));
    } else {
        urls.truncate(1);
    }
    urls
}

/// What our program would be given for the address or the remote that was typed; without one, for this repository's
/// first CodeCommit remote.
pub(crate) fn codecommit_address(config: &GitConfig, typed: Option<&str>) -> Option<String> {
    let urls = remote_urls(config, typed).into_iter();
    urls.map(|url| url.url).next()
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
    fn urls(&self, config: &GitConfig) -> Vec<RemoteUrl> {
        let url = self.url.map(String::from_utf8_lossy);
        let fetched = url.map(|url| match std::str::from_utf8(self.name) {
            Ok(name) => RemoteUrl::new(config, url.into_owned(), rewritten(name), name, name),
            // No argument of ours can name it: it is examined by its URL.
            Err(_) => RemoteUrl::of_url(config, &url),
        });
        let pushed = self.push_urls.iter();
        let pushed = pushed.map(|url| RemoteUrl::of_url(config, &String::from_utf8_lossy(url)));
        fetched.into_iter().chain(pushed).collect()
    }
}

/// What git makes of a URL or the name of a remote; it opens no connection for that.
fn rewritten(name: &str) -> String {
    let mut git = process::git("ls-remote");
    git.args(["--get-url", "--", name])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let said = process::answer(&mut git);
    let url = said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    url.ok()
        .filter(|url| !url.is_empty())
        .unwrap_or_else(|| name.to_owned())
}

impl RemoteUrl {
    /// A URL that no remote's name stands for.
    fn of_url(config: &GitConfig, written: &str) -> Self {
        let asked = rewritten(written);
        Self::new(config, written.to_owned(), asked, "origin", written)
    }

    fn new(config: &GitConfig, written: String, asked: String, remote: &str, place: &str) -> Self {
        let (transport, given) = transport(&asked);
        let (program, url) = match asked.strip_prefix("https://") {
            Some(rest) => (Program::CredentialHelper, without_user(rest)),
            // Only our own helper is given an address of ours.
            None if leads_to_ours(config, transport) || written.starts_with("codecommit:") => {
                let is_whole = given.starts_with("codecommit:");
                let url = match is_whole {
                    true => given.to_owned(),
                    false => format!("codecommit::{given}"),
                };
                (Program::RemoteHelper, Some(url))
            }
            None => (Program::RemoteHelper, None),
        };
        Self {
            written,
            url: url.unwrap_or_else(|| asked.clone()),
            transport: transport.to_owned(),
            asked,
            remote: remote.to_owned(),
            place: place.to_owned(),
            program,
        }
    }

    /// Whether it names CodeCommit or AWS CodeConnections, even where it has a mistake.
    fn is_for_aws(&self) -> bool {
        self.url.starts_with("codecommit:")
            || self.program == Program::CredentialHelper && leads_to_aws(&self.url)
    }

    /// For people; what somebody put in it to be known by is not shown.
    pub(super) fn shown(&self) -> String {
        without_password(&self.written)
    }

    /// The setting that rewrites it: git takes the one with the longest beginning.
    pub(super) fn rewritten_by(&self, config: &GitConfig) -> String {
        let all = config.scoped("url", "insteadOf").into_iter();
        let beginnings = all.filter_map(|(base, value)| {
            let beginning = value.bytes().ok()?;
            let is_one = self.written.as_bytes().starts_with(beginning);
            is_one.then_some((beginning.len(), base))
        });
        let base = beginnings.max_by_key(|(length, _)| *length);
        let base = base.map(|(_, base)| without_password(&String::from_utf8_lossy(base)));
        format!("url.{}.insteadOf", base.as_deref().unwrap_or("BASE"))
    }

    /// What `insteadOf` makes of it, if anything.
    pub(super) fn rewritten(&self) -> Option<String> {
        let asked = match self.program {
            Program::RemoteHelper => &self.asked,
            Program::CredentialHelper => &self.url,
        };
        (self.asked != self.written).then(|| without_password(asked))
    }

    /// Whether git knows what to do with it; for https, with the git host.
    pub(super) fn check(&self, config: &GitConfig) -> Outcome<Option<String>> {
        let host = self.host().map_err(Finding::error)?;
        if self.program == Program::RemoteHelper && !self.url.starts_with("codecommit:") {
            let plain = without_getter(&self.url);
            let is_known = plain.starts_with("codecommit:") || plain.starts_with("https:");
            let known = format!("{}{plain}", if is_known { "" } else { "codecommit::" });
            let problem = "git does not know addresses of this form";
            return Err(Finding::failed(Exit::Settings, problem)
                .fixed_by(format!("write {}", without_password(&known))));
        }
        let mut finding = Finding::good(match self.program {
            Program::RemoteHelper => format!("git starts git-remote-{}", self.transport),
            Program::CredentialHelper => {
                "git uses https, and asks its credential helpers".to_owned()
            }
        });
        let is_same_host =
            self.program == Program::CredentialHelper && self.written.starts_with("https://");
        if let Some(asked) = self.rewritten().filter(|_| !is_same_host) {
            finding = finding.and(format!("{} makes it {asked}", self.rewritten_by(config)));
        }
        if self.program == Program::CredentialHelper {
            finding = self.user_name(config, finding);
        }
        Ok((finding, host))
    }

    /// The git host of an https URL. Fails if the address names no repository.
    fn host(&self) -> Result<Option<String>, Error> {
        let is_https = self.program == Program::CredentialHelper;
        let of_connections = RequestHost::of_url(&self.url)
            .filter(|(host, _)| is_https && host.service == Service::Connections);
        if let Some((host, path)) = of_connections {
            return match host.serves(&path) {
                true => Ok(Some(host.name)),
                false => Err(NoRepository::OfConnections.into()),
            };
        }
        let host = Address::parse(&self.url)?.host.filter(|_| is_https);
        Ok(host.map(|host| host.name().to_owned()))
    }

    /// With a user name, git asks for the password of that user alone: one that another helper has stored long ago.
    fn user_name(&self, config: &GitConfig, finding: Finding) -> Finding {
        if self.asked != self.url {
            return finding
                .but("the URL has a user name, and a helper may have an old password for it")
                .fixed_by(format!("write the URL without it: {}", self.url));
        }
        match config.at_url("credential", &self.url).value("username") {
            None => finding,
            Some(set) => {
                let key = set.key();
                let origin = set.origin().map(ToString::to_string).unwrap_or_default();
                finding
                    .but(format!("{key} ({origin}) sets a user name, and a helper may have an old password for it"))
                    .fixed_by(format!("remove {key} from {origin}"))
            }
        }
    }
}

/// The name of the transport of a URL, and what git gives to its remote helper; no name for a path and ssh's short form.
///
/// Source: gitremote-helpers(7), "INVOCATION".
fn transport(url: &str) -> (&str, &str) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let end = url.find(|c| !is_name(c)).unwrap_or(url.len());
    let (name, rest) = url.split_at(end);
    match rest.strip_prefix("::") {
        Some(given) => (name, given),
        None if rest.starts_with("://") => (name, url),
        None => ("", url),
    }
}

/// Whether git starts our remote helper for a transport, by its name or by an alias.
fn leads_to_ours(config: &GitConfig, transport: &str) -> bool {
    let alias = Alias::of(config, &format!("remote-{transport}"));
    transport == "codecommit"
        || alias.is_some_and(|alias| match alias.runs {
            Runs::Program(program) => program.ends_with("git-remote-codecommit"),
            Runs::GitCommand(command) => command == "remote-codecommit",
        })
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
    let name = name.rsplit("::").next().unwrap_or(name);
    // The user name of a signed password has a session token behind a "%".
    let is_profile = name == "codecommit"
        || Region::parse(name).is_ok()
        || leads_to_aws(text) && !user.contains('%');
    match user.contains(':') || !scheme.is_empty() && !is_profile {
        true => format!("{scheme}***@{host}"),
        false => text.to_owned(),
    }
}

/// Whether a URL leads to a git host of AWS.
fn leads_to_aws(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    is_git_host(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_masked_and_a_user_name_is_not_a_profile() {
        let host = "git-codecommit.eu-west-1.amazonaws.com/v1/repos/r";
        let config = GitConfig::parse(b"");
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
                format!("https://ASIAX%25hunter2@{host}"),
                format!("https://***@{host}"),
            ),
            (
                "codecommit-native::eu-west-1://p@r".to_owned(),
                "codecommit-native::eu-west-1://p@r".to_owned(),
            ),
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
            let url = RemoteUrl::new(&config, written.clone(), written, "origin", "origin");
            assert_eq!(url.shown(), shown);
        }
        let url = format!("https://ada@{host}");
        let url = RemoteUrl::new(&config, url.clone(), url, "origin", "origin");
        assert_eq!(url.url, format!("https://{host}"));
        assert_eq!(url.program, Program::CredentialHelper);
    }
}
