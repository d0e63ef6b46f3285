//! How connections are made: which addresses, which sizes.

use local_aws::{Action, Fault, Service};

use super::{HOST, by_name, list, refusal, studio};
use crate::harness::{WITH_REGION, digits, every_git};

#[test]
fn one_family_of_addresses_may_be_asked_for() {
    for git in every_git() {
        let studio = super::studio_of(&git, |aws| aws);
        studio.git(&["clone", "-4", WITH_REGION]).succeeded();
        // The local AWS listens on 127.0.0.1 alone.
        let said = studio
            .git(&["clone", "-6", WITH_REGION, "six"])
            .failed()
            .said();
        assert!(
            said.contains("cannot connect to localhost:PORT: "),
            "{said}"
        );
        studio.git_in("demo-repo", &["fetch", "-4"]).succeeded();
        studio.git_in("demo-repo", &["fetch", "-6"]).failed();
    }
}

#[test]
fn the_address_of_a_name_may_be_set() {
    let studio = by_name(&every_git()[0], |aws| aws);
    let port = studio.aws.git_authority().replace("localhost:", "");
    let mut studio = studio;
    studio.set("CODE_COMMIT_ENDPOINT", &format!("{HOST}:{port}"));
    let right = format!("http.curloptResolve={HOST}:{port}:127.0.0.1");
    list(&studio, &[&right]).succeeded();
    let plus = format!("http.curloptResolve=+{HOST}:{port}:127.0.0.9,127.0.0.1");
    list(&studio, &[&plus]).succeeded();
    // For another port, taken back, forgotten: the name is not known then.
    refusal(
        &studio,
        &[&format!("http.curloptResolve={HOST}:1:127.0.0.1")],
    );
    refusal(
        &studio,
        &[&right, &format!("http.curloptResolve=-{HOST}:{port}")],
    );
    refusal(&studio, &[&right, "http.curloptResolve="]);
    let said = refusal(&studio, &["http.curloptResolve=nonsense"]);
    assert!(
        said.contains("is not of the form HOST:PORT:ADDRESS"),
        "{said}"
    );
}

#[test]
fn the_post_buffer_decides_what_is_sent_with_its_length() {
    let studio = studio();
    studio.git(&["clone", WITH_REGION]).succeeded();
    let push = |settings: &[&str]| {
        studio.commit("demo-repo", "digits", &digits(20_000));
        studio.commit("demo-repo", "digits", "");
        studio.aws.clear_record();
        studio
            .git_in("demo-repo", &[settings, &["push"]].concat())
            .succeeded();
        let requests = studio.aws.git_requests();
        let posts = requests.iter().filter(|request| request.method == "POST");
        posts.map(|request| request.chunked).collect::<Vec<_>>()
    };
    // About 80 KB: whole by default, and in chunks behind a probe with a smaller buffer.
    assert_eq!(push(&[]), [false]);
    assert_eq!(push(&["-c", "http.postBuffer=65520"]), [false, true]);
    // Git lets nobody go below one packet.
    assert_eq!(push(&["-c", "http.postBuffer=1"]), [false, true]);
    assert_eq!(push(&["-c", "http.postBuffer=1m"]), [false]);
}

#[test]
fn keep_alive_settings_are_taken() {
    let mut studio = studio();
    for (name, value) in [
        ("GIT_TCP_KEEPIDLE", "30"),
        ("GIT_TCP_KEEPINTVL", "5"),
        ("GIT_TCP_KEEPCNT", "2"),
    ] {
        studio.set(name, value);
    }
    list(
        &studio,
        &[
            "http.keepAliveIdle=60",
            "http.keepAliveInterval=10",
            "http.keepAliveCount=3",
        ],
    )
    .succeeded();
    studio.set("GIT_TCP_KEEPIDLE", "soon");
    let said = refusal(&studio, &[]);
    assert_eq!(
        said,
        "git-remote-codecommit: the environment variable GIT_TCP_KEEPIDLE is not a number of 0 or more\n\
         hint: change or unset GIT_TCP_KEEPIDLE"
    );
}

#[test]
fn a_redirect_is_not_followed_whatever_is_set() {
    let studio = studio();
    for setting in ["true", "initial", "false"] {
        let site = format!("https://{}/elsewhere", studio.aws.git_authority());
        let elsewhere = Action::status(301, "").header("Location", &site);
        studio.aws.fail(Fault::new(Service::Git, elsewhere));
        let said = refusal(&studio, &[&format!("http.followRedirects={setting}")]);
        assert!(said.contains("redirected the request"), "{said}");
        assert_eq!(studio.aws.git_requests().len(), 1);
        studio.aws.clear_record();
    }
}

#[test]
fn http_2_is_a_wish_that_http_1_fulfils() {
    let studio = studio();
    for version in ["HTTP/2", "HTTP/1.1"] {
        let said = list(&studio, &[&format!("http.version={version}")]).succeeded();
        assert_eq!(said.said(), "");
    }
    let git = studio.aws.git_requests();
    assert!(git.iter().all(|request| request.service == Service::Git));
}

#[test]
fn a_value_of_the_wrong_kind_is_named_with_its_key() {
    let studio = studio();
    for (setting, key, kind) in [
        ("http.sslVerify=maybe", "http.sslverify", "a boolean"),
        ("http.postBuffer=big", "http.postbuffer", "a whole number"),
        (
            "http.postBuffer=-1",
            "http.postbuffer",
            "a number of 0 or more",
        ),
        ("http.lowSpeedTime=x", "http.lowspeedtime", "a whole number"),
        ("http.maxRetries=x", "http.maxretries", "a whole number"),
    ] {
        assert_eq!(
            refusal(&studio, &[setting]),
            format!(
                "git-remote-codecommit: git's configuration has a {key} that is not {kind}\n\
                 hint: git config --show-origin --get-all {key} shows where it is set"
            )
        );
    }
    assert!(studio.aws.requests().is_empty());
}
