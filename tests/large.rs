//! Packs go by: a helper's memory does not grow with them.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use local_aws::{Action, Fault, Protocol, Service};

use crate::harness::{Studio, WITH_REGION};

/// The pack's size, which does not compress.
const SIZE: u64 = 64 << 20;

/// More than a debug build of the helper needs, and much less than the pack.
const LIMIT_KIB: u64 = 32 << 10;

/// Runs, and returns the highest memory use of a helper meanwhile, in KiB (`VmHWM`).
fn peak_memory(studio: &Studio, run: impl FnOnce()) -> u64 {
    let home = format!("HOME={}\0", studio.home().display());
    let is_ours = |process: &std::path::Path| {
        let environment = std::fs::read(process.join("environ")).unwrap_or_default();
        String::from_utf8_lossy(&environment).contains(&home)
    };
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = 0;
            while !done.load(Ordering::Relaxed) {
                for entry in std::fs::read_dir("/proc").unwrap().flatten() {
                    let status = std::fs::read_to_string(entry.path().join("status"));
                    let status = status.unwrap_or_default();
                    // The kernel cuts names to 15 characters.
                    if status.starts_with("Name:\tgit-remote-code\n") && is_ours(&entry.path()) {
                        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
                        let number = line.and_then(|l| l.trim().strip_suffix(" kB"));
                        peak = peak.max(number.map_or(0, |n| n.trim().parse().unwrap()));
                    }
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            peak
        });
        run();
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap()
    })
}

#[test]
fn a_large_pack_is_pushed_and_cloned_in_flat_memory() {
    pushed_and_cloned(Protocol::V0Only);
}

#[test]
fn a_large_pack_is_pushed_and_cloned_in_flat_memory_in_protocol_v2() {
    pushed_and_cloned(Protocol::Any);
}

fn pushed_and_cloned(protocol: Protocol) {
    let studio = Studio::with_aws(|aws| aws.protocol(protocol));
    studio.git(&["clone", WITH_REGION]).succeeded();
    let mut noise = std::fs::File::open("/dev/urandom").unwrap().take(SIZE);
    let mut file = std::fs::File::create(studio.home().join("demo-repo/noise")).unwrap();
    std::io::copy(&mut noise, &mut file).unwrap();
    file.flush().unwrap();
    let commit = studio.commit("demo-repo", "small", "x");
    studio.aws.clear_record();

    let push = peak_memory(&studio, || {
        studio.git_in("demo-repo", &["push"]).succeeded();
    });
    assert_eq!(studio.remote_ref("refs/heads/main"), commit);
    // Before a pack that is sent as it is made comes a probe, so that a refusal is heard.
    let requests = studio.aws.git_requests();
    assert_eq!(requests.len(), 3, "{requests:#?}");
    assert_eq!(
        (requests[1].content_length, requests[1].chunked),
        (Some(4), false)
    );
    assert_eq!(
        (requests[2].content_length, requests[2].chunked),
        (None, true)
    );
    assert!(requests[2].request_body > SIZE);
    studio.assert_record(
        1,
        &["GET receive-pack", "POST receive-pack", "POST receive-pack"],
    );

    let clone = peak_memory(&studio, || {
        studio
            .git(&["clone", "--no-checkout", WITH_REGION, "again"])
            .succeeded();
    });
    assert_eq!(studio.head("again"), commit);
    for (what, peak) in [("push", push), ("clone", clone)] {
        assert!(peak > 1024, "the watcher saw no helper in the {what}");
        assert!(peak < LIMIT_KIB, "{peak} KiB in the {what}");
    }

    // A refusal is heard before the pack is sent.
    let refuse = Fault::new(Service::Git, Action::status(403, ""));
    studio.aws.fail(refuse.on_method("POST"));
    studio.aws.clear_record();
    let orphan = ["commit-tree", "-m", "orphan", "HEAD^{tree}"];
    let orphan = studio.git_in("again", &orphan).succeeded().stdout;
    let other = studio.aws.repository_path("demo-repo");
    let other = other.to_str().unwrap();
    studio
        .git(&[
            "-C",
            other,
            "update-ref",
            "refs/heads/main",
            "refs/heads/feature",
        ])
        .succeeded();
    let refspec = format!("{}:refs/heads/orphan", orphan.trim());
    let said = studio
        .git_in("again", &["push", "origin", &refspec])
        .failed();
    assert!(said.said().contains("codecommit:GitPush"), "{said:?}");
    let requests = studio.aws.git_requests();
    assert_eq!(
        requests.len(),
        2,
        "the references and the probe: {requests:#?}"
    );
    assert_eq!(requests[1].content_length, Some(4));
}
