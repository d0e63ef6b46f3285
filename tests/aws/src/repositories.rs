//! Bare repositories on disk, with a history that is the same every time.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Added to each repository's `config`.
const CONFIG: &str = "[http]\n\treceivepack = true\n\tuploadarchive = true\n[receive]\n\tdenyDeletes = false\n\tautogc = false\n[gc]\n\tauto = 0\n\
    [uploadpack]\n\tallowTipSHA1InWant = true\n\tallowReachableSHA1InWant = true\n\tallowFilter = true\n";

/// The directory of all repositories, an empty home for the git that serves them, and the program that does.
pub(crate) struct Repositories {
    pub(crate) root: PathBuf,
    home: PathBuf,
    /// Started by its path: `git http-backend` would be its parent and be killed without it.
    backend: PathBuf,
}

impl Repositories {
    /// Makes the two directories below `directory`.
    pub(crate) fn new(directory: &Path) -> Self {
        let (root, home) = (directory.join("repositories"), directory.join("home"));
        for path in [&root, &home] {
            fs::create_dir(path).expect("the temporary directory can be written");
        }
        let output = clean("git", &home)
            .arg("--exec-path")
            .output()
            .expect("git starts");
        let exec_path = String::from_utf8(output.stdout).expect("git's directory is text");
        let backend = Path::new(exec_path.trim_end()).join("git-http-backend");
        Self {
            root,
            home,
            backend,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.git"))
    }

    /// Whether `name` is a name CodeCommit allows and there is such a repository.
    pub(crate) fn exists(&self, name: &str) -> bool {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        name.bytes().all(allowed) && self.path(name).is_dir()
    }

    /// Makes a repository without a commit.
    pub(crate) fn create_empty(&self, name: &str) {
        self.create(name, "sha1");
    }

    /// Makes a repository with the history of [`create_seeded`](Self::create_seeded) and SHA-256 ids.
    pub(crate) fn create_sha256(&self, name: &str) {
        self.create(name, "sha256");
        self.seed(name);
    }

    /// The names of all repositories.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names
            .filter_map(|name| Some(name.strip_suffix(".git")?.to_owned()))
            .collect()
    }

    /// Adds refs that all point to the tip of `main`, without a process a ref. Names are bytes below `refs/`.
    pub(crate) fn add_refs(&self, name: &str, refs: Vec<Vec<u8>>) {
        let path = self.path(name);
        let tip = fs::read_to_string(path.join("refs/heads/main")).expect("main has a commit");
        let file = path.join("packed-refs");
        let mut names: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for line in fs::read(&file)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n')
        {
            let separator = line.iter().position(|byte| *byte == b' ');
            if let (Some(at), false) = (separator, line.starts_with(b"#")) {
                let id = String::from_utf8_lossy(&line[..at]).into_owned();
                names.insert(line[at + 1..].to_vec(), id);
            }
        }
        names.extend(refs.into_iter().map(|name| (name, tip.trim().to_owned())));
        let mut text = b"# pack-refs with: peeled fully-peeled sorted \n".to_vec();
        for (name, id) in names {
            text.extend_from_slice(id.as_bytes());
            text.push(b' ');
            text.extend_from_slice(&name);
            text.push(b'\n');
        }
        fs::write(file, text).expect("the temporary directory can be written");
    }

    fn create(&self, name: &str, format: &str) {
        let path = self.path(name);
        let mut init = self.git();
        run(
            init.args([
                "init",
                "--quiet",
                "--bare",
                "--template=",
                "--initial-branch=main",
                &format!("--object-format={format}"),
            ])
            .arg(&path),
            "",
        );
        let config = path.join("config");
        let text = fs::read_to_string(&config).expect("git init writes a config");
        fs::write(&config, text + CONFIG).expect("the temporary directory can be written");
    }

    /// Makes a repository with three commits on `main`, one more on `feature` and the annotated tag `v1.0`.
    pub(crate) fn create_seeded(&self, name: &str) {
        self.create_empty(name);
        self.seed(name);
    }

    fn seed(&self, name: &str) {
        run(
            self.git()
                .arg("-C")
                .arg(self.path(name))
                .args(["fast-import", "--quiet"]),
            &history(name),
        );
    }

    fn git(&self) -> Command {
        clean("git", &self.home)
    }

    /// The CGI program.
    pub(crate) fn http_backend(&self) -> Command {
        let mut command = clean(&self.backend, &self.home);
        command
            .env("GIT_PROJECT_ROOT", &self.root)
            .env("GIT_HTTP_EXPORT_ALL", "1");
        command
    }
}

/// A command that sees none of the user's environment and configuration.
fn clean(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    command
}

fn run(command: &mut Command, input: &str) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("git starts");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    stdin
        .write_all(input.as_bytes())
        .expect("git reads its input");
    drop(stdin);
    assert!(
        child.wait().expect("git can be waited for").success(),
        "{command:?} failed"
    );
}

/// The history as `git fast-import` reads it.
fn history(name: &str) -> String {
    let mut stream = String::new();
    let readme = format!("# {name}\n");
    for (number, branch, from, file, content) in [
        (1, "main", None, "README.md", readme.as_str()),
        (2, "main", Some(1), "src/hello.txt", "hello\n"),
        (3, "main", Some(2), "src/hello.txt", "hello, world\n"),
        (4, "feature", Some(3), "feature.txt", "a feature\n"),
    ] {
        let at = 1_767_225_600 + number * 3600;
        let who = format!("Ada Example <ada@example.com> {at} +0000");
        let message = format!("Change {number}: {file}\n");
        let _ = write!(
            stream,
            "commit refs/heads/{branch}\nmark :{number}\nauthor {who}\ncommitter {who}\n"
        );
        let _ = write!(stream, "data {}\n{message}", message.len());
        if let Some(parent) = from {
            let _ = writeln!(stream, "from :{parent}");
        }
        let _ = write!(
            stream,
            "M 100644 inline {file}\ndata {}\n{content}\n",
            content.len()
        );
    }
    stream.push_str("tag v1.0\nfrom :2\ntagger Ada Example <ada@example.com> 1767240000 +0000\ndata 12\nVersion 1.0\n");
    stream
}
