//! Files that cannot be read, written or removed, and a setup without its clone.

use expect_test::expect;

use super::command;
use crate::harness::Studio;

#[test]
fn what_cannot_be_removed_or_written_is_said() {
    let studio = Studio::default();
    let session = format!(".aws/cli/cache/{}.json/file", "a".repeat(40));
    studio.write(&session, "");
    command(&studio, &["cache", "clear"]).is(&expect![[r#"
        exit code 4
        -- stderr
        git-codecommit: cannot remove ~/.aws/cli/cache/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json: Is a directory (os error 21)
        hint: check the folder's owner and mode
    "#]]);
    let program = crate::harness::helpers().join("git-codecommit");
    let script = format!("{} version > /dev/full", program.display());
    studio
        .run_in(".", "/bin/sh".as_ref(), &["-c", &script], "")
        .is(&expect![[r#"
            exit code 1
            -- stderr
            git-codecommit: cannot write the output: No space left on device (os error 28)
        "#]]);
}

#[test]
fn files_that_setup_cannot_use() {
    let studio = Studio::default();
    let record = ".config/git-codecommit/state.json";
    let undo = ["unsetup", "--yes"];
    studio.write(record, "nothing\n");
    command(&studio, &undo).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: ~/.config/git-codecommit/state.json: setup did not write this file (expected ident at line 1 column 2)
        hint: move it to another name; setup then starts afresh, and unsetup no longer knows what setup added
    "#]]);
    let later = r#"{"version": 1000, "roles": [], "owned": {}, "insertions": []}"#;
    studio.write(record, later);
    command(&studio, &undo).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: ~/.config/git-codecommit/state.json: a later version of git-codecommit wrote this file
        hint: move it to another name; setup then starts afresh, and unsetup no longer knows what setup added
    "#]]);
    std::fs::remove_file(studio.home().join(record)).unwrap();
    let role = local_aws::CONTRIBUTOR_ROLE;
    let set_up = [
        "setup",
        "--yes",
        "--role-arn",
        role,
        "--region",
        "eu-west-1",
    ];
    let unknown = ["setup", "--yes", "--profile", "nobody"];
    command(&studio, &unknown).is(&expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: profile "nobody" does not exist
        hint: create it (aws configure), or give --role-arn and --region, and setup writes it
    "#]]);
    std::fs::write(studio.home().join(".aws/config"), b"[profile \xff]\n").unwrap();
    command(&studio, &set_up).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: cannot read ~/.aws/config: it is not text in UTF-8
        hint: the file must be text in UTF-8
    "#]]);
    studio.write(".gitconfig", "[broken\n");
    command(&studio, &set_up).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: git config failed: bad config line 1 in file ~/.gitconfig
        hint: fix this, then run this again
    "#]]);
}

#[test]
fn a_clone_that_fails_after_setup() {
    let studio = Studio::default();
    let role = local_aws::CONTRIBUTOR_ROLE;
    let arguments = [
        "setup",
        "--yes",
        "--role-arn",
        role,
        "--region",
        "eu-west-1",
        "--repo",
        "nope",
        "--clone",
        "work",
    ];
    let said = studio.helper("git-codecommit", &arguments, "");
    assert_eq!(said.code, Some(6), "{said:?}");
    expect![[r#"
        git-remote-codecommit: repository "nope" in eu-west-1 not found (localhost:PORT, HTTP 404)
        hint: signed as arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit
        hint: check the name, upper and lower case too, and that the repository is in this identity's account and in eu-west-1
        git-codecommit: setup succeeded, but git could not clone nope
        hint: git codecommit doctor finds the problem"#]].assert_eq(&said.said());
}
