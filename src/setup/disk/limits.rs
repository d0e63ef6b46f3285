//! Limits for files that a process gets from the one that started it.

use rustix::fs::Mode;
use rustix::process::{Signal, umask};
use tokio::signal::unix::{SignalKind, signal};

/// Lets this user use every file that this run and its git make, and makes a write above the limit on the size of
/// files (`ulimit -f`) an error, where the default is that the signal SIGXFSZ ends the process without a word.
pub(in crate::setup) fn lift() {
    let mask = umask(Mode::RWXG | Mode::RWXO);
    umask(mask - Mode::RWXU);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    if let Ok(runtime) = runtime {
        let _inside = runtime.enter();
        // The handler does nothing and stays for the rest of the run. Without it, this is no worse than before.
        let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    }
}
