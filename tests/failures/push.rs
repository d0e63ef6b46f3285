//! Pushes that fail, and what is left then.

use expect_test::expect;
use std::time::Duration;

use local_aws::{Action, CONTRIBUTOR_ROLE, Fault, Protocol, Service};

use super::{studio, studio_of};
use crate::harness::{Studio, WITH_REGION, digits, every_git, helpers, stable};

#[test]
fn a_push_that_fails_leaves_both_sides_as_they_were() {
    let studio = studio();
    studio.git(&["clone", WITH_REGION]).succeeded();
    let before = studio.remote_ref("refs/heads/main");
    let commit = studio.commit("demo-repo", "x", "x");
    for action in [
        Action::status(403, ""),
        Action::status(500, ""),
        Action::Reset,
    ] {
        for method in ["GET", "POST"] {
            studio
                .aws
                .fail(Fault::new(Service::Git, action.clone()).on_method(method));
            let said = studio.git_in("demo-repo", &["push"]).failed();
            assert_ne!(said.said(), "", "{said:?}");
            assert_eq!(studio.remote_ref("refs/heads/main"), before);
            assert_eq!(studio.head("demo-repo"), commit);
            let here = studio
                .git_in("demo-repo", &["rev-parse", "origin/main"])
                .succeeded();
            assert_eq!(here.stdout.trim(), before);
        }
    }
    studio.git_in("demo-repo", &["push"]).succeeded();
    assert_eq!(studio.remote_ref("refs/heads/main"), commit);
}

#[test]
fn a_push_without_permission_names_the_permission() {
    let studio =
        Studio::with_aws(|aws| aws.permission(CONTRIBUTOR_ROLE, local_aws::Permission::Pull));
    studio.git(&["clone", WITH_REGION]).succeeded();
    studio.commit("demo-repo", "x", "x");
    let said = studio.git_in("demo-repo", &["push"]).failed().said();
    expect![[r#"
        git-remote-codecommit: access to repository "demo-repo" in eu-west-1 denied (localhost:PORT, HTTP 403)
        hint: signed as arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit
        hint: its policy must allow codecommit:GitPush on arn:aws:codecommit:eu-west-1:*:demo-repo
        hint: check that the repository is in this region, and this profile's account
        hint: git codecommit doctor shows which step fails (outside a clone, add the address)"#]].assert_eq(&stable(&said));
}

#[test]
fn a_push_whose_answer_is_lost_is_not_said_to_have_failed() {
    for action in [Action::CutBody(10), Action::status(502, ""), Action::Reset] {
        let studio = studio();
        studio.git(&["clone", WITH_REGION]).succeeded();
        studio.commit("demo-repo", "x", "x");
        let fault = Fault::new(Service::Git, action.clone()).on_method("POST");
        studio.aws.fail(fault);
        let said = studio.git_in("demo-repo", &["push"]).failed().said();
        let unclear = "\nhint: the push may have arrived: run git fetch, then git status, to see\n";
        assert!(said.contains(unclear), "{action:?}: {said}");
        // What the hint says to do works, whichever way it went.
        studio.git_in("demo-repo", &["fetch"]).succeeded();
        studio.git_in("demo-repo", &["push"]).succeeded();
    }
}

#[test]
fn a_batch_that_git_did_not_finish_is_not_executed() {
    let studio = studio();
    let feature = studio.remote_ref("refs/heads/feature");
    assert_ne!(feature, "");
    studio.git(&["clone", WITH_REGION]).succeeded();
    studio.aws.clear_record();
    let address = WITH_REGION.strip_prefix("codecommit::").unwrap();
    // Cut in the middle of ":refs/heads/feature-x", and behind a whole line.
    for cut in ["push :refs/heads/feature", "push :refs/heads/feature\n"] {
        let input = format!("capabilities\nlist for-push\n{cut}");
        let helper = "git-remote-codecommit";
        let said = studio.helper(helper, &["origin", address], &input).failed();
        assert_eq!(said.code, Some(128), "{said:?}");
        assert_eq!(studio.remote_ref("refs/heads/feature"), feature);
    }
    let posts = studio
        .aws
        .git_requests()
        .into_iter()
        .filter(|r| r.method == "POST");
    assert_eq!(posts.count(), 0);
}

#[test]
fn a_large_push_that_the_host_declines_is_reported_in_gits_own_words() {
    let studio = studio();
    let repository = studio.aws.repository_path("demo-repo");
    let repository = repository.to_str().unwrap();
    let limit = [
        "-C",
        repository,
        "config",
        "receive.maxInputSize",
        "1000000",
    ];
    studio.git(&limit).succeeded();
    studio.git(&["clone", WITH_REGION]).succeeded();
    let before = studio.remote_ref("refs/heads/main");
    // Six million digits: more than the host takes, and more than a request that is sent whole.
    studio.commit("demo-repo", "digits", &digits(600_000));
    let said = studio.git_in("demo-repo", &["push"]).failed();
    assert!(
        said.stderr.contains("pack exceeds maximum allowed size"),
        "{said:?}"
    );
    assert!(
        said.stderr.contains("! [remote rejected] main -> main"),
        "{said:?}"
    );
    assert_eq!(said.said(), "", "git has said it all");
    assert_eq!(studio.remote_ref("refs/heads/main"), before);
}

/// Pushes a commit; the pre-push hook takes so many seconds, between the references and the push.
fn push_after(studio: &Studio, seconds: &str) -> crate::harness::Outcome {
    let hook = format!("#!/bin/sh\nsleep {seconds}\n");
    studio.write("demo-repo/.git/hooks/pre-push", &hook);
    let shell = std::path::Path::new("/bin/sh");
    let made = ["-c", "chmod +x demo-repo/.git/hooks/pre-push"];
    studio.run_in(".", shell, &made, "").succeeded();
    studio.aws.clear_record();
    studio.git_in("demo-repo", &["push"])
}

#[test]
fn a_host_that_closes_the_idle_connection_does_not_stop_a_push() {
    let close = |seconds| Action::CloseLater(Duration::from_secs_f64(seconds));
    // Long before the push, close to it, and so late that the news crosses the push on its way.
    for (action, seconds) in [
        (close(0.1), "1"),
        (close(0.6), "1"),
        (close(0.9), "1"),
        (Action::ForgetLater(Duration::from_secs(4)), "4.5"),
    ] {
        let studio = studio();
        studio.git(&["clone", "-q", WITH_REGION]).succeeded();
        let commit = studio.commit("demo-repo", "x", "x");
        let fault = Fault::new(Service::Git, action.clone());
        studio.aws.fail(fault.on_method("GET"));
        let said = push_after(&studio, seconds).succeeded();
        assert_eq!(said.said(), "", "{action:?}");
        assert_eq!(studio.remote_ref("refs/heads/main"), commit);
        let requests = studio.aws.git_requests();
        assert_eq!(requests.len(), 2, "nothing was sent twice: {requests:#?}");
        assert_ne!(requests[0].connection, requests[1].connection);
    }
}

#[test]
fn a_push_goes_out_on_a_fresh_connection_where_the_old_one_was_idle() {
    let studio = studio();
    studio.git(&["clone", "-q", WITH_REGION]).succeeded();
    for (seconds, is_fresh) in [("0", false), ("4.5", true)] {
        studio.commit("demo-repo", "x", seconds);
        push_after(&studio, seconds).succeeded();
        let requests = studio.aws.git_requests();
        assert_eq!(requests.len(), 2);
        let connections = [requests[0].connection, requests[1].connection];
        assert_eq!(connections[0] != connections[1], is_fresh, "{seconds}");
    }
}

/// A commit whose pack of some 280 KB is above `http.postBuffer`.
fn large_commit(studio: &Studio) -> String {
    studio.git(&["clone", "-q", WITH_REGION]).succeeded();
    let limit = ["config", "http.postBuffer", "65536"];
    studio.git_in("demo-repo", &limit).succeeded();
    studio.commit("demo-repo", "digits", &digits(60_000))
}

/// The requests that were made.
fn methods(studio: &Studio) -> Vec<String> {
    let requests = studio.aws.git_requests().into_iter();
    requests.map(|request| request.method).collect()
}

#[test]
fn a_connection_that_ends_as_a_large_push_begins_does_not_stop_it() {
    let mut studio = studio();
    let commit = large_commit(&studio);
    studio.aws.clear_record();
    // The program pauses in the middle of its pack, so the host cannot have all of it when it resets the connection.
    let git = every_git()[0].program().display().to_string();
    studio.write_program(
        "slow/git",
        &format!(
            "#!/bin/sh\n[ \"$1\" = send-pack ] || exec {git} \"$@\"\n\
             {git} \"$@\" | {{ head -c 150000; sleep 2; cat; }}\n"
        ),
    );
    let slow = studio.home().join("slow").display().to_string();
    studio.set("PATH", &format!("{slow}:{}", studio.system_path()));
    let reset = Fault::new(Service::Git, Action::Reset);
    studio.aws.fail(reset.on_method("POST").after(1));
    let helper = helpers().join("git-remote-codecommit");
    let address = WITH_REGION.strip_prefix("codecommit::").unwrap();
    let input = "push refs/heads/main:refs/heads/main\n\n";
    let said = studio.run_in("demo-repo", &helper, &["origin", address], input);
    let said = said.succeeded();
    assert!(said.stdout.contains("ok refs/heads/main\n"), "{said:?}");
    assert_eq!(said.said(), "");
    assert_eq!(studio.remote_ref("refs/heads/main"), commit);
    assert_eq!(methods(&studio), ["GET", "POST", "POST", "POST"]);
}

#[test]
fn a_large_push_that_the_host_may_have_is_not_sent_twice() {
    let studio = studio();
    large_commit(&studio);
    studio.aws.clear_record();
    // All of it is under way before the host resets the connection.
    for action in [
        Action::ReadFirst,
        Action::Delay(Duration::from_secs(1)),
        Action::Reset,
    ] {
        let fault = Fault::new(Service::Git, action);
        studio.aws.fail(fault.on_method("POST").after(1));
    }
    let said = studio.git_in("demo-repo", &["push"]).failed().said();
    let unclear = "\nhint: the push may have arrived: run git fetch, then git status, to see\n";
    assert!(said.contains(unclear), "{said}");
    assert_eq!(methods(&studio), ["GET", "POST", "POST"]);
}

#[test]
fn a_push_that_negotiates_comes_back_to_this_helper() {
    for protocol in [Protocol::V0Only, Protocol::Any] {
        let studio = studio_of(protocol);
        studio.git(&["clone", "-q", WITH_REGION]).succeeded();
        let commit = studio.commit("demo-repo", "x", "x");
        let said = studio.git_in("demo-repo", &["-c", "push.negotiate=true", "push"]);
        let said = said.succeeded();
        assert!(!said.stderr.contains("Username"), "{said:?}");
        assert!(!studio.home().join("asked").exists(), "{said:?}");
        assert_eq!(studio.remote_ref("refs/heads/main"), commit);
        studio.assert_each_run_signed();
    }
}
