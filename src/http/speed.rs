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

use super::settings::{LowSpeed, STILL};

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
            let waited = std::mem::take(&mut self.waited);
            self.judge(waited)?;
        }
    }

    /// Looks at what moved in the time waited since it last looked.
    fn judge(&mut self, waited: Duration) -> Result<(), TooSlow> {
        let bytes = self.meter.bytes.load(Ordering::Relaxed);
        let moved = u128::from(bytes - self.seen) * 1000;
        let enough = u128::from(self.rule.limit) * waited.as_millis();
        let is_ours_to_move = self.meter.waits_for_us.load(Ordering::Relaxed);
        // A byte is enough for a connection that need only live.
        if is_ours_to_move || moved >= enough || (!self.is_asked_for && moved > 0) {
            self.slow_for = Duration::ZERO;
        } else {
            self.slow_for += waited;
        }
        self.seen = bytes;
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

#[cfg(test)]
mod tests {
    use http_body::Body as _;

    use super::*;

    const SLOW: LowSpeed = LowSpeed {
        limit: 1000,
        time: Duration::from_secs(30),
    };

    /// After how many seconds a conversation is given up in which `bytes` arrive every `pause` seconds.
    fn given_up_after(rule: Option<LowSpeed>, bytes: usize, pause: u64) -> Option<u64> {
        let mut watch = Watch::new(rule);
        (1..10_000).find(|second| {
            if second % pause == 0 {
                watch.count(bytes);
            }
            watch.judge(TICK).is_err()
        })
    }

    #[test]
    fn silence_is_given_up_after_ten_minutes_and_a_byte_is_enough_to_live() {
        assert_eq!(given_up_after(None, 1, 100_000), Some(600));
        assert_eq!(given_up_after(None, 1, 599), None);
    }

    #[test]
    fn a_trickle_is_given_up_where_there_is_a_limit() {
        assert_eq!(given_up_after(Some(SLOW), 999, 1), Some(30));
        assert_eq!(given_up_after(Some(SLOW), 1000, 1), None);
        assert_eq!(given_up_after(Some(SLOW), 1, 100_000), Some(30));
        // One good second in between starts the time anew.
        assert_eq!(given_up_after(Some(SLOW), 5000, 20), None);
    }

    #[test]
    fn a_look_after_a_long_time_counts_it_whole() {
        let mut watch = Watch::new(Some(SLOW));
        watch.count(999 * 10);
        assert!(watch.judge(Duration::from_secs(10)).is_ok());
        assert!(watch.judge(Duration::from_secs(19)).is_ok());
        assert!(watch.judge(Duration::from_secs(1)).is_err());
    }

    #[test]
    fn time_in_which_git_makes_the_pack_does_not_count() {
        let mut watch = Watch::new(Some(SLOW));
        let meter = Arc::clone(&watch.meter);
        let mut body = Box::pin(Counted {
            body: Body::wrap(Never),
            meter,
        });
        // The network asks for more, and there is none for an hour.
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(body.as_mut().poll_frame(&mut context).is_pending());
        assert!(watch.judge(Duration::from_secs(3600)).is_ok());
        // From here on it is the network that does not move.
        watch.meter.waits_for_us.store(false, Ordering::Relaxed);
        let slow = watch.judge(SLOW.time).unwrap_err();
        assert_eq!((slow.limit, slow.time), (Some(1000), SLOW.time));
    }

    /// A body that never has a piece.
    struct Never;

    impl http_body::Body for Never {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
            Poll::Pending
        }
    }

    #[test]
    fn a_body_in_memory_keeps_its_length_and_is_counted_piece_by_piece() {
        let watch = Watch::new(None);
        let bytes = Bytes::from(vec![7; PIECE * 2 + 1]);
        let mut pieces = Box::pin(Pieces {
            rest: bytes.clone(),
            meter: Arc::clone(&watch.meter),
        });
        assert_eq!(pieces.size_hint().exact(), Some(bytes.len() as u64));
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut seen = Vec::new();
        while let Poll::Ready(Some(frame)) = pieces.as_mut().poll_frame(&mut context) {
            let frame = frame.unwrap().into_data().ok().unwrap();
            assert!(frame.len() <= PIECE);
            seen.extend_from_slice(&frame);
            let counted = watch.meter.bytes.load(Ordering::Relaxed);
            assert_eq!(counted, seen.len() as u64);
        }
        assert_eq!(seen, bytes);
        assert!(pieces.is_end_stream());
    }
}
