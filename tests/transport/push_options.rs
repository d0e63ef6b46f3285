//! The options of a push, each as git sends it.

use super::{Spoken, answer, restore, save, shell, studio, watched};
use crate::harness::{Outcome, Studio, every_git};

/// One line of the table.
struct Row {
    options: &'static [&'static str],
    /// Done before, in the home directory, by a shell. The clone `demo-repo` has a new commit already.
    before: &'static str,
    /// What stands behind `git push`, in the clone `demo-repo`.
    command: &'static [&'static str],
    /// What `send-pack` is told; none where git does not get that far.
    arguments: &'static [&'static str],
    /// Checks what came of it.
    holds: fn(&Studio, Outcome),
}

/// Lets the repository on the git host show what it was told with a push, and puts a program in the
/// place of gpg.
const HOOK: &str = r#"git -C $R config receive.advertisePushOptions true
    git -C $R config receive.certNonceSeed seed && git -C $R config receive.certNonceSlop 60
    mkdir -p $R/hooks && cat > $R/hooks/pre-receive <<'END'
#!/bin/sh
echo "$GIT_PUSH_OPTION_COUNT, $GIT_PUSH_OPTION_0, $GIT_PUSH_OPTION_1, nonce=$GIT_PUSH_CERT_NONCE_STATUS"
END
    cat > .gpg <<'END'
#!/bin/sh
cat >/dev/null
printf '\n[GNUPG:] SIG_CREATED \n' >&2
printf -- '-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----\n'
END
    chmod +x $R/hooks/pre-receive .gpg && git config --global gpg.program $HOME/.gpg"#;

const TABLE: [Row; 14] = [
    Row {
        options: &["verbosity 0", "progress false"],
        before: "",
        command: &["--quiet"],
        arguments: &[
            "--quiet",
            "--no-progress",
            "--thin",
            "--helper-status",
            "--stdin",
        ],
        holds: |studio, said| {
            assert_eq!(said.succeeded().stderr.trim(), "");
            pushed(studio, true);
        },
    },
    Row {
        options: &["verbosity 2", "progress true"],
        before: "",
        command: &["-v", "--progress"],
        arguments: &["--verbose", "--progress"],
        holds: |studio, said| {
            let said = said.succeeded();
            assert!(said.stderr.contains("Writing objects: 100%"), "{said:?}");
            assert!(said.stderr.contains("  main -> main\n"), "{said:?}");
            pushed(studio, true);
        },
    },
    Row {
        options: &["dry-run true"],
        before: "",
        command: &["--dry-run"],
        arguments: &["--dry-run"],
        holds: |studio, said| {
            let said = said.succeeded();
            assert!(said.stderr.contains("  main -> main\n"), "{said:?}");
            pushed(studio, false);
            assert_eq!(studio.aws.git_requests().len(), 1);
        },
    },
    Row {
        options: &[],
        before: "",
        command: &["--atomic", "origin", "main", "main:feature"],
        arguments: &[],
        // Git sees by itself that one of the two cannot be.
        holds: |studio, said| {
            let said = said.failed();
            assert!(said.stderr.contains("(atomic push failed)"), "{said:?}");
            pushed(studio, false);
        },
    },
    Row {
        options: &["atomic true"],
        // The host refuses one: then it must refuse the other too.
        before: "mkdir -p $R/hooks && printf '#!/bin/sh\\ntest $1 = refs/heads/main\\n' \
                 > $R/hooks/update && chmod +x $R/hooks/update",
        command: &["--atomic", "origin", "main", "main:refs/heads/other"],
        arguments: &["--atomic"],
        holds: |studio, said| {
            let said = said.failed();
            assert!(
                said.stderr
                    .contains("! [remote rejected] main -> main (atomic"),
                "{said:?}"
            );
            assert!(
                said.stderr.contains("main -> other (hook declined)"),
                "{said:?}"
            );
            pushed(studio, false);
        },
    },
    Row {
        options: &[r#"push-option "a \"b\"""#, r#"push-option "\303\274""#],
        before: HOOK,
        command: &["-o", r#"a "b""#, "-o", "ü"],
        arguments: &[r#"'--push-option=a "b"'"#, "'--push-option=ü'"],
        holds: |studio, said| {
            let said = said.succeeded();
            let told = "remote: 2, a \"b\", ü, nonce=";
            assert!(said.stderr.contains(told), "{said:?}");
            pushed(studio, true);
        },
    },
    Row {
        options: &["push-option x"],
        before: "",
        command: &["-o", "x"],
        arguments: &["--push-option=x"],
        holds: |studio, said| {
            let said = said.failed();
            let why = "fatal: the receiving end does not support push options";
            assert!(said.stderr.contains(why), "{said:?}");
            pushed(studio, false);
        },
    },
    Row {
        options: &["pushcert if-asked"],
        before: "",
        command: &["--signed=if-asked"],
        arguments: &["--signed=if-asked"],
        holds: |studio, said| {
            let said = said.succeeded();
            let warning = "warning: not sending a push certificate since the receiving end does";
            assert!(said.stderr.contains(warning), "{said:?}");
            pushed(studio, true);
        },
    },
    Row {
        options: &["pushcert true"],
        before: "",
        command: &["--signed"],
        arguments: &["--signed=yes"],
        holds: |studio, said| {
            let said = said.failed();
            let why = "fatal: the receiving end does not support --signed push";
            assert!(said.stderr.contains(why), "{said:?}");
            pushed(studio, false);
        },
    },
    Row {
        options: &["pushcert true"],
        before: HOOK,
        command: &["--signed"],
        arguments: &["--signed=yes"],
        holds: |studio, said| {
            let said = said.succeeded();
            // The nonce of the advertisement comes back in the request after it, a second later at times.
            let fresh = ["nonce=OK", "nonce=SLOP"];
            assert!(fresh.iter().any(|n| said.stderr.contains(n)), "{said:?}");
            pushed(studio, true);
        },
    },
    Row {
        options: &[],
        // Somebody pushed; it was fetched, and not looked at.
        before: "cd other && git commit -q --allow-empty -m theirs && git push -q && \
                 cd ../demo-repo && git fetch -q",
        command: &["--force-with-lease", "--force-if-includes"],
        arguments: &[],
        holds: |studio, said| {
            let said = said.failed();
            let why = "! [rejected]        main -> main (remote ref updated since checkout)";
            assert!(said.stderr.contains(why), "{said:?}");
            pushed(studio, false);
        },
    },
    Row {
        options: &["force-if-includes true"],
        before: "",
        command: &["--force-with-lease", "--force-if-includes"],
        arguments: &["--force-with-lease=refs/heads/main:", "--force-if-includes"],
        holds: |studio, said| {
            said.succeeded();
            pushed(studio, true);
        },
    },
    Row {
        // An empty id: the reference must not be there.
        options: &[concat!(
            r#"cas "refs/heads/gr\303\266\303\237e:"#,
            r#"0000000000000000000000000000000000000000""#
        )],
        before: "",
        command: &["--force-with-lease=größe:", "origin", "main:größe"],
        arguments: &["'--force-with-lease=refs/heads/größe:0000"],
        holds: |studio, said| {
            said.succeeded();
            assert_ne!(studio.remote_ref("refs/heads/größe"), "");
        },
    },
    Row {
        options: &["servpath /opt/git-receive-pack"],
        before: "",
        command: &["--receive-pack=/opt/git-receive-pack"],
        arguments: &["--thin"],
        holds: |studio, said| {
            said.succeeded();
            pushed(studio, true);
        },
    },
];

/// Checks whether the git host has the new commit.
fn pushed(studio: &Studio, wanted: bool) {
    let here = studio.head("demo-repo");
    assert_eq!(studio.remote_ref("refs/heads/main") == here, wanted);
}

#[test]
fn every_option_of_a_push_is_understood_and_has_its_effect() {
    for git in every_git() {
        // A push speaks version 0 or 1, whatever a fetch speaks.
        for spoken in [Spoken::CodeCommit, Spoken::V1] {
            let studio = studio(&git, spoken);
            save(&studio);
            for row in &TABLE {
                check(row, &studio);
                restore(&studio);
            }
        }
    }
}

fn check(row: &Row, studio: &Studio) {
    studio.commit("demo-repo", "new", "x");
    shell(studio, row.before).succeeded();
    studio.aws.clear_record();
    let command = [&["push"], row.command].concat();
    let watched = watched(studio, "demo-repo", &command);
    for option in row.options {
        watched.was_said(&format!("option {option}"), answer(option));
    }
    for argument in row.arguments {
        watched.was_started_with(argument);
    }
    assert_eq!(watched.outcome.said(), "", "git has said it all");
    (row.holds)(studio, watched.outcome);
    studio.assert_each_run_signed();
}
