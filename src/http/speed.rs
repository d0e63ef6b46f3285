//! How long a conversation may stand still, and how slow it may be.
//!
//! Without `http.lowSpeedLimit` and `http.lowSpeedTime` git waits for ever. Here a connection on which
//! nothing at all moves for [`STILL`] is given up. Time in which the network waits for this machine
//! (git still makes the pack) does not count.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::Body;
use tokio::time::Instant;

use super::settings::LowSpeed;

/// Longer than a git host works on a push in silence.
pub(super) const STILL: Duration = Duration::from_secs(600);
/// How often the speed is looked at.
const TICK: Duration = Duration::from_secs(1);
/// A body in memory is sent in pieces of this size, so that its progress can be seen.
const PIECE: usize = 1 << 16;

/// Nothing moved, or too little, for this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooSlow {
    /// None: nothing moved at all.
    pub(super) limit: Option<u64>,
    pub(super) time: Duration,
}

/// Watches one exchange.
pub(super) struct Watch {
    rule: LowSpeed,
    is_asked_for: bool,
    meter: Arc<Meter>,
    /// What the meter showed when the present tick began.
    seen: u64,
    /// The time waited in the present tick.
    waited: Duration,
    slow_for: Duration,
}

#[derive(Debug, Default)]
struct Meter {
    bytes: AtomicU64,
    waits_for_us: AtomicBool,
}

impl Watch {
    /// Watches by git's setting, else by our own rule.
    pub(super) fn new(low_speed: Option<LowSpeed>) -> Self {
        let still = LowSpeed {
            limit: 1,
            time: STILL,
        };
        Self {
            rule: low_speed.unwrap_or(still),
            is_asked_for: low_speed.is_some(),
            meter: Arc::default(),
            seen: 0,
            waited: Duration::ZERO,
            slow_for: Duration::ZERO,
        }
    }

    /// Counts bytes that have arrived.
    pub(super) fn count(&self, bytes: usize) {
        self.meter.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A request's body whose bytes are counted as they leave.
    pub(super) fn over_bytes(&self, rest: Bytes) -> Body {
        let meter = Arc::clone(&self.meter);
        Body::wrap(Pieces { rest, meter })
    }

    /// The same for one that is still being made.
    pub(super) fn over_body(&self, body: Body) -> Body {
        let meter = Arc::clone(&self.meter);
        Body::wrap(Counted { body, meter })
    }

    /// Waits for the network, as long as it is not too slow.
    pub(super) async fn wait<F: Future>(&mut self, future: F) -> Result<F::Output, TooSlow> {
        let mut future = pin!(future);
        loop {
            let start = Instant::now();
            let left = TICK.saturating_sub(self.waited);
            let result = tokio::time::timeout(left, future.as_mut()).await;
            self.waited += start.elapsed();
            if let Ok(output) = result {
                return Ok(output);
            }
            self.judge()?;
        }
    }

    fn judge(&mut self) -> Result<(), TooSlow> {
        let bytes = self.meter.bytes.load(Ordering::Relaxed);
        let moved = u128::from(bytes - self.seen) * 1000;
        let enough = u128::from(self.rule.limit) * self.waited.as_millis();
        let is_ours_to_move = self.meter.waits_for_us.load(Ordering::Relaxed);
        // A byte is enough for a connection that need only live.
        if is_ours_to_move || moved >= enough || (!self.is_asked_for && moved > 0) {
            self.slow_for = Duration::ZERO;
        } else {
            self.slow_for += self.waited;
        }
        self.seen = bytes;
        self.waited = Duration::ZERO;
        if self.slow_for < self.rule.time {
            return Ok(());
        }
        Err(TooSlow {
            limit: self.is_asked_for.then_some(self.rule.limit),
            time: self.rule.time,
        })
    }
}

/// A body that is still being made.
struct Counted {
    body: Body,
    meter: Arc<Meter>,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<reqwest::Result<Frame<Bytes>>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.meter
            .waits_for_us
            .store(polled.is_pending(), Ordering::Relaxed);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            let bytes = data.len() as u64;
            self.meter.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body in memory.
struct Pieces {
    rest: Bytes,
    meter: Arc<Meter>,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        self.meter.bytes.fetch_add(length as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
