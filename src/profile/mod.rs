//! AWS config files, read into profiles; and the [`Plan`] that a profile stands for.
//!
//! Nothing here touches the network or opens a secret to use it: a plan says where credentials will
//! come from, and can be shown to anyone.

mod error;
mod file;
mod keys;
mod plan;
mod reader;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub(crate) use error::Error;
pub(crate) use file::expanded;
pub(crate) use plan::{Plan, RoleHop, SingleSignOn, Source, WebIdentity};
pub(crate) use reader::without_comment;
pub(crate) use settings::{Found, Settings};

use self::keys::Keys;
use crate::address::ProfileName;
use crate::world::{World, variable};

/// Which profile is meant, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The profile's name.
    pub(crate) name: String,
    /// The setting, in words.
    pub(crate) chosen_by: String,
    /// Named by the person for this very repository: environment keys then do not count.
    pub(crate) explicit: bool,
}

impl Choice {
    /// The profile in words, for messages.
    #[must_use]
    pub(crate) fn in_words(&self) -> String {
        format!("profile {:?}", self.name)
    }
}

/// Below the home directory: the folder of what `git codecommit setup` wrote.
pub(crate) const OWN_FOLDER: &str = ".config/git-codecommit";
/// In that folder: the roles it set up, as profiles. They count where the AWS files do not have the
/// profile at all: SageMaker Unified Studio deletes `~/.aws/config` when a space starts.
pub(crate) const OWN_FILE: &str = "config";
/// The same for everyone on a machine.
const OWN_FILE_OF_THE_SYSTEM: &str = "/etc/git-codecommit/config";

/// Every profile of both files, merged as botocore's `full_config` does.
#[derive(Debug)]
pub(crate) struct Profiles {
    profiles: BTreeMap<String, Profile>,
    /// `[sso-session NAME]`
    sso_sessions: BTreeMap<String, Profile>,
    /// `[services NAME]`; a nested key is `<service>.<key>`.
    services: BTreeMap<String, Profile>,
    config: PathBuf,
    credentials: PathBuf,
}

/// A profile's settings and keys.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    settings: BTreeMap<String, Setting>,
    /// The access keys of each file: parts of two keys never meet.
    config_keys: Keys,
    credentials_keys: Keys,
    /// `path:line` of a property that does not count, because it is indented under another.
    misindented: Option<String>,
}

/// What a profile that does not exist holds.
static ABSENT: Profile = Profile {
    settings: BTreeMap::new(),
    config_keys: Keys::NONE,
    credentials_keys: Keys::NONE,
    misindented: None,
};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The text.
    pub(crate) value: String,
    /// `path:line`.
    pub(crate) at: String,
}

impl Profiles {
    /// Reads `~/.aws/config` and `~/.aws/credentials`, or the files the environment names. A file
    /// that does not exist counts as empty.
    ///
    /// # Errors
    /// If a file exists and cannot be read, or has a line that cannot be understood.
    pub(crate) fn load(world: &World) -> Result<Self, Error> {
        let mut profiles = Self::load_aws_files(world)?;
        let home = world
            .account_home()
            .map(|home| home.join(OWN_FOLDER).join(OWN_FILE));
        for path in home.into_iter().chain([OWN_FILE_OF_THE_SYSTEM.into()]) {
            profiles.add_absent(&path)?;
        }
        Ok(profiles)
    }

    /// Reads the two AWS files alone.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub(crate) fn load_aws_files(world: &World) -> Result<Self, Error> {
        let path = |name, default: &str| -> PathBuf {
            match world.variable(name) {
                Some(path) => file::expanded(world, &path),
                None => world.home().unwrap_or(Path::new("/")).join(default),
            }
        };
        let config = path(variable::AWS_CONFIG_FILE, ".aws/config");
        let credentials = path(variable::AWS_SHARED_CREDENTIALS_FILE, ".aws/credentials");
        let mut profiles = Self::none(config, credentials);
        // The credentials file comes second: key by key, it beats the config file.
        let config = profiles.config.clone();
        profiles.add(&config, File::Config)?;
        let credentials = profiles.credentials.clone();
        profiles.add(&credentials, File::Credentials)?;
        Ok(profiles)
    }

    fn none(config: PathBuf, credentials: PathBuf) -> Self {
        Self {
            profiles: BTreeMap::new(),
            sso_sessions: BTreeMap::new(),
            services: BTreeMap::new(),
            config,
            credentials,
        }
    }

    /// Adds the profiles of a file that are not there yet: as a whole, for two halves of a chain of roles
    /// would make a third one.
    fn add_absent(&mut self, path: &Path) -> Result<(), Error> {
        let mut more = Self::none(PathBuf::new(), PathBuf::new());
        more.add(path, File::Config)?;
        for (name, profile) in more.profiles {
            self.profiles.entry(name).or_insert(profile);
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, file: File) -> Result<(), Error> {
        let Some(text) = file::contents(path)? else {
            return Ok(());
        };
        let sections = reader::read(&text, path)?;
        // `[DEFAULT]` gives every section of its file what that does not set (RawConfigParser).
        let (defaults, sections): (Vec<_>, Vec<_>) = sections
            .into_iter()
            .partition(|section| section.header == "DEFAULT");
        let mut seen = BTreeSet::new();
        for section in sections {
            let (kind, name) = match file {
                // In the credentials file every header is a profile's name, whatever it looks like.
                File::Credentials => (Kind::Profile, section.header.clone()),
                File::Config => match kind_and_name(&section.header) {
                    Some(found) => found,
                    None => continue,
                },
            };
            let of_kind = match kind {
                Kind::Profile => &mut self.profiles,
                Kind::SsoSession => &mut self.sso_sessions,
                Kind::Services => &mut self.services,
            };
            let is_first = seen.insert((kind, name.clone()));
            let profile = of_kind.entry(name).or_default();
            if let Some(line) = section.misindented {
                profile.misindented = Some(format!("{}:{line}", path.display()));
            }
            // Once: a section that goes on further down has had them.
            let inherited = defaults.iter().filter(|_| is_first);
            let inherited = inherited.flat_map(|section| &section.properties);
            for property in inherited.chain(&section.properties) {
                profile.set(path, file, property);
            }
        }
        Ok(())
    }

    /// Chooses the profile: the person's for this repository, else `AWS_DEFAULT_PROFILE`, else
    /// `AWS_PROFILE`, else `default`.
    ///
    /// # Errors
    /// If the chosen profile exists nowhere, unless it is `default` and nobody named it.
    pub(crate) fn choose(
        &self,
        world: &World,
        named: Option<(&ProfileName, &str)>,
    ) -> Result<Choice, Error> {
        let variables = [variable::AWS_DEFAULT_PROFILE, variable::AWS_PROFILE];
        let choice = if let Some((name, chosen_by)) = named {
            let decoded = name.decoded();
            let as_typed = self.profiles.contains_key(name.as_str());
            Choice {
                name: if as_typed {
                    name.as_str().to_owned()
                } else {
                    decoded
                },
                chosen_by: chosen_by.to_owned(),
                explicit: true,
            }
        } else if let Some((name, chosen_by)) = variables
            .into_iter()
            .find_map(|name| Some((world.variable(name)?, name)))
        {
            Choice {
                name,
                chosen_by: chosen_by.to_owned(),
                explicit: false,
            }
        } else {
            return Ok(Choice {
                name: "default".into(),
                chosen_by: "nothing else".into(),
                explicit: false,
            });
        };
        if self.profiles.contains_key(&choice.name) {
            return Ok(choice);
        }
        // A pasted "key:secret@" lands here: the second half stays out of the message.
        let name = match choice.name.split_once(':') {
            Some((start, _)) => format!("{start}:…"),
            None => choice.name,
        };
        Err(Error::NotFound {
            name,
            chosen_by: choice.chosen_by,
            config: self.config.display().to_string(),
            credentials: self.credentials.display().to_string(),
            available: self.profiles.keys().cloned().collect(),
        })
    }

    /// A profile by its name.
    #[must_use]
    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    /// `[sso-session NAME]`.
    pub(crate) fn sso_session(&self, name: &str) -> Option<&Profile> {
        self.sso_sessions.get(name)
    }

    /// `[services NAME]`.
    pub(crate) fn services(&self, name: &str) -> Option<&Profile> {
        self.services.get(name)
    }

    /// A setting of a profile.
    #[must_use]
    pub(crate) fn setting(&self, profile: &str, key: &str) -> Option<&str> {
        let setting = self.profile(profile)?.setting(key)?;
        Some(setting.value.as_str())
    }
}

/// The two files.
#[derive(Clone, Copy, Debug)]
enum File {
    Config,
    Credentials,
}

impl Profile {
    fn set(&mut self, path: &Path, file: File, property: &reader::Property) {
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
            .filter(|setting| !setting.value.is_empty())
    }

    /// The access key: that of the credentials file, else that of the config file.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        [&self.credentials_keys, &self.config_keys]
            .into_iter()
            .find(|keys| keys.id().is_some() || keys.secret().is_some())
    }

    /// Whether the access key is in the credentials file, which counts before `aws login` and external
    /// programs; one in the config file counts after them.
    pub(crate) fn has_credentials_file_keys(&self) -> bool {
        self.credentials_keys.id().is_some()
    }
}

/// The profile that a section of the config file is, if it is one.
pub(crate) fn profile_of_config_section(header: &str) -> Option<String> {
    kind_and_name(header).and_then(|(kind, name)| (kind == Kind::Profile).then_some(name))
}

/// What a section of the config file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Profile,
    SsoSession,
    Services,
}

/// `[default]` and `[profile NAME]` are profiles, `[sso-session NAME]` and `[services NAME]` what
/// profiles refer to; nothing else is of use here.
fn kind_and_name(header: &str) -> Option<(Kind, String)> {
    if header == "default" {
        return Some((Kind::Profile, header.to_owned()));
    }
    let (kind, name) = header.split_once(char::is_whitespace)?;
    let kind = match kind {
        "profile" => Kind::Profile,
        "sso-session" => Kind::SsoSession,
        "services" => Kind::Services,
        _ => return None,
    };
    let name = name.trim();
    let unquoted = ['"', '\''].into_iter().find_map(|quote| {
        name.strip_prefix(quote)
            .and_then(|name| name.strip_suffix(quote))
    });
    Some((kind, unquoted.unwrap_or(name).to_owned()))
}

#[cfg(test)]
mod tests;
