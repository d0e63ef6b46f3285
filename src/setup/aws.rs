//! The profile's section in the AWS config file.

use super::conflict::Conflict;
use super::disk;
use super::disk::{Change, Kind};
use super::error::Error;
use super::ini::Ini;
use super::places::Places;
use super::state::{Insertion, Replacement, Role, State, What};
use crate::profile::{Profile, Profiles};

/// The keys that decide whose credentials a profile gives. None of their values is a secret.
const DECIDING: [&str; 6] = [
    "role_arn",
    "credential_source",
    "source_profile",
    "external_id",
    "role_session_name",
    "web_identity_token_file",
];

/// What becomes of the AWS config file.
pub(super) struct Section {
    pub(super) change: Option<Change>,
    pub(super) conflict: Option<Conflict>,
    pub(super) notes: Vec<String>,
}

/// Plans the section: added where the profile is nowhere, left as it is where it says the same, a conflict
/// where it says something else, which `force` changes key by key.
pub(super) fn plan(
    role: &Role,
    places: &Places,
    aws_files: &Profiles,
    state: &mut State,
    force: bool,
) -> Result<Section, Error> {
    let mut section = Section {
        change: None,
        conflict: None,
        notes: Vec::new(),
    };
    let Some(path) = &places.aws_config else {
        return Ok(section);
    };
    let before = disk::read(path)?;
    let text = before
        .as_deref()
        .map(text_of)
        .transpose()
        .map_err(|()| Error::Content {
            path: path.clone(),
            problem: "this is not text in UTF-8".into(),
            hint: "correct the file, or leave it out: --no-aws-config".into(),
        })?;
    let file = places.shown(path);
    let ini = Ini::new(text.unwrap_or_default());
    let mut change = Change {
        path: path.clone(),
        kind: Kind::Aws,
        backup: state.insertions.iter().all(|known| known.file != file)
            && state.replacements.iter().all(|known| known.file != file),
        before: before.clone(),
        after: before.clone(),
    };
    let Some(profile) = aws_files.profile(&role.profile) else {
        let (after, added) = ini.with_section(&role.profile, &role.settings());
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
    let differences = differences(role, profile);
    if let Some(region) = profile.setting("region")
        && Some(&region.value) != role.regions.first()
    {
        section.notes.push(format!(
            "profile {:?} keeps its region {} ({})",
            role.profile,
            region.value,
            places.shown(region.at.as_ref())
        ));
    }
    if differences.is_empty() {
        section.change = Some(change);
        return Ok(section);
    }
    if !force {
        section.conflict = Some(Conflict {
            file,
            why: format!("profile {:?} is there with other settings", role.profile),
            lines: differences.iter().flat_map(Difference::lines).collect(),
        });
        return Ok(section);
    }
    let mut after = text.unwrap_or_default().to_owned();
    for difference in differences {
        let changed =
            Ini::new(&after).with(&role.profile, difference.key, difference.after.as_deref());
        let is_elsewhere = || {
            let setting = profile.setting(difference.key);
            setting.is_some_and(|setting| !setting.at.starts_with(&path.display().to_string()))
        };
        after = match changed {
            Some(changed) if !is_elsewhere() => changed,
            _ => {
                return Err(Error::Content {
                    path: path.clone(),
                    problem: format!(
                        "{} of profile {:?} cannot be changed by itself",
                        difference.key, role.profile
                    ),
                    hint: "change it by hand, or choose another --profile".into(),
                });
            }
        };
        note_replacement(state, &file, &role.profile, difference);
    }
    change.after = Some(after.into_bytes());
    section.change = Some(change);
    Ok(section)
}

/// A key whose value is not the one that is asked for.
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

/// Keeps the first value of a key, the one to bring back.
fn note_replacement(state: &mut State, file: &str, profile: &str, difference: Difference) {
    // A section of our own is taken away as a whole.
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

/// Whether an earlier run made this file.
fn was_created(state: &State, file: &str) -> bool {
    state
        .insertions
        .iter()
        .any(|known| known.file == file && known.created)
}

fn text_of(content: &[u8]) -> Result<&str, ()> {
    std::str::from_utf8(content).map_err(|_| ())
}
