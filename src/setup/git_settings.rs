//! Our own git settings: one list, written as a file or printed as environment variables.
//!
//! Git starts `git remote-NAME` for an address `NAME::…`, and looks for an alias of that name where no such program
//! exists. Nobody else's program has this name: whatever `git-remote-codecommit` is first on PATH, addresses of
//! `codecommit::` go by ours.

use std::fmt::Write as _;

use super::claims::{Claim, Existing, Identity};
use super::places::Places;
use super::state::State;
use crate::aws::{Host, Region, dns_suffixes};
use crate::process::shell_quoted;

/// The name under which git starts our remote helper, as `git remote -v` and `To …` show it.
pub(super) const SCHEME: &str = "git-codecommit";

/// One line of a git config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    section: &'static str,
    subsection: Option<String>,
    name: &'static str,
    value: String,
}

/// Every setting, in the order in which git must read them.
pub(super) fn all(state: &State, places: &Places, existing: &Existing) -> Vec<Setting> {
    let mut settings = Settings(Vec::new());
    programs(&mut settings, places);
    let allow = existing.protocol().unwrap_or("always");
    settings.add("protocol", Some(SCHEME), "allow", allow);
    if let Some(profile) = &state.pinned {
        settings.add("codecommit", None, "profile", profile);
    }
    if state.lfs {
        settings.add("codecommit", None, "lfs", "true");
    }
    let roles = state.roles.iter().map(|role| &role.profile);
    for profile in roles.chain(&state.pinned) {
        settings.add("codecommit", None, "submoduleProfile", profile);
    }
    let connections = existing.connections(places).into_iter();
    let connections = connections.map(|(url, before)| (vec![url], before));
    let codecommit = std::iter::once((every_host(), existing.everywhere(places)));
    for (urls, before) in codecommit.chain(connections) {
        let before = before.filter(|_| !state.replaces_helpers);
        let profile = match before.map(|claim| claim.identity) {
            Some(Identity::Profile(name)) => Some(name),
            Some(Identity::DefaultChain) => None,
            Some(Identity::Other(_)) => continue,
            None => state.pinned.clone(),
        };
        for url in urls {
            settings.credential(&url, profile.as_deref(), places);
        }
    }
    for role in &state.roles {
        for host in regions(&role.hosts).iter().flat_map(hosts) {
            let url = format!("https://{host}");
            settings.credential(&url, Some(&role.profile), places);
        }
    }
    for claim in kept(state, places, existing) {
        settings.claim(&claim, places);
    }
    for role in &state.roles {
        for (region, name) in role.repositories.iter().filter_map(|r| r.split_once('/')) {
            for region in regions(&[region.to_owned()]) {
                let host = Host::regional(&region, false);
                let url = format!("https://{}/v1/repos/{name}", host.name());
                settings.credential(&url, Some(&role.profile), places);
            }
        }
    }
    if state.lfs {
        for url in every_host() {
            // git-lfs would first ask without a password, and for locks that CodeCommit may not have.
            settings.add("lfs", Some(&url), "access", "basic");
            settings.add("lfs", Some(&url), "locksverify", "false");
        }
    }
    settings.0
}

/// The claims on single hosts and repositories that hold after setup.
pub(super) fn kept(state: &State, places: &Places, existing: &Existing) -> Vec<Claim> {
    let ours: Vec<String> = state
        .roles
        .iter()
        .flat_map(|role| regions(&role.hosts))
        .flat_map(|region| hosts(&region))
        .map(|host| format!("https://{host}"))
        .collect();
    let mut claims = existing.scoped(places);
    claims.retain(|claim| {
        !state.replaces_helpers && claim.scope.as_ref().is_none_or(|url| !ours.contains(url))
    });
    claims
}

fn programs(settings: &mut Settings, places: &Places) {
    // Git runs an alias in the top folder of the work tree: paths that were typed are below another one.
    let command = places.command("git-codecommit");
    let command = format!("!cd \"${{GIT_PREFIX:-.}}\" && exec {command}");
    settings.add("alias", None, "codecommit", &command);
    let helper = format!("!exec {}", places.command("git-remote-codecommit"));
    settings.add("alias", None, "remote-git-codecommit", &helper);
    let base = format!("{SCHEME}::");
    settings.add("url", Some(&base), "insteadOf", "codecommit::");
    let base = format!("{SCHEME}::codecommit://");
    settings.add("url", Some(&base), "insteadOf", "codecommit://");
}

struct Settings(Vec<Setting>);

impl Settings {
    fn add(
        &mut self,
        section: &'static str,
        subsection: Option<&str>,
        name: &'static str,
        value: &str,
    ) {
        self.0.push(Setting {
            section,
            subsection: subsection.map(str::to_owned),
            name,
            value: value.to_owned(),
        });
    }

    /// The reset first: no other helper may answer, or store the password that lives 15 minutes.
    fn credential(&mut self, url: &str, profile: Option<&str>, places: &Places) {
        let mut helper = format!("!{}", places.command("git-credential-codecommit"));
        if let Some(profile) = profile {
            helper.push_str(" --profile ");
            helper.push_str(&shell_quoted(profile));
        }
        self.add("credential", Some(url), "helper", "");
        self.add("credential", Some(url), "helper", &helper);
        self.add("credential", Some(url), "useHttpPath", "true");
    }

    /// Whoever answered for one URL before.
    fn claim(&mut self, claim: &Claim, places: &Places) {
        let Some(url) = claim.scope.as_deref() else {
            return;
        };
        match &claim.identity {
            Identity::DefaultChain => self.credential(url, None, places),
            Identity::Profile(name) => self.credential(url, Some(name), places),
            Identity::Other(helpers) => {
                self.add("credential", Some(url), "helper", "");
                for helper in helpers {
                    self.add("credential", Some(url), "helper", helper);
                }
                let path = if claim.uses_http_path {
                    "true"
                } else {
                    "false"
                };
                self.add("credential", Some(url), "useHttpPath", path);
            }
        }
    }
}

pub(super) fn file(settings: &[Setting]) -> String {
    let mut text = String::from(
        "# Written by \"git codecommit setup\", which overwrites changes; \"git codecommit unsetup\" removes it.\n",
    );
    let mut open = None;
    for setting in settings {
        let section = (setting.section, &setting.subsection);
        if open != Some(section) {
            let _ = match &setting.subsection {
                Some(subsection) => writeln!(text, "[{} \"{subsection}\"]", setting.section),
                None => writeln!(text, "[{}]", setting.section),
            };
        }
        open = Some(section);
        let value = quoted(&setting.value);
        let _ = match value.as_str() {
            "" => writeln!(text, "\t{} =", setting.name),
            value => writeln!(text, "\t{} = {value}", setting.name),
        };
    }
    text
}

/// The settings as shell commands, numbered behind `count` settings that the environment has already.
///
/// Source: git-config(1), `GIT_CONFIG_COUNT`, since git 2.31.
pub(super) fn exports(settings: &[Setting], count: usize) -> String {
    let mut text = format!("export GIT_CONFIG_COUNT={}\n", count + settings.len());
    for (number, setting) in settings.iter().enumerate() {
        let Setting {
            section,
            subsection,
            name,
            value,
        } = setting;
        let key = match subsection {
            Some(subsection) => format!("{section}.{subsection}.{name}"),
            None => format!("{section}.{name}"),
        };
        let number = count + number;
        let _ = writeln!(
            text,
            "export GIT_CONFIG_KEY_{number}={} GIT_CONFIG_VALUE_{number}={}",
            shell_quoted(&key),
            shell_quoted(value)
        );
    }
    text
}

/// Every git host: standard and behind an interface VPC endpoint, and the same with FIPS. A `*` stands for one label.
fn every_host() -> Vec<String> {
    let standard = dns_suffixes()
        .into_iter()
        .map(|suffix| ("git-codecommit", suffix));
    // Source: CodeCommit user guide, "Regions and Git connection endpoints": FIPS in North America only.
    let services = standard.chain([("git-codecommit-fips", "amazonaws.com")]);
    let urls = services.flat_map(|(service, suffix)| {
        [
            format!("https://{service}.*.{suffix}"),
            format!("https://*.{service}.*.vpce.{suffix}"),
        ]
    });
    urls.collect()
}

/// Every git host of a region.
fn hosts(region: &Region) -> Vec<String> {
    let hosts = [false, true].into_iter().flat_map(|fips| {
        let host = Host::regional(region, fips);
        let of_region = format!(".{region}.");
        let endpoint = host
            .name()
            .replacen(&of_region, &format!("{of_region}vpce."), 1);
        [host.name().to_owned(), format!("*.{endpoint}")]
    });
    hosts.collect()
}

/// A value of a git config file.
fn quoted(text: &str) -> String {
    let is_plain = !text.contains(['"', '\\', '#', ';', '\'']) && text.trim() == text;
    match is_plain {
        true => text.to_owned(),
        false => format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"")),
    }
}

/// The regions that the state holds; each was checked before it was written there.
fn regions(names: &[String]) -> Vec<Region> {
    names
        .iter()
        .filter_map(|name| Region::parse(name).ok())
        .collect()
}
