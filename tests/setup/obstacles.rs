//! What stops setup before it changes anything, and what it says then.

use expect_test::expect;

use super::{Home, ROLE, assert_same};
use crate::harness::helpers;

#[test]
fn a_setting_in_a_form_that_setup_cannot_replace_is_named() {
    let home = Home::new();
    // botocore reads a role in either file, and setup changes only one of them.
    home.write(".aws/config", "[profile CrossAccountAccessProfile]\n");
    let other = ROLE.replace("111111111111", "999999999999");
    let text = format!("[CrossAccountAccessProfile]\nrole_arn = {other}\n");
    home.write(".aws/credentials", &text);
    let before = home.snapshot();
    home.setup(&["--force"]).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: ~/.aws/config: setup cannot replace role_arn of profile "CrossAccountAccessProfile"
        hint: edit the file, or choose another --profile
    "#]]);
    assert_same(&home.snapshot(), &before, "");
}

#[test]
fn a_folder_without_the_programs_is_named() {
    let home = Home::new();
    let before = home.snapshot();
    let empty = home.place.path().display().to_string();
    let arguments = Home::arguments_for(&empty, &["--yes"]);
    home.run(home.program(), &arguments).is(&expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: PLACE does not contain git-credential-codecommit
        hint: set the folder of the three programs: --bin-dir FOLDER
    "#]]);
    assert_same(&home.snapshot(), &before, "");
}

#[test]
fn another_packages_program_in_the_place_of_ours_is_named() {
    let home = Home::new();
    let folder = home.place.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    let ours = folder.join("git-credential-codecommit");
    std::fs::copy(helpers().join("git-credential-codecommit"), ours).unwrap();
    let before = home.snapshot();
    // A console script as pip writes it: for Unix, for a long path there, and for Windows.
    let windows: [&[u8]; 4] = [b"MZ\0\0", b"#!C:\\python.exe\r\n", b"PK\x05\x06", &[0; 18]];
    let scripts = [
        b"#!/opt/conda/bin/python3.11\n".to_vec(),
        b"#!/bin/sh\n'''exec' \"/a long/path/python\" \"$0\" \"$@\"\n".to_vec(),
        windows.concat(),
    ];
    for script in scripts {
        std::fs::write(folder.join("git-remote-codecommit"), script).unwrap();
        let folder = folder.display().to_string();
        let arguments = Home::arguments_for(&folder, &["--yes"]);
        home.run(home.program(), &arguments).is(&expect![[r#"
            exit code 2
            -- stderr
            git-codecommit: PLACE/bin/git-remote-codecommit is a Python program that has replaced ours
            hint: run pip uninstall git-remote-codecommit, then install git-codecommit again (with pip: pip install --force-reinstall --no-deps git-codecommit)
        "#]]);
        assert_same(&home.snapshot(), &before, "");
    }
}

#[test]
fn another_clone_in_the_folder_stays() {
    let home = Home::new();
    home.git(&["init", "--quiet", "work"]).succeeded();
    let work = home.path("work").display().to_string();
    let said = home.setup(&["--quiet", "--repo", "demo", "--clone", &work]);
    said.is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: cannot change ~/work: it is not empty, and it is not a clone of this repository
        hint: setup succeeded; choose another folder: --clone FOLDER
    "#]]);
    // Setup itself is done.
    assert_eq!(home.git_value("protocol.git-codecommit.allow"), "always");
    assert_eq!(home.git_value("remote.origin.url"), "");
}

#[test]
fn a_folder_in_place_of_a_file_is_named() {
    let home = Home::new();
    std::fs::create_dir_all(home.path(".config/git-codecommit/gitconfig")).unwrap();
    let before = home.snapshot();
    home.setup(&[]).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: cannot change ~/.config/git-codecommit/gitconfig: it is not a file
        hint: move it to another name
    "#]]);
    assert_same(&home.snapshot(), &before, "");
}

#[test]
fn a_file_with_two_names_is_not_separated_from_the_other() {
    let home = Home::new();
    home.write("dotfiles/gitconfig", "[user]\n\tname = n\n");
    std::fs::hard_link(home.path("dotfiles/gitconfig"), home.path(".gitconfig")).unwrap();
    let before = home.snapshot();
    home.setup(&[]).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: cannot change ~/.gitconfig: it has a second name (a hard link), and replacing it would separate the two
        hint: replace it by a copy of itself (cp FILE NEW && mv NEW FILE)
    "#]]);
    assert_same(&home.snapshot(), &before, "");
}

#[test]
fn a_file_that_is_no_text_any_more_is_named() {
    let home = Home::new();
    home.setup(&[]).succeeded();
    let latin = b"# caf\xe9\n[include]\n\tpath = ~/.config/git-codecommit/gitconfig\n";
    std::fs::write(home.path(".gitconfig"), latin).unwrap();
    home.unsetup(&[]).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: ~/.gitconfig: this is not text in UTF-8
        hint: save the file as UTF-8, then run this again
    "#]]);
    assert_eq!(std::fs::read(home.path(".gitconfig")).unwrap(), latin);
}

#[test]
fn the_null_device_is_no_place_for_settings() {
    let mut home = Home::new();
    home.set("GIT_CONFIG_GLOBAL", "/dev/null");
    let before = home.snapshot();
    home.setup(&[]).is(&expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: GIT_CONFIG_GLOBAL=/dev/null disables the global git configuration
        hint: unset it, or choose another --scope
    "#]]);
    assert_same(&home.snapshot(), &before, "");
}
