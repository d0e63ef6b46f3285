//! A request that is sent while the program still writes it.
//!
//! The host may close the connection behind its last answer, at the moment in which the request begins. What the host
//! cannot have whole it cannot have done: so the last packet is held back until the program's flush has come, and
//! until then, and as long as the packets before it are few, the request can begin again.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Frame;
use reqwest::Body;
use tokio::io::BufReader;
use tokio::process::ChildStdout;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::pktline;

/// Packets under way between the program and the network: 4 of at most 64 KiB.
const PACKETS_UNDER_WAY: usize = 4;
/// Behind the request's beginning, which has been in memory anyway, so many bytes are kept to begin again.
const KEPT: usize = 1 << 20;

/// The program's output, given back when the request is whole.
pub(super) type Feeder = JoinHandle<Result<BufReader<ChildStdout>, ProgramEnded>>;

/// Dropped when the host has answered: from then on the program's packets go nowhere.
pub(super) type Open = oneshot::Sender<()>;

/// Starts to move a request, whose beginning has been read, from the program to the network.
pub(super) fn start(beginning: Vec<u8>, stdout: BufReader<ChildStdout>) -> (Upload, Feeder, Open) {
    let (sender, packets) = mpsc::channel(PACKETS_UNDER_WAY);
    let (open, closed) = oneshot::channel();
    let beginning = Bytes::from(beginning);
    let source = Arc::new(Mutex::new(Source {
        packets,
        kept: Some(Vec::new()),
        room: beginning.len() + KEPT,
        is_whole: false,
    }));
    let feeder = tokio::spawn(feed(beginning, stdout, sender, closed, Arc::clone(&source)));
    let upload = Upload {
        source,
        is_taken: false,
    };
    (upload, feeder, open)
}

/// The program ended in the middle of its request.
pub(super) struct ProgramEnded;

/// Moves a request's packets from the program to the network, up to its flush.
async fn feed(
    beginning: Bytes,
    mut stdout: BufReader<ChildStdout>,
    sender: mpsc::Sender<io::Result<Bytes>>,
    mut closed: oneshot::Receiver<()>,
    source: Arc<Mutex<Source>>,
) -> Result<BufReader<ChildStdout>, ProgramEnded> {
    let mut held = beginning;
    let mut is_open = true;
    loop {
        let next = match pktline::read_data(&mut stdout).await {
            Ok(next) => next,
            Err(error) => {
                // An error in the body breaks the request off: the host must not take it for whole.
                let _ = sender.send(Err(error)).await;
                return Err(ProgramEnded);
            }
        };
        if next.is_none() {
            locked(&source).is_whole = true;
        }
        // A host that has answered early takes no more, and may keep the connection open without
        // reading; the program still finishes its request before it reads the answer.
        if is_open {
            let mut sending = pin!(sender.send(Ok(held)));
            is_open = poll_fn(|context| match Pin::new(&mut closed).poll(context) {
                Poll::Ready(_) => Poll::Ready(false),
                Poll::Pending => sending.as_mut().poll(context).map(|sent| sent.is_ok()),
            })
            .await;
        }
        match next {
            Some(data) => held = data,
            None => return Ok(stdout),
        }
    }
}

pub(super) struct Upload {
    source: Arc<Mutex<Source>>,
    /// Its body is being sent, or has been.
    is_taken: bool,
}

impl Upload {
    pub(super) fn body(&mut self) -> Body {
        self.is_taken = true;
        Body::wrap(Packets {
            source: Arc::clone(&self.source),
            sent: 0,
        })
    }

    /// Whether there is still a body to send.
    pub(super) fn is_left(&self) -> bool {
        !self.is_taken
    }

    /// After a failure: whether the host cannot have the whole request, and all that it may have is still here. Then
    /// there is a body to send again.
    pub(super) fn begin_again(&mut self) -> bool {
        let source = locked(&self.source);
        self.is_taken = source.is_whole || source.kept.is_none();
        !self.is_taken
    }
}

struct Source {
    packets: mpsc::Receiver<io::Result<Bytes>>,
    /// What has been sent; none once that is too much.
    kept: Option<Vec<Bytes>>,
    /// So many bytes more can be kept.
    room: usize,
    /// The last packet is, or may be, on its way.
    is_whole: bool,
}

impl Source {
    /// Keeps what is sent now, as long as there is room.
    fn keep(&mut self, sent: Option<&Bytes>) {
        match sent.and_then(|data| self.room.checked_sub(data.len())) {
            Some(room) => {
                self.room = room;
                if let (Some(kept), Some(data)) = (&mut self.kept, sent) {
                    kept.push(data.clone());
                }
            }
            None => self.kept = None,
        }
    }
}

fn locked(source: &Mutex<Source>) -> MutexGuard<'_, Source> {
    source.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request body that is still being made.
struct Packets {
    source: Arc<Mutex<Source>>,
    /// So many of the packets that are kept have been sent in this body.
    sent: usize,
}

impl http_body::Body for Packets {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        let mut source = locked(&this.source);
        let again = source.kept.as_ref().and_then(|kept| kept.get(this.sent));
        this.sent += 1;
        if let Some(data) = again {
            return Poll::Ready(Some(Ok(Frame::data(data.clone()))));
        }
        match source.packets.poll_recv(context) {
            Poll::Ready(Some(packet)) => {
                source.keep(packet.as_ref().ok());
                Poll::Ready(Some(packet.map(Frame::data)))
            }
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                this.sent -= 1;
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_host_that_answers_and_stops_reading_keeps_no_program_waiting() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let script = "for i in 1 2 3 4 5 6 7 8 9; do printf 0008aaaa; done; printf 0000";
            let mut command = tokio::process::Command::from(crate::process::program("sh"));
            let command = command.args(["-c", script]).stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let stdout = child.stdout.take().unwrap();
            // Nobody reads the body, and nobody drops it.
            let (mut upload, feeder, open) = start(Vec::new(), BufReader::new(stdout));
            let _body = upload.body();
            tokio::time::sleep(Duration::from_millis(100)).await;
            assert!(!feeder.is_finished());
            drop(open);
            let ended = tokio::time::timeout(Duration::from_secs(10), feeder).await;
            assert!(
                ended.unwrap().unwrap().is_ok(),
                "the request's end was reached"
            );
        });
    }
}
