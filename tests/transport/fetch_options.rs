//! The options of a fetch, each as git sends it.

use super::{Spoken, answer, commits, everywhere, restore, save, shell, watched};
use crate::harness::{Studio, WITH_REGION};

/// What happens where the git host has only the capabilities that CodeCommit publishes.
enum There {
    /// The same as elsewhere.
    Works,
    /// Git refuses, in these words of its own.
    Refused(&'static str),
}
use There::{Refused, Works};

/// One line of the table.
struct Row {
    /// The options git sends in every version of the protocol.
    options: &'static [&'static str],
    /// Those it sends with a fetch of version 0 and 1 only: in version 2 it does without.
    with_fetch: &'static [&'static str],
    /// Done before, in the home directory, by a shell.
    before: &'static str,
    /// The git command, run in the clone `demo-repo`.
    command: &'static [&'static str],
    /// What `fetch-pack` is told in version 0 and 1.
    arguments: &'static [&'static str],
    there: There,
    /// Checks what came of it; the text is what git said.
    holds: fn(&Studio, &str),
}

/// Something is new on the git host, so that there is something to fetch.
const NEWS: &str = "git -C other push -q --force origin $(git -C other commit-tree -p main -m news \
                    main^{tree}):refs/heads/news";

/// The options of later gits than the oldest that is tried, and the first version with each.
const LATER: [(&str, u32, u32); 2] = [("--reject-shallow", 2, 32), ("--refetch", 2, 36)];

const TABLE: [Row; 14] = [
    Row {
        options: &["verbosity 0", "progress false"],
        with_fetch: &["followtags true"],
        before: NEWS,
        command: &["fetch", "--quiet"],
        arguments: &["--thin", "--lock-pack", "--include-tag", "--no-progress"],
        there: Works,
        holds: |_, said| assert!(!said.contains("origin/news"), "{said}"),
    },
    Row {
        options: &["verbosity 3", "progress true"],
        with_fetch: &[],
        before: NEWS,
        command: &["fetch", "-v", "-v", "--progress"],
        arguments: &["-v -v"],
        there: Works,
        holds: |_, said| assert!(said.contains("remote: Counting objects: 100%"), "{said}"),
    },
    Row {
        options: &["verbosity 1", "depth 1"],
        with_fetch: &["cloning true"],
        before: "",
        command: &["clone", "--depth", "1", WITH_REGION, "../shallow"],
        arguments: &["--depth=1", "--cloning"],
        there: Works,
        holds: |studio, _| assert_eq!(commits(studio, "shallow"), "1"),
    },
    Row {
        options: &["depth 1", "deepen-relative true"],
        with_fetch: &[],
        before: "git clone -q --depth 1 $A shallow",
        command: &["-C", "../shallow", "fetch", "--deepen", "1"],
        arguments: &["--depth=1", "--deepen-relative"],
        there: Refused("Server does not support --deepen"),
        holds: |studio, _| assert_eq!(commits(studio, "shallow"), "2"),
    },
    Row {
        options: &["depth 2147483647"],
        with_fetch: &[],
        before: "git clone -q --depth 1 $A shallow",
        command: &["-C", "../shallow", "fetch", "--unshallow"],
        arguments: &["--depth=2147483647"],
        there: Works,
        holds: |studio, _| {
            assert_eq!(commits(studio, "shallow"), "3");
            assert!(!studio.home().join("shallow/.git/shallow").exists());
        },
    },
    Row {
        options: &["deepen-since 2026-01-01T02:30:00Z"],
        with_fetch: &[],
        before: "",
        command: &[
            "clone",
            "--shallow-since=2026-01-01T02:30:00Z",
            WITH_REGION,
            "../since",
        ],
        arguments: &["--shallow-since=2026-01-01T02:30:00Z"],
        there: Refused("Server does not support --shallow-since"),
        holds: |studio, _| assert_eq!(commits(studio, "since"), "1"),
    },
    Row {
        // What is not ASCII arrives in C quotes.
        options: &[
            "deepen-not v1.0",
            r#"deepen-not "refs/heads/gr\303\266\303\237e""#,
        ],
        with_fetch: &[],
        before: "git -C other push -q origin v1.0^{}:refs/heads/größe",
        command: &[
            "clone",
            "--shallow-exclude=v1.0",
            "--shallow-exclude=refs/heads/größe",
            WITH_REGION,
            "../not",
        ],
        arguments: &[
            "--shallow-exclude=v1.0",
            "'--shallow-exclude=refs/heads/größe'",
        ],
        there: Refused("Server does not support --shallow-exclude"),
        holds: |studio, _| assert_eq!(commits(studio, "not"), "1"),
    },
    Row {
        options: &["filter blob:none", "from-promisor 1"],
        with_fetch: &["cloning true"],
        before: "",
        command: &[
            "clone",
            "--no-checkout",
            "--filter=blob:none",
            WITH_REGION,
            "../partial",
        ],
        arguments: &["--filter=blob:none", "--from-promisor"],
        there: Works,
        holds: |studio, said| {
            let missing = ["rev-list", "--objects", "--missing=print", "HEAD"];
            let listed = studio.git_in("partial", &missing).succeeded().stdout;
            // CodeCommit publishes no filter: then nothing is missing, and git says why.
            let warning = "warning: filtering not recognized by server, ignoring";
            assert_ne!(
                listed.contains("\n?"),
                said.contains(warning),
                "{said}\n{listed}"
            );
        },
    },
    Row {
        options: &[],
        with_fetch: &["followtags true"],
        before: "cd other && git commit -q --allow-empty -m n && git tag -a -m t v2 && \
                 git push -q --follow-tags",
        command: &["fetch", "origin"],
        arguments: &["--include-tag"],
        there: Works,
        holds: |studio, _| {
            let tag = studio.git_in("demo-repo", &["rev-parse", "v2^{tag}"]);
            tag.succeeded();
        },
    },
    Row {
        options: &["verbosity 2"],
        with_fetch: &["check-connectivity true", "cloning true"],
        before: "",
        command: &["clone", "-v", WITH_REGION, "../checked"],
        arguments: &["--check-self-contained-and-connected", "--cloning"],
        there: Works,
        holds: |studio, _| {
            studio.git_in("checked", &["fsck"]).succeeded();
        },
    },
    Row {
        options: &["refetch yes"],
        with_fetch: &["refetch true"],
        before: "",
        command: &["fetch", "--refetch"],
        arguments: &["--refetch"],
        there: Works,
        holds: |studio, _| {
            // All four commits again, where a fetch would have asked for nothing.
            let requests = studio.aws.git_requests();
            assert!(
                requests.last().unwrap().response_body > 800,
                "{requests:#?}"
            );
        },
    },
    Row {
        options: &["updateshallow yes"],
        with_fetch: &["update-shallow true"],
        before: "git init -q deep && cd deep && git commit -q --allow-empty -m 1 && \
                 git commit -q --allow-empty -m 2 && rm -rf ${R%/*}/cut.git && \
                 git clone -q --bare --depth=1 file://$PWD ${R%/*}/cut.git",
        command: &[
            "fetch",
            "--update-shallow",
            "codecommit::eu-west-1://CrossAccountAccessProfile@cut",
            "main:cut",
        ],
        arguments: &["--update-shallow"],
        there: Works,
        holds: |studio, _| {
            let cut = studio.git_in("demo-repo", &["rev-list", "--count", "cut"]);
            assert_eq!(cut.succeeded().stdout, "1\n");
        },
    },
    Row {
        options: &["rejectshallow 1"],
        with_fetch: &[],
        before: "",
        command: &["clone", "--reject-shallow", WITH_REGION, "../whole"],
        arguments: &[],
        there: Works,
        holds: |studio, _| assert_eq!(commits(studio, "whole"), "3"),
    },
    Row {
        options: &["servpath /opt/git-upload-pack"],
        with_fetch: &[],
        before: NEWS,
        command: &["fetch", "--upload-pack", "/opt/git-upload-pack"],
        arguments: &[],
        there: Works,
        holds: |_, said| {
            let warning = "warning: setting remote service path not supported by protocol";
            assert!(
                said.contains(warning) && said.contains("origin/news"),
                "{said}"
            );
        },
    },
];

#[test]
fn every_option_of_a_fetch_is_understood_and_has_its_effect() {
    everywhere(|studio, spoken| {
        save(studio);
        for row in &TABLE {
            check(row, studio, spoken);
            restore(studio);
        }
    });
}

fn check(row: &Row, studio: &Studio, spoken: Spoken) {
    let mut later = LATER.iter();
    if later.any(|(option, major, minor)| {
        row.command.contains(option) && !studio.has_git(*major, *minor)
    }) {
        return;
    }
    shell(studio, row.before).succeeded();
    studio.aws.clear_record();
    let watched = watched(studio, "demo-repo", row.command);

    for option in row.options {
        watched.was_said(&format!("option {option}"), answer(option));
    }
    if spoken != Spoken::V2 {
        for option in row.with_fetch {
            watched.was_said(&format!("option {option}"), "ok");
        }
        for argument in row.arguments {
            watched.was_started_with(argument);
        }
    }
    match row.there {
        Refused(words) if spoken == Spoken::CodeCommit => {
            let said = watched.outcome.failed();
            assert!(said.stderr.contains(words), "{said:?}");
            assert_eq!(said.said(), "", "git has said it all");
        }
        _ => {
            let said = watched.outcome.succeeded();
            (row.holds)(studio, &said.stderr);
            // Without the capability no-progress the git host reports its own all the same.
            if row.options.contains(&"progress false") && spoken != Spoken::CodeCommit {
                assert!(!said.stderr.contains("Counting objects"), "{said:?}");
            }
            assert_eq!(said.said(), "");
            studio.assert_each_run_signed();
        }
    }
}
