//! A network that is slow: every byte arrives half a round trip after it was sent.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf,
};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How much may be under way in one direction: 256 pieces of up to 64 KiB, so that the delay and not this bounds the rate.
const PIECES: usize = 256;
const PIECE: usize = 64 * 1024;

/// Puts `round_trip` between a client's socket and the stream it gives. Opening the connection costs a client a round
/// trip of its own: the kernel has answered the SYN already, so the first bytes wait for it here.
pub(crate) fn delayed<S>(socket: S, round_trip: Duration, reset: Arc<AtomicBool>) -> DuplexStream
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (near, far) = tokio::io::duplex(PIECE);
    let (client_read, client_write) = tokio::io::split(socket);
    let (far_read, far_write) = tokio::io::split(far);
    let half = round_trip / 2;
    let opened = Instant::now() + round_trip;
    tokio::spawn(both(
        pump(client_read, far_write, half, opened, Arc::default()),
        pump(far_read, client_write, half, opened, reset),
    ));
    near
}

async fn both(up: impl Future<Output = ()>, down: impl Future<Output = ()>) {
    tokio::join!(up, down);
}

/// Carries bytes one way. An end of the input is passed on, unless the connection is to be reset.
async fn pump<R, W>(
    mut from: ReadHalf<R>,
    mut to: WriteHalf<W>,
    delay: Duration,
    opened: Instant,
    reset: Arc<AtomicBool>,
) where
    R: AsyncRead + Send + 'static,
    W: AsyncWrite,
{
    let (sender, mut pieces) = mpsc::channel::<(Instant, Bytes)>(PIECES);
    let reader = tokio::spawn(async move {
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(PIECE);
            match from.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let due = Instant::now().max(opened) + delay;
                    if sender.send((due, buffer.split().freeze())).await.is_err() {
                        return;
                    }
                }
            }
        }
    });
    while let Some((due, piece)) = pieces.recv().await {
        tokio::time::sleep_until(due).await;
        if to.write_all(&piece).await.is_err() {
            reader.abort();
            return;
        }
    }
    if !reset.load(Ordering::Relaxed) {
        // The other end may be gone.
        let _ = to.shutdown().await;
    }
}
