//! What a crash would leave: nothing of the memory of a program that holds keys.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, Instant};

use local_aws::{Action, Fault, Service};

use crate::harness::{PROFILE, Studio, helpers, is_root};

/// The line of a process's limits for core files.
fn core_limit(process: u32) -> Option<String> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max core"))?;
    Some(line.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Starts a program that then waits for STS; checks it, and ends it.
#[expect(clippy::disallowed_methods, reason = "a test waits by the real clock")]
fn checked(program: &str, arguments: &[&str]) {
    let mut studio = Studio::default();
    let delay = Action::Delay(Duration::from_secs(60));
    studio.aws.fail(Fault::new(Service::Sts, delay));
    // Another user than root, where this is root: the owner of its files in /proc tells whether it is dumpable.
    studio.give_to("65534");
    let path = helpers().join(program).display().to_string();
    let user = [
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        &path,
    ];
    let arguments: Vec<&str> = user.iter().chain(arguments).copied().collect();
    let mut command = studio.command(".", "/usr/bin/setpriv".as_ref(), &arguments);
    let mut child = command.spawn().unwrap();
    let input =
        "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/demo-repo\n\n";
    let mut pipe = child.stdin.take().unwrap();
    let words = if program.contains("credential") {
        input
    } else {
        "list\n"
    };
    std::io::Write::write_all(&mut pipe, words.as_bytes()).unwrap();
    let limit = Instant::now() + Duration::from_secs(20);
    while studio.aws.sts_requests().is_empty() {
        assert!(Instant::now() < limit, "{program} does not ask STS");
        std::thread::sleep(Duration::from_millis(20));
    }
    let process = child.id();
    assert_eq!(
        core_limit(process).as_deref(),
        Some("Max core file size 0 0 bytes"),
        "{program}"
    );
    let owner = fs::metadata(format!("/proc/{process}/environ"))
        .unwrap()
        .uid();
    assert_eq!(owner, 0, "{program} is dumpable");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn none_of_the_programs_leaves_a_core_or_can_be_read_by_others() {
    if !is_root() {
        local_aws::skip("root, to start a program as another user");
        return;
    }
    let address = "eu-west-1://CrossAccountAccessProfile@demo-repo";
    checked("git-remote-codecommit", &["origin", address]);
    checked("git-credential-codecommit", &["--profile", PROFILE, "get"]);
    checked(
        "git-codecommit",
        &["doctor", &format!("codecommit::{address}")],
    );
}
