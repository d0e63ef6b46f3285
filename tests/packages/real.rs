//! What only a real release can show: its programs run in Debian 11, 12 and 13 with those systems' git, and another
//! processor's under emulation. `RELEASE=folder` names the release.

use std::path::{Path, PathBuf};

use local_aws::{lacks, skip_even_in_ci};

use super::{PROGRAMS, file, files, job, main_job, named_release, run, systems, text};
use crate::harness::{Studio, is_root};

/// A copy of a Debian system, with a script that runs a program in it.
struct Chroot {
    root: PathBuf,
    enter: PathBuf,
}

impl Chroot {
    fn new(suite: &str, place: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/chroot.sh");
        let made = run(&script, &[suite]).succeeded();
        let root = place.join(suite);
        let copy = ["-a", made.stdout.trim(), text(&root)];
        run(Path::new("cp"), &copy).succeeded();
        let enter = place.join(format!("{suite}.sh"));
        // The tests' folders have the same paths inside; the mounts end with the program.
        let lines = format!(
            "#!/bin/sh\nexec unshare --mount sh -c '\n\
             set -e; root=$1; shift; folder=$(pwd)\n\
             mount --rbind /tmp \"$root/tmp\"; mount --rbind /dev \"$root/dev\"; mount -t proc none \"$root/proc\"\n\
             exec chroot \"$root\" sh -c \"cd \\\"\\$0\\\" && exec \\\"\\$@\\\"\" \"$folder\" \"$@\"' sh '{}' \"$@\"\n",
            text(&root)
        );
        super::script(&enter, &lines);
        Self { root, enter }
    }

    /// Installs a package, does the main job with the system's own git, and removes the package.
    fn try_package(&self, package: &Path, git_version: &str) {
        let before = files(&self.root);
        let mut studio = Studio::default().with_our_helper();
        studio.set("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        studio.set("DEBIAN_FRONTEND", "noninteractive");
        let inside = |folder: &str, program: &str, arguments: &[&str]| {
            let all = [&[program], arguments].concat();
            studio.run_in(folder, &self.enter, &all, "")
        };
        inside(".", "apt-get", &["install", "--yes", text(package)]).succeeded();
        let said = inside(".", "git", &["version"]).succeeded();
        assert!(said.stdout.starts_with(git_version), "{said:?}");
        job(&studio, &|folder, arguments| {
            inside(folder, "git", arguments)
        });
        inside(".", "apt-get", &["purge", "--yes", "git-codecommit"]).succeeded();
        assert_eq!(files(&self.root), before);
    }
}

/// Tries the Debian package in one suite, whose git has this version.
fn debian(suite: &str, git_version: &str) {
    let Some(release) = named_release() else {
        return skip_even_in_ci("a release (RELEASE)");
    };
    if !is_root() || lacks("unshare") || !Path::new("/usr/sbin/debootstrap").exists() {
        return skip_even_in_ci("root with debootstrap");
    }
    let place = tempfile::tempdir().unwrap();
    let package = place.path().join("package.deb");
    std::fs::copy(file(&release, "-x86_64.deb"), &package).unwrap();
    Chroot::new(suite, place.path()).try_package(&package, git_version);
}

#[test]
#[ignore = "needs a release: docs/releasing.md"]
fn the_debian_package_works_in_debian_11() {
    debian("bullseye", "git version 2.30.");
}

#[test]
#[ignore = "needs a release: docs/releasing.md"]
fn the_debian_package_works_in_debian_12() {
    debian("bookworm", "git version 2.39.");
}

#[test]
#[ignore = "needs a release: docs/releasing.md"]
fn the_debian_package_works_in_debian_13() {
    debian("trixie", "git version 2.47.");
}

#[test]
#[ignore = "needs a release: docs/releasing.md"]
fn the_packages_for_arm_work_under_emulation() {
    let Some(release) = named_release() else {
        return skip_even_in_ci("a release (RELEASE)");
    };
    let emulator = Path::new("/usr/bin/qemu-aarch64-static");
    if !emulator.exists() {
        return skip_even_in_ci("qemu-user-static");
    }
    let place = tempfile::tempdir().unwrap();
    let package = file(&release, "-aarch64-linux.tar.gz");
    let unpack = ["-C", text(place.path()), "--strip-components=1", "-xzf"];
    run(Path::new("tar"), &[&unpack[..], &[text(&package)]].concat()).succeeded();
    let bin = place.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    for program in PROGRAMS {
        let emulated = place.path().join(program);
        let start = format!(
            "#!/bin/sh\nexec {} '{}' \"$@\"\n",
            text(emulator),
            text(&emulated)
        );
        super::script(&bin.join(program), &start);
    }
    main_job(&bin);
    // The other packages have the very same programs.
    let wheel = file(&release, "musllinux_1_1_aarch64.whl");
    let wheel = systems::installed(&wheel, place.path(), "musllinux_1_1_aarch64");
    let debian = place.path().join("debian");
    let package = file(&release, "-aarch64.deb");
    let unpack = ["-x", text(&package), text(&debian)];
    run(Path::new("dpkg-deb"), &unpack).succeeded();
    for folder in [wheel, debian.join("usr/bin")] {
        for program in PROGRAMS {
            let [one, other] = [place.path(), &folder].map(|at| std::fs::read(at.join(program)));
            assert!(one.unwrap() == other.unwrap(), "{program}");
        }
    }
}
