//! `http.extraHeader`, `http.userAgent`.

use expect_test::expect;

use super::{list, refusal, studio, studio_of};
use crate::harness::{Studio, WITH_REGION, every_git};

/// The values of a header in every request to the git host, since the last time.
pub(super) fn seen(studio: &Studio, name: &str) -> Vec<Vec<String>> {
    let requests = studio.aws.git_requests();
    studio.aws.clear_record();
    let values = |request: &local_aws::Request| {
        let headers = request.headers.iter().filter(|(known, _)| known == name);
        headers.map(|(_, value)| value.clone()).collect()
    };
    requests.iter().map(values).collect()
}

#[test]
fn extra_headers_go_with_every_request_to_the_git_host_alone() {
    for git in every_git() {
        let studio = studio_of(&git, |aws| aws);
        for header in ["X-Corp: a", "x-corp: b"] {
            studio
                .git(&["config", "--global", "--add", "http.extraHeader", header])
                .succeeded();
        }
        studio.git(&["clone", WITH_REGION]).succeeded();
        for request in studio.aws.requests() {
            let expected = match request.service {
                local_aws::Service::Git => 2,
                _ => 0,
            };
            let count = request
                .headers
                .iter()
                .filter(|(name, _)| name == "x-corp")
                .count();
            assert_eq!(count, expected, "{request:#?}");
        }
        assert_eq!(seen(&studio, "x-corp"), vec![vec!["a", "b"]; 2]);
    }
}

#[test]
fn an_empty_header_forgets_those_before_it_and_urls_are_matched() {
    let studio = studio();
    let site = format!("https://{}", studio.aws.git_authority());
    let scoped = format!("http.{site}/v1.extraHeader=X-Corp: scoped");
    let other = "http.https://example.com.extraHeader=X-Corp: other";
    list(&studio, &["http.extraHeader=X-Corp: a", &scoped, other]).succeeded();
    assert_eq!(seen(&studio, "x-corp"), [["a", "scoped"]]);
    list(
        &studio,
        &[
            "http.extraHeader=X-Corp: a",
            "http.extraHeader=",
            "http.extraHeader=X-Corp: b",
        ],
    )
    .succeeded();
    assert_eq!(seen(&studio, "x-corp"), [["b"]]);
    // A general one behind a scoped one does not count, as in git.
    list(&studio, &[&scoped, "http.extraHeader=X-Corp: a"]).succeeded();
    assert_eq!(seen(&studio, "x-corp"), [["scoped"]]);
}

#[test]
fn a_header_cannot_replace_the_signature() {
    let studio = studio();
    for name in ["Authorization", "Host", "Proxy-Authorization"] {
        let header = format!("http.extraHeader={name}: Bearer hunter2");
        let said = list(&studio, &[&header]).succeeded();
        assert_eq!(
            said.said(),
            format!(
                "git-remote-codecommit: warning: http.extraheader would set {}, which git-codecommit \
                 sets itself; ignoring it",
                name.to_ascii_lowercase()
            )
        );
        studio.assert_record(1, &["GET upload-pack"]);
    }
}

#[test]
fn a_line_break_in_a_header_is_refused_without_its_value() {
    let studio = studio();
    studio.configure("http.extraHeader", "X-Corp: hunter2\nHost: evil");
    assert_eq!(
        refusal(&studio, &[]),
        "git-remote-codecommit: git's configuration has a http.extraheader that is not a header\n\
         hint: git config --show-origin --get-all http.extraheader shows where it is set"
    );
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn the_user_agent_is_gits_or_the_persons_and_ours_stands_behind_it() {
    let git = &every_git()[0];
    let mut studio = studio();
    let ours = format!("git-codecommit/{}", env!("CARGO_PKG_VERSION"));
    let agent = |studio: &Studio| seen(studio, "user-agent").concat().concat();
    list(&studio, &[]).succeeded();
    assert_eq!(agent(&studio), format!("git/{} {ours}", git.version));
    list(&studio, &["http.userAgent=corp/1"]).succeeded();
    assert_eq!(agent(&studio), format!("corp/1 {ours}"));
    studio.set("GIT_HTTP_USER_AGENT", "env/2");
    list(&studio, &["http.userAgent=corp/1"]).succeeded();
    assert_eq!(agent(&studio), format!("env/2 {ours}"));
    studio.set("GIT_HTTP_USER_AGENT", "a\nHost: evil");
    expect![[r#"
        git-remote-codecommit: http.userAgent contains a character that is not allowed in a header
        hint: see git config --show-origin --get-all http.userAgent"#]]
    .assert_eq(&refusal(&studio, &[]));
}
