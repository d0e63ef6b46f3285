//! `git codecommit setup` and `unsetup`: nothing a person had is harmed, whatever happens.

mod clones;
mod existing;
mod files;
mod helpers;
mod identities;
mod moving_in;
mod obstacles;
mod old_git;
mod own_files;
mod places;
mod root;
mod stopped;
mod submodules;
mod undo;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::harness::{Outcome, every_git, helpers};

const ROLE: &str = "arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole";
const PROFILE: &str = "CrossAccountAccessProfile";

/// A home directory with our programs in `~/.local/bin`, no network, and conda's helper first on PATH.
struct Home {
    place: TempDir,
    environment: BTreeMap<String, String>,
}

/// A file's mode and content, or where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    File(u32, String),
    Link(PathBuf),
    Folder(u32),
}

impl Home {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let home = place.path().join("home");
        let bin = home.join(".local/bin");
        std::fs::create_dir_all(&bin).unwrap();
        for name in [
            "git-codecommit",
            "git-credential-codecommit",
            "git-remote-codecommit",
        ] {
            symlink(helpers().join(name), bin.join(name)).unwrap();
        }
        let git = every_git()[0].folder().display().to_string();
        let conda = place.path().join("conda/bin");
        let environment = [
            ("HOME", home.display().to_string()),
            ("PATH", format!("{}:{git}:/usr/bin:/bin", conda.display())),
            ("LC_ALL", "C.UTF-8".into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            (
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "/credentials".into(),
            ),
        ];
        let home = Self {
            place,
            environment: environment.map(|(name, value)| (name.into(), value)).into(),
        };
        home.with_conda()
    }

    /// conda's `git-remote-codecommit`, which must never be changed.
    fn with_conda(self) -> Self {
        let program = self.place.path().join("conda/bin/git-remote-codecommit");
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::fs::write(&program, "#!/bin/sh\necho conda >&2\nexit 1\n").unwrap();
        std::fs::set_permissions(
            &program,
            <std::fs::Permissions as PermissionsExt>::from_mode(0o755),
        )
        .unwrap();
        self
    }

    fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    fn unset(&mut self, name: &str) {
        self.environment.remove(name);
    }

    fn path(&self, below: &str) -> PathBuf {
        self.place.path().join("home").join(below)
    }

    fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, below: &str) -> String {
        std::fs::read_to_string(self.path(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "tests start the programs they test"
    )]
    fn command(&self, program: impl AsRef<Path>, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .args(arguments)
            .current_dir(self.path("."))
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, program: impl AsRef<Path>, arguments: &[impl AsRef<OsStr>]) -> Outcome {
        Outcome::of(self.command(program, arguments), "")
    }

    fn program(&self) -> PathBuf {
        self.path(".local/bin/git-codecommit")
    }

    /// The arguments of `setup` for our role in `eu-west-1`, and more.
    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let bin = self.path(".local/bin").display().to_string();
        Self::arguments_for(&bin, more)
    }

    /// The same with the programs elsewhere.
    fn arguments_for(bin: &str, more: &[&str]) -> Vec<String> {
        let most = [
            "setup",
            "--role-arn",
            ROLE,
            "--region",
            "eu-west-1",
            "--bin-dir",
            bin,
        ];
        let all = most.iter().chain(more);
        all.map(|argument| (*argument).to_owned()).collect()
    }

    /// `setup` for our role in `eu-west-1`, which nobody has confirmed.
    fn setup_unconfirmed(&self, more: &[&str]) -> Outcome {
        self.run(self.program(), &self.arguments(more))
    }

    /// `setup --yes` for our role in `eu-west-1`.
    fn setup(&self, more: &[&str]) -> Outcome {
        self.setup_unconfirmed(&[more, &["--yes"]].concat())
    }

    fn unsetup(&self, more: &[&str]) -> Outcome {
        let mut arguments = vec!["unsetup", "--yes"];
        arguments.extend(more);
        self.run(self.program(), &arguments)
    }

    fn git(&self, arguments: &[&str]) -> Outcome {
        self.run("git", arguments)
    }

    /// What git has for a key, without its last line end.
    fn git_value(&self, key: &str) -> String {
        let said = self.git(&["config", "--get-all", key]);
        said.stdout.trim_end_matches('\n').to_owned()
    }

    /// Everything below a folder, except our programs.
    fn snapshot(&self) -> BTreeMap<String, Entry> {
        let mut found = BTreeMap::new();
        let root = self.path("");
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                let metadata = path.symlink_metadata().unwrap();
                let mode = metadata.permissions().mode() & 0o7777;
                let entry = if metadata.is_symlink() {
                    Entry::Link(std::fs::read_link(&path).unwrap())
                } else if metadata.is_dir() {
                    open.push(path.clone());
                    Entry::Folder(mode)
                } else {
                    let content = std::fs::read(&path).unwrap();
                    Entry::File(mode, String::from_utf8(content).unwrap())
                };
                // What the programs remember of git's own files is no setting.
                if !name.starts_with(".local") && !name.starts_with(".cache") {
                    found.insert(name, entry);
                }
            }
        }
        found
    }
}

/// Fails with the names that differ, and their entries, but not with everything.
#[track_caller]
fn assert_same(now: &BTreeMap<String, Entry>, then: &BTreeMap<String, Entry>, context: &str) {
    let names: std::collections::BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    let differ: Vec<_> = names
        .into_iter()
        .filter(|name| now.get(*name) != then.get(*name))
        .map(|name| format!("{name}: {:?}, not {:?}", now.get(name), then.get(name)))
        .collect();
    assert!(differ.is_empty(), "{context}\n{}", differ.join("\n"));
}
