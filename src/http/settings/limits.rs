use std::time::Duration;

/// `http.lowSpeedLimit` and `http.lowSpeedTime`: slower than this for so long is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct LowSpeed {
    /// Bytes a second.
    pub(in crate::http) limit: u64,
    pub(in crate::http) time: Duration,
}

/// How long nothing at all may move where no limit is set: longer than a git host works on a push in silence.
pub(in crate::http) const STILL: Duration = Duration::from_secs(600);

/// How TCP finds out that the other side has gone; none: the client's own choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::http) struct KeepAlive {
    pub(in crate::http) idle: Option<Duration>,
    pub(in crate::http) interval: Option<Duration>,
    pub(in crate::http) count: Option<u32>,
}

/// `http.maxRetries` , `http.retryAfter` and `http.maxRetryTime`, where somebody set them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Retries {
    /// How often a request is repeated; 0 is never.
    pub(crate) most: Option<u32>,
    /// The wait where the answer names none.
    pub(crate) after: Option<Duration>,
    /// The longest wait that is worth it.
    pub(crate) longest_wait: Option<Duration>,
}
