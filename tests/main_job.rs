//! Clone, commit, push, fetch, pull: in every URL form, with every git, in both protocols.

use std::collections::BTreeSet;

use local_aws::{Action, Fault, Protocol, Service};

use crate::harness::{Studio, WITH_REGION, WITHOUT_REGION, every_git};

/// The requests of a fetch: git's protocol v2 lists the references in a request of its own.
fn fetch(protocol: Protocol) -> &'static [&'static str] {
    match protocol {
        Protocol::V0Only => &["GET upload-pack", "POST upload-pack"],
        Protocol::Any => &["GET upload-pack", "POST upload-pack", "POST upload-pack"],
    }
}

/// The requests of a fetch that finds nothing new.
fn listing(protocol: Protocol) -> &'static [&'static str] {
    let all = fetch(protocol);
    &all[..all.len() - 1]
}

const PUSH: [&str; 2] = ["GET receive-pack", "POST receive-pack"];

fn main_job(address: &str, protocol: Protocol) {
    for git in every_git() {
        let studio = Studio::with_aws(|aws| aws.protocol(protocol)).with_git(&git);

        studio.git(&["clone", address]).succeeded();
        studio.assert_record(1, fetch(protocol));
        assert_eq!(
            studio.head("demo-repo"),
            studio.remote_ref("refs/heads/main")
        );
        studio.git(&["clone", address, "second"]).succeeded();
        studio.aws.clear_record();

        let commit = studio.commit("demo-repo", "finding.txt", "a finding\n");
        studio.git_in("demo-repo", &["push"]).succeeded();
        studio.assert_record(1, &PUSH);
        assert_eq!(studio.remote_ref("refs/heads/main"), commit);

        studio.git_in("second", &["fetch"]).succeeded();
        studio.assert_record(1, fetch(protocol));
        studio.git_in("second", &["pull", "--ff-only"]).succeeded();
        assert_eq!(studio.head("second"), commit);
        studio.assert_record(1, listing(protocol));

        // Nothing new: no pack is asked for.
        studio.git_in("second", &["fetch"]).succeeded();
        studio.assert_record(1, listing(protocol));
        studio.git_in("second", &["push"]).succeeded();
        studio.assert_record(1, &PUSH[..1]);

        let said = studio.git_in("second", &["ls-remote"]).succeeded();
        assert!(
            said.stdout
                .contains(&format!("{commit}\trefs/heads/main\n")),
            "{said:?}"
        );
        studio.assert_record(1, listing(protocol));
        studio.git_in("second", &["fsck", "--strict"]).succeeded();
    }
}

#[test]
fn the_main_job_works_with_the_region_in_the_address() {
    main_job(WITH_REGION, Protocol::V0Only);
}

#[test]
fn the_main_job_works_with_the_region_in_the_profile() {
    main_job(WITHOUT_REGION, Protocol::V0Only);
}

#[test]
fn the_main_job_works_in_protocol_v2() {
    main_job(WITH_REGION, Protocol::Any);
}

#[test]
fn the_main_job_works_in_protocol_v1() {
    for git in every_git() {
        let studio = Studio::with_aws(|aws| aws.protocol(Protocol::Any)).with_git(&git);
        let v1 = ["-c", "protocol.version=1"];
        studio
            .git(&[&v1[..], &["clone", WITH_REGION]].concat())
            .succeeded();
        let asked = studio.aws.git_requests();
        assert!(
            asked
                .iter()
                .all(|r| r.git_protocol.as_deref() == Some("version=1")),
            "{asked:#?}"
        );
        studio.assert_record(1, fetch(Protocol::V0Only));
        let commit = studio.commit("demo-repo", "a", "a");
        studio
            .git_in("demo-repo", &[&v1[..], &["push"]].concat())
            .succeeded();
        assert_eq!(studio.remote_ref("refs/heads/main"), commit);
    }
}

#[test]
fn every_request_is_signed_at_the_moment_it_is_sent() {
    for protocol in [Protocol::V0Only, Protocol::Any] {
        let studio = Studio::with_aws(|aws| aws.protocol(protocol));
        // A password's time has no fractions: requests more than a second apart must differ.
        let pause = Action::Delay(std::time::Duration::from_millis(1100));
        studio.aws.fail(Fault::new(Service::Git, pause).always());
        studio.git(&["clone", WITH_REGION]).succeeded();
        studio.commit("demo-repo", "x", "x");
        studio.git_in("demo-repo", &["push"]).succeeded();
        let is_password = |text: &String| {
            text.len() == 80 && text.as_bytes()[8] == b'T' && text.as_bytes()[15] == b'Z'
        };
        let passwords = studio.aws.canaries().into_iter().filter(is_password);
        let different: BTreeSet<String> = passwords.collect();
        assert_eq!(
            different.len(),
            studio.aws.git_requests().len(),
            "{different:?}"
        );
    }
}
