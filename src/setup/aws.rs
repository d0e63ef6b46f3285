//! The profile's section in the AWS config file.

use std::path::Path;

use super::conflict::Conflict;
use super::disk;
use super::disk::{Change, Kind};
use super::error::Error;
use super::ini::Ini;
use super::places::Places;
use super::problem::Unusable;
use super::state::{Insertion, Replacement, Role, State, What};
use crate::profile::{Profile, Profiles};

/// The keys that decide which credentials a profile gives. None of their values is a secret.
const DECIDING: [&str; 6] = [
    "role_arn",
    "credential_source",
    "source_profile",
    "external_id",
    "role_session_name",
    "web_identity_token_file",
];

/// The plan for the AWS config file.
#[derive(Default)]
pub(super) struct Section {
    pub(super) change: Option<Change>,
    pub(super) conflict: Option<Conflict>,
    pub(super) notes: Vec<String>,
}

/// Plans the section. A profile that exists nowhere is added, and one with the same settings is not changed. Other
/// settings are a conflict, which `force` resolves key by key.
pub(super) fn plan(
    role: &Role,
    places: &Places,
    aws_files: &Profiles,
    state: &mut State,
    force: bool,
) -> Result<Section, Error> {
    let mut section = Section::default();
    let Some(path) = &places.aws_config else {
        return Ok(section);
    };
    let before = disk::read(path)?;
    let text = text_of(path, before.as_deref())?;
    let file = places.shown(path);
    let mut change = Change {
        path: path.clone(),
        kind: Kind::Aws,
        backup: state.insertions.iter().all(|known| known.file != file)
            && state.replacements.iter().all(|known| known.file != file),
        before: before.clone(),
        after: before.clone(),
    };
    let Some(profile) = aws_files.profile(&role.profile) else {
        let (after, added) = Ini::new(text).with_section(&role.profile, &role.settings());
        state.insert(Insertion {
            what: What::Profile(role.profile.clone()),
            created: before.is_none() || was_created(state, &file),
            file,
            text: added,
        });
        change.after = Some(after.into_bytes());
        section.change = Some(change);
        return Ok(section);
    };
    section.notes.extend(other_region(role, profile, places));
    let differences = differences(role, profile);
    if !differences.is_empty() && !force {
        section.conflict = Some(Conflict {
            file,
            why: format!("profile {:?} exists with other settings", role.profile),
            lines: differences.iter().flat_map(Difference::lines).collect(),
        });
        return Ok(section);
    }
    let mut after = text.to_owned();
    for difference in differences {
        after = replaced(&after, path, role, profile, &difference)?;
        note_replacement(state, &file, &role.profile, difference);
        change.after = Some(after.clone().into_bytes());
    }
    section.change = Some(change);
    Ok(section)
}

fn other_region(role: &Role, profile: &Profile, places: &Places) -> Option<String> {
    let region = profile.setting("region")?;
    (Some(&region.value) != role.regions.first()).then(|| {
        format!(
            "profile {:?} keeps its region {} ({})",
            role.profile,
            region.value,
            places.shown(region.at.as_ref())
        )
    })
}

/// The text with one setting replaced. Errors if the setting is in another file, or in a form that
/// [`Ini::with`] does not change.
fn replaced(
    text: &str,
    path: &Path,
    role: &Role,
    profile: &Profile,
    difference: &Difference,
) -> Result<String, Error> {
    let changed = Ini::new(text).with(&role.profile, difference.key, difference.after.as_deref());
    let setting = profile.setting(difference.key);
    let is_elsewhere =
        setting.is_some_and(|setting| !setting.at.starts_with(&path.display().to_string()));
    match changed {
        Some(changed) if !is_elsewhere => Ok(changed),
        _ => {
            let problem = Unusable::Irreplaceable {
                key: difference.key,
                profile: role.profile.clone(),
            };
            Err(Error::content(path, problem))
        }
    }
}

/// A key whose value is not the requested one.
struct Difference {
    key: &'static str,
    before: Option<String>,
    after: Option<String>,
}

impl Difference {
    fn lines(&self) -> Vec<String> {
        let line = |mark: char, value: &Option<String>| {
            let value = value.as_ref()?;
            Some(format!("{mark} {} = {value}", self.key))
        };
        [line('-', &self.before), line('+', &self.after)]
            .into_iter()
            .flatten()
            .collect()
    }
}

fn differences(role: &Role, profile: &Profile) -> Vec<Difference> {
    let wanted = role.settings();
    DECIDING
        .into_iter()
        .filter_map(|key| {
            let before = profile.setting(key).map(|setting| setting.value.clone());
            let after = wanted
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| (*value).to_owned());
            (before != after).then_some(Difference { key, before, after })
        })
        .collect()
}

/// Remembers the first value of a key, which undo restores.
fn note_replacement(state: &mut State, file: &str, profile: &str, difference: Difference) {
    // A section that setup added is removed as a whole.
    let what = What::Profile(profile.to_owned());
    if let Some(ours) = state
        .insertions
        .iter_mut()
        .find(|i| i.what == what && i.file == file)
    {
        if let Some(text) =
            Ini::new(&ours.text).with(profile, difference.key, difference.after.as_deref())
        {
            ours.text = text;
        }
        return;
    }
    let known = state.replacements.iter_mut().find(|known| {
        (
            known.file.as_str(),
            known.profile.as_str(),
            known.key.as_str(),
        ) == (file, profile, difference.key)
    });
    match known {
        Some(known) => known.after = difference.after,
        None => state.replacements.push(Replacement {
            file: file.to_owned(),
            profile: profile.to_owned(),
            key: difference.key.to_owned(),
            before: difference.before,
            after: difference.after,
        }),
    }
}

/// Whether an earlier run created this file.
fn was_created(state: &State, file: &str) -> bool {
    state
        .insertions
        .iter()
        .any(|known| known.file == file && known.created)
}

fn text_of<'a>(path: &Path, content: Option<&'a [u8]>) -> Result<&'a str, Error> {
    std::str::from_utf8(content.unwrap_or_default())
        .map_err(|_| Error::content(path, Unusable::NotText))
}
