//! Each git of this machine lists its configuration, and what is read here must be the same, or declined.

mod homes;
mod life;
mod refused;
mod texts;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use super::*;
use crate::git::config::origin::path;

/// One entry, as git lists it.
#[derive(Debug, PartialEq, Eq)]
struct Listed {
    scope: String,
    /// Its real name; none for the environment.
    file: Option<PathBuf>,
    key: String,
    value: Option<String>,
}

/// A folder with a home directory in it, and a process's surroundings there.
struct Home {
    place: tempfile::TempDir,
    variables: BTreeMap<String, OsString>,
    folder: PathBuf,
}

impl Home {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().canonicalize().unwrap().join("home");
        std::fs::create_dir(&folder).unwrap();
        let mut home = Self {
            place,
            variables: BTreeMap::new(),
            folder,
        };
        let path = home.path("");
        home.set("HOME", path);
        home.set("GIT_CONFIG_NOSYSTEM", "1");
        home
    }

    /// A path below the home directory.
    fn path(&self, name: &str) -> PathBuf {
        let home = self.place.path().canonicalize().unwrap().join("home");
        match name {
            "" => home,
            name => home.join(name),
        }
    }

    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// Writes a file; `{home}` in it is the home directory.
    fn write(&self, name: &str, text: &str) {
        let file = self.path(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let text = text.replace("{home}", self.path("").to_str().unwrap());
        std::fs::write(file, text).unwrap();
    }

    /// Makes a repository by hand: it takes no process.
    fn repository(&self, git_dir: &str, head: &str, config: &str) {
        for folder in ["objects", "refs/heads"] {
            std::fs::create_dir_all(self.path(git_dir).join(folder)).unwrap();
        }
        self.write(&format!("{git_dir}/HEAD"), head);
        self.write(&format!("{git_dir}/config"), config);
    }

    /// Makes the folder the current one.
    fn go(&mut self, folder: &str) {
        self.folder = self.path(folder);
        std::fs::create_dir_all(&self.folder).unwrap();
    }

    /// What is read in this process for a git, or why it is not.
    fn read(&self, git: &Git) -> Result<Vec<Listed>, String> {
        let read = super::read(&Surroundings {
            variables: &|name| self.variables.get(name).cloned(),
            folder: &self.folder,
            system: &git.system,
        });
        let config = read.map_err(|declined| declined.why().to_owned())?;
        let listed = config.entries.iter().map(|entry| {
            let origin = entry.origin.as_ref().unwrap();
            assert_eq!(origin.line().is_some(), origin.file().is_some());
            let subsection = entry.subsection.as_ref().map_or(String::new(), |name| {
                format!(".{}", String::from_utf8_lossy(name))
            });
            Listed {
                scope: origin.scope().to_owned(),
                file: origin.file().map(|file| self.real(file)),
                key: format!("{}{subsection}.{}", entry.section, entry.name),
                value: entry.value.as_deref().map(text),
            }
        });
        Ok(listed.collect())
    }

    /// What one git lists; none if it refuses.
    #[expect(clippy::disallowed_methods, reason = "the tests compare with real git")]
    fn list(&self, git: &Git) -> Option<Vec<Listed>> {
        let said = Command::new(&git.program)
            .args([
                "config",
                "-z",
                "--list",
                "--includes",
                "--show-scope",
                "--show-origin",
            ])
            .env_clear()
            .envs(&self.variables)
            .env("LC_ALL", "C")
            .current_dir(&self.folder)
            .output()
            .unwrap();
        if !said.status.success() {
            return None;
        }
        let mut parts = said.stdout.split(|byte| *byte == 0);
        let mut listed = Vec::new();
        while let (Some(scope), Some(origin), Some(entry)) =
            (parts.next(), parts.next(), parts.next())
        {
            let (key, value) = match entry.iter().position(|byte| *byte == b'\n') {
                Some(at) => (&entry[..at], Some(text(&entry[at + 1..]))),
                None => (entry, None),
            };
            let file = origin
                .strip_prefix(b"file:")
                .map(|file| self.real(&path(file)));
            assert!(file.is_some() || origin == b"command line:");
            listed.push(Listed {
                scope: text(scope),
                file,
                key: text(key),
                value,
            });
        }
        Some(listed)
    }

    /// Git names some files from the top of the working tree.
    fn real(&self, file: &Path) -> PathBuf {
        let mut folders = self.folder.ancestors();
        folders
            .find_map(|folder| folder.join(file).canonicalize().ok())
            .unwrap()
    }

    /// Compares with every git. None if the reading is declined.
    fn compare(&self) -> Result<Vec<Listed>, String> {
        let mut read = Err(String::new());
        for git in gits() {
            let ours = self.read(git)?;
            let theirs = self.list(git);
            assert_eq!(
                Some(&ours),
                theirs.as_ref(),
                "{git:?} in {:?} {:#?}",
                self.folder,
                self.variables
            );
            read = Ok(ours);
        }
        read
    }

    /// The values of a key, which are the same for every git.
    fn values(&self, key: &str) -> Vec<Option<String>> {
        let all = self.compare().unwrap().into_iter();
        all.filter(|entry| entry.key == key)
            .map(|entry| entry.value)
            .collect()
    }

    /// Git is asked: because of what the reason has in it.
    fn assert_declined(&self, why: &str) {
        match self.read(&gits()[0]) {
            Ok(listed) => panic!("not declined: {why}: {listed:#?}"),
            Err(said) => assert!(said.contains(why), "{said}"),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[derive(Debug)]
struct Git {
    program: PathBuf,
    version: Vec<u8>,
    /// The system's file.
    system: PathBuf,
}

/// The gits of this machine, one of each version.
#[expect(clippy::disallowed_methods, reason = "the tests compare with real git")]
fn gits() -> &'static [Git] {
    static GITS: LazyLock<Vec<Git>> = LazyLock::new(|| {
        let mut found: Vec<Git> = Vec::new();
        for program in ["/usr/local/bin/git", "/usr/bin/git", "git"].map(PathBuf::from) {
            let say = |arguments: &[&str]| {
                let mut git = Command::new(&program);
                git.args(arguments).env_clear().env("GIT_EDITOR", "echo");
                Some(git.current_dir("/").output().ok()?.stdout)
            };
            let Some(version) = say(&["version"]) else {
                continue;
            };
            let system = say(&["config", "--system", "--edit"]).unwrap();
            if found.iter().all(|git| git.version != version) {
                let system = path(system.trim_ascii_end());
                assert!(system.is_absolute());
                found.push(Git {
                    program,
                    version,
                    system,
                });
            }
        }
        assert!(!found.is_empty(), "the tests need git");
        found
    });
    &GITS
}

/// How often a generated case is tried: `GIT_CONFIG_CASES` has a long run.
#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told to run longer"
)]
fn cases(usual: u32) -> u32 {
    let wanted = std::env::var("GIT_CONFIG_CASES").ok();
    wanted.map_or(usual, |wanted| wanted.parse().unwrap())
}
