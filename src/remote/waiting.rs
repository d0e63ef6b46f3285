//! Waiting for the network, for as long as there is somebody to wait for.
//!
//! Whoever ends git alone (an IDE that cancels, `timeout`) does not end this program: it would wait on
//! for the host. Standard output tells: when git has gone, nobody reads it any more.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

#[cfg(unix)]
use tokio::net::unix::pipe::Sender;
use tokio::runtime::{Builder, Runtime};

use super::error::Error;

/// The async runtime, and a look at git.
pub(super) struct Waiting {
    /// Never written to. None where standard output is no pipe: nobody can go away then.
    #[cfg(unix)]
    output: Option<Sender>,
    runtime: Runtime,
}

impl Waiting {
    pub(super) fn new() -> io::Result<Self> {
        // The runtime's own attempt would end in a panic.
        let first = std::thread::Builder::new().spawn(|| ())?;
        // Only once it has gone is there room for the next one.
        let _ = first.join();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        // The thread that will look up the host's name is there when it is needed.
        runtime.spawn_blocking(|| ());
        Ok(Self {
            #[cfg(unix)]
            output: watch(&runtime),
            runtime,
        })
    }

    /// Does the work to its end, unless git ends first. Fails if nobody reads standard output any more.
    pub(super) fn until<F: Future>(&self, work: F) -> Result<F::Output, Error> {
        self.runtime.block_on(async {
            let mut work = pin!(work);
            let mut gone = pin!(self.gone());
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

    #[cfg(unix)]
    async fn gone(&self) {
        use tokio::io::Interest;
        if let Some(output) = &self.output {
            // Room to write is no news; that nobody reads is an error.
            while let Ok(ready) = output.ready(Interest::ERROR).await {
                if ready.is_error() || ready.is_write_closed() {
                    return;
                }
            }
        }
        std::future::pending().await
    }

    #[cfg(not(unix))]
    async fn gone(&self) {
        std::future::pending().await
    }
}

#[cfg(unix)]
fn watch(runtime: &Runtime) -> Option<Sender> {
    let _context = runtime.enter();
    let handle = crate::world::standard_output_handle().ok()?;
    Sender::from_owned_fd_unchecked(handle).ok()
}
