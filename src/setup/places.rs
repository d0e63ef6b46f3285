//! Where everything is: the home directory, our own folder, and the files of others that setup changes.

use std::io;
use std::path::{Path, PathBuf};

use super::Error;
use super::acting;
use super::git;
use super::problem::{Impossible, Obstacle};
use super::request::{Placement, Scope};
use crate::platform::{self, below};
use crate::process::shell_quoted;
use crate::profile;
use crate::world::{World, path_lookup, variable};

#[derive(Debug)]
pub(super) struct Places {
    pub(super) scope: Scope,
    home: PathBuf,
    pub(super) own: PathBuf,
    /// The AWS config file, symbolic links followed; none where it is not to be changed.
    pub(super) aws_config: Option<PathBuf>,
    /// The git config file that pulls ours in, symbolic links followed.
    pub(super) git_config: PathBuf,
    /// Git settings name the programs by absolute paths.
    is_absolute: bool,
    pub(super) programs: PathBuf,
    pub(super) warnings: Vec<String>,
}

impl Places {
    pub(super) fn find(world: &World, placement: &Placement) -> Result<Self, Error> {
        let mut warnings = Vec::new();
        let is_system = placement.scope == Scope::System;
        let home = if is_system || placement.is_absolute {
            // It may not be there: nothing is written to it. In an image or a job HOME is often unset.
            let home = world.account_home();
            home.map_or_else(|| PathBuf::from("/nonexistent"), Path::to_owned)
        } else {
            home(world, &mut warnings)?
        };
        if !is_system {
            acting::as_owner_of(&home)?;
        }
        let own = if is_system {
            platform::system_folder().ok_or(Impossible::SystemScope)?
        } else {
            below(&home, profile::OWN_FOLDER)
        };
        let aws_config = match world.variable(variable::AWS_CONFIG_FILE) {
            Some(path) => profile::expanded(world, &path),
            None => {
                // On Windows the AWS tools have another home directory than git.
                let other = world.aws_home().filter(|aws| world.home() != Some(aws));
                below(other.unwrap_or(&home), ".aws/config")
            }
        };
        let aws_config = (!placement.no_aws_config && !is_system).then_some(aws_config);
        let places = Self {
            scope: placement.scope,
            own,
            aws_config: aws_config.map(|path| resolved(&path)).transpose()?,
            git_config: resolved(&match placement.scope {
                Scope::Global => global_git_config(world, &home)?,
                Scope::Local => git::path_of_config("--local", &home)?,
                Scope::System => git::path_of_config("--system", &home)?,
            })?,
            is_absolute: is_system || placement.is_absolute,
            programs: programs(world, placement)?,
            home,
            warnings,
        };
        places.check_names()?;
        Ok(places)
    }

    /// That every path can stand in a git config file and in what is remembered: as text,
    /// on one line.
    fn check_names(&self) -> Result<(), Error> {
        let all = [&self.home, &self.own, &self.git_config, &self.programs];
        let mut all = all
            .into_iter()
            .map(PathBuf::as_path)
            .chain(self.aws_config.as_deref());
        let is_bad = |path: &&Path| {
            path.to_str()
                .is_none_or(|text| text.contains(char::is_control))
        };
        match all.find(is_bad) {
            None => Ok(()),
            Some(path) => Err(Impossible::OddPath(path.to_owned()).into()),
        }
    }

    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// Whether a file, by any name of the home directory, is in our own folder.
    pub(super) fn is_own(&self, file: &Path) -> bool {
        let folder = |path: &Path| path.parent().and_then(|folder| folder.canonicalize().ok());
        file.parent() == Some(&self.own)
            || folder(file)
                .is_some_and(|folder| self.own.canonicalize().is_ok_and(|own| own == folder))
    }

    /// That our programs are where they are looked for. Other packages have programs of the same names.
    pub(super) fn check_programs(&self) -> Result<(), Error> {
        for name in ["git-credential-codecommit", "git-remote-codecommit"] {
            let program = self.programs.join(platform::program_file(name));
            let folder = self.programs.clone();
            if !program.is_file() {
                return Err(Impossible::NoProgram { folder, name }.into());
            }
            if path_lookup::is_pythons(&program) {
                return Err(Impossible::Replaced(program).into());
            }
        }
        Ok(())
    }

    /// Refuses a git that could not use what `command` writes.
    pub(super) fn check_git(&self, command: &str, needed: (u32, u32)) -> Result<(), Error> {
        let found = git::version(&self.home)?;
        let (major, minor) = needed;
        if found.is_at_least(major, minor) {
            return Ok(());
        }
        Err(Impossible::OldGit {
            command: command.to_owned(),
            needed,
            found: found.text,
        }
        .into())
    }

    pub(super) fn own_file(&self, name: &str) -> PathBuf {
        self.own.join(name)
    }

    /// A path as it is shown and remembered: `~/…` below the home directory, which has several names
    /// in Studio.
    pub(super) fn shown(&self, path: &Path) -> String {
        let canonical = platform::canonical(&self.home);
        let homes = [Some(&self.home), canonical.as_ref().ok()];
        for home in homes.into_iter().flatten() {
            if let Ok(below) = path.strip_prefix(home) {
                return platform::for_git(&Path::new("~").join(below));
            }
        }
        platform::for_git(path)
    }

    /// One of our programs as a command of a shell. A `~` is expanded by that shell: in Studio the home directory
    /// has several names.
    pub(super) fn command(&self, name: &str) -> String {
        let program = self.programs.join(name);
        match self.shown(&program).strip_prefix("~/") {
            Some(below) if !self.is_absolute => format!("~/{}", shell_quoted(below)),
            _ => shell_quoted(&platform::for_git(&program)),
        }
    }

    /// The path that [`Self::shown`] stands for.
    pub(super) fn path(&self, shown: &str) -> PathBuf {
        match shown.strip_prefix("~/") {
            Some(below) => self.home.join(below),
            None => PathBuf::from(shown),
        }
    }
}

/// The home directory: `HOME`, but `/` is nobody's.
fn home(world: &World, warnings: &mut Vec<String>) -> Result<PathBuf, Error> {
    let Some(home) = world.account_home() else {
        return Err(Impossible::NoHome.into());
    };
    // Git for Windows finds a home directory without it.
    let lacks_home = !platform::IS_WINDOWS && world.variable(variable::HOME).is_none();
    if world.home() != Some(home) || lacks_home {
        warnings.push(format!(
            "HOME is {}: setup uses the home directory {} of the password database, but git reads its \
             settings only from HOME",
            world
                .variable(variable::HOME)
                .as_deref()
                .unwrap_or("not set"),
            home.display()
        ));
    }
    if !home.is_dir() {
        return Err(Impossible::HomeMissing(home.to_owned()).into());
    }
    Ok(home.to_owned())
}

/// The file that `git config --global` writes.
///
/// Source: git-config(1), FILES: `GIT_CONFIG_GLOBAL` (since 2.32), else `~/.gitconfig` if it exists or
/// `$XDG_CONFIG_HOME/git/config` does not.
fn global_git_config(world: &World, home: &Path) -> Result<PathBuf, Error> {
    if let Some(path) = world.variable(variable::GIT_CONFIG_GLOBAL)
        && git::version(home)?.is_at_least(2, 32)
    {
        if path == "/dev/null" {
            return Err(Impossible::NoGlobalConfig.into());
        }
        return Ok(PathBuf::from(path));
    }
    let own = home.join(".gitconfig");
    let xdg = match world.variable(variable::XDG_CONFIG_HOME) {
        Some(folder) => PathBuf::from(folder),
        None => home.join(".config"),
    };
    let xdg = below(&xdg, "git/config");
    Ok(if !own.exists() && !own.is_symlink() && xdg.exists() {
        xdg
    } else {
        own
    })
}

/// The folder of our programs: the one that is named, else that of this program.
fn programs(world: &World, placement: &Placement) -> Result<PathBuf, Error> {
    let folder = match (&placement.bin_dir, world.program()) {
        (Some(folder), _) => folder.clone(),
        (None, Some(program)) => program.parent().unwrap_or(Path::new("/")).to_owned(),
        (None, None) => PathBuf::from("/"),
    };
    std::path::absolute(&folder).map_err(|error| Error::write(&folder, error))
}

/// Follows symbolic links: a link is kept, and what it leads to is changed.
fn resolved(path: &Path) -> Result<PathBuf, Error> {
    match platform::canonical(path) {
        Ok(path) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            // A folder on the way may still be a link, or not exist.
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
                return Ok(path.to_owned());
            };
            Ok(platform::canonical(folder)
                .map_or_else(|_| path.to_owned(), |folder| folder.join(name)))
        }
        Err(_) if path.is_symlink() => Err(Error::protected(path, Obstacle::DanglingLink)),
        Err(cause) => Err(Error::Unreadable {
            path: path.to_owned(),
            cause,
        }),
    }
}
