//! Who runs in a test's home.

use std::time::Duration;

use rustix::process::Pid;

use super::Studio;

impl Studio {
    /// The processes that run in this home, by number and command line.
    pub(crate) fn processes(&self) -> Vec<(Pid, String)> {
        let home = format!("HOME={}\0", self.home().display());
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let number = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            let Some(pid) = number.and_then(Pid::from_raw) else {
                continue;
            };
            let read = |file| std::fs::read(entry.path().join(file)).unwrap_or_default();
            if String::from_utf8_lossy(&read("environ")).contains(&home) {
                let line = String::from_utf8_lossy(&read("cmdline")).replace('\0', " ");
                found.push((pid, line));
            }
        }
        found
    }
}

/// Waits until something holds; returns how long that took, to 20 milliseconds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let step = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    while !holds() {
        assert!(waited < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(step);
        waited += step;
    }
    waited
}
