//! Waiting where an AWS service limits the rate of requests: a fleet of spaces that starts at once is only to spread out.

use std::cell::Cell;
use std::fmt::Display;
use std::time::Duration;

use crate::message::Notices;

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// The longest time for all pauses of a run together, however many roles it assumes: so the run ends in less than the
/// two minutes after which others stop waiting for its lock. A start-up script of Studio has five minutes.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Makes a call again as long as it is throttled, with full jitter: the pause is anything up to a limit that doubles.
/// (AWS Architecture Blog, "Exponential Backoff And Jitter".) `waited` is the time of the pauses before.
pub(crate) async fn outwait<T, E: Display>(
    notices: &dyn Notices,
    waited: &Cell<Duration>,
    is_throttling: impl Fn(&E) -> bool,
    mut call: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, E> {
    let mut limit = Duration::from_secs(2);
    loop {
        let error = match call().await {
            Err(error) if is_throttling(&error) && waited.get() < LONGEST_WAIT => error,
            answer => return answer,
        };
        if waited.get().is_zero() {
            notices.warning(&format!(
                "{error}: trying again for up to {} seconds",
                LONGEST_WAIT.as_secs()
            ));
        }
        let pause = limit
            .mul_f64(fastrand::f64())
            .max(Duration::from_millis(50));
        tokio::time::sleep(pause).await;
        waited.set(waited.get() + pause);
        limit = (limit * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Messages;
    use crate::world::World;

    #[test]
    fn a_run_that_has_waited_long_enough_for_one_role_does_not_wait_for_the_next() {
        let messages = Messages::new("test", &World::of(&[]), std::io::sink());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        for (before, calls) in [(LONGEST_WAIT, 1), (Duration::from_secs(59), 2)] {
            let waited = Cell::new(before);
            let mut made = 0;
            let call = async || {
                made += 1;
                match made {
                    1 => Err("Throttling"),
                    _ => Ok(()),
                }
            };
            let answer = runtime.block_on(outwait(&messages, &waited, |_| true, call));
            assert_eq!((answer.is_ok(), made), (calls == 2, calls));
        }
    }
}
