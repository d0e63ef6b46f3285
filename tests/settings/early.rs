//! The connection to the git host opens while STS answers.

use std::time::Duration;

use local_aws::{Action, Fault, Service};

use super::{HOST, by_name, list, refusal, studio};
use crate::harness::{WITH_REGION, every_git};

#[test]
fn one_connection_is_open_before_sts_has_answered_and_serves_the_run() {
    for git in every_git() {
        let studio = super::studio_of(&git, |aws| aws);
        let pause = Action::Delay(Duration::from_millis(400));
        studio.aws.fail(Fault::new(Service::Sts, pause));
        studio.git(&["clone", WITH_REGION]).succeeded();
        let connections = studio.aws.connections();
        let to = |service| connections.iter().filter(move |c| c.service == service);
        assert_eq!(to(Service::Git).count(), 1, "{connections:#?}");
        let git_host = to(Service::Git).next().unwrap();
        let sts = studio.aws.sts_requests();
        let answered = sts[0].answered.unwrap();
        assert!(
            git_host.secured.unwrap() < answered,
            "{git_host:#?} {sts:#?}"
        );
        for request in studio.aws.git_requests() {
            assert_eq!(request.connection, git_host.number);
            assert!(matches!(request.authorization, local_aws::Auth::Ok { .. }));
        }
    }
}

#[test]
fn after_the_answer_of_sts_the_first_request_takes_one_round_trip() {
    let studio = studio();
    let round_trip = Duration::from_millis(300);
    studio.aws.set_round_trip(round_trip);
    list(&studio, &[]).succeeded();
    let answered = studio.aws.sts_requests()[0].answered.unwrap();
    let arrived = studio.aws.git_requests()[0].arrived;
    // Half a round trip for the answer, half of one for the request. TCP and TLS would be two more.
    let took = arrived.saturating_sub(answered);
    assert!(took < round_trip * 2, "{took:?}");
}

#[test]
fn the_tunnel_through_a_proxy_opens_early_too() {
    let studio = by_name(&every_git()[0], |aws| aws);
    let pause = Action::Delay(Duration::from_millis(400));
    studio.aws.fail(Fault::new(Service::Sts, pause));
    let proxy = format!("http.proxy={}", studio.aws.proxy_url());
    list(&studio, &[&proxy]).succeeded();
    let tunnels = studio.aws.proxy_requests();
    assert_eq!(tunnels.len(), 1, "{tunnels:#?}");
    assert_eq!(tunnels[0].path, format!("{HOST}:443"));
    let answered = studio.aws.sts_requests()[0].answered.unwrap();
    assert!(tunnels[0].answered.unwrap() < answered);
}

#[test]
fn nothing_reaches_the_host_where_sts_refuses() {
    let studio = studio();
    let refusal_of_sts = Action::sts_error(403, "AccessDenied", "no");
    studio.aws.fail(Fault::new(Service::Sts, refusal_of_sts));
    refusal(&studio, &[]);
    assert!(studio.aws.git_requests().is_empty());
}

#[test]
fn a_host_that_cannot_be_reached_is_found_once_and_named() {
    let mut studio = studio();
    studio.set("CODE_COMMIT_ENDPOINT", "localhost:9");
    assert_eq!(
        refusal(&studio, &[]),
        "git-remote-codecommit: cannot connect to localhost:PORT: Connection refused (os error 111)\n\
         hint: check the network, https_proxy and no_proxy"
    );
}
