//! A request that is sent while the program still writes it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Frame;
use reqwest::Body;
use tokio::io::BufReader;
use tokio::process::ChildStdout;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::pktline;

/// Packets under way between the program and the network: 4 of at most 64 KiB.
const PACKETS_UNDER_WAY: usize = 4;

/// The program's output, given back when the request is whole.
pub(super) type Feeder = JoinHandle<Result<BufReader<ChildStdout>, ProgramEnded>>;

/// Starts to move a request, whose beginning has been read, from the program into a body.
pub(super) fn start(beginning: Vec<u8>, stdout: BufReader<ChildStdout>) -> (Body, Feeder) {
    let (sender, packets) = mpsc::channel(PACKETS_UNDER_WAY);
    let feeder = tokio::spawn(feed(stdout, sender));
    let body = Body::wrap(Packets {
        beginning: Some(beginning.into()),
        packets,
    });
    (body, feeder)
}

/// The program ended in the middle of its request.
pub(super) struct ProgramEnded;

/// Moves a request's packets from the program to the network, up to its flush.
async fn feed(
    mut stdout: BufReader<ChildStdout>,
    sender: mpsc::Sender<io::Result<Bytes>>,
) -> Result<BufReader<ChildStdout>, ProgramEnded> {
    loop {
        match pktline::read_data(&mut stdout).await {
            Ok(None) => return Ok(stdout),
            // A host that has answered early takes no more; the program still finishes its request
            // before it reads the answer.
            Ok(Some(data)) => drop(sender.send(Ok(data)).await),
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
