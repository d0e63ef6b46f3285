//! Who git asks for a password at a CodeCommit host, and who is told it.
//!
//! Git asks every helper that fits, in the order of its files, until one answers; an empty one clears those before it. Then it
//! tells all of them what worked (gitcredentials(7)).

use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use super::git_settings::SETTINGS;
use super::report::Finding;
use crate::credential;
use crate::git::config::GitConfig;
use crate::git::helper_line::{Helper, Kind, located};
use crate::process;
use crate::profile::ProfileName;
use crate::target::{NamedProfile, Overrides};
use crate::world::{World, variable};

/// Whose password git uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Ours is asked first.
    Ours,
    /// The same, but with settings that the checks do not have.
    OursOtherwise,
    /// Others are asked before ours.
    OthersFirst,
    /// Others alone are asked.
    Others,
    /// Nobody is.
    Nobody,
}

/// The files that helpers of git's own kind `store` are told to use.
pub(super) fn password_files(world: &World, config: &GitConfig) -> Vec<PathBuf> {
    let scoped = config.scoped("credential", "helper").into_iter();
    let values = scoped.map(|(_url, value)| value);
    let values = config.values("credential.helper").into_iter().chain(values);
    let helpers = values.filter_map(|value| Some(Helper::new(value.text().ok()?.trim(), "")));
    let stores = helpers.filter(|helper| helper.kind == Kind::Keeper("store"));
    stores
        .filter_map(|helper| located(world.home(), helper.option("--file")?))
        .collect()
}

/// The helpers that fit a URL, in git's order.
pub(super) struct Helpers {
    list: Vec<Helper>,
}

impl Helpers {
    /// Asks git.
    pub(super) fn of_url(url: &str) -> io::Result<Self> {
        let said = process::git("config")
            .args(["-z", "--list", "--includes", "--show-origin"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()?;
        Ok(Self::parse(&said.stdout, url))
    }

    fn parse(listed: &[u8], url: &str) -> Self {
        let mut list = Vec::new();
        let mut parts = listed.split(|byte| *byte == 0);
        while let (Some(origin), Some(entry)) = (parts.next(), parts.next()) {
            let alone = GitConfig::parse(entry);
            // By git's rules for URLs; every match counts, not the best alone.
            let Some(value) = alone.at_url("credential", url).value("helper") else {
                continue;
            };
            let value = value.text().unwrap_or_default().trim();
            if value.is_empty() {
                list.clear();
                continue;
            }
            let origin = String::from_utf8_lossy(origin);
            // `file:PATH`, or a kind and nothing: `command line:`.
            let origin = origin.strip_prefix("file:").unwrap_or(&origin);
            list.push(Helper::new(value, origin.trim_end_matches(':')));
        }
        Self { list }
    }

    /// What the first of ours is started with.
    pub(super) fn ours(&self) -> Option<Ours> {
        let found = self.list.iter().find(|helper| helper.kind == Kind::Ours)?;
        let (program, words) = found.words.split_first()?;
        // A line that our helper cannot read fails there, in its own words.
        let mut overrides = credential::of_words(words, &found.origin).unwrap_or_default();
        overrides.environment_profile = variable_profile(found);
        Some(Ours {
            program: program.clone(),
            overrides,
        })
    }

    /// Whose password git uses.
    pub(super) fn answer(&self) -> Answer {
        let mut list = self.list.iter();
        match list.position(|helper| helper.kind == Kind::Ours) {
            Some(0) if unknown(&self.list[0]).next().is_some() => Answer::OursOtherwise,
            Some(0) => Answer::Ours,
            Some(_) => Answer::OthersFirst,
            None if self.list.is_empty() => Answer::Nobody,
            None => Answer::Others,
        }
    }

    /// Whether ours answers, alone, and keeps its password to itself.
    pub(super) fn finding(
        &self,
        config: &GitConfig,
        is_asked: bool,
        host: &str,
        url: &str,
    ) -> Finding {
        let Some(at) = self
            .list
            .iter()
            .position(|helper| helper.kind == Kind::Ours)
        else {
            return self.without_ours(is_asked, host);
        };
        let mut finding = Finding::ok([format!(
            "git-credential-codecommit answers for {host} ({})",
            self.list[at].origin
        )]);
        let setting = config.at_url("credential", url).value("useHttpPath");
        if !setting.is_some_and(|setting| setting.boolean().unwrap_or(false)) {
            let cure = format!("git config --global credential.https://{host}.useHttpPath true");
            let problem = "git does not tell it which repository is meant: useHttpPath is not true";
            finding = match is_asked {
                true => Finding::failed(SETTINGS, problem.to_owned()),
                false => finding.but(problem),
            }
            .cured_by(cure);
        }
        for name in unknown(&self.list[at]) {
            finding = finding.but(format!("its line sets {name}: the checks here do not"));
        }
        for helper in &self.list[..at] {
            finding = finding.but(format!(
                "{} is asked first, and what it answers is used",
                helper.in_words()
            ));
        }
        for helper in &self.list[at + 1..] {
            if let Kind::Keeper(_) = helper.kind {
                finding = finding.but(format!(
                    "{} comes after it, and is told its password, which ends after 15 minutes, to keep",
                    helper.in_words()
                ));
            }
        }
        if finding.detail.len() > 1 && self.list.len() > 1 {
            finding = finding.cured_by(format!(
                "git codecommit setup sets ours alone for the host, behind an empty credential.https://{host}.helper"
            ));
        }
        finding
    }

    fn without_ours(&self, is_asked: bool, host: &str) -> Finding {
        let others: Vec<String> = self.list.iter().map(Helper::in_words).collect();
        let others = match others.is_empty() {
            true => "no credential helper is set for it".to_owned(),
            false => format!("git asks {}", others.join(", then ")),
        };
        let problem = format!("git-credential-codecommit is not asked for {host}: {others}");
        let cures = [
            "git codecommit setup --role-arn ARN --region REGION sets it up".to_owned(),
            format!("or: git config --global credential.https://{host}.helper codecommit"),
        ];
        match (is_asked, self.answer()) {
            (false, _) => Finding::ok([problem])
                .and("that is for https URLs: codecommit addresses need no credential helper"),
            (true, Answer::Nobody) => cures
                .into_iter()
                .fold(Finding::failed(SETTINGS, problem), Finding::cured_by),
            (true, _) => cures
                .into_iter()
                .fold(Finding::ok([]).but(problem), Finding::cured_by)
                .and("whose password that is, is not known here: whether it is good, git itself finds out"),
        }
    }
}

/// Our own helper, as git's configuration starts it.
pub(super) struct Ours {
    program: String,
    overrides: Overrides,
}

impl Ours {
    /// What its line sets.
    pub(super) fn overrides(&self) -> Overrides {
        self.overrides.clone()
    }

    /// The program's path, where the configuration gives one: git looks for the others itself.
    pub(super) fn path(&self, world: &World) -> Option<PathBuf> {
        let program = self.program.as_str();
        match program.contains('/') {
            true => located(world.home(), program),
            false => None,
        }
    }
}

/// Variables that name a profile, the stronger first.
const PROFILES: [&str; 2] = [variable::AWS_DEFAULT_PROFILE, variable::AWS_PROFILE];

/// The profile of a variable that a helper's line sets for it, and where that is.
fn variable_profile(helper: &Helper) -> Option<NamedProfile> {
    let mut variables = PROFILES.into_iter().filter_map(|wanted| {
        let mut variables = helper.variables.iter();
        variables.find(|(name, _)| name == wanted)
    });
    let (name, value) = variables.next()?;
    if value.contains(['$', '`']) {
        return None;
    }
    let by = format!("{name} in {}", helper.origin);
    let name = ProfileName::parse(value).ok()?;
    Some(NamedProfile { name, by })
}

/// Variables of a helper's line that the checks cannot do justice to.
fn unknown(helper: &Helper) -> impl Iterator<Item = &str> {
    let is_known = |(name, value): &&(String, String)| {
        PROFILES.contains(&name.as_str()) && !value.contains(['$', '`'])
    };
    let variables = helper.variables.iter();
    let unknown = variables.filter(move |variable| !is_known(variable));
    unknown.map(|(name, _)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::report::Status;
    use super::*;

    const URL: &str = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/r";
    const HOST: &str = "git-codecommit.eu-west-1.amazonaws.com";

    /// The finding for helpers in order; `useHttpPath` is set.
    fn finding(helpers: &[&str], is_asked: bool) -> Finding {
        let key = format!("credential.https://{HOST}.helper");
        let list: String = helpers
            .iter()
            .map(|helper| format!("file:/f\0{key}\n{helper}\0"))
            .collect();
        let path = format!("credential.https://{HOST}.usehttppath\ntrue\0");
        let world = World::of(&[]).with_git_config(&path);
        let config = world.git_config().unwrap();
        Helpers::parse(list.as_bytes(), URL).finding(config, is_asked, HOST, URL)
    }

    #[test]
    fn who_comes_before_ours_and_who_keeps_its_password_is_a_warning() {
        let ours = "!~/.local/bin/git-credential-codecommit --profile 'P'";
        for (helpers, expected) in [
            (&["", ours][..], Status::Ok),
            (&["codecommit"], Status::Ok),
            (&["store", ours], Status::Warning),
            (&["store", "", ours], Status::Ok),
            (&[ours, "cache --timeout 3600"], Status::Warning),
            (
                &[ours, "!/usr/lib/git-credential-libsecret"],
                Status::Warning,
            ),
            (&[ours, "!f() { echo x; }; f"], Status::Ok),
            (
                &["!f() { echo password=hunter2; }; f", ours],
                Status::Warning,
            ),
            (&["!aws codecommit credential-helper $@"], Status::Warning),
            (&["store"], Status::Warning),
            (&["!f() { echo password=hunter2; }; f"], Status::Warning),
            (
                &["codecommit --role-arn arn:aws:iam::111111111111:role/R"],
                Status::Ok,
            ),
            (&["!AWS_PROFILE=P git-credential-codecommit"], Status::Ok),
            (
                &["!AWS_SECRET_ACCESS_KEY=hunter2 git-credential-codecommit"],
                Status::Warning,
            ),
            (&[ours, "store --file ~/.creds"], Status::Warning),
            // Git does not start it.
            (&["./git-credential-codecommit"], Status::Warning),
            (&[], Status::Failed),
        ] {
            let found = finding(helpers, true);
            assert_eq!(found.status, expected, "{helpers:?}: {found:?}");
            assert!(!format!("{found:?}").contains("hunter2"));
            let status = finding(helpers, false).status;
            assert_ne!(status, Status::Failed);
        }
    }

    #[test]
    fn the_options_of_ours_are_read_in_both_spellings() {
        for command in [
            "!~/bin/git-credential-codecommit --profile 'a b' --region eu-west-1",
            "!\"~/bin/git-credential-codecommit\" --profile=\"a b\" --region=eu-west-1 $@",
            "codecommit --profile 'a b' --region eu-west-1",
        ] {
            let key = "credential.helper";
            let list = format!("command line:\0{key}\n{command}\0");
            let ours = Helpers::parse(list.as_bytes(), URL).ours().unwrap();
            let overrides = ours.overrides();
            let profile = overrides.profile.unwrap();
            assert_eq!(profile.name.as_str(), "a b", "{command}");
            assert_eq!(profile.by, "--profile in command line");
            assert_eq!(overrides.region.unwrap().as_str(), "eu-west-1");
            assert!(overrides.environment_profile.is_none());
            let path = ours.path(&World::of(&[]));
            let expected = PathBuf::from("/home/x/bin/git-credential-codecommit");
            assert_eq!(path, command.contains('/').then_some(expected));
        }
    }
    #[test]
    fn a_profile_may_stand_in_front_of_the_command() {
        let helpers = |line: &str| {
            let list =
                format!("command line:\0credential.helper\n!{line} git-credential-codecommit\0");
            Helpers::parse(list.as_bytes(), URL)
        };
        let found = helpers("AWS_PROFILE='a b'");
        assert_eq!(found.answer(), Answer::Ours);
        assert_eq!(helpers("X=1 AWS_PROFILE=a").answer(), Answer::OursOtherwise);
        let unknown = helpers("AWS_PROFILE=\"$P\"");
        assert_eq!(unknown.answer(), Answer::OursOtherwise);
        let variable = |helpers: Helpers| helpers.ours().unwrap().overrides().environment_profile;
        assert!(variable(unknown).is_none());
        let profile = variable(found).unwrap();
        assert_eq!(profile.name.as_str(), "a b");
        assert_eq!(profile.by, "AWS_PROFILE in command line");
    }
}
