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
pub(super) type Feeder = JoinHandle<Result<BufReader<ChildStdout>, Interrupted>>;

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

/// Why the rest of a request was not fed to the network.
pub(super) enum Interrupted {
    /// The program ended in the middle.
    ProgramEnded,
    /// The host takes no more.
    HostStopped,
}

/// Moves a request's packets from the program to the network, up to its flush.
async fn feed(
    mut stdout: BufReader<ChildStdout>,
    sender: mpsc::Sender<io::Result<Bytes>>,
) -> Result<BufReader<ChildStdout>, Interrupted> {
    loop {
        match pktline::read_data(&mut stdout).await {
            Ok(None) => return Ok(stdout),
            Ok(Some(data)) => {
                if sender.send(Ok(data)).await.is_err() {
                    return Err(Interrupted::HostStopped);
                }
            }
            Err(error) => {
                // An error in the body breaks the request off: the host must not take it for whole.
                let _ = sender.send(Err(error)).await;
                return Err(Interrupted::ProgramEnded);
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
