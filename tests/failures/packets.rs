//! Answers that HTTP sees as whole and git's protocol does not: cut in a packet, cut between two, or not what was done.

use expect_test::{Expect, expect};
use local_aws::{Action, Fault, Service};

use super::studio;
use crate::harness::{HTTPS, Outcome, PROFILE, Studio, WITH_REGION};

/// Runs git, for no more than half a minute: exit code 124 is a hang.
fn within_time(studio: &Studio, folder: &str, arguments: &[&str]) -> Outcome {
    let mut all = vec!["30", "git"];
    all.extend(arguments);
    let outcome = studio.run_in(folder, std::path::Path::new("timeout"), &all, "");
    assert_ne!(outcome.code, Some(124), "it hangs: {outcome:?}");
    outcome
}

fn cut(studio: &Studio, action: Action) {
    studio.aws.clear_faults();
    let fault = Fault::new(Service::Git, action);
    studio.aws.fail(fault.on_method("POST"));
}

/// Cuts at the beginning, in the middle and at the end of an answer: in a packet's length, its data, and between packets.
fn cuts() -> Vec<Action> {
    let kept = [0, 2, 4, 6].map(Action::KeepBody);
    let dropped = [1, 4, 5, 40].map(Action::DropTail);
    kept.into_iter().chain(dropped).collect()
}

fn is_damaged(said: &Outcome) {
    let first = "git-remote-codecommit: damaged response from localhost:PORT: ";
    assert!(said.said().starts_with(first), "{said:?}");
}

#[test]
fn a_clone_whose_answer_is_cut_ends_and_says_so() {
    for arguments in [
        &["clone", WITH_REGION, "x"][..],
        &["clone", "--depth=1", WITH_REGION, "x"],
    ] {
        for action in cuts() {
            let studio = studio();
            cut(&studio, action.clone());
            let said = within_time(&studio, ".", arguments).failed();
            is_damaged(&said);
            assert!(!studio.home().join("x").exists(), "{action:?} {said:?}");
        }
    }
}

#[test]
fn the_pack_of_a_shallow_clone_is_missed_too() {
    // The first answer lists what is shallow, the second has the pack.
    for action in cuts() {
        let studio = studio();
        studio
            .aws
            .fail(Fault::new(Service::Git, action).on_method("POST").after(1));
        let said = within_time(&studio, ".", &["clone", "--depth=1", WITH_REGION, "x"]).failed();
        is_damaged(&said);
        assert!(!studio.home().join("x").exists());
    }
}

#[test]
fn an_incremental_fetch_whose_answer_is_cut_changes_nothing() {
    for action in cuts() {
        let studio = studio();
        for clone in ["here", "there"] {
            studio.git(&["clone", "-q", WITH_REGION, clone]).succeeded();
        }
        studio.commit("there", "x", "x");
        studio.git_in("there", &["push", "-q"]).succeeded();
        let before = studio.git_in("here", &["show-ref"]).succeeded().stdout;
        cut(&studio, action.clone());
        let said = within_time(&studio, "here", &["fetch"]).failed();
        is_damaged(&said);
        let after = studio.git_in("here", &["show-ref"]).succeeded().stdout;
        assert_eq!(after, before, "{action:?}");
        studio.aws.clear_faults();
        within_time(&studio, "here", &["fetch"]).succeeded();
        studio.git_in("here", &["fsck"]).succeeded();
    }
}

/// A clone with a commit to push.
fn pushing() -> Studio {
    let mut studio = studio();
    for date in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
        studio.set(date, "1767225600 +0000");
    }
    studio.git(&["clone", "-q", WITH_REGION]).succeeded();
    studio.commit("demo-repo", "x", "x");
    studio
}

#[test]
fn a_push_whose_report_is_cut_says_that_it_may_have_arrived() {
    for action in cuts() {
        let studio = pushing();
        cut(&studio, action);
        let said = within_time(&studio, "demo-repo", &["push"]).failed();
        is_damaged(&said);
        let hint = "\nhint: the push may have arrived: run git fetch, then git status, to see\n";
        assert!(said.said().contains(hint), "{said:?}");
        studio.aws.clear_faults();
        within_time(&studio, "demo-repo", &["push"]).succeeded();
    }
}

#[test]
fn what_is_read_of_a_damaged_answer() {
    let studio = pushing();
    cut(&studio, Action::DropTail(4));
    let said = within_time(&studio, "demo-repo", &["push"]);
    expect![[r#"
        exit code 1
        git-remote-codecommit: damaged response from localhost:PORT: cut off between packets
        hint: the push may have arrived: run git fetch, then git status, to see
        hint: try again
    "#]]
    .assert_eq(&ours(&said));
    cut(&studio, Action::KeepBody(6));
    let said = within_time(&studio, ".", &["clone", "--depth=1", WITH_REGION, "x"]);
    expect![[r#"
        exit code 128
        git-remote-codecommit: damaged response from localhost:PORT: cut off in the middle of a packet
        hint: try again
    "#]].assert_eq(&ours(&said));
}

#[test]
fn a_host_that_leaves_git_waiting_is_given_up_in_the_time_that_is_set() {
    let studio = studio();
    // So many commits to ask for that the request is not kept whole: nobody here knows what its answer must be.
    let script = "for n in $(seq 1400); do printf 'commit refs/heads/many/%s\\ncommitter A <a@b> 1 +0000\\n\
                  data <<E\\n%s\\nE\\n\\n' $n $n; done | git -C \"$0\" fast-import --quiet";
    let place = studio.aws.repository_path("demo-repo");
    let shell = std::path::Path::new("sh");
    let place = place.to_str().unwrap();
    studio
        .run_in(".", shell, &["-c", script, place], "")
        .succeeded();
    // The first request is the probe. Then git would read on behind this list.
    let list = packet(&format!("shallow {}", "0".repeat(40)));
    let answer = Action::status(200, &list).content_type("application/x-git-upload-pack-result");
    for action in [Action::ReadFirst, answer] {
        let fault = Fault::new(Service::Git, action).on_method("POST").after(1);
        studio.aws.fail(fault);
    }
    let limits = ["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=2"];
    let clone = [
        "-c",
        "http.postBuffer=1",
        "clone",
        "-q",
        "--depth=1",
        "--no-single-branch",
        WITH_REGION,
        "x",
    ];
    let said = within_time(&studio, ".", &[&limits[..], &clone].concat());
    expect![[r#"
        exit code 128
        git-remote-codecommit: damaged response from localhost:PORT: git waits for more of it
        hint: try again
    "#]]
    .assert_eq(&ours(&said));
}

/// A packet of the sideband.
fn band(number: char, text: &str) -> String {
    packet(&format!("{number}{text}"))
}

fn packet(text: &str) -> String {
    format!("{:04x}{text}", text.len() + 4)
}

/// The lines of this project. How much git says of an answer that was cut depends on when its input is closed.
fn ours(said: &Outcome) -> String {
    format!("exit code {}\n{}\n", said.code.unwrap_or(-1), said.said())
}

/// What the host says to a push, and what came of it.
fn pushed(report: &str, expected: &Expect) {
    let answer = Action::status(200, report).content_type("application/x-git-receive-pack-result");
    let studio = pushing();
    cut(&studio, answer.clone());
    let said = within_time(&studio, "demo-repo", &["push", WITH_REGION, "main"]);
    if !said.said().is_empty() {
        expected.assert_eq(&ours(&said));
    } else {
        said.is(expected);
    }
    // Git's own https transport with the same answer.
    let https = pushing().with_https(&format!("!git-credential-codecommit --profile {PROFILE}"));
    cut(&https, answer);
    let git = within_time(&https, "demo-repo", &["push", HTTPS, "main"]);
    assert_eq!(git.code, said.code, "{git:?}");
}

#[test]
fn a_push_of_which_git_is_told_both_yes_and_no_has_failed() {
    let unpacked = packet("unpack ok\n");
    let updated = packet("ok refs/heads/main\n");
    let good = format!("{unpacked}{updated}0000");
    let bad = format!("{}{updated}0000", packet("unpack index-pack failed\n"));
    pushed(
        &format!("{}0000", band('\u{1}', &bad)),
        &expect![[r#"
            exit code 1
            -- stderr
            error: remote unpack failed: index-pack failed
            To codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
               7d39b40..9e9ea67  main -> main
        "#]],
    );
    let error = band('\u{3}', "the disk is full\n");
    pushed(
        &format!("{}{error}0000", band('\u{1}', &good)),
        &expect![[r#"
            exit code 1
            -- stderr
            remote: the disk is full

            error: error in sideband demultiplexer
            To codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
               7d39b40..9e9ea67  main -> main
        "#]],
    );
    pushed(
        &band('\u{1}', &good),
        &expect![[r#"
            exit code 1
            git-remote-codecommit: damaged response from localhost:PORT: cut off between packets
            hint: the push may have arrived: run git fetch, then git status, to see
            hint: try again
        "#]],
    );
    // Some references yes, some no, and all of them no.
    let rejected = packet("ng refs/heads/main hook declined\n");
    let report = format!("{unpacked}{rejected}0000");
    pushed(
        &format!("{}0000", band('\u{1}', &report)),
        &expect![[r#"
        exit code 1
        -- stderr
        To codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
         ! [remote rejected] main -> main (hook declined)
        error: failed to push some refs to 'codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo'
    "#]],
    );
    pushed(
        &format!("{}0000", band('\u{1}', &good)),
        &expect![[r#"
            -- stderr
            To codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
               7d39b40..9e9ea67  main -> main
        "#]],
    );
}

#[test]
fn a_push_whose_report_cannot_be_read_says_that_it_may_have_arrived() {
    let good = format!(
        "{}{}0000",
        packet("unpack ok\n"),
        packet("ok refs/heads/main\n")
    );
    let expected = expect![[r#"
        exit code 1
        git-remote-codecommit: damaged response from localhost:PORT: git send-pack cannot read the report on the push
        hint: the push may have arrived: run git fetch, then git status, to see
        hint: try again
    "#]];
    // An early flush, a packet in the report that is none, and one that is cut off in it.
    let report = |inside: &str| format!("{}0000", band('\u{1}', inside));
    for answer in [
        format!("0000{}", report(&good)),
        report(&format!("zzzz{}", &good[4..])),
        report(&good[..good.len() - 10]),
        // Words that belong in a band of the sideband.
        format!("{}0000", packet("ERR the repository is locked\n")),
    ] {
        pushed(&answer, &expected);
    }
}
