//! `install.sh` takes the archive of the machine it runs on, and runs no program of another.

use std::path::Path;

use super::{PROGRAMS, install, shells, stand_ins};
use crate::harness::Studio;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A person's home on a machine that says this of itself.
fn machine(system: &str, processor: &str) -> Studio {
    let mut studio = Studio::default();
    let lines =
        format!("#!/bin/sh\ncase $1 in -s) echo {system} ;; -m) echo {processor} ;; esac\n");
    studio.write("fake/uname", &lines);
    let make = "chmod 755 fake/uname";
    studio
        .run_in(".", Path::new("/bin/sh"), &["-c", make], "")
        .succeeded();
    let path = format!(
        "{}:{}",
        studio.home().join("fake").display(),
        studio.system_path()
    );
    studio.set("PATH", &path);
    studio
}

/// A folder with a release's archives, each of which says for which machine it is, and their hashes.
fn release(studio: &Studio) {
    for machine in [
        "x86_64-linux",
        "aarch64-linux",
        "x86_64-macos",
        "aarch64-macos",
    ] {
        super::stand_ins_of(studio, machine);
        let make = format!(
            "mkdir -p dist && tar -czf dist/git-codecommit-{VERSION}-{machine}.tar.gz built && rm -r built"
        );
        studio
            .run_in(".", Path::new("/bin/sh"), &["-c", &make], "")
            .succeeded();
    }
    let sums = "cd dist && sha256sum *.tar.gz >SHA256SUMS";
    studio
        .run_in(".", Path::new("/bin/sh"), &["-c", sums], "")
        .succeeded();
}

#[test]
fn each_machine_takes_its_own_archive_of_a_release() {
    for shell in shells() {
        for (system, processor, taken) in [
            ("Linux", "x86_64", "x86_64-linux"),
            ("Linux", "aarch64", "aarch64-linux"),
            ("Darwin", "x86_64", "x86_64-macos"),
            ("Darwin", "arm64", "aarch64-macos"),
        ] {
            let studio = machine(system, processor);
            release(&studio);
            let arguments = ["--from", "dist", "--prefix", "opt", "--no-setup"];
            let said = install(&studio, &shell, &arguments).succeeded();
            let bin = studio.home().join("opt/bin");
            let expected = format!("installed git-codecommit {taken} in {}\n", bin.display());
            assert_eq!(said.stdout, expected);
        }
    }
}

#[test]
fn an_archive_that_is_not_the_releases_own_is_refused() {
    let studio = machine("Darwin", "arm64");
    release(&studio);
    let archive = format!("dist/git-codecommit-{VERSION}-aarch64-macos.tar.gz");
    let other = format!("dist/git-codecommit-{VERSION}-x86_64-linux.tar.gz");
    std::fs::copy(studio.home().join(other), studio.home().join(archive)).unwrap();
    let shell = shells().remove(0);
    let arguments = ["--from", "dist", "--prefix", "opt", "--no-setup"];
    let said = install(&studio, &shell, &arguments).failed();
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(said.stderr.contains(" has the SHA-256 "), "{said:?}");
}

#[test]
fn a_machine_without_an_archive_is_told_so() {
    let studio = machine("Linux", "riscv64");
    release(&studio);
    let shell = shells().remove(0);
    let arguments = ["--from", "dist", "--prefix", "opt", "--no-setup"];
    let said = install(&studio, &shell, &arguments).failed();
    assert_eq!(
        said.stderr,
        format!(
            "install.sh: dist has no git-codecommit-{VERSION}-riscv64-linux.tar.gz\n\
             hint: no release has programs for riscv64-linux: run ./install.sh in a checkout, which builds them\n"
        )
    );
}

#[test]
fn hashes_that_do_not_name_the_archive_are_no_permission() {
    let studio = machine("Linux", "x86_64");
    release(&studio);
    studio.write("dist/SHA256SUMS", "cut short\n");
    for shell in shells() {
        let arguments = ["--from", "dist", "--prefix", "opt", "--no-setup"];
        let said = install(&studio, &shell, &arguments).failed();
        assert_eq!(
            said.stderr,
            format!(
                "install.sh: dist/SHA256SUMS has no SHA-256 of git-codecommit-{VERSION}-x86_64-linux.tar.gz\n\
                 hint: get both again\n"
            )
        );
        assert_eq!(said.code, Some(4));
        assert!(!studio.home().join("opt").exists());
    }
}

/// busybox would read such a file as a script: its second line would run.
#[test]
fn programs_of_another_machine_are_not_run() {
    let elf = |processor: u8| {
        let mut start = b"\x7fELF\x02\x01\x01".to_vec();
        start.resize(18, 0);
        start.extend([processor, 0]);
        start
    };
    let apple = |processor: u8| [0xcf, 0xfa, 0xed, 0xfe, processor, 0, 0, 1].to_vec();
    for shell in shells() {
        for (system, processor, start, wanted, here) in [
            (
                "Linux",
                "x86_64",
                elf(0xb7),
                "aarch64-linux",
                "x86_64-linux",
            ),
            (
                "Linux",
                "aarch64",
                elf(0x3e),
                "x86_64-linux",
                "aarch64-linux",
            ),
            ("Linux", "x86_64", apple(7), "x86_64-macos", "x86_64-linux"),
            (
                "Darwin",
                "arm64",
                elf(0xb7),
                "aarch64-linux",
                "aarch64-macos",
            ),
            (
                "Darwin",
                "x86_64",
                apple(12),
                "aarch64-macos",
                "x86_64-macos",
            ),
        ] {
            let studio = machine(system, processor);
            let from = stand_ins(&studio);
            let ran = studio.home().join("ran");
            for program in PROGRAMS {
                let mut bytes = start.clone();
                bytes.extend(format!("\ntouch '{}'\n", ran.display()).bytes());
                std::fs::write(Path::new(&from).join(program), bytes).unwrap();
            }
            let arguments = ["--from", &from, "--prefix", "opt", "--no-setup"];
            let said = install(&studio, &shell, &arguments).failed();
            let expected = format!(
                "install.sh: the programs from {from} are for {wanted}, and this machine is {here}\n\
                 hint: get the archive whose name ends in {here}.tar.gz\n"
            );
            assert_eq!(said.stderr, expected, "{}", shell.display());
            assert!(!ran.exists());
        }
    }
}

/// What macOS has instead of GNU's tar and sha256sum.
#[test]
fn the_tools_of_macos_are_enough() {
    if ["bsdtar", "shasum"].into_iter().any(local_aws::lacks) {
        return local_aws::skip_even_in_ci("bsdtar or shasum");
    }
    let mut studio = machine("Darwin", "arm64");
    release(&studio);
    let link = "for tool in cat chmod cmp cp cut dirname find grep head id ls mkdir mv od rm rmdir sed sh shasum sort tr; do \
                ln -s \"$(command -v $tool)\" fake/ || exit; done; ln -s \"$(command -v bsdtar)\" fake/tar";
    studio
        .run_in(".", Path::new("/bin/sh"), &["-c", link], "")
        .succeeded();
    let path = studio.home().join("fake").display().to_string();
    studio.set("PATH", &path);
    let arguments = ["--from", "dist", "--prefix", "opt", "--no-setup"];
    let said = install(&studio, &shells()[0], &arguments).succeeded();
    assert!(
        said.stdout
            .starts_with("installed git-codecommit aarch64-macos in "),
        "{said:?}"
    );
}
