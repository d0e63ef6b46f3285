//! Transcripts replayed by the local AWS: those that users sent in, and what was published about CodeCommit elsewhere.

use local_aws::Protocol;

use super::{Live, verdicts};
use crate::harness::{Outcome, Studio, WITH_REGION};

const PUBLISHED: &str = include_str!("transcripts/published.txt");

fn published() -> Studio {
    Studio::with_aws(|aws| aws.replay(PUBLISHED).unwrap())
}

/// What a push in a clone says, with git's trace.
fn traced_push(studio: &Studio, arguments: &[&str]) -> Outcome {
    let all = [&["push"], arguments].concat();
    studio.git_with("demo-repo", &[("GIT_TRACE", "1")], &all)
}

#[test]
fn a_push_to_the_published_host_has_no_offset_deltas_and_is_not_atomic() {
    for transport in ["native", "git"] {
        let studio = published();
        let setting = ["config", "--global", "codecommit.transport", transport];
        studio.git(&setting).succeeded();
        studio.git(&["clone", WITH_REGION]).succeeded();
        let commit = studio.commit("demo-repo", "finding.txt", "a finding\n");
        let said = traced_push(&studio, &["origin", "main"]).succeeded();
        assert_eq!(studio.remote_ref("refs/heads/main"), commit);
        let packed = said.stderr.contains("pack-objects");
        assert!(packed && !said.stderr.contains("--delta-base-offset"));
        let both = ["--atomic", "origin", "main:one", "main:two"];
        let said = studio.git_in("demo-repo", &[&["push"], &both[..]].concat());
        let reason = "the receiving end does not support --atomic push";
        assert!(said.stderr.contains(reason), "{transport}: {said:?}");
        assert_eq!(studio.remote_ref("refs/heads/one"), "");
        studio
            .git_in("demo-repo", &["push", "origin", "--delete", "feature"])
            .succeeded();
        assert_eq!(studio.remote_ref("refs/heads/feature"), "");
    }
}

#[test]
fn the_published_advertisement_has_its_very_length() {
    let studio = published();
    let trace = [("GIT_TRACE_PACKET", "1")];
    let said = studio
        .git_with(".", &trace, &["clone", "--depth=1", WITH_REGION])
        .succeeded();
    let (_, line) = PUBLISHED.split_once("0000009922").unwrap();
    let (_, capabilities) = line.split_once("\\0").unwrap();
    let capabilities = capabilities.lines().next().unwrap();
    let shown = format!("HEAD\\0{capabilities}\n");
    assert!(said.stderr.contains(&shown), "{said:?}");
    assert_eq!(
        0x99,
        "0099".len() + 40 + " HEAD\0".len() + capabilities.len() + 1
    );
}

/// The transcript of a run, with other facts in it, is what a second run sees.
#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_transcript_that_was_sent_in_is_replayed() {
    let live = Live::new(Protocol::V0Only);
    live.run().succeeded();
    let transcript = live.transcript();
    drop(live);
    let refused = "< 403\ncontent-type: text/html\n";
    assert!(transcript.contains(refused), "{transcript}");
    let other = transcript
        .replace(
            "side-band-64k thin-pack",
            "side-band-64k no-progress thin-pack",
        )
        .replace(
            refused,
            "< 403\ncontent-type: text/plain\nx-amzn-errortype: Denied\n",
        );
    let live = Live::with(|aws| aws.replay(&other).unwrap());
    let said = live.run();
    assert_eq!(said.code, Some(3), "{said:?}");
    let wrong: Vec<_> = verdicts(&said)
        .into_iter()
        .filter(|(_, verdict)| *verdict == "WRONG")
        .collect();
    assert_eq!(wrong, [("advertisement", "WRONG")], "{said:?}");
    assert!(said.stdout.contains("side-band-64k no-progress thin-pack"));
    let again = live.transcript();
    assert!(again.contains("x-amzn-errortype: Denied\n"), "{again}");
    live.assert_deleted_and_no_secret(&said);
}
