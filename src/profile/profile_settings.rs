//! One profile: its settings and its access keys.

use std::collections::BTreeMap;
use std::path::Path;

use super::keys::Keys;
use super::reader::Property;
use super::setting::Setting;

#[derive(Debug, Default)]
pub(crate) struct Profile {
    settings: BTreeMap<String, Setting>,
    /// The access keys of each file: parts of two keys never meet.
    config_keys: Keys,
    credentials_keys: Keys,
    /// `path:line` of a property that does not count, because it is indented under another.
    pub(super) misindented: Option<String>,
}

/// What a profile that does not exist holds.
pub(super) static ABSENT: Profile = Profile {
    settings: BTreeMap::new(),
    config_keys: Keys::NONE,
    credentials_keys: Keys::NONE,
    misindented: None,
};

#[derive(Clone, Copy, Debug)]
pub(super) enum File {
    Config,
    Credentials,
}

impl Profile {
    pub(super) fn set(&mut self, path: &Path, file: File, property: &Property) {
        let keys = match file {
            File::Config => &mut self.config_keys,
            File::Credentials => &mut self.credentials_keys,
        };
        let at = format!("{}:{}", path.display(), property.line);
        if !keys.set(property, &at) {
            let value = property.value.expose().to_owned();
            let setting = Setting { value, at };
            self.settings.insert(property.key.clone(), setting);
        }
        for nested in &property.nested {
            let key = format!("{}.{}", property.key, nested.key);
            let setting = Setting {
                value: nested.value.expose().to_owned(),
                at: format!("{}:{}", path.display(), nested.line),
            };
            self.settings.insert(key, setting);
        }
    }

    /// A setting that is there and not empty.
    pub(crate) fn setting(&self, key: &str) -> Option<&Setting> {
        self.settings
            .get(key)
            .filter(|setting| !setting.value.trim().is_empty())
    }

    /// The access key: that of the credentials file, else that of the config file.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        [&self.credentials_keys, &self.config_keys]
            .into_iter()
            .find(|keys| keys.id().is_some() || keys.secret().is_some())
    }

    /// Whether the access key is in the credentials file, which counts before `aws login` and external programs;
    /// one in the config file counts after them.
    pub(crate) fn has_credentials_file_keys(&self) -> bool {
        self.credentials_keys.id().is_some()
    }
}
