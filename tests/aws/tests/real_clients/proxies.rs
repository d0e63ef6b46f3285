//! Proxies with credentials, SOCKS5, and a slow network.

use std::time::{Duration, Instant};

use local_aws::{Auth, LocalAws};

use crate::harness::{Git, curl, url, without_curl};

const HOST: &str = "git-codecommit.us-east-1.amazonaws.com";

#[test]
fn the_connect_proxy_asks_for_its_credentials() {
    if without_curl() {
        return;
    }
    let aws = LocalAws::builder()
        .proxy_credentials("ada", "p@ss:word")
        .start();
    let target = format!("https://{HOST}/v1/repos/x/info/refs");
    let ask = |user: Option<&str>| {
        let proxy = aws.proxy_url();
        // Curl writes the last of two formats only.
        let mut arguments = vec!["--proxy", &proxy, "--write-out", "\n%{http_connect}"];
        arguments.extend(
            user.map(|user| ["--proxy-user", user])
                .into_iter()
                .flatten(),
        );
        arguments.push(&target);
        curl(&aws, &arguments).0
    };
    assert_eq!(
        [
            ask(None),
            ask(Some("ada:wrong")),
            ask(Some("ada:p@ss:word"))
        ],
        ["407", "407", "200"]
    );
    let requests = aws.proxy_requests();
    let users: Vec<_> = requests
        .iter()
        .map(|request| request.proxy_user.as_deref())
        .collect();
    assert_eq!(users, [None, Some("ada"), Some("ada")]);
    assert_eq!(requests[0].authorization, Auth::None);
    assert!(matches!(requests[1].authorization, Auth::Rejected(_)));
    assert_eq!(requests[2].authorization, Auth::Token);
    assert!(aws.canaries().contains(&"p@ss:word".to_owned()));
    assert_eq!(aws.git_requests().len(), 1);
}

#[test]
fn the_socks_proxy_tells_names_from_addresses_and_users_apart() {
    if without_curl() {
        return;
    }
    let target = format!("https://{HOST}/v1/repos/x/info/refs");
    let aws = LocalAws::builder().start();
    let ask = |aws: &LocalAws, scheme: &str, user: &str, target: &str| {
        let proxy = format!("{scheme}://{user}{}", aws.socks_authority());
        curl(aws, &["--proxy", &proxy, target]).0
    };
    assert_eq!(ask(&aws, "socks5h", "", &target), "401");
    let local = format!("https://{}/v1/repos/x/info/refs", aws.git_authority());
    assert_eq!(
        ask(&aws, "socks5", "", &local.replace("localhost", "127.0.0.1")),
        "401"
    );
    assert_eq!(ask(&aws, "socks5h", "", "https://example.com/"), "000");
    let requests = aws.socks_requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| {
            (
                request.asked_by_name,
                request.status,
                request.authorization.clone(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Some(true), Some(0), Auth::None),
            (Some(false), Some(0), Auth::None),
            (Some(true), Some(2), Auth::None),
        ]
    );
    assert_eq!(requests[0].path, format!("{HOST}:443"));

    let aws = LocalAws::builder()
        .proxy_credentials("ada", "secret")
        .start();
    assert_eq!(ask(&aws, "socks5h", "", &target), "000");
    assert_eq!(ask(&aws, "socks5h", "ada:wrong@", &target), "000");
    assert_eq!(ask(&aws, "socks5h", "ada:secret@", &target), "401");
    let requests = aws.socks_requests();
    let right: Vec<_> = requests
        .iter()
        .map(|r| r.authorization == Auth::Token)
        .collect();
    assert_eq!(right, [false, false, true]);
    assert_eq!(requests[2].proxy_user.as_deref(), Some("ada"));
}

#[test]
fn a_slow_network_costs_a_round_trip_for_each_answer() {
    let delay = Duration::from_millis(60);
    let aws = LocalAws::builder()
        .repository("demo-repo")
        .round_trip(delay)
        .start();
    let git = Git::new(&aws);
    let keys = aws.issue_user("dev");
    let list = || {
        let started = Instant::now();
        git.succeeds(
            git.home.path(),
            &["ls-remote", &url(&aws, &keys, "demo-repo")],
        );
        started.elapsed()
    };
    let slow = list();
    // TCP, TLS 1.3, the request without and the one with credentials.
    assert!(slow >= 4 * delay, "{slow:?}");
    aws.set_round_trip(Duration::ZERO);
    list();
    let connections = aws.connections();
    assert_eq!(connections.len(), 2);
    let requests = aws.git_requests();
    assert_eq!(requests[0].connection, connections[0].number);
    assert!(connections[0].opened + delay <= connections[0].secured.expect("secured"));
    assert!(connections[0].secured.expect("secured") <= requests[0].arrived);
    assert!(requests[0].answered.expect("answered") + delay <= requests[1].arrived);
    let quick = connections[1].secured.expect("secured") - connections[1].opened;
    assert!(quick < slow, "{quick:?} against {slow:?}");
}
