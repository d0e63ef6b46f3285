//! What already answers for a CodeCommit host: another helper is not pushed aside.

use std::path::Path;

use zeroize::Zeroizing;

use super::places::Places;
use super::{Error, git};
use crate::aws::Host;
use crate::git::config::{GitConfig, Origin};

/// Git's configuration, but for our own files.
pub(super) struct Existing {
    config: GitConfig,
}

impl Existing {
    /// Asks git; our own files do not count.
    pub(super) fn read(places: &Places) -> Result<Self, Error> {
        let mut config = git::config_with_origins(places.home())?;
        config.retain(|origin| !origin.file().is_some_and(|file| places.is_own(file)));
        Ok(Self { config })
    }

    /// Who answers for a host today and would no longer be asked, in words: a helper of this very host, or
    /// one made for CodeCommit, unless it uses the same profile; or a password of the host's own kind in
    /// git's store. Never the helper's text, which may hold a password.
    pub(super) fn claim(&self, host: &Host, profile: &str, places: &Places) -> Option<String> {
        let url = format!("https://{}/v1/repos/x", host.name());
        let mut claim = None;
        let mut has_store = false;
        for helper in self.config.every_at_url("credential", &url, "helper") {
            let value = helper.bytes().map(String::from_utf8_lossy);
            let value = value.unwrap_or_default();
            let value = value.trim();
            if value.is_empty() {
                // As git does: what came before does not count.
                (claim, has_store) = (None, false);
                continue;
            }
            let is_for_codecommit = value.contains("codecommit");
            has_store |= value == "store";
            if (is_for_codecommit || helper.has_subsection()) && !uses_profile(value, profile) {
                claim = Some(format!(
                    "{} has a credential helper for {}",
                    shown(helper.origin(), places),
                    host.name()
                ));
            }
        }
        let stored = has_store.then(|| stored_password(host, places)).flatten();
        claim.or(stored)
    }

    /// Whether a person decided about `protocol.codecommit.allow`.
    pub(super) fn decides_protocol(&self) -> bool {
        self.config.value("protocol.codecommit.allow").is_some()
    }

    /// Whether the filters of git-lfs are there.
    pub(super) fn has_lfs(&self) -> bool {
        self.config.value("filter.lfs.clean").is_some()
    }
}

fn shown(origin: Option<&Origin>, places: &Places) -> String {
    match origin.and_then(Origin::file) {
        Some(file) => places.shown(file),
        None => "git's environment".to_owned(),
    }
}

/// Whether a helper's command names this profile.
fn uses_profile(command: &str, profile: &str) -> bool {
    let words: Vec<&str> = command
        .split(|c: char| c.is_whitespace() || matches!(c, '=' | '\'' | '"'))
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(2)
        .any(|pair| pair[0] == "--profile" && pair[1] == profile)
}

/// An IAM user's own Git password, `name-at-123456789012`, in the file of `git credential-store`: unlike a
/// signed one it lasts, so somebody relies on it.
fn stored_password(host: &Host, places: &Places) -> Option<String> {
    let files = [".git-credentials", ".config/git/credentials"];
    files.into_iter().find_map(|name| {
        let file = places.home().join(name);
        has_iam_password(&file, host.name()).then(|| {
            format!(
                "{} holds a Git password for {}",
                places.shown(&file),
                host.name()
            )
        })
    })
}

fn has_iam_password(file: &Path, host: &str) -> bool {
    let Ok(text) = std::fs::read_to_string(file).map(Zeroizing::new) else {
        return false;
    };
    text.lines()
        .filter_map(|line| line.strip_prefix("https://")?.split_once('@'))
        .any(|(user, rest)| {
            let user = user.split(':').next().unwrap_or_default();
            let account = user.rsplit_once("-at-").map(|(_, account)| account);
            let is_iam = account.is_some_and(|account| {
                account.len() >= 12 && account.bytes().take(12).all(|b| b.is_ascii_digit())
            });
            is_iam && rest.split(['/', ':']).next() == Some(host)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_helpers_profile_is_found_among_its_words() {
        for (command, uses) in [
            ("!aws codecommit credential-helper $@ --profile P", true),
            ("!aws --profile 'P' codecommit credential-helper $@", true),
            ("!git-credential-codecommit --profile=P", true),
            ("!aws --profile PP codecommit credential-helper $@", false),
            ("!aws codecommit credential-helper $@", false),
        ] {
            assert_eq!(uses_profile(command, "P"), uses, "{command}");
        }
    }

    #[test]
    fn only_passwords_that_last_are_a_claim() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("c");
        let host = "git-codecommit.eu-west-1.amazonaws.com";
        for (line, claims) in [
            (
                "https://bob-at-111111111111:pw@git-codecommit.eu-west-1.amazonaws.com",
                true,
            ),
            (
                "https://bob-at-111111111111+1:pw@git-codecommit.eu-west-1.amazonaws.com",
                true,
            ),
            (
                "https://ASIAX%25tok:2026Z00@git-codecommit.eu-west-1.amazonaws.com",
                false,
            ),
            (
                "https://bob-at-111111111111:pw@git-codecommit.eu-west-2.amazonaws.com",
                false,
            ),
            ("https://bob:pw@github.com", false),
        ] {
            std::fs::write(&file, format!("{line}\n")).unwrap();
            assert_eq!(has_iam_password(&file, host), claims, "{line}");
        }
        assert!(!has_iam_password(Path::new("/nowhere"), host));
    }
}
