//! Unsetup takes back what setup added, and nothing else.

use super::{Home, assert_same};
use expect_test::expect;

/// Homes as people have them.
fn homes() -> Vec<Home> {
    let empty = Home::new();
    let full = Home::new();
    full.write(".aws/config", "# c\n[default]\nregion = us-east-1");
    full.write(
        ".aws/credentials",
        "[default]\naws_access_key_id = A\naws_secret_access_key = s\n",
    );
    full.write(
        ".gitconfig",
        "[user]\n\tname = n\n[include]\n\tpath = ~/more\n\tpath = other\n[core]\n\tpager = cat",
    );
    full.write("more", "[alias]\n\tst = status\n");
    full.write("other", "[include]\n\tpath = more\n");
    full.write(".config/other/file", "");
    let windows = Home::new();
    windows.write(".aws/config", "[default]\r\nregion = us-east-1");
    windows.write(".gitconfig", "[user]\r\n\tname = n");
    vec![empty, full, windows]
}

#[test]
fn a_home_is_byte_for_byte_what_it_was() {
    for more in [
        &[][..],
        &["--lfs"],
        &["--region", "us-west-2", "--repo", "r"],
    ] {
        for home in homes() {
            let before = home.snapshot();
            home.setup(more).succeeded();
            assert_ne!(home.snapshot(), before);
            home.setup(&["--region", "eu-west-3"]).succeeded();
            home.unsetup(&[]).succeeded();
            assert_same(&home.snapshot(), &before, "");
            let said = home.unsetup(&[]).succeeded();
            assert_eq!(said.stdout, "note: there is no setup to undo\nunchanged\n");
        }
    }
}

#[test]
fn what_a_person_added_since_stays() {
    let home = Home::new();
    // No line end: setup adds one, and what stands behind it now needs it.
    home.write(".aws/config", "[default]\nregion = us-east-1");
    home.write(".gitconfig", "[user]\n\tname = n");
    home.setup(&[]).succeeded();
    home.write(
        ".aws/config",
        &(home.read(".aws/config") + "\n[profile mine]\nregion = x\n"),
    );
    home.git(&["config", "--global", "alias.st", "status"])
        .succeeded();
    home.write(".config/git-codecommit/mine", "");
    home.unsetup(&[]).succeeded();
    assert_eq!(
        home.read(".aws/config"),
        "[default]\nregion = us-east-1\n\n[profile mine]\nregion = x\n"
    );
    assert_eq!(
        home.read(".gitconfig"),
        "[user]\n\tname = n\n[alias]\n\tst = status\n"
    );
    assert!(home.path(".config/git-codecommit/mine").exists());
    // The copies of what there was first are still of use.
    assert_eq!(
        home.read(".gitconfig.bak-git-codecommit"),
        "[user]\n\tname = n"
    );
}

#[test]
fn what_a_person_changed_since_is_kept_and_said() {
    let home = Home::new();
    home.write(".aws/config", "[default]\n");
    home.setup(&[]).succeeded();
    let mine = home
        .read(".aws/config")
        .replace("EcsContainer", "Environment")
        + "aws_secret_access_key = hunter2\n";
    home.write(".aws/config", &mine);
    let said = home.unsetup(&[]).failed();
    assert!(!said.stdout.contains("hunter2"), "{said:?}");
    said.is(&expect![[r#"
        exit code 3
        -- stdout
        ~/.gitconfig: removed
          - [include]
          - 	path = ~/.config/git-codecommit/gitconfig
        ~/.config/git-codecommit/gitconfig: removed
        ~/.config/git-codecommit/config: removed
        ~/.config/git-codecommit/state.json: changed
        ~/.aws/config: profile "CrossAccountAccessProfile" was changed after setup
          - credential_source = EcsContainer
          + credential_source = Environment
        done
        -- stderr
        git-codecommit: ~/.aws/config: profile "CrossAccountAccessProfile" was changed after setup
        hint: --force removes it as well
    "#]]);
    assert_eq!(home.read(".aws/config"), mine);
    // The rest is undone.
    assert!(!home.path(".gitconfig").exists());
    assert!(!home.path(".config/git-codecommit/gitconfig").exists());

    home.unsetup(&["--force"]).succeeded();
    assert_eq!(home.read(".aws/config"), "[default]\n");
    assert!(!home.path(".config/git-codecommit").exists());
}

#[test]
fn an_include_that_was_moved_is_still_taken_out() {
    let home = Home::new();
    home.setup(&[]).succeeded();
    home.write(
        ".gitconfig",
        "[include]\n    path = ~/.config/git-codecommit/gitconfig\n    path = ~/mine\n[user]\n    name = n\n",
    );
    home.unsetup(&[]).succeeded();
    assert_eq!(
        home.read(".gitconfig"),
        "[include]\n    path = ~/mine\n[user]\n    name = n\n"
    );
}

#[test]
fn a_section_that_is_gone_is_no_obstacle() {
    let home = Home::new();
    home.setup(&[]).succeeded();
    std::fs::remove_dir_all(home.path(".aws")).unwrap();
    home.unsetup(&[]).succeeded();
    assert!(home.snapshot().is_empty(), "{:?}", home.snapshot());
}

#[test]
fn what_the_helpers_remember_of_git_goes_too() {
    let home = Home::new();
    let learn = || {
        home.git(&["ls-remote", "codecommit::eu-west-1://x@demo"])
            .failed();
        assert!(home.path(".cache/git-codecommit/git").exists());
    };
    home.setup(&[]).succeeded();
    learn();
    home.unsetup(&[]).succeeded().is(&expect![[r#"
        -- stdout
        ~/.gitconfig: removed
          - [include]
          - 	path = ~/.config/git-codecommit/gitconfig
        ~/.aws/config: removed
          - [profile CrossAccountAccessProfile]
          - region = eu-west-1
          - credential_source = EcsContainer
          - role_arn = arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole
        ~/.config/git-codecommit/gitconfig: removed
        ~/.config/git-codecommit/config: removed
        ~/.cache/git-codecommit/git: removed
        ~/.config/git-codecommit/state.json: removed
        done
    "#]]);
    assert!(!home.path(".cache").exists());

    home.setup(&[]).succeeded();
    learn();
    home.write(".cache/git-codecommit/other", "");
    home.unsetup(&["--quiet"]).succeeded();
    let left = std::fs::read_dir(home.path(".cache/git-codecommit")).unwrap();
    assert_eq!(left.count(), 1);
    // Something else of that name is left alone, and stops nothing.
    let file = home.path(".cache/git-codecommit/git");
    std::os::unix::fs::symlink("other", &file).unwrap();
    home.setup(&[]).succeeded();
    home.unsetup(&["--quiet"]).succeeded();
    assert!(file.is_symlink());
}

#[test]
fn where_nothing_was_set_up_a_file_that_cannot_be_read_is_no_obstacle() {
    let home = Home::new();
    home.write(".aws/config/file", "a folder has the name of a file");
    home.write(".gitconfig/file", "");
    let before = home.snapshot();
    home.unsetup(&[]).succeeded().is(&expect![[r#"
        -- stdout
        note: there is no setup to undo
        unchanged
    "#]]);
    assert_same(&home.snapshot(), &before, "unsetup");
}
