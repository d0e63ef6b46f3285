//! Setup at a terminal, on a disk that is really full, and for everyone on a machine.

use super::{Entry, Home, PROFILE, assert_same};
use crate::harness::{Outcome, stable};
use expect_test::{Expect, expect};

/// Runs the program at a terminal, and types.
fn at_a_terminal(home: &Home, arguments: &[String], typed: &str) -> Outcome {
    let program = home.program().display().to_string();
    let command = format!("'{program}' {}", arguments.join(" "));
    let command = home.command(
        "script",
        &["--quiet", "--return", "--command", &command, "/dev/null"],
    );
    let mut said = Outcome::of(command, typed);
    said.stdout = said.stdout.replace('\r', "");
    said
}

#[test]
fn a_person_is_shown_the_change_and_asked() {
    let home = Home::new();
    let arguments = home.arguments(&[]);
    let said = at_a_terminal(&home, &arguments, "n\n");
    assert_eq!(said.code, Some(1), "{said:?}");
    let shown = home.setup_unconfirmed(&["--dry-run"]).stdout;
    let (changes, _notes) = shown.split_once("note: ").unwrap();
    assert_eq!(
        said.stdout,
        format!("n\n{changes}change these files? [y/N] git-codecommit: nothing was changed\n")
    );
    assert!(home.snapshot().is_empty());
    let said = at_a_terminal(&home, &arguments, "y\n").succeeded();
    assert_eq!(said.stdout.lines().last(), Some("done"), "{said:?}");
    assert!(home.read(".aws/config").contains(PROFILE));
}

#[test]
fn what_another_program_changes_during_the_question_is_not_overwritten() {
    let home = Home::new();
    let command = home.arguments(&[]).join(" ");
    let other =
        "[profile CrossAccountAccessProfile]\nrole_arn = arn:aws:iam::999999999999:role/Other\n";
    home.write("other", other);
    // The answer is typed when the question stands there, and the file is another one then.
    let script = format!(
        "mkfifo typed\n\
         script --quiet --return --flush --command \"'{}' {command}\" /dev/null < typed > shown &\n\
         exec 3> typed\n\
         for second in $(seq 300); do grep -q 'change these files' shown && break; sleep 0.2; done\n\
         mkdir .aws; cp other .aws/config; echo y >&3; exec 3>&-\n\
         wait $!; code=$?; sed -n '/^change these/,$p' shown; exit $code",
        home.program().display()
    );
    let mut said = home.run("/bin/sh", &["-c", &script]);
    said.stdout = said.stdout.replace('\r', "");
    said.is(&expect![[r#"
        exit code 5
        -- stdout
        change these files? [y/N] y
        git-codecommit: another program changed ~/.aws/config at the same time
        hint: run this again
    "#]]);
    assert_eq!(home.read(".aws/config"), other);
    assert!(!home.path(".gitconfig").exists());
}

/// Runs a script as root in a mount namespace of its own; says no where the system allows none.
fn in_a_namespace(home: &Home, script: &str) -> Option<Outcome> {
    let tried = ["--map-root-user", "--mount", "mount", "--version"];
    if local_aws::lacks("unshare") || home.run("unshare", &tried).code != Some(0) {
        local_aws::skip("a mount namespace (unshare, mount)");
        return None;
    }
    let script = format!("set -eu\n{script}");
    Some(home.run(
        "unshare",
        &["--map-root-user", "--mount", "sh", "-c", &script],
    ))
}

#[test]
fn a_home_on_a_full_disk_is_left_as_it_is() {
    let home = Home::new();
    home.write("disk/.aws/config", "[default]\nregion = us-east-1\n");
    home.write("disk/.gitconfig", "[user]\n\tname = n\n");
    let run = |free: &str| {
        let arguments = home.arguments(&["--yes", "--quiet"]).join(" ");
        let script = format!(
            "mkdir full; mount -t tmpfs -o size=64k tmpfs full; cp -r disk/. full\n\
             head -c 100000 /dev/zero > full/filler 2>/dev/null || true\n{free}\n\
             HOME=$PWD/full; export HOME; rc=0\n'{}' {arguments} || rc=$?\n\
             rm full/filler; find full | sort; cat full/.aws/config full/.gitconfig; exit $rc",
            home.program().display()
        );
        in_a_namespace(&home, &script)
    };
    let Some(said) = run("") else { return };
    let as_before = "full\nfull/.aws\nfull/.aws/config\nfull/.gitconfig\n[default]\nregion = us-east-1\n[user]\n\tname = n\n";
    let refused = |said: Outcome, expected: &Expect| {
        assert_eq!(
            (said.code, said.stdout.as_str()),
            (Some(5), as_before),
            "{said:?}"
        );
        expected.assert_eq(&stable(&said.stderr));
    };
    refused(
        said,
        &expect![[r#"
        git-codecommit: cannot write ~/full/.gitconfig.lock: No space left on device (os error 28)
        hint: the disk is full: free some space (df -h ~/full), then run this again
    "#]],
    );
    std::fs::remove_dir(home.path("full")).unwrap();
    // Room for the first of the files only.
    let said = run("truncate -s 49152 full/filler").unwrap();
    refused(
        said,
        &expect![[r#"
        git-codecommit: cannot write ~/full/.config/git-codecommit/config: No space left on device (os error 28)
        hint: the disk is full: free some space (df -h ~/full/.config/git-codecommit), then run this again
    "#]],
    );
}

#[test]
fn everyone_on_a_machine_can_be_set_up_and_back() {
    let home = Home::new();
    let arguments = home.arguments(&["--yes", "--scope", "system"]).join(" ");
    let program = home.program().display().to_string();
    let script = format!(
        "unset GIT_CONFIG_NOSYSTEM\n\
         mkdir etc; cp /etc/passwd etc; mount --bind etc /etc\n\
         export GIT_CONFIG_SYSTEM=/etc/gitconfig\n\
         printf '[user]\\n\\tname = n\\n' > /etc/gitconfig\n\
         HOME=/nowhere '{program}' {arguments} 2>&1 | tail -n 1; '{program}' {arguments} | tail -n 1\n\
         find etc | sort\n\
         mkdir other; HOME=$PWD/other; export HOME\n\
         git codecommit url codecommit://{PROFILE}@demo; git config protocol.git-codecommit.allow\n\
         git config --get-all credential.https://git-codecommit.eu-west-1.amazonaws.com.helper\n\
         git ls-remote codecommit::eu-west-3://x@y 2>&1 | grep -v '^fatal: '\n\
         '{program}' unsetup --yes --scope system | tail -n 1; find etc | sort; cat etc/gitconfig"
    );
    let before = home.snapshot();
    let Some(said) = in_a_namespace(&home, &script) else {
        return;
    };
    let said = said.succeeded();
    let bin = home.path(".local/bin").display().to_string();
    assert_eq!(
        said.stdout,
        format!(
            "done\nunchanged\n\
             etc\netc/git-codecommit\netc/git-codecommit/config\netc/git-codecommit/gitconfig\n\
             etc/git-codecommit/lock\netc/git-codecommit/state.json\netc/gitconfig\n\
             etc/gitconfig.bak-git-codecommit\netc/passwd\n\
             https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo\nalways\n\n\
             !{bin}/git-credential-codecommit --profile {PROFILE}\n\
             git-remote-codecommit: profile \"x\", chosen by the address, is not in {home}/other/.aws/config or \
             {home}/other/.aws/credentials\nhint: name one of these profiles: {PROFILE}\n\
             done\netc\netc/gitconfig\netc/passwd\n[user]\n\tname = n\n",
            home = home.path("").display().to_string().trim_end_matches('/')
        ),
        "{said:?}"
    );
    let mut after = home.snapshot();
    after.retain(|name, _| !["etc", "other"].iter().any(|ours| name.starts_with(ours)));
    assert_same(&after, &before, "nothing of the person's is touched");
    assert!(
        !after
            .values()
            .any(|entry| matches!(entry, Entry::Folder(_)))
    );
}
