//! Tests that need something this machine does not have: each says so, and `scripts/test` counts them.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;

/// Names the file to which each skipped test adds a line: what it needs, a tab, its name.
const REPORT: &str = "SKIPPED_TESTS";

/// Reports that the test on this thread is skipped, in whole or in part, for want of something. The test goes
/// on: returning, or leaving out the part, is its own affair.
///
/// # Panics
/// In CI (where `CI` is set): it has everything that the tests need.
pub fn skip(want: &str) {
    assert!(std::env::var_os("CI").is_none(), "CI must have {want}");
    skip_even_in_ci(want);
}

/// Reports as [`skip`] does, for what CI need not have.
pub fn skip_even_in_ci(want: &str) {
    let test = std::thread::current();
    report(
        std::env::var_os(REPORT),
        want,
        test.name().unwrap_or("unnamed"),
    );
}

/// Whether a program is in none of the system's folders, where the tests' commands look for it; the test is then
/// reported as skipped.
///
/// # Panics
/// In CI, where it is missing.
pub fn lacks(program: &str) -> bool {
    let missing = ["/usr/bin", "/bin"]
        .iter()
        .all(|folder| !Path::new(folder).join(program).exists());
    if missing {
        skip(program);
    }
    missing
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn report(file: Option<OsString>, want: &str, test: &str) {
    eprintln!("skipped for want of {want}");
    let Some(file) = file else { return };
    // One write a line: tests of other processes add theirs at the same time.
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .and_then(|mut file| file.write_all(format!("{want}\t{test}\n").as_bytes()))
        .expect("the file that SKIPPED_TESTS names can be written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_skipped_test_is_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("skipped");
        report(None, "nothing", "a");
        report(Some(file.clone().into()), "busybox", "b");
        report(Some(file.clone().into()), "strace", "c");
        let lines = std::fs::read_to_string(file).unwrap();
        assert_eq!(lines, "busybox\tb\nstrace\tc\n");
    }

    #[test]
    fn what_every_system_has_is_not_lacking() {
        assert!(!lacks("sh"));
    }
}
