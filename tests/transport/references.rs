//! References of every kind and number.

use super::{Spoken, everywhere, restore, save, shell, studio};
use crate::harness::{Studio, WITH_REGION, every_git};

/// The address of another repository.
fn other(repository: &str) -> String {
    WITH_REGION.replace("demo-repo", repository)
}

#[test]
fn sha256_repositories_are_cloned_pushed_to_and_fetched_from() {
    everywhere(|studio, spoken| {
        let make = "git init -q --bare --object-format=sha256 ${R%/*}/sha256.git && \
                    git -C ${R%/*}/sha256.git config http.receivepack true && \
                    git init -q --object-format=sha256 first";
        shell(studio, make).succeeded();
        let commit = studio.commit("first", "x", "x");
        assert_eq!(commit.len(), 64);
        let address = other("sha256");
        // CodeCommit publishes no object format, and is read as SHA-1: git says no by itself.
        if spoken == Spoken::CodeCommit {
            studio
                .git_in("first", &["push", &address, "main"])
                .succeeded();
            let said = studio.git(&["clone", &address, "second"]).failed();
            assert_eq!(said.said(), "", "git has said it all");
            assert!(said.stderr.contains("fatal: "), "{said:?}");
            return;
        }
        studio
            .git_in("first", &["push", &address, "main"])
            .succeeded();
        studio.git(&["clone", &address, "second"]).succeeded();
        assert_eq!(studio.head("second"), commit);
        let commit = studio.commit("first", "y", "y");
        studio
            .git_in("first", &["push", &address, "main"])
            .succeeded();
        studio.git_in("second", &["pull", "--ff-only"]).succeeded();
        assert_eq!(studio.head("second"), commit);
        studio.git_in("second", &["fsck", "--strict"]).succeeded();
        studio.assert_each_run_signed();
    });
}

#[test]
fn an_empty_repository_is_cloned_listed_and_filled() {
    everywhere(|studio, _| {
        let address = other("empty");
        let said = studio.git(&["clone", &address]).succeeded();
        assert!(
            said.stderr.contains("cloned an empty repository"),
            "{said:?}"
        );
        let said = studio.git(&["ls-remote", &address]).succeeded();
        assert_eq!(said.stdout, "");
        studio.git_in("empty", &["fetch"]).succeeded();
        studio
            .git_in("empty", &["remote", "show", "origin"])
            .succeeded();
        let commit = studio.commit("empty", "first", "x");
        studio
            .git_in("empty", &["push", "origin", "main"])
            .succeeded();
        studio.git(&["clone", &address, "again"]).succeeded();
        assert_eq!(studio.head("again"), commit);
        studio.assert_each_run_signed();
    });
}

#[test]
fn names_that_are_not_utf_8_go_both_ways() {
    everywhere(|studio, _| {
        save(studio);
        // Latin-1 for "ü": a byte that is no UTF-8, and that git quotes where it quotes.
        let script = r#"
            u=$(printf 'gr\374n'); cd demo-repo
            git commit -q --allow-empty -m new && git tag "$u"
            git push -q origin "main:refs/heads/$u" "$u"
            git push -q --force-with-lease="refs/heads/$u:$(git rev-parse main)" \
                origin "+main^:refs/heads/$u"
            cd ../other && git fetch -q --tags && git fetch -q origin "$u"
            test $(git rev-parse "origin/$u") = $(git -C ../demo-repo rev-parse main^)
            test $(git rev-parse "refs/tags/$u") = $(git -C ../demo-repo rev-parse main)
            git clone -q --branch "$u" $A ../third
            git push -q origin --delete "refs/heads/$u"
            test -z "$(git ls-remote origin "refs/heads/$u")"
        "#;
        shell(studio, script).succeeded();
        studio.assert_each_run_signed();
    });
}

#[test]
fn a_push_of_names_alone_sends_no_pack() {
    for git in every_git() {
        let studio = studio(&git, Spoken::CodeCommit);
        save(&studio);
        studio.aws.clear_record();
        let push = |arguments: &[&str]| {
            let all = [&["push", "--quiet", "origin"], arguments].concat();
            studio.git_in("demo-repo", &all).succeeded();
            let sent = studio.aws.git_requests().last().unwrap().request_body;
            studio.assert_record(1, &["GET receive-pack", "POST receive-pack"]);
            sent
        };
        // A pack has at least its head of 12 bytes and a sum of 20.
        let names = |count: u64, name: usize| count * (4 + 40 + 1 + 40 + 1 + name as u64) + 4;
        let sent = push(&["--delete", "feature"]);
        let capabilities = sent - names(1, "refs/heads/feature".len());
        assert!(capabilities < 100, "{sent} bytes");
        assert_eq!(studio.remote_ref("refs/heads/feature"), "");

        let note = ["notes", "add", "-m", "read this"];
        studio.git_in("demo-repo", &note).succeeded();
        push(&["refs/notes/*"]);
        studio
            .git_in("other", &["fetch", "origin", "refs/notes/*:refs/notes/*"])
            .succeeded();
        studio.aws.clear_record();
        let shown = studio.git_in("other", &["notes", "show"]).succeeded();
        assert_eq!(shown.stdout, "read this\n");

        // A tag of a commit that is there comes with a pack of nothing but the tag.
        for tag in ["light", "other"] {
            studio.git_in("demo-repo", &["tag", tag]).succeeded();
        }
        push(&["--tags"]);
        assert_ne!(studio.remote_ref("refs/tags/light"), "");
        push(&["--delete", "light", "other", "refs/notes/commits"]);
        assert_eq!(studio.remote_ref("refs/notes/commits"), "");
    }
}

#[test]
fn a_mirror_push_leaves_there_what_is_here_and_nothing_else() {
    everywhere(|studio, _| {
        save(studio);
        let script = "cd other && git push -q origin main:refs/heads/theirs main:refs/odd/one && \
                      cd .. && git clone -q --mirror $A mirror && cd mirror && \
                      git update-ref -d refs/heads/theirs && git update-ref -d refs/odd/one && \
                      git update-ref refs/heads/ours main && git push -q --mirror";
        shell(studio, script).succeeded();
        let listed = shell(studio, "git -C $R for-each-ref --format='%(refname)'").succeeded();
        assert_eq!(
            listed.stdout,
            "refs/heads/feature\nrefs/heads/main\nrefs/heads/ours\nrefs/tags/v1.0\n"
        );
        studio.assert_each_run_signed();
        restore(studio);
    });
}

/// Gives the repository 100,000 more references.
fn with_many_references(studio: &Studio) {
    let script = "cd $R && git for-each-ref --format='%(objectname) %(refname)' > listed && \
                  awk -v c=$(git rev-parse main) 'BEGIN { for (i = 0; i < 100000; i++) \
                  printf \"%s refs/heads/many/branch-%06d\\n\", c, i }' >> listed && \
                  (echo '# pack-refs with: '; sort -k2 listed) > packed-refs && rm listed && \
                  test $(git for-each-ref | wc -l) = 100003";
    shell(studio, script).succeeded();
}

#[test]
fn a_hundred_thousand_references_are_no_trouble() {
    // Git itself takes seconds to store so many: one git of each kind of protocol is enough.
    let gits = every_git();
    let last = gits.len() - 1;
    for (git, spoken) in [(0, Spoken::CodeCommit), (last, Spoken::V2)] {
        let studio = &studio(&gits[git], spoken);
        save(studio);
        with_many_references(studio);
        studio.aws.clear_record();
        let listed = studio.git(&["ls-remote", WITH_REGION]).succeeded();
        // HEAD and the peeled tag beside them.
        assert_eq!(listed.stdout.lines().count(), 100_005);
        studio
            .git_in("demo-repo", &["fetch", "origin", "main"])
            .succeeded();
        studio
            .git(&["clone", "--mirror", WITH_REGION, "mirror"])
            .succeeded();
        let count = shell(studio, "git -C mirror for-each-ref | wc -l").succeeded();
        assert_eq!(count.stdout.trim(), "100003");
        if spoken == Spoken::CodeCommit {
            let commit = studio.commit("demo-repo", "x", "x");
            studio.git_in("demo-repo", &["push"]).succeeded();
            assert_eq!(studio.remote_ref("refs/heads/main"), commit);
        }
        studio.assert_each_run_signed();
    }
}
