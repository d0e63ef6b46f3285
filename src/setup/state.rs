//! What setup remembers: the roles it set up, and what exactly it put into which file.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Error;
use super::problem::Unusable;
use super::request::RoleRequest;
use crate::aws::Region;
use crate::printable::hex;
use crate::world::{input_file, private_file};

/// The layout of the state file; a later one is refused.
const VERSION: u32 = 1;

/// One role that git may use: a profile, and what git needs to know about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Role {
    pub(super) profile: String,
    pub(super) role_arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) credential_source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source_profile: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) external_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) role_session_name: Option<String>,
    /// The first one is written to the profile.
    pub(super) regions: Vec<String>,
    /// The regions whose https URLs this role answers for.
    #[serde(default)]
    pub(super) hosts: Vec<String>,
    /// The repositories, `region/name`, whose https URLs it answers for in other regions.
    #[serde(default)]
    pub(super) repositories: Vec<String>,
}

impl Role {
    /// The role of a request, without hosts.
    pub(super) fn new(role: &RoleRequest, regions: &[Region]) -> Self {
        Self {
            profile: role.profile.as_str().into(),
            role_arn: role.role_arn.as_str().into(),
            credential_source: role.credential_source.map(|s| s.as_str().into()),
            source_profile: role.source_profile.as_ref().map(|p| p.as_str().into()),
            external_id: role.external_id.as_ref().map(|id| id.as_str().into()),
            role_session_name: role.role_session_name.as_ref().map(|n| n.as_str().into()),
            regions: regions.iter().map(ToString::to_string).collect(),
            hosts: Vec::new(),
            repositories: Vec::new(),
        }
    }

    /// Its settings under the names of AWS config files, in the order they are written.
    pub(super) fn settings(&self) -> Vec<(&'static str, &str)> {
        let settings = [
            ("region", self.regions.first()),
            ("credential_source", self.credential_source.as_ref()),
            ("source_profile", self.source_profile.as_ref()),
            ("role_arn", Some(&self.role_arn)),
            ("external_id", self.external_id.as_ref()),
            ("role_session_name", self.role_session_name.as_ref()),
        ];
        settings
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?.as_str())))
            .collect()
    }
}

/// A text that was put into a person's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Insertion {
    pub(super) what: What,
    /// `~/…`, so that it holds under every name of the home directory.
    pub(super) file: String,
    pub(super) text: String,
    /// The file did not exist before.
    pub(super) created: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    Profile(String),
    /// The line that pulls our git settings in.
    Include,
}

/// A setting of a person's profile that `--force` changed. Never a key or another secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Replacement {
    pub(super) file: String,
    pub(super) profile: String,
    pub(super) key: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    pub(super) roles: Vec<Role>,
    /// An existing profile that answers where no other does (`setup --profile` alone).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pinned: Option<String>,
    /// `--force`: the credential helpers that were configured before no longer answer.
    #[serde(default)]
    pub(super) replaces_helpers: bool,
    #[serde(default)]
    pub(super) lfs: bool,
    /// Our own files and the SHA-256 of what was written.
    pub(super) owned: BTreeMap<String, String>,
    pub(super) insertions: Vec<Insertion>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) replacements: Vec<Replacement>,
    /// Folders that were made, the outer ones first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) folders: Vec<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            version: VERSION,
            roles: Vec::new(),
            pinned: None,
            replaces_helpers: false,
            lfs: false,
            owned: BTreeMap::new(),
            insertions: Vec::new(),
            replacements: Vec::new(),
            folders: Vec::new(),
        }
    }
}

impl State {
    /// Reads the state file and its content; without one, the state is empty.
    pub(super) fn load(path: &Path) -> Result<(Self, Option<Vec<u8>>), Error> {
        let content = match private_file::open(path) {
            Ok(file) => {
                let content = input_file::whole(&file);
                Some(
                    content
                        .map_err(|error| Error::own_file(path, error))?
                        .to_vec(),
                )
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                None
            }
            Err(error) if error.kind() == io::ErrorKind::Other => {
                return Err(Error::own_file(path, error));
            }
            Err(cause) => {
                return Err(Error::Unreadable {
                    path: path.to_owned(),
                    cause,
                });
            }
        };
        let state = Self::read(path, content.as_deref())?;
        Ok((state, content))
    }

    fn read(path: &Path, content: Option<&[u8]>) -> Result<Self, Error> {
        let Some(content) = content else {
            return Ok(Self::default());
        };
        let state: Self = serde_json::from_slice(content)
            .map_err(|error| Error::content(path, Unusable::NotARecord(error.to_string())))?;
        if state.version > VERSION {
            return Err(Error::content(path, Unusable::LaterRecord));
        }
        Ok(state)
    }

    pub(super) fn content(&self) -> Vec<u8> {
        // A struct of texts always has a JSON form.
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// Whether a file is as setup left it. One that setup never wrote is not.
    pub(super) fn is_as_written(&self, file: &str, content: &[u8]) -> bool {
        self.owned
            .get(file)
            .is_some_and(|hash| *hash == sha256(content))
    }

    /// Adds a role, or replaces the role of its profile.
    pub(super) fn set_role(&mut self, role: Role) {
        match self
            .roles
            .iter_mut()
            .find(|known| known.profile == role.profile)
        {
            Some(known) => *known = role,
            None => self.roles.push(role),
        }
    }

    /// Notes an insertion, and forgets an older one of its kind.
    pub(super) fn insert(&mut self, insertion: Insertion) {
        let known = self
            .insertions
            .iter_mut()
            .find(|known| known.what == insertion.what && known.file == insertion.file);
        match known {
            Some(known) => *known = insertion,
            None => self.insertions.push(insertion),
        }
    }
}

/// The SHA-256 of a content, in hexadecimal digits.
pub(super) fn sha256(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}
