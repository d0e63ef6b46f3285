//! Our wheel beside git-remote-codecommit 1.17, which has a program of the same name: the package that pip installs last
//! wins, and to uninstall either takes that program away. Setup does not take the other one for ours.

use std::path::{Path, PathBuf};

use local_aws::skip_even_in_ci;

use super::{file, main_job, release_to_test, run, text};
use crate::harness::{Outcome, Studio, WITH_REGION};

const THEIRS: &str = "git-remote-codecommit==1.17";

/// An environment with pip of the base installation.
struct Environment {
    bin: PathBuf,
}

impl Environment {
    fn new(place: &Path) -> Self {
        let folder = place.join("venv");
        let make = ["-m", "venv", "--without-pip", text(&folder)];
        run(Path::new("python3"), &make).succeeded();
        Self {
            bin: folder.join("bin"),
        }
    }

    fn try_pip(&self, arguments: &[&str]) -> Outcome {
        let python = self.bin.join("python");
        let pip = ["-m", "pip", "--python", text(&python)];
        run(Path::new("python3"), &[&pip, arguments].concat())
    }

    fn pip(&self, arguments: &[&str]) {
        self.try_pip(arguments).succeeded();
    }

    fn install(&self, package: &str) {
        self.pip(&["install", "--no-deps", "--force-reinstall", package]);
    }
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn beside_the_python_package_setup_makes_git_use_ours_or_says_why_not() {
    let place = tempfile::tempdir().unwrap();
    let release = release_to_test(place.path());
    let wheel = file(&release, "musllinux_1_1_x86_64.whl");
    let environment = Environment::new(place.path());
    let theirs = environment.try_pip(&["install", "--no-deps", THEIRS]);
    if theirs.code != Some(0) {
        return skip_even_in_ci("packages of PyPI");
    }
    environment.install(text(&wheel));
    // Ours came last.
    main_job(&environment.bin);

    // Theirs comes last.
    environment.install(THEIRS);
    let mut studio = Studio::default();
    let path = format!("{}:{}", text(&environment.bin), studio.system_path());
    studio.set("PATH", &path);
    let program = environment.bin.join("git-codecommit");
    let before = std::fs::read(studio.home().join(".gitconfig")).unwrap();
    let set_up = ["setup", "--yes"];
    let said = studio.run_in(".", &program, &set_up, "").failed();
    let theirs = environment.bin.join("git-remote-codecommit");
    assert_eq!(
        said.stderr,
        format!(
            "git-codecommit: {} is a Python program that has replaced ours\n\
             hint: run pip uninstall git-remote-codecommit, then install git-codecommit again (with pip: pip install --force-reinstall --no-deps git-codecommit)\n",
            theirs.display()
        )
    );
    assert_eq!(
        std::fs::read(studio.home().join(".gitconfig")).unwrap(),
        before
    );
    let said = studio.run_in(".", &program, &["doctor", "--offline", WITH_REGION], "");
    let finding = format!(
        "git starts {} (git-remote-codecommit 1.17 of Python)",
        theirs.display()
    );
    assert!(
        said.stdout.contains(&finding)
            && said
                .stdout
                .contains("another package has replaced ours with it"),
        "{said:?}"
    );

    // What the hint says. Then git uses ours, even where another one comes first on PATH.
    environment.pip(&["uninstall", "--yes", "git-remote-codecommit"]);
    assert!(!theirs.exists());
    let place = wheel.parent().unwrap();
    let ours = ["--no-index", "--find-links", text(place), "--pre"];
    let again = [
        "install",
        "--force-reinstall",
        "--no-deps",
        "git-codecommit",
    ];
    environment.pip(&[&again[..], &ours].concat());
    studio.run_in(".", &program, &set_up, "").succeeded();
    studio.write_program(
        "first/git-remote-codecommit",
        "#!/bin/sh\necho the other one >&2\nexit 1\n",
    );
    let path = format!(
        "{}:{}",
        studio.home().join("first").display(),
        studio.system_path()
    );
    studio.set("PATH", &path);
    studio.git(&["clone", WITH_REGION]).succeeded();
}
