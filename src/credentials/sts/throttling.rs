//! Waiting where STS limits the rate of requests: a fleet of spaces that starts at once is only to spread out.

use std::time::Duration;

use super::error::Error;
use crate::message::Notices;

/// The longest pause, and the longest time for all pauses together. A start-up script of Studio has five minutes.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Makes a call again as long as STS throttles it, with full jitter: the pause is anything up to a limit that doubles.
/// (AWS Architecture Blog, "Exponential Backoff And Jitter".)
pub(super) async fn outwait<T>(
    notices: &dyn Notices,
    mut call: impl AsyncFnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let mut waited = Duration::ZERO;
    let mut limit = Duration::from_secs(2);
    loop {
        let error = match call().await {
            Err(error) if error.is_throttling() && waited < LONGEST_WAIT => error,
            answer => return answer,
        };
        if waited.is_zero() {
            notices.warning(&format!(
                "{error}: trying again for up to {} seconds",
                LONGEST_WAIT.as_secs()
            ));
        }
        let pause = limit
            .mul_f64(fastrand::f64())
            .max(Duration::from_millis(50));
        tokio::time::sleep(pause).await;
        waited += pause;
        limit = (limit * 2).min(LONGEST_PAUSE);
    }
}
