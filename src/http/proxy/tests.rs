use super::*;

fn parse(text: &str) -> Result<Proxy, Error> {
    Proxy::parse(text, "https_proxy", Rules::Git)
}

#[test]
fn a_proxy_is_read_in_every_form_that_curl_knows() {
    for (text, name, scheme) in [
        ("proxy.corp", "proxy.corp:1080", "http"),
        ("proxy.corp:3128", "proxy.corp:3128", "http"),
        ("http://proxy.corp:3128/", "proxy.corp:3128", "http"),
        ("http://proxy.corp:80", "proxy.corp:80", "http"),
        ("HTTP://proxy.corp", "proxy.corp:1080", "http"),
        ("https://proxy.corp", "proxy.corp:443", "https"),
        ("socks://proxy.corp", "proxy.corp:1080", "socks4"),
        ("socks4a://proxy.corp", "proxy.corp:1080", "socks4a"),
        ("socks5://127.0.0.1:9", "127.0.0.1:9", "socks5"),
        ("socks5h://u:p@proxy.corp:9", "proxy.corp:9", "socks5h"),
        ("http://[::1]:3128", "[::1]:3128", "http"),
        ("[::1]", "[::1]:1080", "http"),
        ("http://u@x:p@y@proxy.corp:3128", "proxy.corp:3128", "http"),
    ] {
        let proxy = parse(text).unwrap();
        assert_eq!(
            (proxy.name().as_str(), proxy.scheme),
            (name, scheme),
            "{text}"
        );
    }
    let aws = Proxy::parse("http://proxy.corp", "https_proxy", Rules::Aws).unwrap();
    assert_eq!(aws.name(), "proxy.corp:80");
}

#[test]
fn what_is_no_proxy_is_refused_without_a_word_of_it() {
    for text in [
        "ftp://u:hunter2@h",
        "http://u%0ahost=evil.example:hunter2@h",
        "http://u:hunter2%0d@h",
        "socks6://u:hunter2@h",
        "http://u:hunter2@",
        "http://u:hunter2@h:port",
        "http://u:hunter2@h:99999",
        "http://u:hunter2@h st",
        "u:hunter2@[",
        "http://u:hunter2%ff@h",
        "://h",
    ] {
        let error = parse(text).err().unwrap().to_string();
        assert!(error.contains("https_proxy"), "{text}: {error}");
        assert!(!error.contains("hunter2"), "{text}: {error}");
    }
}

#[test]
fn name_and_password_are_decoded_and_masked() {
    let proxy = parse("http://do%40main:p%3aw%2F%25@proxy.corp:3128").unwrap();
    let user = proxy.user.as_ref().unwrap();
    assert_eq!(user.name, "do@main");
    assert_eq!(user.password.as_ref().unwrap().expose(), "p:w/%");
    assert_eq!(format!("{proxy:?}"), "proxy.corp:3128");
    assert!(parse("http://@proxy.corp").unwrap().user.is_none());
    let user = parse("http://u@proxy.corp").unwrap().user.unwrap();
    assert!(user.password.is_none());
}

#[test]
fn the_first_variable_that_is_set_decides_even_if_it_is_empty() {
    let chosen = |environment: &[(&str, &str)]| {
        let proxy = of_environment(&World::of(environment), Rules::Git).unwrap();
        proxy.map(|proxy| (proxy.name(), proxy.origin))
    };
    let a = Some(("a:1080".to_owned(), "https_proxy".to_owned()));
    assert_eq!(chosen(&[("https_proxy", "a"), ("HTTPS_PROXY", "b")]), a);
    assert_eq!(chosen(&[("https_proxy", "a"), ("all_proxy", "b")]), a);
    assert_eq!(chosen(&[("https_proxy", ""), ("HTTPS_PROXY", "b")]), None);
    assert_eq!(chosen(&[("https_proxy", ""), ("all_proxy", "b")]), None);
    let upper = chosen(&[("HTTPS_PROXY", "a"), ("all_proxy", "b")]).unwrap();
    assert_eq!(upper.1, "HTTPS_PROXY");
    let all = chosen(&[("ALL_PROXY", "a"), ("http_proxy", "b")]).unwrap();
    assert_eq!(all.1, "ALL_PROXY");
    assert_eq!(chosen(&[("http_proxy", "b"), ("HTTP_PROXY", "b")]), None);
    assert_eq!(
        exempt::list(&World::of(&[("no_proxy", ""), ("NO_PROXY", "b")])),
        ""
    );
    assert_eq!(exempt::list(&World::of(&[("NO_PROXY", "b")])), "b");
}
