//! A network and mounts of a test's own.

use std::process::Command;

const INSIDE: &str = "INSIDE_NAMESPACE";
/// What a system may forbid, and what may not be installed.
const NETWORK: &str = "a network namespace (unshare, ip, mount)";

/// Whether this process is the test in a namespace, as root there, where the script `up` has run. Outside, the
/// test is started so and its end awaited; where the system allows no namespace that is said, and nothing done.
#[expect(clippy::disallowed_methods, reason = "the test starts itself")]
#[expect(clippy::print_stderr, reason = "what the test inside says")]
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
        local_aws::skip(NETWORK);
        return false;
    }
    let said = namespace(&format!(
        "{up} && exec \"$0\" --exact {test} --include-ignored --nocapture"
    ))
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
    eprint!("{}", String::from_utf8_lossy(&said.stderr));
    false
}
