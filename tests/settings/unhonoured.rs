//! What is set and cannot be honoured is named, once, and only then.

use super::{list, refusal, studio};
use crate::harness::WITH_REGION;

#[test]
fn keys_without_effect_are_named_in_one_warning() {
    let mut studio = studio();
    assert_eq!(list(&studio, &[]).succeeded().said(), "");
    let warning = "git-remote-codecommit: warning: set, but without effect here: ";
    for (settings, named) in [
        (vec!["http.sslCipherList=DEFAULT"], "http.sslcipherlist"),
        (
            vec![
                "http.sslCipherList=x",
                "http.cookieFile=/c",
                "http.version=HTTP/3",
            ],
            "http.version=HTTP/3, http.sslcipherlist, http.cookiefile",
        ),
        (
            vec!["http.schannelCheckRevoke=false"],
            "http.schannelcheckrevoke",
        ),
        (vec!["http.sslVersion=tlsv9"], "http.sslVersion=tlsv9"),
    ] {
        let said = list(&studio, &settings).succeeded().said();
        assert_eq!(said, format!("{warning}{named}"));
    }
    let proxy = format!("http.proxy={}", studio.aws.proxy_url());
    let digest = ["http.proxyAuthMethod=digest", &proxy];
    let said = list(&studio, &digest).succeeded().said();
    assert_eq!(said, format!("{warning}http.proxyauthmethod=digest"));
    studio.git(&["init", "-q", "here"]).succeeded();
    studio
        .git_in("here", &["remote", "add", "up", WITH_REGION])
        .succeeded();
    let method = "remote.up.proxyAuthMethod=negotiate";
    let fetch = ["-c", &proxy, "-c", method, "fetch", "up"];
    let said = studio.git_in("here", &fetch).succeeded().said();
    assert_eq!(
        said,
        format!("{warning}remote.up.proxyauthmethod=negotiate")
    );
    for basic in ["basic", "anyauth"] {
        let setting = format!("http.proxyAuthMethod={basic}");
        assert_eq!(list(&studio, &[&setting, &proxy]).succeeded().said(), "");
    }
    // A proxy that is reached by TLS could ask for a certificate.
    let encrypted = [
        "http.proxy=https://127.0.0.1:9",
        "http.proxySSLCert=/no/such/file",
    ];
    let said = refusal(&studio, &encrypted);
    assert!(
        said.starts_with(&format!("{warning}http.proxysslcert\n")),
        "{said}"
    );
    studio.set("GIT_SSL_CIPHER_LIST", "DEFAULT");
    studio.set("GIT_HTTP_PROXY_AUTHMETHOD", "ntlm");
    let said = list(&studio, &[&proxy]).succeeded().said();
    assert_eq!(
        said,
        format!("{warning}GIT_SSL_CIPHER_LIST, GIT_HTTP_PROXY_AUTHMETHOD=ntlm")
    );
}

#[test]
fn what_needs_no_effect_is_not_mentioned() {
    let mut studio = studio();
    studio.set("GIT_SSL_CERT_PASSWORD_PROTECTED", "1");
    let said = list(
        &studio,
        &[
            "http.proxyAuthMethod=digest", // there is no proxy
            "http.cookieFile=",
            "http.followRedirects=true",
            "http.emptyAuth=true",
            "http.delegation=always",
            "http.proactiveAuth=basic",
            "http.maxRequests=5",
            "http.minSessions=1",
            "http.noEPSV=true",
            "http.sslBackend=openssl",
            "http.sslCertPasswordProtected=true",
            "http.sslTry=true",
            "http.saveCookies=true",
            "http.maxRetries=3",
            "http.retryAfter=1",
            "http.maxRetryTime=10",
            "http.https://example.com.sslCipherList=x",
        ],
    );
    assert_eq!(said.succeeded().said(), "");
}
