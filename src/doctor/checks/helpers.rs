//! The credential helpers that git asks for a password of a CodeCommit host.
//!
//! Git asks every helper that matches, in the order of its files, until one answers; an empty one clears those before it. Then
//! it tells all of them to store the password that worked (gitcredentials(7)).

use std::path::PathBuf;

use crate::credential;
use crate::doctor::report::Finding;
use crate::error::Exit;
use crate::git::config::GitConfig;
use crate::git::helper_line::{Helper, Kind, located};
use crate::profile::ProfileName;
use crate::target::{NamedProfile, Overrides};
use crate::world::{World, variable};

/// Which helper gives the password that git uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::doctor) enum Answer {
    Ours,
    /// Ours, with variables in its line that the checks do not have.
    OursOtherwise,
    /// One that comes before ours, if it knows a password; else ours.
    OthersFirst,
    Others,
    Unconfigured,
}

/// The files that helpers of git's own kind `store` are told to use.
pub(in crate::doctor) fn password_files(world: &World, config: &GitConfig) -> Vec<PathBuf> {
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
pub(in crate::doctor) struct Helpers {
    list: Vec<Helper>,
}

impl Helpers {
    pub(in crate::doctor) fn of_url(config: &GitConfig, url: &str) -> Self {
        let mut list = Vec::new();
        for value in config.every_at_url("credential", url, "helper") {
            let origin = value.origin().map(ToString::to_string).unwrap_or_default();
            match value.text().unwrap_or_default().trim() {
                "" => list.clear(),
                line => list.push(Helper::new(line, &origin)),
            }
        }
        Self { list }
    }

    /// What the first of ours is started with.
    pub(in crate::doctor) fn ours(&self) -> Option<CodecommitHelper> {
        let found = self.list.iter().find(|helper| helper.kind == Kind::Ours)?;
        let (program, words) = found.words.split_first()?;
        // A line that our helper cannot read fails there, in its own words.
        let line = credential::of_words(words, &found.origin);
        let mut overrides = line.map(|line| line.overrides).unwrap_or_default();
        overrides.environment_profile = variable_profile(found);
        Some(CodecommitHelper {
            program: program.clone(),
            overrides,
        })
    }

    /// Which helper gives the password that git uses.
    pub(in crate::doctor) fn answer(&self) -> Answer {
        let mut list = self.list.iter();
        match list.position(|helper| helper.kind == Kind::Ours) {
            Some(0) if unknown(&self.list[0]).next().is_some() => Answer::OursOtherwise,
            Some(0) => Answer::Ours,
            Some(_) => Answer::OthersFirst,
            None if self.list.is_empty() => Answer::Unconfigured,
            None => Answer::Others,
        }
    }

    /// Whether ours answers, alone, and no other stores its password. `is_asked`: the URL is the one that is examined.
    pub(in crate::doctor) fn finding(
        &self,
        config: &GitConfig,
        is_asked: bool,
        host: &str,
        url: &str,
    ) -> Finding {
        let mut list = self.list.iter();
        let Some(at) = list.position(|helper| helper.kind == Kind::Ours) else {
            return self.without_ours(is_asked, host);
        };
        let origin = &self.list[at].origin;
        let finding = Finding::good(format!("git-credential-codecommit ({origin})"));
        let finding = with_path_setting(finding, config, is_asked, host, url);
        let finding = self.neighbours(finding, at);
        if finding.detail.len() > 1 && self.list.len() > 1 {
            return finding.fixed_by(format!(
                "run git codecommit setup, or write an empty credential.https://{host}.helper before ours"
            ));
        }
        finding
    }

    /// What the helpers around ours, and variables in its own line, change.
    fn neighbours(&self, mut finding: Finding, at: usize) -> Finding {
        for name in unknown(&self.list[at]) {
            finding = finding.but(format!(
                "its command sets {name}, which the next checks do not"
            ));
        }
        for helper in &self.list[..at] {
            finding = finding.but(format!("git asks {helper} first and uses its answer"));
        }
        for helper in &self.list[at + 1..] {
            if let Kind::Keeper(_) = helper.kind {
                finding = finding.but(format!(
                    "git also tells {helper} to store the password, which expires after 15 minutes"
                ));
            }
        }
        finding
    }

    fn without_ours(&self, is_asked: bool, host: &str) -> Finding {
        let others: Vec<String> = self.list.iter().map(ToString::to_string).collect();
        let others = match others.is_empty() {
            true => "no credential helper is configured".to_owned(),
            false => format!("git asks {}", others.join(", then ")),
        };
        if !is_asked {
            let summary = "git-credential-codecommit is not configured; only https URLs need it";
            return Finding::good(summary).and(format!("{host}: {others}"));
        }
        let problem = format!("git does not ask git-credential-codecommit for {host}: {others}");
        let finding = match self.answer() {
            Answer::Unconfigured => Finding::failed(Exit::Settings, problem),
            _ => Finding::ok([])
                .but(problem)
                .and("git-codecommit does not know whose password that is: git ls-remote shows whether it works"),
        };
        finding
            .fixed_by("run git codecommit setup --role-arn ARN --region REGION")
            .fixed_by(format!(
                "or: git config --global credential.https://{host}.helper codecommit"
            ))
    }
}

/// Git gives the path, and with it the repository, to a helper only where it is asked to.
fn with_path_setting(
    finding: Finding,
    config: &GitConfig,
    is_asked: bool,
    host: &str,
    url: &str,
) -> Finding {
    let setting = config.at_url("credential", url).value("useHttpPath");
    if setting.is_some_and(|setting| setting.boolean().unwrap_or(false)) {
        return finding;
    }
    let problem = "git does not give it the repository's name: useHttpPath is not true";
    let finding = match is_asked {
        true => Finding::failed(Exit::Settings, problem),
        false => finding.but(problem),
    };
    finding.fixed_by(format!(
        "git config --global credential.https://{host}.useHttpPath true"
    ))
}

/// Our own helper, as git's configuration starts it.
pub(in crate::doctor) struct CodecommitHelper {
    program: String,
    overrides: Overrides,
}

impl CodecommitHelper {
    pub(in crate::doctor) fn overrides(&self) -> Overrides {
        self.overrides.clone()
    }

    /// The program's path, where the configuration gives one: git looks for the others itself.
    pub(in crate::doctor) fn path(&self, world: &World) -> Option<PathBuf> {
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
    use super::*;
    use crate::doctor::report::Status;

    const URL: &str = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/r";
    const HOST: &str = "git-codecommit.eu-west-1.amazonaws.com";

    /// The finding for helpers in order; `useHttpPath` is set.
    fn finding(helpers: &[&str], is_asked: bool) -> Finding {
        let key = format!("credential.https://{HOST}.helper");
        let list: String = helpers
            .iter()
            .map(|helper| format!("global\0file:/f\0{key}\n{helper}\0"))
            .collect();
        let path = format!("global\0file:/f\0credential.https://{HOST}.usehttppath\ntrue\0");
        let config = GitConfig::parse_with_origins((list + &path).as_bytes());
        Helpers::of_url(&config, URL).finding(&config, is_asked, HOST, URL)
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
            let list = format!("command\0command line:\0{key}\n{command}\0");
            let config = GitConfig::parse_with_origins(list.as_bytes());
            let ours = Helpers::of_url(&config, URL).ours().unwrap();
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
            let entry = format!("credential.helper\n!{line} git-credential-codecommit");
            let list = format!("command\0command line:\0{entry}\0");
            Helpers::of_url(&GitConfig::parse_with_origins(list.as_bytes()), URL)
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
