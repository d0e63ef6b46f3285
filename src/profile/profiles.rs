//! Every profile of the AWS files, and the choice of one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::choice::Choice;
use super::error::Error;
use super::name::ProfileName;
use super::profile_settings::{File, Profile};
use super::section::{Kind, kind_and_name};
use super::{file, reader};
use crate::platform;
use crate::world::{World, variable};

/// Below the home directory: the folder of what `git codecommit setup` wrote.
pub(crate) const OWN_FOLDER: &str = ".config/git-codecommit";
/// In that folder: the roles it set up, as profiles. They count where the AWS files do not have the profile at all:
/// SageMaker Unified Studio deletes `~/.aws/config` when a space starts.
pub(crate) const OWN_FILE: &str = "config";

/// Every profile of both files, merged as botocore's `full_config` does.
#[derive(Debug)]
pub(crate) struct Profiles {
    profiles: BTreeMap<String, Profile>,
    /// The sections `[sso-session NAME]`, by their names.
    sso_sessions: BTreeMap<String, Profile>,
    /// `[services NAME]`; a nested key is `<service>.<key>`.
    services: BTreeMap<String, Profile>,
    config: PathBuf,
    credentials: PathBuf,
    /// Headers that look like a profile's but are written as the other file has them.
    misnamed: Vec<Misnamed>,
}

/// A section whose header does not count in its file.
#[derive(Debug)]
struct Misnamed {
    /// The profile that it looks like.
    profile: String,
    header: String,
    /// Where the section stands: `path:line` of its file.
    at: String,
    right: String,
}

impl Profiles {
    /// Reads `~/.aws/config` and `~/.aws/credentials`, or the files the environment names. A file that does not
    /// exist counts as empty. Fails if a file exists and cannot be read, or has a line that cannot be understood.
    pub(crate) fn load(world: &World) -> Result<Self, Error> {
        let mut profiles = Self::load_aws_files(world)?;
        let home = world
            .account_home()
            .map(|home| platform::below(home, OWN_FOLDER));
        for folder in home.into_iter().chain(platform::system_folder()) {
            profiles.add_absent(&folder.join(OWN_FILE))?;
        }
        Ok(profiles)
    }

    /// Reads the two AWS files alone. Fails as [`Self::load`].
    pub(crate) fn load_aws_files(world: &World) -> Result<Self, Error> {
        let path = |name, default: &str| -> PathBuf {
            match world.variable(name) {
                Some(path) => file::expanded(world, &path),
                None => platform::below(world.aws_home().unwrap_or(Path::new("/")), default),
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
            misnamed: Vec::new(),
        }
    }

    /// Adds the profiles of a file that are not there yet: as a whole, for two halves of a chain of
    /// roles would make a third one.
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
            let at = || format!("{}:{}", path.display(), section.line);
            self.misnamed
                .extend(Misnamed::find(&section.header, file, at));
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

    /// Chooses the profile: the person's for this repository, else `AWS_DEFAULT_PROFILE`, else `AWS_PROFILE`, else
    /// `default`. Fails if the chosen profile exists nowhere, unless it is `default` and nobody named it.
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
        let meant = self.meant(&name);
        Err(Error::NotFound {
            meant,
            name,
            chosen_by: choice.chosen_by,
            files: format!(
                "{} or {}",
                self.config.display(),
                self.credentials.display()
            ),
            available: self.profiles.keys().cloned().collect(),
        })
    }

    /// Which section was meant by a profile that does not exist, as a hint.
    fn meant(&self, name: &str) -> Option<String> {
        if let Some(found) = self.misnamed.iter().find(|found| found.profile == name) {
            let Misnamed {
                header, at, right, ..
            } = found;
            return Some(format!(
                "[{header}] ({at}) does not count in this file: write [{right}]"
            ));
        }
        let mut names = self.profiles.keys();
        let other = names.find(|other| other.trim().eq_ignore_ascii_case(name.trim()))?;
        Some(format!(
            "upper and lower case matter in the name of a profile: there is {other:?}"
        ))
    }

    #[must_use]
    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    pub(crate) fn sso_session(&self, name: &str) -> Option<&Profile> {
        self.sso_sessions.get(name)
    }

    /// The section `[services NAME]` of the config file.
    pub(crate) fn services(&self, name: &str) -> Option<&Profile> {
        self.services.get(name)
    }

    #[must_use]
    pub(crate) fn setting(&self, profile: &str, key: &str) -> Option<&str> {
        let setting = self.profile(profile)?.setting(key)?;
        Some(setting.value.as_str())
    }
}

impl Misnamed {
    /// Tells a header that the other file would understand.
    fn find(header: &str, file: File, at: impl Fn() -> String) -> Option<Self> {
        let word = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
        let (profile, right) = match file {
            File::Credentials => {
                let name = header.strip_prefix("profile")?;
                let name = name.strip_prefix(char::is_whitespace)?.trim();
                (name, name.to_owned())
            }
            File::Config if kind_and_name(header).is_some() => return None,
            File::Config => {
                let start = header.get(.."profile".len()).unwrap_or_default();
                let name = match start.eq_ignore_ascii_case("profile") {
                    true => header["profile".len()..].trim_start_matches([' ', '\t', ':', '=']),
                    false => header,
                };
                (name, format!("profile {name}"))
            }
        };
        word(profile).then(|| Self {
            profile: profile.to_owned(),
            header: header.to_owned(),
            at: at(),
            right,
        })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
