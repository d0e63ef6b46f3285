//! `install.sh` puts the programs in place, under every shell of this machine.

mod archives;
mod machines;
mod root;
mod swapped;
mod with_setup;

use expect_test::expect;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use local_aws::lacks;

use crate::harness::{Outcome, Studio, WITH_REGION, helpers};

const VERSION: &str = concat!("git-codecommit ", env!("CARGO_PKG_VERSION"));
const PROGRAMS: [&str; 3] = [
    "git-remote-codecommit",
    "git-credential-codecommit",
    "git-codecommit",
];

fn shells() -> Vec<PathBuf> {
    let known = ["sh", "dash", "bash", "busybox"];
    let there = known.into_iter().filter(|shell| !lacks(shell));
    there.map(|shell| Path::new("/bin").join(shell)).collect()
}

fn install(studio: &Studio, shell: &Path, arguments: &[&str]) -> Outcome {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh");
    let mut all = vec![script];
    if shell.ends_with("busybox") {
        all.insert(0, "sh");
    }
    all.extend(arguments);
    studio.run_in(".", shell, &all, "")
}

#[test]
fn the_programs_are_installed_twice_and_work() {
    for shell in shells() {
        let mut studio = Studio::default();
        let prefix = studio.home().join("a prefix").display().to_string();
        let from = helpers().display().to_string();
        let arguments = ["--from", &from, "--prefix", &prefix, "--no-setup"];
        for done in ["installed", "unchanged:"] {
            let said = install(&studio, &shell, &arguments).succeeded();
            assert_eq!(said.stdout, format!("{done} {VERSION} in {prefix}/bin\n"));
            // The folder of the build is on PATH, in front.
            assert!(
                said.stderr.contains("comes before the new program on PATH"),
                "{said:?}"
            );
        }
        let bin = Path::new(&prefix).join("bin");
        let mut placed: Vec<_> = std::fs::read_dir(&bin)
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        placed.sort();
        assert_eq!(
            placed,
            [
                "git-codecommit",
                "git-credential-codecommit",
                "git-remote-codecommit"
            ]
        );
        for program in PROGRAMS {
            let mode = bin.join(program).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o755);
        }
        studio.set(
            "PATH",
            &format!("{}:{}", bin.display(), studio.system_path()),
        );
        let said = install(&studio, &shell, &arguments).succeeded();
        assert_eq!(said.stderr, "");
        studio.git(&["clone", WITH_REGION]).succeeded();
        let said = studio.git(&["codecommit", "url", WITH_REGION]).succeeded();
        assert!(said.stdout.ends_with("/v1/repos/demo-repo\n"), "{said:?}");
    }
}

#[test]
fn what_cannot_be_installed_is_said_and_nothing_is_changed() {
    let studio = Studio::default();
    let prefix = studio.home().join("prefix").display().to_string();
    for shell in shells() {
        for (arguments, code, error) in [
            (vec!["--from"], 2, "install.sh: --from needs a value"),
            (vec!["--form", "x"], 2, "install.sh: unknown option --form"),
            (
                vec!["--from", "/nowhere", "--prefix", &prefix],
                2,
                "install.sh: /nowhere does not exist",
            ),
            (
                vec!["--from", "/", "--prefix", &prefix],
                2,
                "install.sh: / does not contain git-remote-codecommit",
            ),
            (
                vec![
                    "--from",
                    "https://example.com/x.tar.gz",
                    "--prefix",
                    &prefix,
                ],
                2,
                "install.sh: https://example.com/x.tar.gz needs --sha256",
            ),
            (
                vec!["--from", "http://example.com/x.tar.gz", "--prefix", &prefix],
                2,
                "install.sh: http://example.com/x.tar.gz is not supported",
            ),
            (
                vec!["--from", "s3://bucket/x.tar.gz", "--sha256", "abc"],
                2,
                "install.sh: --sha256 is not a SHA-256",
            ),
            (
                vec!["--from", "/", "--no-setup", "--role-arn", "x"],
                2,
                "install.sh: unknown option --role-arn",
            ),
        ] {
            let said = install(&studio, &shell, &arguments).failed();
            assert_eq!(
                (said.code, said.stderr.lines().next()),
                (Some(code), Some(error))
            );
        }
    }
    // Programs of another kind of machine.
    let broken = studio.home().join("broken");
    std::fs::create_dir(&broken).unwrap();
    for program in PROGRAMS {
        std::fs::write(broken.join(program), "\x7fELF not really").unwrap();
    }
    let broken = broken.display().to_string();
    let said = install(
        &studio,
        &shells()[0],
        &["--from", &broken, "--prefix", &prefix],
    )
    .failed();
    assert!(
        said.stderr.contains("does not run on this machine"),
        "{said:?}"
    );
    let left = std::fs::read_dir(Path::new(&prefix).join("bin")).unwrap();
    assert_eq!(left.count(), 0, "nothing was put in place");
}

/// A folder of small programs that behave as the real ones do in the installer's eyes.
fn stand_ins(studio: &Studio) -> String {
    stand_ins_of(studio, "9.9")
}

fn stand_ins_of(studio: &Studio, version: &str) -> String {
    for program in PROGRAMS {
        // Not executable: an archive or an object store may have dropped the mode.
        studio.write(
            &format!("built/{program}"),
            &format!("#!/bin/sh\necho git-codecommit {version}\n"),
        );
    }
    studio.home().join("built").display().to_string()
}

#[test]
fn odd_places_are_installed_to_and_links_replaced() {
    for shell in shells() {
        let mut studio = Studio::default();
        stand_ins(&studio);
        // A relative prefix with a slash at its end, and a cd that prints where it goes.
        studio.set("CDPATH", &studio.home().display().to_string());
        studio.write("opt/bin/elsewhere", "kept");
        let link = studio.home().join("opt/bin/git-remote-codecommit");
        std::os::unix::fs::symlink("elsewhere", &link).unwrap();
        let bin = studio.home().join("opt/bin").display().to_string();
        studio.set("PATH", &format!("{bin}:{}", studio.system_path()));
        let said = install(&studio, &shell, &["--from=built", "--prefix=opt/"]).succeeded();
        assert!(
            said.stdout
                .ends_with(&format!("installed git-codecommit 9.9 in {bin}\n")),
            "{said:?}"
        );
        assert_eq!(said.stderr, "");
        assert!(!link.is_symlink());
        let kept = std::fs::read_to_string(studio.home().join("opt/bin/elsewhere")).unwrap();
        assert_eq!(kept, "kept");
        assert_eq!(
            std::fs::read_dir(&bin).unwrap().count(),
            4,
            "nothing else is left"
        );
    }
}

#[test]
fn a_folder_in_the_way_is_not_moved_into() {
    let studio = Studio::default();
    stand_ins(&studio);
    studio.write("opt/bin/git-codecommit/x", "");
    let said = install(
        &studio,
        &shells()[0],
        &["--from", "built", "--prefix", "opt"],
    )
    .failed();
    said.is(&expect![[r#"
        exit code 1
        -- stderr
        install.sh: ~/opt/bin/git-codecommit is a folder
        hint: rename it, or choose another folder: --prefix DIR
    "#]]);
    assert_eq!(
        std::fs::read_dir(studio.home().join("opt/bin"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn an_installer_that_is_read_from_a_pipe_builds_nobody_elses_project() {
    let studio = Studio::default();
    studio.write("Cargo.toml", "[package]\nname = \"other\"\n");
    let script =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh")).unwrap();
    let said = studio.run_in(".", &shells()[0], &["-s"], &script).failed();
    assert_eq!(
        said.stderr,
        "install.sh: no programs to install\n\
         hint: name a folder or an archive: --from SOURCE\n"
    );
}

#[test]
fn another_programs_file_of_the_same_name_comes_back_when_ours_goes() {
    for shell in shells() {
        let studio = Studio::default();
        // Where "pip install --user git-remote-codecommit" puts its script.
        let theirs = studio.home().join(".local/bin/git-remote-codecommit");
        studio.write(".local/bin/git-remote-codecommit", "#!/usr/bin/python3\n");
        let from = helpers().display().to_string();
        let prefix = studio.home().join(".local").display().to_string();
        let options = ["--prefix", &prefix, "--no-setup"];
        let said = install(
            &studio,
            &shell,
            &[&options[..], &["--from", &from]].concat(),
        );
        assert!(
            said.succeeded()
                .stdout
                .contains("which is not part of git-codecommit, to ")
        );
        assert_ne!(std::fs::read(&theirs).unwrap(), b"#!/usr/bin/python3\n");
        install(&studio, &shell, &[&options[..], &["--uninstall"]].concat()).succeeded();
        assert_eq!(std::fs::read(&theirs).unwrap(), b"#!/usr/bin/python3\n");
        // The second time there is nothing of ours to remove.
        install(&studio, &shell, &[&options[..], &["--uninstall"]].concat()).succeeded();
        assert!(theirs.exists());
    }
}

#[test]
fn a_program_that_somebody_put_over_ours_is_theirs() {
    for shell in shells() {
        let studio = Studio::default();
        let theirs = studio.home().join(".local/bin/git-remote-codecommit");
        let replace = |text: &str| {
            std::fs::remove_file(&theirs).unwrap();
            studio.write(".local/bin/git-remote-codecommit", text);
        };
        let from = stand_ins(&studio);
        let arguments = ["--no-setup", "--from", &from];
        install(&studio, &shell, &arguments).succeeded();
        replace("pip's\n");
        // It is saved, and not mistaken for our previous version.
        let said = install(&studio, &shell, &arguments).succeeded();
        assert!(
            said.stdout
                .contains("which is not part of git-codecommit, to "),
            "{said:?}"
        );
        replace("pip's next\n");
        let said = install(&studio, &shell, &["--uninstall", "--no-setup"]).succeeded();
        assert!(
            said.stdout.starts_with(&format!(
                "did not remove {}: it is not the installed program\n",
                theirs.display()
            )),
            "{said:?}"
        );
        assert_eq!(std::fs::read_to_string(&theirs).unwrap(), "pip's next\n");
        assert!(!studio.home().join(".local/bin/git-codecommit").exists());
        // Nor is the one before it ours to delete.
        let before = studio
            .home()
            .join(".local/share/git-codecommit/foreign/git-remote-codecommit");
        assert!(
            said.stdout.contains(&format!(
                "did not remove {}: it was in {} before the installation\n",
                before.display(),
                theirs.parent().unwrap().display()
            )),
            "{said:?}"
        );
        assert_eq!(std::fs::read_to_string(&before).unwrap(), "pip's\n");
        assert!(
            !studio
                .home()
                .join(".local/share/git-codecommit/installed")
                .exists()
        );
    }
}

#[test]
fn an_unpacked_archive_installs_itself_and_the_installer_stays_for_the_end() {
    for shell in shells() {
        let studio = Studio::default();
        let folder = stand_ins(&studio);
        let script = format!("{folder}/install.sh");
        std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh"), &script).unwrap();
        let run = |script: &str, arguments: &[&str]| {
            let mut all = vec![script];
            if shell.ends_with("busybox") {
                all.insert(0, "sh");
            }
            all.extend(arguments);
            studio.run_in(".", &shell, &all, "").succeeded()
        };
        let said = run("built/install.sh", &["--no-setup"]);
        let bin = studio.home().join(".local/bin").display().to_string();
        assert_eq!(
            said.stdout.lines().next(),
            Some(format!("installed git-codecommit 9.9 in {bin}").as_str())
        );
        std::fs::remove_dir_all(folder).unwrap();
        let kept = studio.home().join(".local/share/git-codecommit/install.sh");
        let said = run(
            kept.to_str().unwrap(),
            &["--uninstall", "--no-setup", "--quiet"],
        );
        assert_eq!(said.stdout + &said.stderr, "");
        assert!(!studio.home().join(".local").exists());
    }
}

#[test]
fn a_pipe_in_a_files_place_is_named_and_not_read() {
    for shell in shells() {
        let studio = Studio::default();
        let from = stand_ins(&studio);
        let pipe = studio.home().join(".local/share/git-codecommit/installed");
        let make =
            "mkdir -p .local/share/git-codecommit && mkfifo .local/share/git-codecommit/installed";
        studio
            .run_in(".", Path::new("/bin/sh"), &["-c", make], "")
            .succeeded();
        for arguments in [&["--from", &from, "--no-setup"][..], &["--uninstall"]] {
            let said = install(&studio, &shell, arguments).failed();
            assert_eq!(
                said.stderr.lines().next(),
                Some(format!("install.sh: {} is not a file", pipe.display()).as_str())
            );
        }
    }
}
