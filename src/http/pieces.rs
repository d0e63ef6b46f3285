//! An answer's body on its way: what has come goes on together, in as few steps as will do.
//!
//! A host may send chunks of any size, and many like 8 KiB. To wait, look and write for each of them is a
//! large part of a fetch's work (docs/benchmarks.md).

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice, Write};
use std::pin::pin;
use std::task::Poll;

use bytes::{Buf, Bytes};
use reqwest::Response;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// So much goes on at once, about: it is what a pipe holds. One that is full makes both its ends wait.
const TOGETHER: usize = 1 << 16;
/// Pieces below this length are worth collecting, once there were [`MANY`] of them in a row.
const SMALL: usize = TOGETHER / 2;
const MANY: u32 = 16;
/// So many pieces go into one write.
const WRITTEN_AT_ONCE: usize = 64;

/// Pieces of a body that came together.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pieces: VecDeque<Bytes>,
    length: usize,
}

impl Pieces {
    fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.length += piece.len();
            self.pieces.push_back(piece);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Bytes> {
        self.pieces.iter()
    }

    /// Writes all of them. Fails if nobody takes them.
    pub(crate) fn write_to(mut self, output: &mut impl Write) -> io::Result<()> {
        while self.has_remaining() {
            let mut slices = [IoSlice::new(&[]); WRITTEN_AT_ONCE];
            let count = self.chunks_vectored(&mut slices);
            match output.write_vectored(&slices[..count]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.advance(written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Buf for Pieces {
    fn remaining(&self) -> usize {
        self.length
    }

    fn chunk(&self) -> &[u8] {
        self.pieces.front().map_or(&[], |piece| piece)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
            *slice = IoSlice::new(piece);
        }
        self.pieces.len().min(slices.len())
    }

    fn advance(&mut self, mut count: usize) {
        self.length -= count;
        while let Some(piece) = self.pieces.front_mut() {
            if count < piece.len() {
                piece.advance(count);
                return;
            }
            count -= piece.len();
            self.pieces.pop_front();
        }
    }
}

/// A body that is being read.
pub(super) enum BodyReader {
    /// By whoever waits for it: best where pieces are large.
    Here {
        response: Option<Response>,
        small_in_a_row: u32,
    },
    /// On a task of its own, that collects small ones.
    There(Collector),
}

impl BodyReader {
    pub(super) fn new(response: Response) -> Self {
        Self::Here {
            response: Some(response),
            small_in_a_row: 0,
        }
    }

    /// Waits for the next pieces; none at the end. Fails if the body was cut.
    pub(super) async fn next(&mut self) -> reqwest::Result<Option<Pieces>> {
        let (response, small_in_a_row) = match self {
            Self::There(collector) => return collector.pieces.recv().await.transpose(),
            Self::Here {
                response,
                small_in_a_row,
            } => (response, small_in_a_row),
        };
        let Some(from) = response else {
            return Ok(None);
        };
        let mut pieces = Pieces::default();
        match from.chunk().await? {
            None => return Ok(None),
            Some(piece) if piece.len() < SMALL => {
                *small_in_a_row += 1;
                pieces.push(piece);
            }
            Some(piece) => {
                *small_in_a_row = 0;
                pieces.push(piece);
            }
        }
        if *small_in_a_row > MANY
            && let Some(response) = response.take()
        {
            *self = Self::There(Collector::new(response));
        }
        Ok(Some(pieces))
    }
}

/// Collects pieces until somebody takes them.
pub(super) struct Collector {
    pieces: mpsc::Receiver<reqwest::Result<Pieces>>,
    task: JoinHandle<()>,
}

impl Collector {
    fn new(response: Response) -> Self {
        let (sender, pieces) = mpsc::channel(1);
        let task = tokio::spawn(collect(response, sender));
        Self { pieces, task }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // Whoever has heard enough of an answer closes its connection.
        self.task.abort();
    }
}

/// While more is there, this task and the connection's take turns; who waits for the pieces is woken once
/// for all of them. Nothing is read ahead: that would only use more of the processor's cache.
async fn collect(mut response: Response, sender: mpsc::Sender<reqwest::Result<Pieces>>) {
    let mut end = None;
    while end.is_none() {
        // There is room as soon as the last pieces have been taken.
        let Ok(room) = sender.reserve().await else {
            return;
        };
        let mut pieces = Pieces::default();
        let mut next = Some(response.chunk().await);
        while let Some(piece) = next.take() {
            match piece {
                Ok(Some(piece)) => {
                    let length = piece.len();
                    pieces.push(piece);
                    // Another one of this size should still go in.
                    if pieces.length + length <= TOGETHER {
                        next = soon(response.chunk()).await;
                    }
                }
                Ok(None) => end = Some(None),
                Err(error) => end = Some(Some(error)),
            }
        }
        if pieces.has_remaining() {
            room.send(Ok(pieces));
        }
    }
    if let Some(Some(error)) = end {
        // Nobody may wait for it any more.
        let _ = sender.send(Err(error)).await;
    }
}

/// What the work comes to, if that is known once the other tasks have had a turn.
async fn soon<F: Future>(work: F) -> Option<F::Output> {
    let mut work = pin!(work);
    let mut had_turn = false;
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if had_turn => Poll::Ready(None),
        Poll::Pending => {
            had_turn = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(texts: &[&'static str]) -> Pieces {
        let mut pieces = Pieces::default();
        for text in texts {
            pieces.push(Bytes::from_static(text.as_bytes()));
        }
        pieces
    }

    /// Takes so many bytes at a time, and is interrupted in between.
    struct Narrow {
        width: usize,
        written: Vec<u8>,
        is_interrupted: bool,
    }

    impl Write for Narrow {
        fn write(&mut self, data: &[u8]) -> io::Result<usize> {
            self.is_interrupted = !self.is_interrupted;
            if self.is_interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let count = data.len().min(self.width);
            self.written.extend_from_slice(&data[..count]);
            Ok(count)
        }

        fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
            let all: Vec<u8> = slices.iter().flat_map(|slice| slice.to_vec()).collect();
            self.write(&all)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn pieces_are_written_whole_whatever_is_taken_at_a_time() {
        for width in 0..12 {
            let mut narrow = Narrow {
                width,
                written: Vec::new(),
                is_interrupted: false,
            };
            let pieces = pieces(&["ab", "", "cdefg", "h", "ij"]);
            assert_eq!(pieces.remaining(), 10);
            let written = pieces.write_to(&mut narrow);
            assert_eq!(written.is_ok(), width > 0);
            assert_eq!(narrow.written, &b"abcdefghij"[..width.min(1) * 10]);
        }
    }

    /// A host that sends a body of so many chunks of 1000 bytes at once, and its end or not.
    fn host(chunks: usize, ends: bool) -> String {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", socket.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut connection, _) = socket.accept().unwrap();
            let mut request = [0; 4096];
            assert!(std::io::Read::read(&mut connection, &mut request).unwrap() > 0);
            let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            for number in 0..chunks {
                answer.extend_from_slice(b"3e8\r\n");
                answer.extend([number as u8; 1000]);
                answer.extend_from_slice(b"\r\n");
            }
            if ends {
                answer.extend_from_slice(b"0\r\n\r\n");
            }
            connection.write_all(&answer).unwrap();
        });
        url
    }

    #[test]
    fn small_chunks_are_collected_in_order_and_a_cut_is_seen() {
        const CHUNKS: usize = 500;
        let world = crate::world::World::of(&[]);
        let client = crate::http::Http::new(&world, None).near(false).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        for ends in [true, false] {
            let url = host(CHUNKS, ends);
            let (steps, body, result) = runtime.block_on(async {
                let mut reader = BodyReader::new(client.get(url).send().await.unwrap());
                let (mut steps, mut body) = (0, Vec::new());
                let result = loop {
                    match reader.next().await {
                        Ok(Some(pieces)) => {
                            steps += 1;
                            pieces.write_to(&mut body).unwrap();
                        }
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                };
                assert!(matches!(reader, BodyReader::There(_)));
                (steps, body, result)
            });
            assert_eq!(result.is_ok(), ends);
            let sent = (0..CHUNKS).flat_map(|number| [number as u8; 1000]);
            assert_eq!(body, sent.collect::<Vec<_>>());
            assert!(steps < CHUNKS / 5, "{steps} steps");
        }
    }

    #[test]
    fn more_pieces_than_go_into_one_write_are_written_in_order() {
        let mut pieces = Pieces::default();
        let mut expected = Vec::new();
        for number in 0..=u8::MAX {
            pieces.push(Bytes::from(vec![number; 3]));
            expected.extend([number; 3]);
        }
        let mut written = Vec::new();
        pieces.write_to(&mut written).unwrap();
        assert_eq!(written, expected);
    }
}
