use std::time::Duration;

use reqwest::Url;
use rustls::version::{TLS12, TLS13};

use super::*;

fn read(environment: &[(&str, &str)], config: &str) -> Settings {
    let world = World::of(environment).with_git_config(config);
    let url = Url::parse("https://localhost:8443/v1/repos/demo-repo").unwrap();
    Settings::read(&world, &Passwords::default(), &url, "origin").unwrap()
}

#[test]
fn a_variable_beats_the_key() {
    let config = "http.keepaliveidle\n60\0http.keepaliveinterval\n10\0http.keepalivecount\n3\0\
                  http.maxretries\n1\0http.retryafter\n2\0http.maxretrytime\n3\0\
                  http.lowspeedlimit\n1k\0http.lowspeedtime\n30\0http.useragent\na\0";
    let settings = read(&[], config);
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(
        settings.keep_alive,
        KeepAlive {
            idle: seconds(60),
            interval: seconds(10),
            count: Some(3)
        }
    );
    assert_eq!(
        settings.retries(),
        Retries {
            most: Some(1),
            after: seconds(2),
            longest_wait: seconds(3)
        }
    );
    let low_speed = settings.low_speed.unwrap();
    assert_eq!((low_speed.limit, low_speed.time.as_secs()), (1024, 30));
    assert_eq!(settings.user_agent.as_deref(), Some("a"));

    let environment = [
        ("GIT_TCP_KEEPIDLE", "61"),
        ("GIT_TCP_KEEPINTVL", "11"),
        ("GIT_TCP_KEEPCNT", "4"),
        ("GIT_HTTP_MAX_RETRIES", "5"),
        ("GIT_HTTP_RETRY_AFTER", "6"),
        ("GIT_HTTP_MAX_RETRY_TIME", "7"),
        ("GIT_HTTP_LOW_SPEED_LIMIT", "8"),
        ("GIT_HTTP_LOW_SPEED_TIME", "9"),
        ("GIT_HTTP_USER_AGENT", "b"),
    ];
    let settings = read(&environment, config);
    assert_eq!(
        settings.keep_alive,
        KeepAlive {
            idle: seconds(61),
            interval: seconds(11),
            count: Some(4)
        }
    );
    assert_eq!(
        settings.retries(),
        Retries {
            most: Some(5),
            after: seconds(6),
            longest_wait: seconds(7)
        }
    );
    let low_speed = settings.low_speed.unwrap();
    assert_eq!((low_speed.limit, low_speed.time.as_secs()), (8, 9));
    assert_eq!(settings.user_agent.as_deref(), Some("b"));
}

#[test]
fn a_version_of_tls_is_the_least_that_is_spoken_and_never_below_1_2() {
    let versions = |config: &str| {
        let settings = read(&[], config);
        let versions = settings.trust.versions.iter();
        versions.map(|known| known.version).collect::<Vec<_>>()
    };
    let both = [TLS13.version, TLS12.version];
    assert_eq!(versions(""), both);
    assert_eq!(versions("http.sslversion\ntlsv1.2\0"), both);
    assert_eq!(versions("http.sslversion\nsslv3\0"), both);
    assert_eq!(versions("http.sslversion\ntlsv1.3\0"), [TLS13.version]);
}

#[test]
fn addresses_are_those_of_the_hosts_port() {
    let addresses = |values: &[&str]| {
        let list: String = values
            .iter()
            .map(|value| format!("http.curloptresolve\n{value}\0"))
            .collect();
        let settings = read(&[], &list);
        let shown = settings.addresses.iter().map(|(name, addresses)| {
            let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            format!("{name} {}", all.join(" "))
        });
        shown.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        addresses(&["H:8443:192.0.2.1,[2001:db8::1]", "other:443:192.0.2.2"]),
        "h 192.0.2.1:8443 [2001:db8::1]:8443"
    );
    assert_eq!(
        addresses(&["h:8443:192.0.2.1", "+H:8443:192.0.2.2"]),
        "h 192.0.2.2:8443"
    );
    assert_eq!(addresses(&["h:8443:192.0.2.1", "-h:8443"]), "");
    assert_eq!(addresses(&["h:8443:192.0.2.1", ""]), "");
}

#[test]
fn a_key_for_the_typed_address_matches_nothing() {
    let config = "http.codecommit::eu-west-1://demo-repo.useragent\na\0\
                  http.https://localhost:8443/v1/repos/demo-repo.useragent\nb\0";
    assert_eq!(read(&[], config).user_agent.as_deref(), Some("b"));
}
