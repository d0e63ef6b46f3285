//! A git that fails, dies or goes away in the middle of a run, and a system without certificate authorities.

use expect_test::expect;

use super::command;
use crate::harness::{Outcome, PROFILE, Studio, WITH_REGION, every_git, helpers};

/// A home whose only git does something of its own first, which a branch of `case "$1" in` says.
fn with_git_that(branch: &str) -> Studio {
    let mut studio = Studio::default();
    let git = every_git()[0].program().display().to_string();
    let script = format!("#!/bin/sh\ncase $1 in\n{branch} ;;\nesac\nexec '{git}' \"$@\"\n");
    let program = studio.write_program("only/git", &script);
    let folder = program.parent().unwrap().display().to_string();
    studio.set("PATH", &format!("{folder}:{}", helpers().display()));
    studio
}

/// A fetch as git asks for it; the references that it is told first are left out.
fn fetched(studio: &Studio) -> Outcome {
    let main = studio.remote_ref("refs/heads/main");
    let input = format!("list\nfetch {main} refs/heads/main\n\n");
    let arguments = ["origin", WITH_REGION];
    let mut said = studio.helper("git-remote-codecommit", &arguments, &input);
    let line = format!("{main} refs/heads/main\n");
    assert!(said.stdout.contains(&line), "{said:?}");
    said.stdout.clear();
    said
}

#[test]
fn a_git_program_that_a_signal_ends_is_named() {
    let studio = with_git_that("fetch-pack) kill -9 $$");
    fetched(&studio).is(&expect![[r#"
        exit code 5
        -- stderr
        git-remote-codecommit: "git fetch-pack" ended early (signal: 9 (SIGKILL))
        hint: check free memory and disk space
    "#]]);
}

#[test]
fn a_git_program_that_fails_has_said_why_itself() {
    let studio = with_git_that("fetch-pack) echo 'fatal: not today' >&2; exit 128");
    fetched(&studio).is(&expect![[r#"
        exit code 128
        -- stderr
        fatal: not today
    "#]]);
}

#[test]
fn a_git_that_goes_away_is_named() {
    // The one that asks where git's files are, with an editor of its own, comes before.
    let last = "version) [ \"$GIT_EDITOR\" = echo ] || /bin/rm \"$0\"";
    fetched(&with_git_that(last)).is(&expect![[r#"
        exit code 5
        -- stderr
        git-remote-codecommit: cannot start "git fetch-pack": No such file or directory (os error 2)
        hint: check that git is installed and on PATH
    "#]]);
    let last = "config) [ \"$GIT_EDITOR\" = echo ] || /bin/rm \"$0\"";
    command(
        &with_git_that(last),
        &["clone-all", "--profile", PROFILE, "clones"],
    )
    .is(&expect![[r#"
            exit code 3
            -- stderr
            git-codecommit: cannot start git: No such file or directory (os error 2)
            hint: check that git is installed and on PATH
        "#]]);
}

#[test]
fn a_system_without_certificate_authorities_is_named() {
    let mut studio = Studio::default();
    studio.unset("AWS_CA_BUNDLE");
    let program = helpers().join("git-remote-codecommit");
    // Wherever a system may have them.
    let script = format!(
        "for folder in /etc/ssl /etc/pki /usr/lib/ssl /usr/share/ssl /usr/local/ssl /usr/local/share /etc/certs; do\n\
         [ ! -d $folder ] || mount -t tmpfs none $folder || exit 77\ndone\n\
         exec '{}' origin {WITH_REGION}",
        program.display()
    );
    let options = ["--map-root-user", "--mount", "sh", "-c", &script];
    if local_aws::lacks("unshare") {
        return;
    }
    let said = studio.run_in(".", "/usr/bin/unshare".as_ref(), &options, "list\n\n");
    if said.code == Some(77) || said.stderr.contains("unshare: ") {
        local_aws::skip("a mount namespace (unshare, mount)");
        return;
    }
    said.is(&expect![[r#"
        exit code 4
        -- stderr
        git-remote-codecommit: cannot reach STS to assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole: no trusted certificate authorities were found on this system
        hint: install the system's CA certificates (package ca-certificates) or set AWS_CA_BUNDLE
    "#]]);
}
