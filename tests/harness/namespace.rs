//! A network and mounts of a test's own.

use std::process::Command;

const INSIDE: &str = "INSIDE_NAMESPACE";

/// Whether this process is the test in a namespace, as root there, where the script `up` has run. Outside, the
/// test is started so and its end awaited; where the system allows no namespace that is said, and nothing done.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the test starts itself"
)]
pub(crate) fn is_inside(test: &str, up: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--net", "--mount", "sh", "-c", script]);
        command
    };
    let tried = namespace(up).output();
    if !tried.is_ok_and(|said| said.status.success()) {
        let why = "this system allows no network namespace, or has no \"ip\"";
        assert!(!in_ci(), "{why}");
        eprintln!("skipped: {why}");
        return false;
    }
    let said = namespace(&format!("{up} && exec \"$0\" --exact {test} --nocapture"))
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout);
    assert!(
        said.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&said.stderr)
    );
    false
}

/// Whether every test must run, whatever it needs.
#[expect(clippy::disallowed_methods, reason = "CI must run every test")]
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
}
