//! Root installs in the home directory of another user, who decides what is there.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::archives::archive;
use super::{PROGRAMS, install, shells, stand_ins_of};
use crate::harness::Studio;

/// A user that no account of this machine has.
const USER: u32 = 65_533;

/// A home directory of that user with an archive in it, and a folder of root's beside it. None where tests do not
/// run as root.
fn home() -> Option<Studio> {
    let studio = Studio::default();
    if studio.place().metadata().unwrap().uid() != 0 {
        local_aws::skip_even_in_ci("root's rights");
        return None;
    }
    std::fs::set_permissions(studio.place(), std::fs::Permissions::from_mode(0o755)).unwrap();
    archive(&studio, "a.tar.gz", "1.0");
    std::fs::create_dir_all(roots(&studio).join("empty")).unwrap();
    std::fs::write(roots(&studio).join("file"), "kept").unwrap();
    Some(studio)
}

fn roots(studio: &Studio) -> PathBuf {
    studio.place().join("roots")
}

fn run(studio: &Studio, script: &str) -> String {
    let said = studio.run_in(".", Path::new("/bin/sh"), &["-c", script], "");
    said.succeeded().stdout
}

fn give(studio: &Studio) {
    run(studio, &format!("chown -hR {USER}:{USER} ."));
}

/// Everything in root's folder: names, contents, owners.
fn of_root(studio: &Studio) -> String {
    let list = "find . -printf '%p %U %m\\n' | sort; find . -type f -exec cat {} +";
    run(studio, &format!("cd '{}'; {list}", roots(studio).display()))
}

#[test]
fn a_link_that_its_owner_put_in_a_home_leads_root_nowhere() {
    let shell = shells().remove(0);
    for (name, target) in [
        (".local", "empty"),
        (".local/bin", "empty"),
        (".local/share/git-codecommit", "empty"),
        (".local/share/git-codecommit/.installed", "file"),
        (
            ".local/share/bash-completion/completions/git-codecommit.new",
            "file",
        ),
    ] {
        let Some(studio) = home() else { return };
        let before = of_root(&studio);
        let link = studio.home().join(name);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(roots(&studio).join(target), link).unwrap();
        give(&studio);
        install(&studio, &shell, &["--from", "a.tar.gz", "--no-setup"]);
        assert_eq!(of_root(&studio), before, "{name}");
        install(&studio, &shell, &["--uninstall", "--no-setup"]);
        assert_eq!(of_root(&studio), before, "{name}");
    }
}

#[test]
fn a_record_and_a_program_of_its_owners_do_nothing_as_root() {
    for shell in shells() {
        let Some(studio) = home() else { return };
        studio.write(
            ".local/share/git-codecommit/installed",
            "archive none\nfolder ../../roots/empty\n",
        );
        stand_ins_of(&studio, "0.1");
        studio.write("built/git-codecommit", "#!/bin/sh\nid -u >> ~/ran\n");
        run(
            &studio,
            "mkdir .local/bin; mv built/* .local/bin; chmod +x .local/bin/*",
        );
        give(&studio);
        let before = of_root(&studio);
        let said = install(&studio, &shell, &["--from", "a.tar.gz", "--no-setup"]).succeeded();
        assert!(
            said.stdout.contains("installed git-codecommit 1.0"),
            "{said:?}"
        );
        let ran = std::fs::read_to_string(studio.home().join("ran")).unwrap();
        assert_eq!(ran, format!("{USER}\n"));
        for program in PROGRAMS {
            let placed = studio.home().join(".local/bin").join(program);
            assert_eq!(placed.metadata().unwrap().uid(), USER);
        }
        install(&studio, &shell, &["--uninstall", "--no-setup"]).succeeded();
        assert_eq!(of_root(&studio), before);
        assert!(!studio.home().join(".local/bin/git-codecommit").exists());
    }
}

#[test]
fn a_folder_of_roots_own_is_installed_to_from_another_users_home() {
    let Some(studio) = home() else { return };
    give(&studio);
    let prefix = roots(&studio).join("empty").display().to_string();
    let arguments = ["--from", "a.tar.gz", "--prefix", &prefix, "--no-setup"];
    install(&studio, &shells()[0], &arguments).succeeded();
    let placed = roots(&studio).join("empty/bin/git-codecommit");
    assert_eq!(placed.metadata().unwrap().uid(), 0);
}

#[test]
fn root_that_cannot_act_as_a_user_installs_nothing() {
    let Some(mut studio) = home() else { return };
    give(&studio);
    run(
        &studio,
        "mkdir tools; ln -s /usr/bin/* /bin/* tools 2>/dev/null; rm -f tools/setpriv tools/python3*",
    );
    studio.set("PATH", &studio.home().join("tools").display().to_string());
    let said = install(&studio, Path::new("/bin/sh"), &["--from", "a.tar.gz"]).failed();
    assert_eq!(
        said.stderr,
        format!(
            "install.sh: {} belongs to user {USER}\n\
             hint: run this as that user, or choose a folder of root: --prefix DIR\n",
            studio.home().display()
        )
    );
    assert!(!studio.home().join(".local/bin/git-codecommit").exists());
}
