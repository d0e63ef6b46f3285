//! The credential helpers that are configured already: whoever opened a URL before opens it after setup.
//!
//! Git asks the helpers of every section that matches a URL, in file order; an empty one clears the list
//! (gitcredentials(7)). Sections match as those of `http.<url>.*`, but all of them count, not only the best.

use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::places::Places;
use super::{Error, git};
use crate::aws::{ConnectionsHost, is_git_host};
use crate::credential;
use crate::git::config::{GitConfig, Origin, Value};
use crate::git::helper_line::{Helper, Kind};
use crate::git::stored_passwords::{self, StoredPassword};
use crate::world::{World, input_file};

/// A URL of a host that no section names.
const ANY_HOST: &str = "https://git-codecommit.any-region-1.amazonaws.com";

/// The settings of git's files, without ours.
pub(super) struct Existing {
    config: GitConfig,
    /// Files with stored passwords, for `store`.
    stores: Vec<PathBuf>,
    netrc: PathBuf,
}

/// A helper, as its setting has it.
struct Entry<'e> {
    value: &'e str,
    has_url: bool,
    origin: Option<&'e Origin>,
}

/// The identity that opens a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// The credentials that the AWS tools find by themselves.
    DefaultChain,
    Profile(String),
    /// Another program, or a stored password that lasts. All helpers that git asks.
    Other(Vec<String>),
}

/// Who answers for a URL, and where that is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) identity: Identity,
    pub(super) file: String,
    /// The URL of the section; none for all hosts.
    pub(super) scope: Option<String>,
    pub(super) uses_http_path: bool,
    is_stored: bool,
}

impl Existing {
    pub(super) fn read(world: &World, places: &Places) -> Result<Self, Error> {
        let home = places.home();
        Ok(Self {
            config: git::config(world, home)?,
            stores: [".git-credentials", ".config/git/credentials"]
                .map(|name| home.join(name))
                .to_vec(),
            netrc: home.join(".netrc"),
        })
    }

    /// Who answers for a host that has no section of its own.
    pub(super) fn everywhere(&self, places: &Places) -> Option<Claim> {
        self.at(ANY_HOST, places)
    }

    /// Who answers for the hosts of AWS CodeConnections that have no section of their own, by their URLs.
    pub(super) fn connections(&self, places: &Places) -> Vec<(String, Option<Claim>)> {
        let urls = ConnectionsHost::every_url().into_iter();
        urls.map(|url| {
            let claim = self.at(&url.replace('*', "any-region-1"), places);
            let scope = Some(url.clone());
            (url, claim.map(|claim| Claim { scope, ..claim }))
        })
        .collect()
    }

    /// Who answers for URLs that have a section of their own, or a stored password that lasts.
    pub(super) fn scoped(&self, places: &Places) -> Vec<Claim> {
        let sections = self.config.scoped("credential", "helper").into_iter();
        let theirs = sections.filter(|(_, helper)| !is_own(helper, places));
        let mut urls: Vec<String> = theirs.filter_map(|(url, _)| aws_url(url)).collect();
        let stored = self.stores.iter().flat_map(|file| iam_password_hosts(file));
        urls.extend(stored.map(|host| format!("https://{host}")));
        urls.sort();
        urls.dedup();
        urls.iter().filter_map(|url| self.at(url, places)).collect()
    }

    /// Who answers for a URL. Never the helper's text, which may contain a password.
    pub(super) fn at(&self, url: &str, places: &Places) -> Option<Claim> {
        let host = url.strip_prefix("https://").unwrap_or(url);
        let host = host.split('/').next().unwrap_or(host);
        let asked = self.asked(url, places);
        let other = || Identity::Other(asked.iter().map(|entry| entry.value.to_owned()).collect());
        let stored = self.stored(host);
        asked.iter().find_map(|entry| {
            let kind = Helper::new(entry.value, "").kind;
            let is_stored = kind == Kind::Keeper("store") && stored.is_some();
            let identity = match kind {
                Kind::AwsCli | Kind::Ours => entry.identity().unwrap_or_else(other),
                Kind::Other if entry.has_url || entry.value.contains("codecommit") => other(),
                _ if is_stored => other(),
                // They are asked for every host, and have no lasting password for this one.
                Kind::Keeper(_) | Kind::Other => return None,
            };
            Some(Claim {
                identity,
                file: match stored.filter(|_| is_stored) {
                    Some(file) => places.shown(file),
                    None => entry.shown(places),
                },
                scope: (url != ANY_HOST).then(|| url.to_owned()),
                uses_http_path: self.uses_http_path(url, places),
                is_stored,
            })
        })
    }

    fn uses_http_path(&self, url: &str, places: &Places) -> bool {
        let values = self.before_ours(url, "useHttpPath", places);
        values
            .last()
            .is_some_and(|value| value.boolean().unwrap_or(false))
    }

    /// The helpers that git asks for a URL, in order.
    fn asked(&self, url: &str, places: &Places) -> Vec<Entry<'_>> {
        let mut asked = Vec::new();
        for helper in self.before_ours(url, "helper", places) {
            match helper.text().unwrap_or_default().trim() {
                "" => asked.clear(),
                value => asked.push(Entry {
                    value,
                    has_url: helper.has_subsection(),
                    origin: helper.origin(),
                }),
            }
        }
        asked
    }

    /// The settings for a URL in front of our include: the first helper that answers counts.
    fn before_ours(&self, url: &str, name: &str, places: &Places) -> Vec<Value<'_>> {
        let url = match url.contains("/v1/repos/") {
            true => url.to_owned(),
            false => format!("{}/v1/repos/x", url.trim_end_matches('/')),
        };
        let values = self.config.every_at_url("credential", &url, name);
        values
            .into_iter()
            .take_while(|value| !is_own(value, places))
            .collect()
    }

    /// The file of `store` that has a lasting password for a host.
    fn stored(&self, host: &str) -> Option<&Path> {
        let file = self
            .stores
            .iter()
            .find(|file| iam_password_hosts(file).contains(&host.to_owned()));
        file.map(PathBuf::as_path)
    }

    /// The value that a person chose for `protocol.codecommit.allow`.
    pub(super) fn protocol(&self) -> Option<&str> {
        self.config.value("protocol.codecommit.allow")?.text().ok()
    }

    /// `codecommit.profile` of the user, and its file.
    pub(super) fn pinned(&self, places: &Places) -> Option<(&str, String)> {
        let values = self.config.values("codecommit.profile").into_iter();
        let value = values.rev().find(|value| !is_own(value, places))?;
        let file = value.origin().and_then(Origin::file)?;
        Some((value.text().ok()?, places.shown(file)))
    }

    /// Whether the filters of git-lfs are configured.
    pub(super) fn has_lfs(&self) -> bool {
        self.config.value("filter.lfs.clean").is_some()
    }

    /// Helpers for every host that keep passwords, which would keep the one that lives 15 minutes.
    pub(super) fn keepers(&self, places: &Places) -> Vec<String> {
        let asked = self.asked(ANY_HOST, places);
        let keepers = asked
            .iter()
            .filter_map(|entry| match Helper::new(entry.value, "").kind {
                Kind::Keeper(name) => {
                    Some(format!("{}: credential helper {name}", entry.shown(places)))
                }
                _ => None,
            });
        keepers.collect()
    }

    /// CodeCommit hosts in `~/.netrc`. libcurl sends those passwords before git asks a credential helper.
    pub(super) fn netrc_hosts(&self) -> Vec<String> {
        let text = text(&self.netrc);
        let passwords = stored_passwords::in_netrc(&text).into_iter();
        passwords.map(|password| password.host.to_owned()).collect()
    }
}

fn is_own(value: &Value, places: &Places) -> bool {
    let file = value.origin().and_then(Origin::file);
    file.is_some_and(|file| places.is_own(file))
}

/// The URL of a section, if it is of one git host of AWS.
fn aws_url(url: &[u8]) -> Option<String> {
    let url = std::str::from_utf8(url).ok()?;
    let host = url.strip_prefix("https://")?.split('/').next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    is_git_host(host).then(|| url.to_owned())
}

impl Entry<'_> {
    /// The identity of the AWS CLI's helper or of ours; none with options that setup does not understand.
    fn identity(&self) -> Option<Identity> {
        let helper = Helper::new(self.value, "");
        let options = credential::of_words(&helper.words, "").ok()?;
        let known = [
            "aws",
            "codecommit",
            "credential-helper",
            "git-credential-codecommit",
            "$@",
        ];
        let is_known = |word: &String| known.contains(&word.rsplit('/').next().unwrap_or(word));
        let overrides = options.overrides;
        if !options.operations.iter().all(is_known)
            || overrides.region.is_some()
            || overrides.role_arn.is_some()
        {
            return None;
        }
        let variable = match helper.variables.as_slice() {
            [] => None,
            [(name, value)] if name == "AWS_PROFILE" && !value.contains(['$', '`']) => {
                Some(value.clone())
            }
            _ => return None,
        };
        let profile = overrides
            .profile
            .map(|profile| profile.name.as_str().to_owned());
        Some(match profile.or(variable) {
            Some(profile) => Identity::Profile(profile),
            None => Identity::DefaultChain,
        })
    }

    fn shown(&self, places: &Places) -> String {
        match self.origin.and_then(Origin::file) {
            Some(file) => places.shown(file),
            None => "git's environment".to_owned(),
        }
    }
}

impl Claim {
    /// Whether a profile is this identity.
    pub(super) fn is_profile(&self, profile: &str) -> bool {
        matches!(&self.identity, Identity::Profile(name) if name == profile)
    }

    /// Whether setup must not repeat its helpers in a file of its own.
    pub(super) fn may_hold_a_secret(&self) -> bool {
        match &self.identity {
            Identity::Other(helpers) => helpers.iter().any(|helper| {
                let helper = helper.to_ascii_lowercase();
                ["password", "secret", "token"]
                    .iter()
                    .any(|word| helper.contains(word))
            }),
            Identity::DefaultChain | Identity::Profile(_) => false,
        }
    }
}

/// What setup found, and what becomes of it.
impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.scope.as_deref().unwrap_or("all CodeCommit hosts");
        let file = &self.file;
        match &self.identity {
            Identity::DefaultChain => write!(
                f,
                "{file}: a credential helper without a profile answered for {url}: git-credential-codecommit answers \
                 with the same credentials now"
            ),
            Identity::Profile(name) => write!(
                f,
                "{file}: a credential helper with profile {name:?} answered for {url}: git-credential-codecommit \
                 answers with the same profile now"
            ),
            Identity::Other(_) => {
                let what = match self.is_stored {
                    true => "a stored password",
                    false => "another credential helper",
                };
                write!(
                    f,
                    "{file}: {what} answers for {url}, and setup does not change that (--force replaces it)"
                )
            }
        }
    }
}

/// The hosts for which a file of `git credential-store` has an IAM user's own Git password: unlike a signed one it
/// lasts, so somebody relies on it.
fn iam_password_hosts(file: &Path) -> Vec<String> {
    let text = text(file);
    let passwords = stored_passwords::in_store(&text).into_iter();
    let lasting = passwords.filter(StoredPassword::is_of_iam_user);
    lasting.map(|password| password.host.to_owned()).collect()
}

/// What a plain file holds; nothing if it cannot be read.
fn text(file: &Path) -> Zeroizing<String> {
    let content = input_file::read_plain(file).unwrap_or_default();
    Zeroizing::new(String::from_utf8_lossy(&content).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(value: &str) -> Entry<'_> {
        Entry {
            value,
            has_url: false,
            origin: None,
        }
    }

    #[test]
    fn a_helpers_identity_is_its_profile() {
        let named = || Some(Identity::Profile("P".into()));
        let default = || Some(Identity::DefaultChain);
        for (command, identity) in [
            ("!aws codecommit credential-helper $@ --profile P", named()),
            (
                "!aws --profile 'P' codecommit credential-helper $@",
                named(),
            ),
            (
                "!/usr/local/bin/aws codecommit credential-helper --profile=P $@",
                named(),
            ),
            (
                "!AWS_PROFILE=P aws codecommit credential-helper $@",
                named(),
            ),
            ("!git-credential-codecommit --profile=P", named()),
            ("!aws codecommit credential-helper $@", default()),
            (
                "!aws codecommit credential-helper --ignore-host-check $@",
                default(),
            ),
            ("codecommit", default()),
            ("!git-credential-codecommit --role-arn x", None),
            (
                "!AWS_CONFIG_FILE=x aws codecommit credential-helper $@",
                None,
            ),
        ] {
            assert_eq!(entry(command).identity(), identity, "{command}");
        }
    }
}
