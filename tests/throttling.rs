//! A fleet that starts at once: STS limits the rate of requests for a while.

use expect_test::expect;
use local_aws::{Action, Fault, Service};

use crate::harness::{Studio, WITH_REGION, stable};

#[test]
fn a_rate_limit_of_sts_is_waited_for_and_said_once() {
    let studio = Studio::default();
    let limit = Fault::new(Service::Sts, Action::throttling());
    studio.aws.fail(limit.on_method("POST").times(7));
    let said = studio.helper(
        "git-remote-codecommit",
        &["origin", WITH_REGION],
        "list\n\n",
    );
    assert_eq!(studio.aws.sts_requests().len(), 8);
    assert_eq!(said.code, Some(0), "{said:?}");
    let warnings = expect![[r#"
        git-remote-codecommit: warning: cannot assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (profile "CrossAccountAccessProfile", ~/.aws/config:4): Throttling: Rate exceeded: trying again for up to 60 seconds
    "#]];
    warnings.assert_eq(&stable(&said.stderr));
}

#[test]
fn twenty_processes_of_one_home_outwait_the_rate_limit_together() {
    let studio = Studio::default().with_cache();
    // The SDK's own three attempts, five times: some 15 seconds.
    let limit = Fault::new(Service::Sts, Action::throttling());
    studio.aws.fail(limit.on_method("POST").times(15));
    for said in studio.at_once(20, ".", &["ls-remote", WITH_REGION]) {
        let said = said.succeeded();
        assert!(!said.stderr.contains("no longer waiting"), "{said:?}");
    }
    assert_eq!(studio.asked(), (1, 16));
}
