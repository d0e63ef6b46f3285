//! Waiting for the network, for as long as there is somebody to wait for.
//!
//! Whoever ends git alone (an IDE that cancels, `timeout`) does not end this program: it would wait on
//! for the host. Standard output tells: when git has gone, nobody reads it any more.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use tokio::runtime::{Builder, Runtime};

use super::error::Error;
use crate::credentials;
use crate::platform::Reader;

/// The async runtime, and a look at git.
pub(super) struct Waiting {
    git: Reader,
    runtime: Runtime,
}

impl Waiting {
    pub(super) fn new() -> Result<Self, Error> {
        // The runtime's own attempt would end in a panic.
        let first = std::thread::Builder::new().spawn(|| ());
        let first = first.map_err(Error::NoThread)?;
        // Only once it has gone is there room for the next one.
        let _ = first.join();
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(credentials::Error::Runtime)?;
        // The thread that will look up the host's name is there when it is needed.
        runtime.spawn_blocking(|| ());
        let git = {
            let _inside = runtime.enter();
            Reader::of_standard_output()
        };
        Ok(Self { git, runtime })
    }

    /// Does the work to its end, unless git ends first. Fails if nobody reads standard output any more.
    pub(super) fn until<F: Future>(&self, work: F) -> Result<F::Output, Error> {
        self.runtime.block_on(async {
            let mut work = pin!(work);
            let mut gone = pin!(self.git.gone());
            poll_fn(|context| {
                if let Poll::Ready(output) = work.as_mut().poll(context) {
                    return Poll::Ready(Ok(output));
                }
                let gone = gone.as_mut().poll(context);
                gone.map(|()| Err(Error::Pipe(io::ErrorKind::BrokenPipe.into())))
            })
            .await
        })
    }
}
