//! Certificates, the services' and the client's.

use local_aws::{CLIENT_KEY_PASSWORD, LocalAws};

use crate::harness::{curl, without_curl};

#[test]
fn every_name_of_aws_has_a_certificate_and_no_other_name_has() {
    if without_curl() {
        return;
    }
    let aws = LocalAws::builder().start();
    let port = aws
        .git_authority()
        .split_once(':')
        .expect("a port")
        .1
        .to_owned();
    for (host, expected) in [
        ("git-codecommit.af-south-1.amazonaws.com", "401"),
        ("git-codecommit-fips.us-gov-east-1.amazonaws.com", "401"),
        (
            "vpce-0b47-x.git-codecommit.me-south-1.vpce.amazonaws.com",
            "401",
        ),
        ("git-codecommit.cn-northwest-1.amazonaws.com.cn", "401"),
        ("git-codecommit.eusc-de-east-1.amazonaws.eu", "401"),
        ("amazonaws.com.evil.example", "000"),
    ] {
        let connect = format!("{host}:443:127.0.0.1:{port}");
        let url = format!("https://{host}/v1/repos/x/info/refs");
        assert_eq!(
            curl(&aws, &["--connect-to", &connect, &url]).0,
            expected,
            "{host}"
        );
    }
}

#[test]
fn a_client_certificate_is_asked_for_where_a_test_wants_it() {
    if without_curl() {
        return;
    }
    let aws = LocalAws::builder().require_client_certificate().start();
    let url = format!("https://{}/v1/repos/x/info/refs", aws.git_authority());
    let certificate = aws.client_certificate().display().to_string();
    let key = aws.client_key().display().to_string();
    let encrypted = aws.encrypted_client_key().display().to_string();
    assert_eq!(curl(&aws, &[&url]).0, "000");
    let (status, _) = curl(&aws, &["--cert", &certificate, "--key", &key, &url]);
    assert_eq!(status, "401");
    let with_password = format!("{certificate}:{CLIENT_KEY_PASSWORD}");
    let (status, _) = curl(&aws, &["--cert", &with_password, "--key", &encrypted, &url]);
    assert_eq!(status, "401");
    let wrong = format!("{certificate}:wrong");
    assert_eq!(
        curl(&aws, &["--cert", &wrong, "--key", &encrypted, &url]).0,
        "000"
    );
    let requests = aws.git_requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert!(request.client_certificate);
    }
    // Those without the certificate, or its key, got nowhere.
    let secured = aws
        .connections()
        .iter()
        .filter(|c| c.secured.is_some())
        .count();
    assert_eq!((aws.connections().len(), secured), (4, 2));
    // STS asks nobody.
    assert_eq!(
        curl(
            &aws,
            &["--data", "Action=GetCallerIdentity", &aws.sts_url()]
        )
        .0,
        "403"
    );
}
