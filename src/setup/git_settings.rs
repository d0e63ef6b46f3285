//! Our own git settings file, and the line that pulls it in.
//!
//! Git takes every credential section that matches, in file order, and an empty `helper` clears what came
//! before: so a host's section stands first, then those of single repositories.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::places::Places;
use super::request::Scope;
use super::state::Role;
use crate::aws::{Host, Region};
use crate::process::shell_quoted;

/// What a URL's user name may hold as it is.
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// The file's content for these roles.
pub(super) fn content(roles: &[Role], places: &Places, allow: bool) -> String {
    let mut text = String::from(
        "# Written by \"git codecommit setup\", which puts it back; \"git codecommit unsetup\" takes it away.\n",
    );
    if allow {
        text.push_str("[protocol \"codecommit\"]\n\tallow = always\n");
    }
    for role in roles {
        for region in regions(&role.hosts) {
            for host in hosts(&region) {
                credential(&mut text, &format!("https://{host}"), role, places);
            }
        }
    }
    for role in roles {
        for (region, name) in role.repositories.iter().filter_map(|r| r.split_once('/')) {
            for region in regions(&[region.to_owned()]) {
                let host = Host::regional(&region, false);
                let url = format!("https://{}/v1/repos/{name}", host.name());
                credential(&mut text, &url, role, places);
            }
        }
    }
    // Only where the plain URLs are this role's: one with a user name is no way out, for curl would send
    // that name, with an empty password, before git asks a helper.
    for role in roles.iter().filter(|role| role.rewrite) {
        for region in regions(&role.hosts) {
            let _ = writeln!(text, "[url \"{}\"]", base(&region));
            for prefix in rewritten(role, &region) {
                let _ = writeln!(text, "\tinsteadOf = {prefix}");
            }
        }
    }
    for role in roles.iter().filter(|role| role.lfs) {
        for region in regions(&role.hosts) {
            // git-lfs would first ask without a password, and for locks that CodeCommit may not have.
            let _ = writeln!(
                text,
                "[lfs \"https://{}/\"]\n\taccess = basic\n\tlocksverify = false",
                Host::regional(&region, false).name()
            );
        }
    }
    text
}

/// The https URL of a role's repository, where the role answers for it.
pub(super) fn url(role: &Role, region: &Region, repository: &str) -> Option<String> {
    let is_ours = role.hosts.contains(&region.to_string())
        || role
            .repositories
            .contains(&format!("{region}/{repository}"));
    is_ours.then(|| format!("{}{repository}", base(region)))
}

/// What https URLs in a region begin with.
fn base(region: &Region) -> String {
    format!("https://{}/v1/repos/", Host::regional(region, false).name())
}

/// The addresses that go by https instead, as far as the repository's name.
fn rewritten(role: &Role, region: &Region) -> Vec<String> {
    let mut forms = vec![role.profile.clone()];
    let encoded = utf8_percent_encode(&role.profile, IN_URL).to_string();
    if !forms.contains(&encoded) {
        forms.push(encoded);
    }
    // A space cannot be typed in an address.
    forms.retain(|form| !form.contains(' '));
    let is_first = role
        .regions
        .first()
        .is_some_and(|first| first == region.as_str());
    let mut prefixes = Vec::new();
    for form in forms {
        prefixes.push(format!("codecommit::{region}://{form}@"));
        if is_first && role.rewrite_without_region {
            prefixes.push(format!("codecommit://{form}@"));
        }
    }
    prefixes
}

/// Every git host of a region: standard, FIPS, and both behind an interface VPC endpoint of its own name.
pub(super) fn hosts(region: &Region) -> Vec<String> {
    [false, true]
        .into_iter()
        .flat_map(|fips| {
            let host = Host::regional(region, fips);
            let of_region = format!(".{region}.");
            let endpoint = host
                .name()
                .replacen(&of_region, &format!("{of_region}vpce."), 1);
            [host.name().to_owned(), format!("*.{endpoint}")]
        })
        .collect()
}

/// Appends a credential section: the reset first, for no other helper may answer, or store the password
/// that lives 15 minutes.
fn credential(text: &mut String, url: &str, role: &Role, places: &Places) {
    let _ = writeln!(
        text,
        "[credential \"{url}\"]\n\thelper =\n\thelper = {}\n\tuseHttpPath = true",
        quoted(&helper(role, places))
    );
}

/// The helper's command line. A `~` is expanded by the shell that git runs it in: the home directory has
/// several names in Studio.
fn helper(role: &Role, places: &Places) -> String {
    let program = places.programs.join("git-credential-codecommit");
    let shown = places.shown(&program);
    let program = match shown.strip_prefix("~/") {
        Some(below) if places.scope != Scope::System => format!("~/{}", shell_quoted(below)),
        _ => shell_quoted(&program.display().to_string()),
    };
    format!("!{program} --profile {}", shell_quoted(&role.profile))
}

/// A value of a git config file.
fn quoted(text: &str) -> String {
    if !text.contains(['"', '\\', '#', ';', '\'']) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

/// The regions that the state holds; each was checked before it was written there.
fn regions(names: &[String]) -> Vec<Region> {
    names
        .iter()
        .filter_map(|name| Region::parse(name).ok())
        .collect()
}
