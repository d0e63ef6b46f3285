//! Whom the git host's connection trusts, and who it says it is.

use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use local_aws::{Service, lacks};

use super::{list, refusal, studio, studio_of};
use crate::harness::{Studio, every_git};

/// A home whose keys need no network, and which trusts nobody yet.
fn distrustful() -> Studio {
    let mut studio = studio();
    let keys = studio.aws.issue_user("dev");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.write(".aws/config", "[default]\nregion = eu-west-1\n");
    studio.unset("AWS_CA_BUNDLE");
    studio
}

fn ls(studio: &Studio, settings: &[&str]) -> crate::harness::Outcome {
    let mut arguments: Vec<&str> = Vec::new();
    for setting in settings {
        arguments.extend(["-c", setting]);
    }
    arguments.extend(["ls-remote", "codecommit::eu-west-1://demo-repo"]);
    studio.git(&arguments)
}

#[test]
fn certificate_authorities_are_added_by_every_name_they_have() {
    let mut studio = distrustful();
    let said = ls(&studio, &[]).failed().said();
    assert!(
        said.contains("invalid peer certificate: UnknownIssuer"),
        "{said}"
    );
    let file = studio.aws.ca_file().display().to_string();
    studio.write("cas/local.pem", &std::fs::read_to_string(&file).unwrap());
    let folder = studio.home().join("cas").display().to_string();
    for setting in [
        format!("http.sslCAInfo={file}"),
        "http.sslCAInfo=~/cas/local.pem".to_owned(),
        format!("http.sslCAPath={folder}"),
        format!(
            "http.https://{}.sslCAInfo={file}",
            studio.aws.git_authority()
        ),
    ] {
        ls(&studio, &[&setting]).succeeded();
    }
    for (name, value) in [
        ("GIT_SSL_CAINFO", &file),
        ("GIT_SSL_CAPATH", &folder),
        ("AWS_CA_BUNDLE", &file),
        ("AWS_CA_BUNDLE", &folder),
        ("REQUESTS_CA_BUNDLE", &file),
        ("SSL_CERT_FILE", &file),
        ("SSL_CERT_DIR", &folder),
    ] {
        studio.set(name, value);
        ls(&studio, &[]).succeeded();
        studio.unset(name);
    }
    let profile = format!("[default]\nregion = eu-west-1\nca_bundle = {file}\n");
    studio.write(".aws/config", &profile);
    ls(&studio, &[]).succeeded();
    studio.write(".aws/config", "[default]\nregion = eu-west-1\n");
    // Whoever names one keeps the others.
    let other = local_aws::LocalAws::builder().start();
    studio.set("AWS_CA_BUNDLE", other.ca_file().to_str().unwrap());
    studio.set("SSL_CERT_FILE", &file);
    ls(&studio, &[]).succeeded();
}

#[test]
fn gits_authorities_are_trusted_for_the_git_host_only() {
    let mut studio = studio();
    let file = studio.aws.ca_file().display().to_string();
    studio.unset("AWS_CA_BUNDLE");
    let said = refusal(&studio, &[&format!("http.sslCAInfo={file}")]);
    assert!(said.contains("cannot reach STS"), "{said}");
    assert!(
        said.contains("invalid peer certificate: UnknownIssuer"),
        "{said}"
    );
}

#[test]
fn authorities_that_are_not_there_are_named_before_any_key_is_fetched() {
    let mut studio = studio();
    let said = refusal(&studio, &["http.sslCAInfo=/no/such/file"]);
    assert_eq!(
        said,
        "git-remote-codecommit: cannot read the CA bundle /no/such/file (http.sslcainfo): No such \
         file or directory (os error 2)\n\
         hint: http.sslcainfo must name a PEM file of certificates"
    );
    assert!(studio.aws.requests().is_empty());
    studio.write("empty.pem", "nothing here\n");
    let empty = studio.home().join("empty.pem").display().to_string();
    studio.set("GIT_SSL_CAINFO", &empty);
    let said = refusal(&studio, &[]);
    assert!(
        said.contains("(GIT_SSL_CAINFO): it holds no certificate\nhint: GIT_SSL_CAINFO must"),
        "{said}"
    );
    // OpenSSL's own variable: what is not there does not count.
    studio.unset("GIT_SSL_CAINFO");
    studio.set("SSL_CERT_FILE", "/no/such/file");
    list(&studio, &[]).succeeded();
}

#[test]
fn without_verification_anybody_is_believed_and_that_is_said_loudly() {
    let mut studio = distrustful();
    let warning = |source: &str| {
        format!(
            "git-remote-codecommit: warning: the certificate of localhost is not checked ({source}): \
             anyone in between can read and change what you fetch and push"
        )
    };
    let said = ls(&studio, &["http.sslVerify=false"]).succeeded();
    assert_eq!(said.said(), warning("http.sslVerify"));
    for value in ["1", "true", "yes", "please"] {
        studio.set("GIT_SSL_NO_VERIFY", value);
        let said = ls(&studio, &[]).succeeded();
        assert_eq!(said.said(), warning("GIT_SSL_NO_VERIFY"), "{value}");
    }
    // Git takes even these for "do not check". Whoever writes them means the opposite.
    for value in ["0", "false", "no", "OFF", ""] {
        studio.set("GIT_SSL_NO_VERIFY", value);
        let said = ls(&studio, &[]).failed().said();
        assert!(said.contains("UnknownIssuer"), "{value}: {said}");
    }
    studio.unset("GIT_SSL_NO_VERIFY");
    let other = "http.https://git-codecommit.eu-west-2.amazonaws.com.sslVerify=false";
    let said = ls(&studio, &[other]).failed().said();
    assert!(said.contains("UnknownIssuer"), "{said}");
}

#[test]
fn sts_is_verified_whatever_git_is_told() {
    let mut studio = studio();
    studio.unset("AWS_CA_BUNDLE");
    studio.set("GIT_SSL_NO_VERIFY", "1");
    let said = refusal(&studio, &["http.sslVerify=false"]);
    assert!(said.contains("cannot reach STS"), "{said}");
    assert!(said.contains("UnknownIssuer"), "{said}");
    assert!(studio.aws.sts_requests().is_empty());
    let connections = studio.aws.connections();
    let to_sts = connections.iter().filter(|c| c.service == Service::Sts);
    assert_eq!(to_sts.count(), 1, "trust does not come with another try");
}

#[test]
fn a_client_certificate_is_shown() {
    let mut studio = studio_of(&every_git()[0], |aws| aws.require_client_certificate());
    let path = |path: &std::path::Path| path.display().to_string();
    let (certificate, key) = (
        path(studio.aws.client_certificate()),
        path(studio.aws.client_key()),
    );
    let said = refusal(&studio, &[]);
    assert!(said.contains("localhost:PORT"), "{said}");
    let settings = [
        format!("http.sslCert={certificate}"),
        format!("http.sslKey={key}"),
    ];
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    list(&studio, &settings).succeeded();
    let requests = studio.aws.git_requests();
    assert!(requests.iter().all(|request| request.client_certificate));
    // Both may stand in one file.
    let both = format!(
        "{}{}",
        std::fs::read_to_string(&certificate).unwrap(),
        std::fs::read_to_string(&key).unwrap()
    );
    studio.write("both.pem", &both);
    list(&studio, &["http.sslCert=~/both.pem"]).succeeded();
    studio.set("GIT_SSL_CERT", &certificate);
    studio.set("GIT_SSL_KEY", &key);
    list(&studio, &[]).succeeded();
}

#[test]
#[expect(clippy::disallowed_methods, reason = "openssl writes the test's files")]
fn a_client_certificate_may_be_in_der() {
    if lacks("openssl") {
        return;
    }
    let mut studio = studio_of(&every_git()[0], |aws| aws.require_client_certificate());
    let script = "openssl x509 -in \"$0\" -outform DER -out certificate.der && \
                  openssl pkey -in \"$1\" -outform DER -out key.der";
    let said = Command::new("sh")
        .args(["-c", script])
        .args([studio.aws.client_certificate(), studio.aws.client_key()])
        .current_dir(studio.home())
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    let files = ["http.sslCert=~/certificate.der", "http.sslKey=~/key.der"];
    let kinds = ["http.sslCertType=DER", "http.sslKeyType=der"];
    list(&studio, &[&files[..], &kinds].concat()).succeeded();
    studio.set("GIT_SSL_CERT_TYPE", "DER");
    studio.set("GIT_SSL_KEY_TYPE", "DER");
    list(&studio, &files).succeeded();
}

#[test]
fn a_client_certificate_that_cannot_be_used_is_named() {
    let studio = studio();
    let path = |path: &std::path::Path| path.display().to_string();
    let certificate = format!("http.sslCert={}", path(studio.aws.client_certificate()));
    let encrypted = path(studio.aws.encrypted_client_key());
    let hint = "http.sslCert and http.sslKey name the certificate and its key";
    for (settings, error, hint) in [
        (
            vec![certificate.clone(), format!("http.sslKey={encrypted}")],
            format!("the key {encrypted} of the client certificate is encrypted"),
            format!(
                "git-codecommit does not ask for the password of a key: decrypt it (openssl pkey \
                 -in {encrypted} -out FILE) and set http.sslKey=FILE"
            ),
        ),
        (
            vec!["http.sslCert=/no/such/file".to_owned()],
            "cannot use the client certificate /no/such/file: No such file or directory (os error 2)"
                .to_owned(),
            hint.to_owned(),
        ),
        (
            vec![certificate.clone(), "http.sslCertType=P12".to_owned()],
            "http.sslCertType is neither PEM nor DER".to_owned(),
            "keys in a token or an engine are not supported; convert the files to PEM".to_owned(),
        ),
        (
            vec![certificate.clone()],
            format!(
                "cannot use the client certificate {}: it holds no private key that can be read",
                path(studio.aws.client_certificate())
            ),
            hint.to_owned(),
        ),
    ] {
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        assert_eq!(
            refusal(&studio, &settings),
            format!("git-remote-codecommit: {error}\nhint: {hint}")
        );
    }
    assert!(studio.aws.requests().is_empty());
}

/// What openssl says of the public key that the git host shows.
#[expect(
    clippy::disallowed_methods,
    reason = "the test asks openssl for the key"
)]
fn public_key(studio: &Studio) -> String {
    let script = format!(
        "openssl s_client -connect {} </dev/null 2>/dev/null | openssl x509 -pubkey -noout",
        studio.aws.git_authority()
    );
    let said = Command::new("sh").args(["-c", &script]).output().unwrap();
    String::from_utf8(said.stdout).unwrap()
}

#[test]
fn a_pinned_key_must_be_the_hosts() {
    if lacks("openssl") {
        return;
    }
    let studio = studio();
    let pem = public_key(&studio);
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----"), "{pem}");
    studio.write("key.pem", &pem);
    list(&studio, &["http.pinnedPubkey=~/key.pem"]).succeeded();

    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64_STANDARD.decode(base64).unwrap();
    let path: PathBuf = studio.home().join("key.der");
    std::fs::write(&path, &der).unwrap();
    list(&studio, &["http.pinnedPubkey=~/key.der"]).succeeded();
    let hash = sha256(&path);
    let other = BASE64_STANDARD.encode([7; 32]);
    list(
        &studio,
        &[&format!("http.pinnedPubkey=sha256//{other};sha256//{hash}")],
    )
    .succeeded();

    studio.aws.clear_record();
    for verify in ["true", "false"] {
        let said = refusal(
            &studio,
            &[
                &format!("http.pinnedPubkey=sha256//{other}"),
                &format!("http.sslVerify={verify}"),
            ],
        );
        assert!(
            said.ends_with(
                "git-remote-codecommit: the git host's public key does not match \
                 http.pinnedPubkey\n\
                 hint: someone may be intercepting the connection; if the host has a new key, change http.pinnedPubkey"
            ),
            "{said}"
        );
    }
    assert!(studio.aws.git_requests().is_empty(), "nothing was sent");
    let said = refusal(&studio, &["http.pinnedPubkey=/no/such/file"]);
    assert!(
        said.contains("has a http.pinnedpubkey that is not a public key"),
        "{said}"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test asks openssl for the hash"
)]
fn sha256(path: &std::path::Path) -> String {
    let script = "openssl dgst -sha256 -binary \"$0\" | openssl base64 -A";
    let said = Command::new("sh")
        .args(["-c", script])
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8(said.stdout).unwrap()
}

#[test]
fn a_version_of_tls_may_be_the_least() {
    let mut studio = studio();
    for version in ["tlsv1.3", "tlsv1.2", "tlsv1.0", "sslv3"] {
        let said = list(&studio, &[&format!("http.sslVersion={version}")]).succeeded();
        assert_eq!(said.said(), "", "{version}");
    }
    studio.set("GIT_SSL_VERSION", "tlsv1.3");
    list(&studio, &[]).succeeded();
}
