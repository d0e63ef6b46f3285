//! Somebody replaces what is installed while the installer runs.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::archives::archive;
use super::{PROGRAMS, install, shells};
use crate::harness::Studio;

/// Puts a program first on PATH that does what the real one does, and then something else.
fn with_shim(studio: &mut Studio, tool: &str, then: &str) {
    let text = format!("#!/bin/sh\n/usr/bin/{tool} \"$@\"\ncode=$?\n{then}\nexit $code\n");
    let name = format!("shims/{tool}");
    studio.write(&name, &text);
    let path = studio.home().join(name);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let shims = studio.home().join("shims").display().to_string();
    studio.set("PATH", &format!("{shims}:{}", studio.system_path()));
}

fn assert_installed(studio: &Studio, version: &str) {
    for program in PROGRAMS {
        let text = std::fs::read_to_string(studio.home().join("opt/bin").join(program)).unwrap();
        assert!(text.contains(version), "{program}: {text}");
    }
}

#[test]
fn an_archive_that_is_replaced_after_its_hash_was_taken_is_not_installed() {
    for shell in shells() {
        for tool in ["sha256sum", "tar"] {
            let mut studio = Studio::default();
            let (path, sum) = archive(&studio, "a.tar.gz", "1.0");
            let (evil, _) = archive(&studio, "evil.tar.gz", "6.6");
            with_shim(&mut studio, tool, &format!("cp '{evil}' '{path}'"));
            let arguments = ["--from", &path, "--sha256", &sum, "--prefix", "opt"];
            install(&studio, &shell, &arguments).succeeded();
            assert_eq!(
                std::fs::read(&path).unwrap(),
                std::fs::read(&evil).unwrap(),
                "it was replaced"
            );
            assert_installed(&studio, "1.0");
        }
    }
}

#[test]
fn a_program_that_is_replaced_while_it_is_installed_gets_no_record_of_a_good_hash() {
    for shell in shells() {
        let mut studio = Studio::default();
        let (path, sum) = archive(&studio, "a.tar.gz", "1.0");
        let arguments = ["--from", &path, "--sha256", &sum, "--prefix", "opt"];
        let evil = "case $* in *bin/git-codecommit) printf '#!/bin/sh\\necho git-codecommit 6.6\\n' > opt/bin/git-codecommit ;; esac";
        with_shim(&mut studio, "mv", evil);
        install(&studio, &shell, &arguments).succeeded();
        let text = std::fs::read_to_string(studio.home().join("opt/bin/git-codecommit")).unwrap();
        assert!(text.contains("6.6"), "it was replaced");
        // The next run finds that it is not the program of this archive.
        studio.set("PATH", &studio.system_path());
        install(&studio, &shell, &arguments).succeeded();
        assert_installed(&studio, "1.0");
    }
}

#[test]
fn a_folder_of_programs_is_read_once() {
    let mut studio = Studio::default();
    let from = super::stand_ins_of(&studio, "1.0");
    let evil = format!(
        "case $* in *'{from}/git-codecommit'*) printf '#!/bin/sh\\necho git-codecommit 6.6\\n' > '{from}/git-codecommit' ;; esac"
    );
    with_shim(&mut studio, "cp", &evil);
    let arguments = ["--from", &from, "--prefix", "opt"];
    install(&studio, &shells()[0], &arguments).succeeded();
    assert_installed(&studio, "1.0");
}

#[test]
fn nothing_is_written_through_a_name_that_somebody_foresaw() {
    // In a folder that others can write to, they can put a link where the installer is about to write.
    for shell in shells() {
        let mut studio = Studio::default();
        let (path, sum) = archive(&studio, "a.tar.gz", "1.0");
        studio.write("victim", "kept");
        let link = "case $* in *opt/bin) for name in '' .archive .git-codecommit; do \
                    ln -s ../../victim \"opt/bin/.git-codecommit.$PPID$name\"; done ;; esac";
        with_shim(&mut studio, "mkdir", link);
        let arguments = ["--from", &path, "--sha256", &sum, "--prefix", "opt"];
        install(&studio, &shell, &arguments);
        let kept = std::fs::read_to_string(studio.home().join("victim")).unwrap();
        assert_eq!(kept, "kept");
    }
}

#[test]
fn a_pipe_is_no_archive_and_is_not_read() {
    for shell in shells() {
        let studio = Studio::default();
        studio
            .run_in(".", Path::new("/usr/bin/mkfifo"), &["pipe"], "")
            .succeeded();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh");
        let shell = shell.display().to_string();
        let line = format!("timeout 30 {shell} {script} --from pipe --prefix opt");
        let line = line.replace("busybox ", "busybox sh ");
        let said = studio.run_in(".", Path::new("/bin/sh"), &["-c", &line], "");
        assert_eq!(said.code, Some(2));
        assert_eq!(
            said.stderr.lines().next(),
            Some("install.sh: pipe is not a file or a folder")
        );
    }
}

#[test]
fn whatever_the_umask_its_owner_can_use_what_is_installed() {
    let studio = Studio::default();
    let (path, sum) = archive(&studio, "a.tar.gz", "1.0");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh");
    for mask in ["0777", "0077"] {
        let line =
            format!("umask {mask}; exec sh {script} --from {path} --sha256 {sum} --prefix m{mask}");
        studio
            .run_in(".", Path::new("/bin/sh"), &["-c", &line], "")
            .succeeded();
        for folder in ["", "bin", "share", "share/git-codecommit"] {
            let path = studio.home().join(format!("m{mask}")).join(folder);
            let mode = path.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{path:?}");
        }
    }
}
