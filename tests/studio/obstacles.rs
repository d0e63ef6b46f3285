//! What may go wrong at the start of a space, and afterwards: the space starts all the same.

use expect_test::expect;
use std::path::Path;

use super::{
    address, archive, assert_unchanged, in_terminal, lifecycle_script, lifecycle_script_from,
    program, read, shell, space, start_of_space, tree,
};
use crate::harness::{HTTPS, every_git};

#[test]
fn whatever_fails_the_space_starts_unless_it_is_strict() {
    let (archive, sum) = archive();
    let good = format!("file://{}", archive.display());
    let wrong = "0".repeat(64);
    for (source, sum, error) in [
        (
            "file:///nowhere.tar.gz",
            sum.as_str(),
            "file:///nowhere.tar.gz could not be fetched".to_owned(),
        ),
        (
            &good,
            &wrong,
            format!("{good} is not used: its SHA-256 is {sum}, not {wrong}"),
        ),
        (
            "https://localhost:1/x.tar.gz",
            &sum,
            "https://localhost:PORT/x.tar.gz could not be fetched".to_owned(),
        ),
        (
            "s3://bucket/x.tar.gz",
            &sum,
            "s3://bucket/x.tar.gz could not be fetched".to_owned(),
        ),
    ] {
        let studio = space(&every_git()[0]);
        let before = read(&studio, ".gitconfig");
        let script = lifecycle_script_from(&studio, source, sum, &[]);
        let said = start_of_space(&studio, &script).succeeded();
        assert_eq!(
            said.said(),
            format!(
                "git-codecommit: {error}\n\
                 git-codecommit: the set-up failed (exit code 4)\n\
                 git-codecommit: the space starts without it"
            )
        );
        assert_eq!(read(&studio, ".gitconfig"), before);
        assert!(!studio.home().join(".local/bin").exists());
        let left = std::fs::read_dir(studio.home().join(".local/share/git-codecommit")).unwrap();
        assert_eq!(left.count(), 0, "nothing is left");
        let script = lifecycle_script_from(&studio, source, sum, &["--strict"]);
        assert_eq!(start_of_space(&studio, &script).failed().code, Some(4));
    }
}

#[test]
fn the_archive_is_fetched_with_the_execution_roles_keys() {
    let (archive, sum) = archive();
    for tool in ["aws", "python3"] {
        let mut studio = space(&every_git()[0]);
        let script = lifecycle_script_from(&studio, "s3://bucket/programs.tar.gz", &sum, &[]);
        let fake = format!(
            "#!/bin/sh\nenv >'{}'\nshift $(($# - 1))\nexec cp '{}' \"$1\"\n",
            studio.place().join("environment").display(),
            archive.display()
        );
        let fake = program(&studio, &format!("tool/{tool}"), &fake);
        let path = format!("{}:/usr/bin:/bin", fake.parent().unwrap().display());
        studio.set("PATH", &path);
        studio.set("AWS_PROFILE", "theirs");
        studio.set("AWS_DEFAULT_PROFILE", "theirs");
        studio.set("AWS_CA_BUNDLE", "/etc/ca.pem");
        let said = studio.run_in(".", &script, &[], "").succeeded();
        assert_eq!(said.stderr, "git-codecommit: ready\n");
        let environment = std::fs::read_to_string(studio.place().join("environment")).unwrap();
        let has = |line: &str| environment.lines().any(|l| l == line);
        for name in [
            "AWS_CONFIG_FILE",
            "AWS_SHARED_CREDENTIALS_FILE",
            "BOTO_CONFIG",
        ] {
            assert!(has(&format!("{name}=/dev/null")), "{environment}");
        }
        assert!(has("AWS_CA_BUNDLE=/etc/ca.pem"), "{environment}");
        assert!(!environment.contains("PROFILE=theirs"), "{environment}");
        assert!(read(&studio, ".aws/config").contains("[profile CrossAccountAccessProfile]"));
    }
}

#[test]
fn a_conflict_with_what_a_person_has_changes_nothing_of_it() {
    let studio = space(&every_git()[0]);
    let theirs = "[profile CrossAccountAccessProfile]\nrole_arn = arn:aws:iam::333333333333:role/Mine\n\
                  credential_source = EcsContainer\n";
    studio.write(".aws/config", theirs);
    let said = start_of_space(&studio, &lifecycle_script(&studio, &[])).succeeded();
    said.is(&expect![[r#"
        -- stderr
        git-codecommit: ~/.aws/config: profile "CrossAccountAccessProfile" exists with other settings, so nothing was changed
        hint: --force replaces these settings (git codecommit unsetup restores them); --dry-run shows the changes
        git-codecommit: the set-up failed (exit code 3)
        git-codecommit: the space starts without it
    "#]]);
    assert_eq!(read(&studio, ".aws/config"), theirs);
}

#[test]
fn nothing_of_an_archive_with_another_hash_is_run_nor_a_program_that_was_changed() {
    let studio = space(&every_git()[0]);
    let ran = studio.place().join("ran");
    studio.write("evil/install.sh", &format!("touch {}\n", ran.display()));
    shell(&studio.home(), "tar -czf ../evil.tar.gz evil; rm -r evil");
    let source = format!("file://{}", studio.place().join("evil.tar.gz").display());
    let script = lifecycle_script_from(&studio, &source, &archive().1, &[]);
    start_of_space(&studio, &script).succeeded();
    assert!(!ran.exists());

    let script = lifecycle_script(&studio, &[]);
    start_of_space(&studio, &script).succeeded();
    let program = studio.home().join(".local/bin/git-codecommit");
    std::fs::remove_file(&program).unwrap();
    std::fs::write(&program, format!("#!/bin/sh\ntouch {}\n", ran.display())).unwrap();
    let said = start_of_space(&studio, &script).succeeded();
    assert_eq!(said.stderr, "git-codecommit: ready\n");
    assert!(!ran.exists());
    assert!(std::fs::read(&program).unwrap().starts_with(b"\x7fELF"));
}

#[test]
fn scripts_at_once_fetch_once_and_leave_what_one_leaves() {
    let mut studio = space(&every_git()[0]);
    let (archive, sum) = archive();
    let script = lifecycle_script_from(&studio, "s3://bucket/programs.tar.gz", &sum, &[]);
    // aws s3 cp … SOURCE FILE
    program(
        &studio,
        "aws-cli/aws",
        &format!(
            "#!/bin/sh\necho \"$@\" >>'{}'\nshift $(($# - 1))\nexec cp '{}' \"$1\"\n",
            studio.place().join("fetched").display(),
            archive.display()
        ),
    );
    // However slow this machine is: who waits, waits for the lock's end.
    let lock = studio.home().join(".local/share/git-codecommit/.lifecycle");
    program(
        &studio,
        "aws-cli/sleep",
        &format!(
            "#!/bin/sh\n[ \"$1\" != 180 ] || exec /bin/sleep 180\n\
             while [ -d '{}' ]; do /bin/sleep 0.1; done\n",
            lock.display()
        ),
    );
    let path = format!("{}/aws-cli:/usr/bin:/bin", studio.place().display());
    studio.set("PATH", &path);
    let runs: Vec<_> = (0..3)
        .map(|_| studio.command(".", &script, &[]).spawn().unwrap())
        .collect();
    for run in runs {
        let said = run.wait_with_output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&said.stderr),
            "git-codecommit: ready\n"
        );
    }
    let fetched = std::fs::read_to_string(studio.place().join("fetched")).unwrap();
    assert_eq!(fetched.lines().count(), 1, "{fetched}");
    assert!(
        fetched.starts_with("s3 cp --only-show-errors "),
        "{fetched}"
    );
    let after = tree(&studio);
    studio.run_in(".", &script, &[], "").succeeded();
    assert_unchanged(&studio, &after);
    studio.git(&["clone", "--quiet", HTTPS]).succeeded();
}

#[test]
fn what_a_killed_start_left_is_passed_by() {
    let mut studio = space(&every_git()[0]);
    let script = lifecycle_script(&studio, &[]);
    // Seconds are counted, not waited for.
    let slept = studio.place().join("slept");
    let sleep = format!(
        "#!/bin/sh\n[ \"$1\" != 180 ] || exec /bin/sleep 180\necho \"$@\" >>'{}'\n",
        slept.display()
    );
    let sleep = program(&studio, "sleep/sleep", &sleep);
    let path = format!("{}:/usr/bin:/bin", sleep.parent().unwrap().display());
    studio.set("PATH", &path);
    let share = studio.home().join(".local/share/git-codecommit");
    for left in [".lifecycle", ".work.abc123"] {
        std::fs::create_dir_all(share.join(left)).unwrap();
        let folder = std::fs::File::open(share.join(left)).unwrap();
        folder
            .set_modified(std::time::SystemTime::UNIX_EPOCH)
            .unwrap();
    }
    let said = studio.run_in(".", &script, &[], "").succeeded();
    assert_eq!(said.stderr, "git-codecommit: ready\n");
    assert!(!slept.exists());
    assert!(!share.join(".lifecycle").exists() && !share.join(".work.abc123").exists());
    // One that is younger may be at work: it is waited for, but not for long.
    std::fs::create_dir(share.join(".lifecycle")).unwrap();
    let said = studio.run_in(".", &script, &[], "").succeeded();
    assert_eq!(said.stderr, "git-codecommit: ready\n");
    assert_eq!(
        std::fs::read_to_string(&slept).unwrap(),
        "1\n".repeat(7),
        "seconds"
    );
    assert!(share.join(".lifecycle").exists(), "it is another's");
}

#[test]
fn recovery_mode_is_left_alone_and_an_unset_home_found() {
    let mut studio = space(&every_git()[0]);
    let script = lifecycle_script(&studio, &[]);
    studio.set("SAGEMAKER_RECOVERY_MODE", "1");
    let said = start_of_space(&studio, &script).succeeded();
    assert_eq!(said.stderr, "");
    assert!(!studio.home().join(".local").exists());
    studio.unset("SAGEMAKER_RECOVERY_MODE");
    // getent knows it.
    studio.set("HOME", "/");
    let home = studio.home().display().to_string();
    let getent = format!("#!/bin/sh\necho x:x:1000:100::{home}:/bin/sh\n");
    let getent = program(&studio, "getent/getent", &getent);
    let path = format!("{}:/usr/bin:/bin", getent.parent().unwrap().display());
    studio.set("PATH", &path);
    let said = studio.run_in(".", &script, &[], "").succeeded();
    assert_eq!(said.stderr, "git-codecommit: ready\n");
    assert!(studio.home().join(".config/git-codecommit").exists());
}

#[test]
fn a_dead_proxy_does_not_stand_before_the_container_endpoint() {
    let mut studio = space(&every_git()[0]);
    let script = lifecycle_script(&studio, &[]);
    for name in ["http_proxy", "HTTP_PROXY"] {
        studio.set(name, "http://127.0.0.1:1");
    }
    start_of_space(&studio, &script).succeeded();
    in_terminal(&studio, &format!("git clone --quiet {}", address())).succeeded();
    studio
        .git(&["clone", "--quiet", HTTPS, "https"])
        .succeeded();
    assert_eq!(studio.aws.container_requests().len(), 2);
}

#[test]
fn a_failing_sts_is_one_clear_line_without_a_prompt() {
    for git in every_git() {
        let studio = space(&git);
        // A role that does not trust this one.
        let role = "arn:aws:iam::111111111111:role/Untrusted";
        let script = lifecycle_script(&studio, &["--profile", "Other"]);
        let text = std::fs::read_to_string(&script).unwrap();
        std::fs::write(&script, text.replace(local_aws::CONTRIBUTOR_ROLE, role)).unwrap();
        start_of_space(&studio, &script).succeeded();
        let other = "codecommit::eu-west-1://Other@demo-repo";
        for url in [HTTPS, other] {
            for said in [
                studio.git(&["clone", url, "x"]).failed(),
                in_terminal(&studio, &format!("git clone {url} x")).failed(),
            ] {
                let ours = said.said();
                let lines: Vec<&str> = ours.lines().filter(|l| !l.starts_with("hint: ")).collect();
                assert_eq!(lines.len(), 1, "one line that says what is wrong: {said:?}");
                let clear = format!("cannot assume role {role} (profile \"Other\", ");
                assert!(lines[0].contains(&clear), "{said:?}");
                assert!(!said.stderr.contains("could not read"), "{said:?}");
                assert!(!said.stderr.contains("terminal prompts"), "{said:?}");
            }
        }
    }
}

#[test]
fn the_script_traces_no_secret() {
    // AWS's own advice is set -eux, which prints everything to CloudWatch.
    let studio = space(&every_git()[0]);
    let script = lifecycle_script(&studio, &["--repo", "demo-repo", "--clone", "demo-repo"]);
    let script = script.display().to_string();
    let said = studio
        .run_in(".", Path::new("/bin/sh"), &["-x", &script], "")
        .succeeded();
    let keys = studio.aws.execution_role_keys();
    let token = keys.session_token.unwrap();
    for secret in [&keys.secret_access_key, &token] {
        assert!(!said.stderr.contains(secret.as_str()), "{said:?}");
    }
    assert!(said.stderr.contains("+ "), "{said:?}");
}
