//! `install.sh` and `git codecommit setup` in one line, and the way back.

use expect_test::expect;
use std::collections::BTreeSet;
use std::path::Path;

use super::{PROGRAMS, VERSION, install, shells};
use crate::harness::{Studio, helpers};

const ROLE: &str = "arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole";

/// Every path below the home directory.
fn paths(studio: &Studio) -> BTreeSet<String> {
    let said = studio
        .run_in(".", Path::new("/bin/sh"), &["-c", "find . | sort"], "")
        .succeeded();
    said.stdout.lines().map(str::to_owned).collect()
}

/// Git's gits, without the programs of the build in front.
fn without_programs(mut studio: Studio) -> Studio {
    let path = studio.system_path();
    studio.set("PATH", &path);
    studio
}

#[test]
fn one_line_installs_and_sets_up_and_one_takes_all_back() {
    for shell in shells() {
        let studio = without_programs(Studio::default());
        std::fs::remove_dir_all(studio.home().join(".aws")).unwrap();
        // An empty folder that the installer did not make.
        std::fs::create_dir_all(studio.home().join(".local/share/fish")).unwrap();
        let before = paths(&studio);
        let gitconfig = std::fs::read_to_string(studio.home().join(".gitconfig")).unwrap();
        let from = helpers().display().to_string();
        let arguments = [
            "--from",
            &from,
            "--role-arn",
            ROLE,
            "--region",
            "eu-west-1",
            "--yes",
        ];
        let said = install(&studio, &shell, &arguments).succeeded();
        let bin = studio.home().join(".local/bin").display().to_string();
        assert!(
            said.stdout
                .starts_with(&format!("installed {VERSION} in {bin}\n")),
            "{said:?}"
        );
        assert!(said.stdout.ends_with("done\n"), "{said:?}");
        let settings =
            std::fs::read_to_string(studio.home().join(".config/git-codecommit/gitconfig"))
                .unwrap();
        assert!(
            settings.contains("helper = !~/.local/bin/git-credential-codecommit --profile"),
            "{settings}"
        );
        for path in [
            "bash-completion/completions/git-codecommit",
            "zsh/site-functions/_git-codecommit",
            "fish/vendor_completions.d/git-codecommit.fish",
            "man/man1/git-codecommit.1",
            "man/man1/git-codecommit-setup.1",
        ] {
            assert!(
                studio.home().join(".local/share").join(path).exists(),
                "{path}"
            );
        }
        let after = paths(&studio);
        let said = install(&studio, &shell, &arguments).succeeded();
        let first = format!("unchanged: {VERSION} in {bin}\nnote: codecommit::");
        assert!(
            said.stdout.starts_with(&first) && said.stdout.ends_with("\nunchanged\n"),
            "{said:?}"
        );
        assert_eq!(paths(&studio), after);

        let said = install(&studio, &shell, &["--uninstall", "--dry-run"]).succeeded();
        assert!(
            said.stdout
                .ends_with(&format!("would remove the programs from {bin}\n")),
            "{said:?}"
        );
        assert_eq!(paths(&studio), after);
        let said = install(&studio, &shell, &["--uninstall", "--quiet"]).succeeded();
        assert_eq!(said.stdout, "");
        assert_eq!(paths(&studio), before);
        assert_eq!(
            std::fs::read_to_string(studio.home().join(".gitconfig")).unwrap(),
            gitconfig
        );
    }
}

#[test]
fn a_script_from_a_pipe_does_the_same() {
    let mut studio = without_programs(Studio::default());
    std::fs::remove_dir_all(studio.home().join(".aws")).unwrap();
    let from = helpers().display().to_string();
    let script =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh")).unwrap();
    let arguments = [
        "-s",
        "--",
        "--from",
        &from,
        "--role-arn",
        ROLE,
        "--region=eu-west-1",
        "--yes",
        "--quiet",
    ];
    // Only the password database knows the home directory of a lifecycle script without HOME.
    studio.unset("HOME");
    let prefix = studio.home().join("opt").display().to_string();
    let mut with_prefix = arguments.to_vec();
    with_prefix.extend(["--prefix", &prefix, "--dry-run"]);
    studio
        .run_in(".", Path::new("/bin/sh"), &with_prefix, &script)
        .succeeded();
    assert!(!studio.home().join("opt").exists(), "a dry run");
    let home = studio.home().display().to_string();
    studio.set("HOME", &home);
    let said = studio
        .run_in(".", Path::new("/bin/sh"), &arguments, &script)
        .succeeded();
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    assert!(
        studio
            .home()
            .join(".local/bin/git-remote-codecommit")
            .exists()
    );
    assert!(
        std::fs::read_to_string(studio.home().join(".aws/config"))
            .unwrap()
            .contains(ROLE)
    );
    // A script that was cut off does nothing.
    let cut = &script[..script.len() - 20];
    let other = studio.home().join("other").display().to_string();
    let said = studio.run_in(
        ".",
        Path::new("/bin/sh"),
        &["-s", "--", "--from", &from, "--prefix", &other],
        cut,
    );
    assert!(!Path::new(&other).exists(), "{said:?}");
}

#[test]
fn arguments_that_setup_refuses_are_found_before_anything_is_replaced() {
    let studio = without_programs(Studio::default());
    let from = helpers().display().to_string();
    for shell in shells() {
        for (more, error) in [
            (
                ["--role-arn", "nonsense", "--region", "eu-west-1"],
                "git-codecommit: invalid value \"nonsense\" for",
            ),
            (
                ["--role-arn", ROLE, "--regoin", "eu-west-1"],
                "git-codecommit: unknown argument --regoin",
            ),
            (
                ["--role-arn", ROLE, "--repo", "demo"],
                "git-codecommit: --region <REGION> is missing",
            ),
            (
                ["--form", "x", "--region", "y"],
                "git-codecommit: unknown argument --form",
            ),
        ] {
            let mut arguments = vec!["--from", from.as_str(), "--yes"];
            arguments.extend(more);
            let said = install(&studio, &shell, &arguments).failed();
            assert_eq!(said.code, Some(2), "{said:?}");
            assert!(said.stderr.starts_with(error), "{said:?}");
            for program in PROGRAMS {
                assert!(!studio.home().join(".local/bin").join(program).exists());
            }
        }
    }
}

#[test]
fn a_conflict_of_setups_is_the_installers_exit_code() {
    let studio = without_programs(Studio::default());
    let from = helpers().display().to_string();
    let other = ROLE.replace("1111", "2222");
    let arguments = [
        "--from",
        &from,
        "--role-arn",
        &other,
        "--region",
        "eu-west-1",
        "--yes",
    ];
    let said = install(&studio, Path::new("/bin/sh"), &arguments).failed();
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(studio.home().join(".local/bin/git-codecommit").exists());
}

#[test]
fn the_installer_has_the_version_of_the_programs() {
    let said = install(&Studio::default(), Path::new("/bin/sh"), &["--version"]).succeeded();
    assert_eq!(
        said.stdout,
        format!("install.sh {}\n", env!("CARGO_PKG_VERSION"))
    );
    let said = install(&Studio::default(), Path::new("/bin/sh"), &["--help"]).succeeded();
    said.is(&expect![[r#"
        -- stdout
        usage: install.sh [--from SOURCE [--sha256 HASH]] [--prefix DIR] [OPTIONS] [SETUP ARGUMENTS]
          --from SOURCE  install from DIR (programs, or a release's archives), FILE.tar.gz, file://…, https://… or s3://…
                         (default: the programs beside this script, or in a checkout a new build)
          --sha256 HASH  check the SHA-256 of the archive (required for a download)
          --prefix DIR   install in DIR/bin (default: ~/.local)
          --no-setup     do not run "git codecommit setup" (the default without --yes, --profile and --role-arn)
          --uninstall    run "git codecommit unsetup", then remove the programs
          --dry-run      show what would be done, and change nothing
          --quiet        print errors only
          --version      print this installer's version

        For example: install.sh --from s3://bucket/git-codecommit.tar.gz --sha256 9f86d0… --yes \
          --role-arn arn:aws:iam::111111111111:role/Contributor --region eu-west-1
    "#]]);
}
