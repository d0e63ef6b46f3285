//! Hosts that stand still.

use std::time::Duration;

use local_aws::{Action, Fault, Service};

use super::{refusal, studio};

#[test]
fn a_transfer_that_is_too_slow_is_given_up() {
    let mut studio = studio();
    // Once: tests/transport/retries.rs is about requests that are repeated.
    studio.set("GIT_HTTP_MAX_RETRIES", "0");
    let still = Action::Delay(Duration::from_secs(30));
    let words = "git-remote-codecommit: the transfer with localhost:PORT was slower than 1000 bytes a second \
                 for 2 seconds\n\
                 hint: http.lowSpeedLimit and http.lowSpeedTime set this limit";
    studio.aws.fail(Fault::new(Service::Git, still.clone()));
    let settings = ["http.lowSpeedLimit=1000", "http.lowSpeedTime=2"];
    assert_eq!(refusal(&studio, &settings), words);
    studio.aws.clear_faults();
    studio.aws.fail(Fault::new(Service::Git, still));
    studio.set("GIT_HTTP_LOW_SPEED_LIMIT", "1000");
    studio.set("GIT_HTTP_LOW_SPEED_TIME", "2");
    assert_eq!(refusal(&studio, &["http.lowSpeedTime=1000"]), words);
}

#[test]
fn a_limit_without_a_time_is_none() {
    let studio = studio();
    let slow = Action::Delay(Duration::from_secs(3));
    studio.aws.fail(Fault::new(Service::Git, slow));
    super::list(&studio, &["http.lowSpeedLimit=1000000"]).succeeded();
}
