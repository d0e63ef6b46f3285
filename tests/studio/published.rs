//! AWS's published cross-account pattern, replayed: its own script with install.sh in place of its pip line.

use std::path::Path;

use local_aws::CONTRIBUTOR_ROLE;

use super::{
    archive, assert_unchanged, in_terminal, lifecycle_script, program, read, space, start_of_space,
    tree,
};
use crate::harness::{HTTPS, every_git};

/// `cross_account_git_clone.sh` of the pattern, its placeholders filled in. Git's configuration is added to:
/// the pattern's own `>` would take away what leads to the local AWS.
fn published() -> String {
    let (archive, sum) = archive();
    let installer = concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh");
    format!(
        "#!/usr/bin/env bash\n\
         sh '{installer}' --from '{}' --sha256 {sum} --quiet --no-setup\n\
         PATH=$HOME/.local/bin:$PATH\n\n\
         mkdir -p ~/.aws\n\
         touch ~/.aws/config\n\n\
         echo \"[profile CrossAccountAccessProfile]\n\
         region = eu-west-1\n\
         credential_source=EcsContainer\n\
         role_arn = {CONTRIBUTOR_ROLE}\n\
         output = json\" > ~/.aws/config\n\n\
         echo '[credential \"https://git-codecommit.eu-west-1.amazonaws.com\"]\n\
         \x20       helper = !git-credential-codecommit $@ --profile CrossAccountAccessProfile\n\
         \x20       UseHttpPath = true' >> ~/.gitconfig\n\n\
         git clone codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo\n",
        archive.display()
    )
}

#[test]
fn the_published_script_works_and_setup_takes_it_over_without_harm() {
    for git in every_git() {
        let studio = space(&git);
        studio.write("cross_account_git_clone.sh", &published());
        let said = in_terminal(&studio, "bash cross_account_git_clone.sh").succeeded();
        assert!(!said.stderr.contains("conda was run"), "{said:?}");
        studio
            .git_in("demo-repo", &["log", "--oneline"])
            .succeeded();
        in_terminal(
            &studio,
            &format!("PATH=$HOME/.local/bin:$PATH git clone --quiet {HTTPS} https"),
        )
        .succeeded();

        // What it wrote is the same role: nothing of it is changed, and the host is ours to answer for.
        let (aws, gitconfig) = (read(&studio, ".aws/config"), read(&studio, ".gitconfig"));
        let script = lifecycle_script(&studio, &["--repo", "demo-repo", "--clone", "demo-repo"]);
        for _ in 0..2 {
            let said = start_of_space(&studio, &script).succeeded();
            assert_eq!(said.stderr, "git-codecommit: ready\n");
        }
        assert_eq!(read(&studio, ".aws/config"), aws);
        assert!(read(&studio, ".gitconfig").starts_with(&gitconfig));
        // Its clone works in the git panel now, where it was broken before.
        studio.git_in("demo-repo", &["pull", "--quiet"]).succeeded();
        studio
            .git(&["clone", "--quiet", HTTPS, "again"])
            .succeeded();
        in_terminal(&studio, "~/.local/bin/git-codecommit unsetup --yes --quiet").succeeded();
        assert_eq!(read(&studio, ".aws/config"), aws);
        assert_eq!(read(&studio, ".gitconfig"), gitconfig);
    }
}

#[test]
fn its_own_clone_line_and_an_https_clone_work_in_a_space_whose_script_ran_twice() {
    for git in every_git() {
        let studio = space(&git);
        let script = lifecycle_script(&studio, &[]);
        start_of_space(&studio, &script).succeeded();
        start_of_space(&studio, &script).succeeded();
        in_terminal(
            &studio,
            "git clone codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo",
        )
        .succeeded();
        in_terminal(&studio, &format!("git clone {HTTPS} by-https")).succeeded();
        // Code Editor asks through a program of its own: it must not be asked.
        let mut command = studio.command(
            ".",
            Path::new("/usr/bin/env"),
            &["git", "clone", "--quiet", HTTPS, "editor"],
        );
        command
            .env("GIT_ASKPASS", "/bin/false")
            .env_remove("GIT_TERMINAL_PROMPT");
        crate::harness::Outcome::of(command, "").succeeded();
        let kinds = ["demo-repo", "by-https", "editor"].map(|folder| {
            studio
                .git_in(folder, &["rev-parse", "HEAD"])
                .succeeded()
                .stdout
        });
        assert!(kinds.iter().all(|id| *id == kinds[0]));
    }
}

#[test]
fn a_lifecycle_script_of_ones_own_needs_one_line_for_the_patterns_and_may_run_twice() {
    for git in every_git() {
        let studio = space(&git);
        let (archive, sum) = archive();
        let installer = concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh");
        // The pip line and what follows it, down to the clones, which the pattern has bare: the second start
        // would end at them.
        let script = format!(
            "#!/bin/bash\nset -eux\ncd\n\
             sh '{installer}' --from '{}' --sha256 {sum} --quiet --yes \\\n\
             \x20 --role-arn {CONTRIBUTOR_ROLE} --region eu-west-1\n\
             [ -d demo-repo ] || git clone codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo\n\
             [ -d https ] || git clone {HTTPS} https\n",
            archive.display()
        );
        let script = program(&studio, "own.sh", &script);
        start_of_space(&studio, &script).succeeded();
        let first = tree(&studio);
        let requests = studio.aws.git_requests().len();
        start_of_space(&studio, &script).succeeded();
        assert_unchanged(&studio, &first);
        assert_eq!(studio.aws.git_requests().len(), requests);
        for folder in ["demo-repo", "https"] {
            studio.commit(folder, folder, "x");
            studio
                .git_in(folder, &["pull", "--quiet", "--rebase"])
                .succeeded();
            studio.git_in(folder, &["push", "--quiet"]).succeeded();
        }
    }
}
