//! `http.proxy`, `remote.<name>.proxy`, `https_proxy` and their relatives.

use local_aws::{Auth, Service};

use super::{HOST, by_name, list, refusal, studio};
use crate::harness::{Studio, WITH_REGION, every_git};

/// The hosts that the proxy was asked for, since the last time.
fn asked(studio: &Studio) -> Vec<String> {
    let requests = studio.aws.proxy_requests();
    studio.aws.clear_record();
    requests.into_iter().map(|request| request.path).collect()
}

fn git_host() -> Vec<String> {
    vec![format!("{HOST}:443")]
}

#[test]
fn http_proxy_leads_to_the_git_host_for_every_git_command() {
    for git in every_git() {
        let studio = by_name(&git, |aws| aws);
        let proxy = studio.aws.proxy_url();
        studio.configure("http.proxy", &proxy);
        studio.git(&["clone", WITH_REGION]).succeeded();
        assert_eq!(asked(&studio), git_host(), "one tunnel a run");
        studio.commit("demo-repo", "x", "x");
        studio.git_in("demo-repo", &["push"]).succeeded();
        assert_eq!(asked(&studio), git_host());
        studio.git_in("demo-repo", &["fetch"]).succeeded();
        assert_eq!(asked(&studio), git_host());
    }
}

#[test]
fn a_proxy_may_be_set_for_urls_and_for_one_remote() {
    let studio = by_name(&every_git()[0], |aws| aws);
    let proxy = studio.aws.proxy_url();
    let nowhere = "http.proxy=http://127.0.0.1:9";
    for key in [
        format!("http.https://{HOST}.proxy={proxy}"),
        format!("http.https://git-codecommit.*.amazonaws.com/v1/repos.proxy={proxy}"),
    ] {
        list(&studio, &[nowhere, &key]).succeeded();
        assert_eq!(asked(&studio), git_host());
    }
    let other = format!("http.https://git-codecommit.eu-west-2.amazonaws.com.proxy={proxy}");
    assert!(refusal(&studio, &[&other]).contains("cannot connect to git-codecommit."));
    assert!(asked(&studio).is_empty());

    studio.git(&["init", "-q", "here"]).succeeded();
    studio
        .git_in("here", &["remote", "add", "up", WITH_REGION])
        .succeeded();
    let key = format!("remote.up.proxy={proxy}");
    let fetch = ["-c", nowhere, "-c", &key, "fetch", "up"];
    studio.git_in("here", &fetch).succeeded();
    assert_eq!(asked(&studio), git_host());
}

#[test]
fn an_empty_proxy_means_none_whatever_the_environment_says() {
    let mut studio = studio();
    studio.set("https_proxy", "http://127.0.0.1:9");
    studio.set("no_proxy", "");
    // STS is an AWS service: the environment's proxy holds for it, git's settings do not.
    studio.set("AWS_ENDPOINT_URL_STS", "");
    let keys = studio.aws.issue_user("dev");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let address = "codecommit::eu-west-1://demo-repo";
    studio
        .git(&["-c", "http.proxy=", "ls-remote", address])
        .succeeded();
    studio.set("https_proxy", "");
    studio.set("all_proxy", "http://127.0.0.1:9");
    studio.git(&["ls-remote", address]).succeeded();
    studio.unset("https_proxy");
    studio.git(&["ls-remote", address]).failed();
}

#[test]
fn the_environments_proxy_leads_to_the_git_host_and_to_aws() {
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        let mut studio = by_name(&every_git()[0], |aws| aws);
        let proxy = studio.aws.proxy_url();
        studio.set(name, &proxy);
        studio.unset("AWS_ENDPOINT_URL_STS");
        list(&studio, &[]).succeeded();
        let mut seen = asked(&studio);
        seen.sort();
        let sts = "sts.eu-west-1.amazonaws.com:443".to_owned();
        assert_eq!(seen, [git_host(), vec![sts]].concat(), "{name}");
        // Plain http, to the container endpoint, never goes that way.
    }
    let mut studio = studio();
    studio.set("http_proxy", "http://127.0.0.1:9");
    studio.set("HTTP_PROXY", "http://127.0.0.1:9");
    list(&studio, &[]).succeeded();
}

#[test]
fn gits_own_settings_do_not_lead_sts_anywhere() {
    let studio = studio();
    // The git host is exempt; STS would fail if it followed http.proxy.
    let site = format!("https://{}", studio.aws.git_authority());
    let none = format!("http.{site}.proxy=");
    list(&studio, &["http.proxy=http://127.0.0.1:9", &none]).succeeded();
    assert_eq!(studio.aws.sts_requests().len(), 1);
}

#[test]
fn no_proxy_lists_hosts_that_are_reached_directly() {
    let mut studio = studio();
    studio.set("https_proxy", "http://127.0.0.1:9");
    for (name, list_of) in [
        ("no_proxy", "localhost"),
        ("NO_PROXY", "example.com,.localhost"),
        ("no_proxy", "*"),
        ("NO_PROXY", "example.com localhost"),
    ] {
        studio.set(name, list_of);
        list(&studio, &[]).succeeded();
        // It holds for git's own setting as well.
        list(&studio, &["http.proxy=http://127.0.0.1:9"]).succeeded();
        studio.unset(name);
    }
    studio.set("NO_PROXY", "localhost");
    studio.set("no_proxy", "example.com");
    list(&studio, &[]).failed();
}

#[test]
fn a_user_and_a_password_may_stand_in_the_proxys_url() {
    let studio = by_name(&every_git()[0], |aws| {
        aws.proxy_credentials("do@main", "p:w/%")
    });
    let authority = studio.aws.proxy_url().replace("http://", "");
    let proxy = format!("http.proxy=http://do%40main:p%3aw%2F%25@{authority}");
    list(&studio, &[&proxy]).succeeded();
    let requests = studio.aws.proxy_requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].authorization, Auth::Token);

    let wrong = format!("http.proxy=http://do%40main:hunter2@{authority}");
    let said = refusal(&studio, &[&wrong]);
    assert_eq!(
        said,
        "git-remote-codecommit: the proxy 127.0.0.1:PORT (http.proxy) rejected the user name and \
         password (HTTP 407)\n\
         hint: git-codecommit supports basic authentication: http://user:password@host:port, or \
         http://user@host:port with a git credential helper that stores the password"
    );
}

/// A credential helper that knows the proxy's password, and keeps a diary.
fn with_password_helper(studio: &mut Studio, password: &str) {
    let diary = studio.home().join("diary").display().to_string();
    let script = format!(
        "#!/bin/sh\n{{ echo \"action=$1\"; cat; }} >> {diary}\n\
         test \"$1\" = get && echo password={password}\nexit 0\n"
    );
    studio.write("helper", &script);
    let helper = studio.home().join("helper").display().to_string();
    studio.configure("credential.helper", &format!("!sh {helper}"));
}

#[test]
fn a_missing_password_is_asked_of_gits_credential_helpers() {
    for git in every_git() {
        let mut studio = by_name(&git, |aws| aws.proxy_credentials("dev", "hunter2"));
        let authority = studio.aws.proxy_url().replace("http://", "");
        let proxy = format!("http.proxy=http://dev@{authority}");
        with_password_helper(&mut studio, "hunter2");
        list(&studio, &[&proxy]).succeeded();
        let diary = std::fs::read_to_string(studio.home().join("diary")).unwrap();
        assert!(diary.contains(&format!("protocol=http\nhost={authority}\nusername=dev\n")));
        assert!(
            diary.contains("action=get\n") && diary.contains("action=store\n"),
            "{diary}"
        );
        assert!(!diary.contains("action=erase"), "{diary}");

        std::fs::remove_file(studio.home().join("diary")).unwrap();
        with_password_helper(&mut studio, "wrong");
        let said = refusal(&studio, &[&proxy]);
        assert!(
            said.contains("rejected the user name and password"),
            "{said}"
        );
        let diary = std::fs::read_to_string(studio.home().join("diary")).unwrap();
        assert!(
            diary.contains("action=erase\n") && !diary.contains("action=store"),
            "{diary}"
        );
    }
}

#[test]
fn the_person_is_asked_for_a_password_once_a_run() {
    let mut studio = by_name(&every_git()[0], |aws| {
        aws.proxy_credentials("dev", "hunter2")
    });
    let authority = studio.aws.proxy_url().replace("http://", "");
    studio.set("https_proxy", &format!("http://dev@{authority}"));
    with_password_helper(&mut studio, "hunter2");
    list(&studio, &[]).succeeded();
    assert_eq!(asked(&studio).len(), 2, "the git host and STS");
    let diary = std::fs::read_to_string(studio.home().join("diary")).unwrap();
    assert_eq!(diary.matches("action=get").count(), 1, "{diary}");
    assert_eq!(diary.matches("action=store").count(), 1, "{diary}");
}

#[test]
fn a_password_that_nobody_gives_is_named() {
    let mut studio = by_name(&every_git()[0], |aws| {
        aws.proxy_credentials("dev", "hunter2")
    });
    let authority = studio.aws.proxy_url().replace("http://", "");
    studio.set("GIT_ASKPASS", "false");
    let proxy = format!("http.proxy=http://dev@{authority}");
    assert_eq!(
        refusal(&studio, &[&proxy]),
        "git-remote-codecommit: no password for user \"dev\" of the proxy 127.0.0.1:PORT \
         (http.proxy)\n\
         hint: store it for protocol=http, host=127.0.0.1:PORT in a git credential helper, or run git in a \
         terminal"
    );
    assert!(
        studio.aws.requests().is_empty(),
        "nothing was asked of anyone"
    );
}

#[test]
fn socks_proxies_lead_to_the_git_host() {
    for (scheme, name) in [("socks5h", HOST), ("socks5", "localhost")] {
        let studio = match scheme {
            // The name is looked up at the proxy.
            "socks5h" => by_name(&every_git()[0], |aws| aws),
            // The name is looked up here: it must be one that this machine knows.
            _ => studio(),
        };
        let proxy = format!("http.proxy={scheme}://{}", studio.aws.socks_authority());
        list(&studio, &[&proxy]).succeeded();
        let requests = studio.aws.socks_requests();
        assert_eq!(requests.len(), 1, "{scheme}: {requests:#?}");
        if scheme == "socks5h" {
            assert!(requests[0].path.starts_with(name), "{requests:#?}");
        } else {
            assert!(requests[0].path.starts_with("127.0.0.1"), "{requests:#?}");
        }
    }
}

#[test]
fn socks_takes_a_user_and_a_password() {
    let studio = by_name(&every_git()[0], |aws| aws.proxy_credentials("dev", "p:w/%"));
    let proxy = |password: &str| {
        let authority = studio.aws.socks_authority();
        format!("http.proxy=socks5h://dev:{password}@{authority}")
    };
    list(&studio, &[&proxy("p%3Aw%2F%25")]).succeeded();
    let said = refusal(&studio, &[&proxy("hunter2")]);
    assert!(said.contains("no connection to git-codecommit."), "{said}");
    assert!(said.contains("through the proxy 127.0.0.1:"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn a_proxy_that_cannot_be_reached_is_named_as_the_proxy() {
    for scheme in ["http", "https", "socks5h", "socks4a"] {
        let mut studio = by_name(&every_git()[0], |aws| aws);
        let proxy = format!("http.proxy={scheme}://u:hunter2@127.0.0.1:9");
        assert_eq!(
            refusal(&studio, &[&proxy]),
            "git-remote-codecommit: cannot connect to the proxy 127.0.0.1:PORT (http.proxy): Connection \
             refused (os error 111)\n\
             hint: check http.proxy; no_proxy lists hosts that are reached without a proxy",
            "{scheme}"
        );
        studio.set("https_proxy", &format!("{scheme}://u:hunter2@127.0.0.1:9"));
        let said = refusal(&studio, &[]);
        assert!(
            said.contains(
                "cannot connect to the proxy 127.0.0.1:PORT (https_proxy): Connection refused"
            ),
            "{said}"
        );
    }
}

#[test]
fn a_proxy_that_refuses_is_named_with_what_it_refused() {
    let mut studio = studio();
    studio.set("CODE_COMMIT_ENDPOINT", "localhost:9");
    let proxy = studio.aws.proxy_url();
    let said = refusal(&studio, &[&format!("http.proxy={proxy}")]);
    assert_eq!(
        said,
        "git-remote-codecommit: no connection to localhost:PORT through the proxy 127.0.0.1:PORT (http.proxy): \
         tunnel error: unsuccessful\n\
         hint: ask the administrator of the proxy to allow CONNECT to localhost:PORT"
    );
}

#[test]
fn what_is_no_proxy_is_refused_before_any_key_is_fetched() {
    let studio = studio();
    for value in ["ftp://u:hunter2@h", "http://u:hunter2@h:port", "://"] {
        let said = refusal(&studio, &[&format!("http.proxy={value}")]);
        assert_eq!(
            said,
            "git-remote-codecommit: invalid proxy URL in http.proxy\n\
             hint: use http://host:port; other schemes: https, socks4, socks4a, socks5, socks5h",
            "{value}"
        );
    }
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn a_proxys_password_is_in_no_output_and_no_argument() {
    let mut studio = Studio::with_aws(|aws| aws.proxy_credentials("dev", "hunter2-in-the-proxy"));
    studio.unset("CODE_COMMIT_ENDPOINT");
    for trace in ["GIT_TRACE", "GIT_TRACE_CURL", "GIT_CODECOMMIT_TRACE"] {
        studio.set(trace, "1");
    }
    let authority = studio.aws.proxy_url().replace("http://", "");
    studio.set(
        "https_proxy",
        &format!("http://dev:hunter2-in-the-proxy@{authority}"),
    );
    let said = list(&studio, &[]).succeeded();
    assert!(!said.stderr.contains("hunter2"), "{said:?}");
    let through = studio.aws.proxy_requests();
    assert!(
        through
            .iter()
            .all(|request| request.service == Service::Proxy)
    );
    assert_eq!(through.len(), 2, "the git host and STS");
}
