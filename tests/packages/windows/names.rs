//! Names as people and Windows write them: of variables, of folders, on a command line.

use super::{CONTRIBUTOR_ROLE, PROGRAMS, Windows, assert_no_mixed_path, text};
use crate::harness::{PROFILE, REQUEST, WITHOUT_REGION};

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn variables_have_any_case_and_two_ways_to_be_written_in_a_path() {
    let Some(mut windows) = Windows::new() else {
        return;
    };
    let home = windows.studio.home();
    std::fs::rename(home.join(".aws/config"), home.join("other.ini")).unwrap();
    windows.studio.set("aws_Profile", PROFILE);
    for path in [
        r"%userprofile%\other.ini",
        r"$USERPROFILE\other.ini",
        r"~\other.ini",
        "~/other.ini",
    ] {
        windows.studio.set("aws_config_file", path);
        let said = windows.run(".", "git-credential-codecommit", &["get"], REQUEST);
        assert!(said.succeeded().stdout.contains("\npassword="), "{path}");
    }
    // Messages write a path as Windows does.
    windows.studio.write("no.ini", "[profile other]\n");
    windows.studio.set("aws_config_file", "~/no.ini");
    let said = windows.run(".", "git-credential-codecommit", &["get"], REQUEST);
    let said = said.failed();
    assert!(said.stderr.contains(r"\no.ini"), "{said:?}");
    assert_no_mixed_path(&said);
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn setup_quotes_the_folder_of_the_programs_for_gits_shell() {
    let Some(windows) = Windows::new() else {
        return;
    };
    let bin = windows.place.path().join("bin");
    // An apostrophe would tell of this test's own shell only: git writes it as the shell of Git for Windows reads it.
    let folder = windows.place.path().join("Program Files (x86) & more");
    std::fs::create_dir(&folder).unwrap();
    for program in PROGRAMS {
        let program = format!("{program}.exe");
        std::fs::rename(bin.join(&program), folder.join(&program)).unwrap();
    }
    let setup = ["setup", "--yes", "--region", "eu-west-1"];
    let setup = [&setup[..], &["--role-arn", CONTRIBUTOR_ROLE]].concat();
    let program = format!("Z:{}", text(&folder.join("git-codecommit")));
    windows.run(".", &program, &setup, "").succeeded();
    // By the lines that setup has written: nothing of ours is on PATH.
    let said = windows.run(".", "git", &["credential", "fill"], REQUEST);
    assert!(said.succeeded().stdout.contains("\npassword="));
    windows.git(".", &["ls-remote", WITHOUT_REGION]);
}
