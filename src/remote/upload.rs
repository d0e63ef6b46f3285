//! A request that is sent while the program still writes it.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
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

/// The program's output, given back when the request is whole.
pub(super) type Feeder = JoinHandle<Result<BufReader<ChildStdout>, ProgramEnded>>;

/// Dropped when the host has answered: from then on the program's packets go nowhere.
pub(super) type Open = oneshot::Sender<()>;

/// Starts to move a request, whose beginning has been read, from the program into a body.
pub(super) fn start(beginning: Vec<u8>, stdout: BufReader<ChildStdout>) -> (Body, Feeder, Open) {
    let (sender, packets) = mpsc::channel(PACKETS_UNDER_WAY);
    let (open, closed) = oneshot::channel();
    let feeder = tokio::spawn(feed(stdout, sender, closed));
    let body = Body::wrap(Packets {
        beginning: Some(beginning.into()),
        packets,
    });
    (body, feeder, open)
}

/// The program ended in the middle of its request.
pub(super) struct ProgramEnded;

/// Moves a request's packets from the program to the network, up to its flush.
async fn feed(
    mut stdout: BufReader<ChildStdout>,
    sender: mpsc::Sender<io::Result<Bytes>>,
    mut closed: oneshot::Receiver<()>,
) -> Result<BufReader<ChildStdout>, ProgramEnded> {
    let mut is_open = true;
    loop {
        match pktline::read_data(&mut stdout).await {
            Ok(None) => return Ok(stdout),
            // A host that has answered early takes no more, and may keep the connection open without
            // reading; the program still finishes its request before it reads the answer.
            Ok(Some(data)) if is_open => {
                let mut sending = pin!(sender.send(Ok(data)));
                is_open = poll_fn(|context| match Pin::new(&mut closed).poll(context) {
                    Poll::Ready(_) => Poll::Ready(false),
                    Poll::Pending => sending.as_mut().poll(context).map(|sent| sent.is_ok()),
                })
                .await;
            }
            Ok(Some(_)) => {}
            Err(error) => {
                // An error in the body breaks the request off: the host must not take it for whole.
                let _ = sender.send(Err(error)).await;
                return Err(ProgramEnded);
            }
        }
    }
}

/// A request body that is still being made.
struct Packets {
    beginning: Option<Bytes>,
    packets: mpsc::Receiver<io::Result<Bytes>>,
}

impl http_body::Body for Packets {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.beginning.take() {
            Some(beginning) => Poll::Ready(Some(Ok(Frame::data(beginning)))),
            None => self
                .packets
                .poll_recv(context)
                .map(|packet| packet.map(|data| data.map(Frame::data))),
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
            let (_body, feeder, open) = start(Vec::new(), BufReader::new(stdout));
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
