//! The limit on the size of files (`ulimit -f`) of a process.

/// Makes a write above the limit an error that is reported, where the default is that the signal SIGXFSZ ends the
/// process without a word (getrlimit(2), `RLIMIT_FSIZE`). Programs that this one starts have the default again.
#[cfg(unix)]
pub(super) fn report_instead_of_ending() {
    use rustix::process::{Resource, Signal, getrlimit};
    use tokio::signal::unix::{SignalKind, signal};
    if getrlimit(Resource::Fsize).current.is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    if let Ok(runtime) = runtime {
        let _inside = runtime.enter();
        // The handler does nothing and stays for the rest of the run. Without it, this is no worse than before.
        let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    }
}

#[cfg(not(unix))]
pub(super) fn report_instead_of_ending() {}
