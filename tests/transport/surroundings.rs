//! What git does with remotes beside clone, fetch and push.

use local_aws::{Protocol, skip_even_in_ci};

use super::{Spoken, everywhere, save, shell, studio};
use crate::harness::{WITH_REGION, every_git};

#[test]
fn what_a_partial_clone_left_out_is_fetched_when_it_is_needed() {
    for git in every_git() {
        for spoken in [Spoken::V0, Spoken::V1, Spoken::V2] {
            let studio = studio(&git, spoken);
            let clone = ["clone", "--no-checkout", "--filter=blob:none", WITH_REGION];
            studio.git(&clone).succeeded();
            studio.aws.clear_record();
            // Each lazy fetch is a git fetch with a helper of its own.
            let shown = studio.git_in("demo-repo", &["show", "HEAD:src/hello.txt"]);
            assert_eq!(shown.succeeded().stdout, "hello, world\n");
            let gets = || {
                let requests = studio.aws.git_requests();
                requests.iter().filter(|r| r.method == "GET").count()
            };
            assert_eq!(gets(), 1);
            studio
                .git_in("demo-repo", &["checkout", "main"])
                .succeeded();
            assert_eq!(gets(), 2);
            let log = ["log", "-p", "--all"];
            studio.git_in("demo-repo", &log).succeeded();
            assert!(gets() > 2);
            let before = gets();
            studio.git_in("demo-repo", &log).succeeded();
            assert_eq!(gets(), before, "everything is here now");
            studio.assert_each_run_signed();
        }
    }
}

#[test]
fn submodules_are_cloned_and_updated_side_by_side() {
    for git in every_git() {
        for spoken in [Spoken::CodeCommit, Spoken::V2] {
            let studio = studio(&git, spoken);
            let allow = ["config", "--global", "protocol.codecommit.allow", "always"];
            studio.git(&allow).succeeded();
            let script = "git clone -q $A top && cd top && \
                          for i in 1 2 3 4 5 6 7 8; do cp -R $R ${R%/*}/part-$i.git; \
                          git submodule --quiet add ${A%demo-repo}part-$i part-$i; done && \
                          git commit -q -m parts && git push -q";
            shell(&studio, script).succeeded();
            studio.aws.clear_record();
            let clone = [
                "clone",
                "--recurse-submodules",
                "--jobs",
                "8",
                WITH_REGION,
                "whole",
            ];
            studio.git(&clone).succeeded();
            for part in 1..=8 {
                let head = studio.head(&format!("whole/part-{part}"));
                assert_eq!(head, studio.head("top/part-1"));
            }
            let fetch = ["fetch", "--recurse-submodules=yes", "--jobs", "8"];
            studio.git_in("whole", &fetch).succeeded();
            studio.assert_each_run_signed();
        }
    }
}

#[test]
fn a_linked_worktree_fetches_and_pushes() {
    everywhere(|studio, _| {
        save(studio);
        let theirs = studio.commit("other", "theirs", "x");
        studio.git_in("other", &["push"]).succeeded();
        let script = "cd demo-repo && git worktree add -q -b idea ../linked && cd ../linked && \
                      git fetch -q && git merge -q --ff-only origin/main && \
                      git push -q -u origin idea";
        shell(studio, script).succeeded();
        assert_eq!(studio.remote_ref("refs/heads/idea"), theirs);
        studio.assert_each_run_signed();
    });
}

#[test]
fn remote_show_tells_what_is_there() {
    everywhere(|studio, _| {
        save(studio);
        let script = "git -C other push -q origin v1.0^{}:refs/heads/new && \
                      git -C other push -q origin --delete feature";
        shell(studio, script).succeeded();
        let shown = studio.git_in("demo-repo", &["remote", "show", "origin"]);
        let shown = shown.succeeded().stdout;
        for line in [
            "  Fetch URL: codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo\n",
            "  HEAD branch: main\n",
            "    main                        tracked\n",
            "    new                         new (next fetch will store in remotes/origin)\n",
            "    refs/remotes/origin/feature stale (use 'git remote prune' to remove)\n",
            "    main pushes to main (up to date)\n",
        ] {
            assert!(shown.contains(line), "{line:?} is not in {shown}");
        }
        studio
            .git_in("demo-repo", &["remote", "prune", "origin"])
            .succeeded();
        studio
            .git_in("demo-repo", &["remote", "set-head", "origin", "--auto"])
            .succeeded();
        let update = ["remote", "update", "--prune"];
        studio.git_in("demo-repo", &update).succeeded();
        studio.assert_each_run_signed();
    });
}

#[test]
fn a_remote_without_an_address_is_refused_in_words() {
    // Before 2.46 git itself crashes at a remote without an address.
    let Some(git) = every_git().into_iter().find(|git| git.is_at_least(2, 46)) else {
        skip_even_in_ci("git 2.46");
        return;
    };
    let studio = studio(&git, Spoken::CodeCommit);
    // `remote.<name>.vcs` makes git start the helper with the name in the place of an address.
    let script = "git init -q x && cd x && git config remote.o.vcs codecommit && git fetch o";
    let said = shell(&studio, script).failed();
    let first = said.said();
    assert!(
        first.starts_with("git-remote-codecommit: \"o\" is not a CodeCommit address"),
        "{said:?}"
    );
}

/// Lets git's own folder hold a `git` that says it is older. Git puts that folder first on PATH, where
/// helpers find what they start.
fn with_an_older_version(studio: &mut crate::harness::Studio, version: &str) {
    let script = format!(
        r#"mkdir older && ln -s "$(git --exec-path)"/* older && rm older/git && cat > older/git <<'END'
#!/bin/sh
case "$1" in
version) echo "git version {version}" ;;
*) exec "$REAL_GIT" "$@" ;;
esac
END
chmod +x older/git && command -v git"#
    );
    let real = shell(studio, &script).succeeded().stdout;
    studio.set("REAL_GIT", real.trim());
    let folder = studio.home().join("older");
    studio.set("GIT_EXEC_PATH", folder.to_str().unwrap());
}

#[test]
fn a_git_before_2_28_is_served_in_version_0_and_without_response_end_packets() {
    for git in every_git() {
        for version in ["2.25.1", "2.27.0.windows.1", "2.26.2 (Apple Git-154)"] {
            let mut studio = studio(&git, Spoken::V2);
            with_an_older_version(&mut studio, version);
            studio.git(&["clone", WITH_REGION]).succeeded();
            let commit = studio.commit("demo-repo", "x", "x");
            studio.git_in("demo-repo", &["push"]).succeeded();
            studio.git_in("demo-repo", &["fetch"]).succeeded();
            assert_eq!(studio.remote_ref("refs/heads/main"), commit);
            let requests = studio.aws.git_requests();
            assert!(
                requests.iter().all(|r| r.git_protocol.is_none()),
                "{requests:#?}"
            );
            let short = version.split(' ').next().unwrap();
            let agent = format!("git/{short} git-codecommit/");
            let all = |r: &local_aws::Request| {
                r.user_agent
                    .as_deref()
                    .is_some_and(|a| a.starts_with(&agent))
            };
            assert!(requests.iter().all(all), "{requests:#?}");
            studio.assert_each_run_signed();
        }
    }
}
#[test]
fn an_archive_is_had_where_the_git_host_speaks_version_2() {
    for git in every_git() {
        for spoken in [Spoken::CodeCommit, Spoken::V2] {
            let studio = studio(&git, spoken);
            let archive = [
                "archive",
                "--remote",
                WITH_REGION,
                "--output=x.tar",
                "v1.0",
                "src",
            ];
            let said = studio.git(&archive);
            // The local AWS serves with the first git: a host that has half of it answers in its own way.
            let is_new = git.is_at_least(2, 44);
            if every_git()[0].is_at_least(2, 44) != is_new {
                continue;
            }
            let knows = is_new && spoken.served() == Protocol::Any;
            if !knows {
                let said = said.failed();
                assert!(said.stderr.contains("fatal: "), "{said:?}");
                assert_eq!(said.said(), "", "git has said it all");
                continue;
            }
            said.succeeded();
            let listed = shell(&studio, "tar xOf x.tar src/hello.txt").succeeded();
            assert_eq!(listed.stdout, "hello\n");
            studio.assert_record(1, &["GET upload-pack", "POST upload-archive"]);
        }
    }
}
