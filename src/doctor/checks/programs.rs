//! Git, and which programs it will really run.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::time::timeout;

use crate::doctor::alias::{Alias, Runs};
use crate::doctor::report::{Finding, Outcome};
use crate::error::Exit;
use crate::git::config::GitConfig;
use crate::git::helper_line::located;
use crate::git::version::{GitVersion, SETUP_NEEDS};
use crate::platform::program_file;
use crate::process;
use crate::world::{World, input_file, path_lookup};

const REMOTE_HELPER: &str = "git-remote-codecommit";
const CREDENTIAL_HELPER: &str = "git-credential-codecommit";
const NAMES: [&str; 3] = ["git-codecommit", REMOTE_HELPER, CREDENTIAL_HELPER];
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Git itself refuses aliases that lead to each other in a circle.
const MOST_ALIASES: usize = 8;
/// How long a program may take to say its version.
const VERSION_TIMEOUT: Duration = Duration::from_secs(2);

pub(in crate::doctor) struct Programs<'w> {
    world: &'w World,
    /// Git's own folder, which it puts in front of PATH.
    exec_path: Option<PathBuf>,
    /// The folder of this very program.
    own: Option<PathBuf>,
}

enum Kind {
    /// One of this project, and its version.
    Ours(String),
    /// git-remote-codecommit of Python, and its version.
    Python(Option<String>),
    Unknown,
    /// Below the current folder: it may have come with a repository, so it is not run.
    NotAsked,
}

struct Started {
    path: PathBuf,
    /// The alias that leads to it.
    alias: Option<String>,
}

impl<'w> Programs<'w> {
    fn new(world: &'w World) -> Self {
        let own = world.program().and_then(|path| path.canonicalize().ok());
        Self {
            world,
            exec_path: exec_path(),
            own: own.and_then(|path| Some(path.parent()?.to_owned())),
        }
    }

    /// Whether git starts, and which one it is.
    pub(in crate::doctor) fn git(world: &'w World) -> Outcome<Self> {
        let version = match GitVersion::ask() {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                let finding = Finding::failed(Exit::Settings, format!("git version: {error}"));
                return Err(finding.fixed_by(process::UNENDED_HINT));
            }
            version => version.ok(),
        };
        let programs = Self::new(world);
        // Programs that git starts find git's own folder first on PATH.
        let is_inside = |path: &PathBuf| path.parent() == programs.exec_path.as_deref();
        let mut paths = path_lookup::every(world, "git").into_iter();
        let path = paths.clone().find(|path| !is_inside(path));
        match (version, path.or_else(|| paths.next())) {
            (Some(version), Some(path)) => {
                let finding = Finding::good(format!("{} ({})", version.text, path.display()));
                let (major, minor) = SETUP_NEEDS;
                let finding = match version.is_at_least(major, minor) {
                    true => finding,
                    false => finding
                        .but(format!(
                            "before {major}.{minor}, git starts no remote helper by an alias: what setup configures does not work"
                        ))
                        .fixed_by("install a later git"),
                };
                Ok((finding, programs))
            }
            _ => Err(Finding::failed(Exit::Settings, "git does not start")
                .fixed_by("install git, and put it on PATH")),
        }
    }

    /// The program of a name that git runs.
    fn run_by_git(&self, name: &str) -> Option<PathBuf> {
        let inside = self
            .exec_path
            .as_ref()
            .map(|folder| folder.join(program_file(name)));
        inside
            .filter(|path| path.is_file())
            .or_else(|| path_lookup::found_on_path(self.world, name))
    }

    /// What git runs for `git-NAME`: a program of that name, or else an alias.
    fn started(&self, config: &GitConfig, name: &str) -> Option<Started> {
        let mut name = name.to_owned();
        let mut alias = None;
        for _ in 0..MOST_ALIASES {
            if let Some(path) = self.run_by_git(&name) {
                return Some(Started { path, alias });
            }
            let found = Alias::of(config, name.strip_prefix("git-")?)?;
            alias.get_or_insert(found.shown);
            match found.runs {
                Runs::GitCommand(next) => name = format!("git-{next}"),
                Runs::Program(program) => {
                    let path = match program.contains('/') {
                        true => located(self.world.home(), &program),
                        false => self.run_by_git(&program),
                    };
                    return Some(Started { path: path?, alias });
                }
            }
        }
        None
    }

    /// Our three programs, as git finds them: together they are of one version.
    pub(in crate::doctor) async fn versions(&self, config: &GitConfig) -> Finding {
        let mut finding = Finding::good(format!("version {VERSION}"));
        let mut is_mixed = false;
        for name in NAMES {
            finding = match self.started(config, name) {
                None => finding.and(format!("{name} is not on PATH")),
                Some(Started { path, .. }) => match self.kind(&path, name).await {
                    Kind::Ours(version) if version != VERSION => {
                        is_mixed = true;
                        finding.but(format!("{} has version {version}", path.display()))
                    }
                    kind => finding.and(format!("{}{}", path.display(), kind.in_brackets())),
                },
            };
        }
        if is_mixed {
            finding = finding.fixed_by("install all three from one archive, as install.sh does");
        }
        finding
    }

    /// Whether git starts our remote helper for a transport such as `codecommit`.
    pub(in crate::doctor) async fn remote_helper(
        &self,
        config: &GitConfig,
        transport: &str,
    ) -> Finding {
        let name = format!("git-remote-{transport}");
        match self.started(config, &name) {
            Some(started) => self.found(started, REMOTE_HELPER).await,
            None => self.missing(&name),
        }
    }

    /// Whether git starts our credential helper; `path` is what its configuration names.
    pub(in crate::doctor) async fn credential_helper(
        &self,
        config: &GitConfig,
        path: Option<PathBuf>,
    ) -> Finding {
        let alias = None;
        let started = match path {
            Some(path) => Some(Started { path, alias }),
            None => self.started(config, CREDENTIAL_HELPER),
        };
        match started {
            Some(started) => self.found(started, CREDENTIAL_HELPER).await,
            None => self.missing(CREDENTIAL_HELPER),
        }
    }

    fn folder(&self) -> &Path {
        self.own.as_deref().unwrap_or(Path::new("~/.local/bin"))
    }

    fn missing(&self, name: &str) -> Finding {
        Finding::failed(Exit::Settings, format!("git finds no {name}"))
            .fixed_by("run git codecommit setup")
            .fixed_by(format!("or put {} on PATH", self.folder().display()))
    }

    /// What git starts as our program `name`.
    async fn found(&self, started: Started, name: &str) -> Finding {
        let Started { path, alias } = started;
        let path = path_lookup::started(path);
        let by = alias.map(|alias| format!("by {alias}"));
        // What a shell makes of a relative path is not known here.
        if path.is_absolute() && !path.is_file() {
            let problem = format!("git would start {}, which does not exist", path.display());
            let finding = Finding::failed(Exit::Settings, problem);
            return by
                .into_iter()
                .fold(finding, Finding::and)
                .fixed_by("run git codecommit setup, which writes the right path");
        }
        let kind = self.kind(&path, name).await;
        let text = format!("git starts {}{}", path.display(), kind.in_brackets());
        match (kind, by) {
            (Kind::Ours(version), Some(by)) if version == VERSION => Finding::good(text).and(by),
            (Kind::Ours(version), None) if version == VERSION => self.others(&path, name, text),
            (Kind::Python(_), by) if self.is_beside(&path, name) => by
                .into_iter()
                .fold(Finding::ok([]).but(text), Finding::and)
                .and("another package has replaced ours with it")
                .fixed_by(path_lookup::REINSTALL),
            (_, by) => by
                .into_iter()
                .fold(Finding::ok([]).but(text), Finding::and)
                .and(format!(
                    "the next checks use {}",
                    self.folder().join(program_file(name)).display()
                ))
                .fixed_by("run git codecommit setup")
                .fixed_by(format!("or put {} first on PATH", self.folder().display())),
        }
    }

    /// Names other programs of the name: without an alias, PATH decides which one is started.
    fn others(&self, path: &Path, name: &str, text: String) -> Finding {
        let others = path_lookup::others(self.world, name, self.folder());
        let others = others
            .iter()
            .filter(|other| !path_lookup::is_same(other, path));
        others.fold(Finding::good(text), |finding, other| {
            finding.and(format!(
                "programs with another PATH may start {}",
                other.display()
            ))
        })
    }

    /// Whether a path is that of our program `name`, whatever has been put there.
    fn is_beside(&self, path: &Path, name: &str) -> bool {
        let own = self.own.as_ref();
        own.is_some_and(|own| path_lookup::is_same(path, &own.join(program_file(name))))
    }

    async fn kind(&self, path: &Path, name: &str) -> Kind {
        let is_pythons = path_lookup::is_pythons(path);
        if self.is_beside(path, name) && !is_pythons {
            return Kind::Ours(VERSION.to_owned());
        }
        if path.is_relative() {
            return Kind::NotAsked;
        }
        if is_pythons {
            return Kind::Python(version_of_distribution(path));
        }
        let mut start = [0; 2];
        let read = input_file::open(path).and_then(|mut file| file.read(&mut start));
        if start[..read.unwrap_or(0)].starts_with(b"#!") {
            return Kind::Unknown;
        }
        match said_version(path, name).await {
            Some(version) => Kind::Ours(version),
            None => Kind::Unknown,
        }
    }
}

impl Kind {
    fn in_brackets(&self) -> String {
        match self {
            Self::Ours(version) => format!(" ({version})"),
            Self::Python(Some(version)) => format!(" (git-remote-codecommit {version} of Python)"),
            Self::Python(None) => " (a Python program)".to_owned(),
            Self::Unknown => " (another program)".to_owned(),
            Self::NotAsked => " (a relative path, not asked for its version)".to_owned(),
        }
    }
}

fn exec_path() -> Option<PathBuf> {
    let mut git = process::git("--exec-path");
    git.stdin(Stdio::null()).stderr(Stdio::null());
    let said = process::answer(&mut git).ok()?;
    let path = String::from_utf8_lossy(&said.stdout).trim().into();
    said.status.success().then_some(path)
}

/// What a program answers to `--version`, which git would run as well.
async fn said_version(path: &Path, name: &str) -> Option<String> {
    let mut program = tokio::process::Command::from(process::program(path));
    program
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let said = process::captured(&mut program);
    let said = timeout(VERSION_TIMEOUT, said).await.ok()?.ok()?;
    let said = String::from_utf8_lossy(&said.stdout);
    let version = said.trim().strip_prefix(name)?.strip_prefix(' ')?;
    Some(version.to_owned())
}

/// The version of the package that a Python program belongs to, from the name of its folder.
fn version_of_distribution(program: &Path) -> Option<String> {
    let program = program.canonicalize().ok()?;
    let library = program.parent()?.parent()?.join("lib");
    let folders = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten();
    let sites = folders(&library).map(|python| python.path().join("site-packages"));
    let mut names = sites.flat_map(|site| folders(&site).map(|entry| entry.file_name()));
    names.find_map(|name| {
        let name = name.to_string_lossy();
        let version = name.strip_prefix("git_remote_codecommit-")?;
        version.strip_suffix(".dist-info").map(str::to_owned)
    })
}
