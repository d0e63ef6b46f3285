//! What already answers for a CodeCommit host: another helper is not pushed aside.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::places::Places;
use super::{Error, git};
use crate::aws::Host;
use crate::git::config::GitConfig;

/// The credential helpers and settings of git's files, with the file of each.
pub(super) struct Existing {
    entries: Vec<Entry>,
}

struct Entry {
    /// The file; none for the command line and the environment.
    file: Option<PathBuf>,
    /// `credential.<url>.helper` or `credential.helper`.
    key: String,
    value: String,
}

impl Existing {
    /// Asks git; our own files do not count.
    pub(super) fn read(places: &Places) -> Result<Self, Error> {
        let list = git::list_with_origin(places.home())?;
        let mut parts = list.split(|byte| *byte == 0);
        let mut entries = Vec::new();
        while let (Some(origin), Some(entry)) = (parts.next(), parts.next()) {
            let origin = String::from_utf8_lossy(origin);
            let file = origin.strip_prefix("file:").map(PathBuf::from);
            if file.as_ref().is_some_and(|file| places.is_own(file)) {
                continue;
            }
            let entry = String::from_utf8_lossy(entry);
            let (key, value) = entry.split_once('\n').unwrap_or((&entry, ""));
            entries.push(Entry {
                file,
                key: key.to_owned(),
                value: value.to_owned(),
            });
        }
        Ok(Self { entries })
    }

    /// Who answers for a host today and would no longer be asked, in words: a helper of this very host, or
    /// one made for CodeCommit, unless it uses the same profile; or a password of the host's own kind in
    /// git's store. Never the helper's text, which may hold a password.
    pub(super) fn claim(&self, host: &Host, profile: &str, places: &Places) -> Option<String> {
        let url = format!("https://{}/v1/repos/x", host.name());
        let mut claim = None;
        let mut has_store = false;
        for entry in self.entries.iter().filter(|entry| entry.is_helper_at(&url)) {
            let value = entry.value.trim();
            if value.is_empty() {
                // As git does: what came before does not count.
                (claim, has_store) = (None, false);
                continue;
            }
            let is_for_codecommit = value.contains("codecommit");
            has_store |= value == "store";
            if (is_for_codecommit || entry.has_url()) && !uses_profile(value, profile) {
                claim = Some(format!(
                    "{} has a credential helper for {}",
                    entry.shown(places),
                    host.name()
                ));
            }
        }
        let stored = has_store.then(|| stored_password(host, places)).flatten();
        claim.or(stored)
    }

    /// Whether a person decided about `protocol.codecommit.allow`.
    pub(super) fn decides_protocol(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.key.eq_ignore_ascii_case("protocol.codecommit.allow"))
    }

    /// Whether the filters of git-lfs are there.
    pub(super) fn has_lfs(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.key.eq_ignore_ascii_case("filter.lfs.clean"))
    }
}

impl Entry {
    /// Whether this is a helper that git would ask for a URL. Git's rule is that of `http.<url>.*`, but
    /// every match counts, not the best alone.
    fn is_helper_at(&self, url: &str) -> bool {
        let alone = format!("{}\n{}\0", self.key, self.value);
        let config = GitConfig::parse(alone.as_bytes());
        config.at_url("credential", url).value("helper").is_some()
    }

    fn has_url(&self) -> bool {
        self.key.matches('.').count() > 1
    }

    fn shown(&self, places: &Places) -> String {
        match &self.file {
            Some(file) => places.shown(file),
            None => "git's environment".to_owned(),
        }
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
