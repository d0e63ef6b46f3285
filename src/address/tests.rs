//! Which texts are addresses, and what they mean.

use super::*;

/// `region | profile | repository` of a good address.
fn parts(text: &str) -> String {
    let address = Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    format!(
        "{}|{}|{}",
        address.region.map(|r| r.to_string()).unwrap_or_default(),
        address
            .profile
            .map(|p| p.as_str().to_owned())
            .unwrap_or_default(),
        address.repository
    )
}

#[test]
fn every_form_gives_region_profile_and_repository() {
    for (text, expected) in [
        ("codecommit://test_repo", "||test_repo"),
        ("codecommit://profile@test_repo", "|profile|test_repo"),
        ("codecommit://My.Repo-1/", "||My.Repo-1"),
        ("ca-central-1://test_repo", "ca-central-1||test_repo"),
        (
            "ca-central-1://profile@test_repo",
            "ca-central-1|profile|test_repo",
        ),
        ("codecommit::eu-west-1://p@R", "eu-west-1|p|R"),
        ("git::codecommit::eu-west-1://p@R", "eu-west-1|p|R"),
        ("eu-west-1://p@R.git", "eu-west-1|p|R"),
        ("codecommit://R.git/", "||R"),
        (
            "eu-west-1://p@git-codecommit.eu-west-1.amazonaws.com/v1/repos/R",
            "eu-west-1|p|R",
        ),
        ("US-EAST-1://p@Repo", "us-east-1|p|Repo"),
        ("eusc-de-east-1://r", "eusc-de-east-1||r"),
        ("codecommit://me@corp.example@r", "|me@corp.example|r"),
        ("codecommit://a%20b@r", "|a%20b|r"),
        ("codecommit://p:q@r", "|p:q|r"),
        (
            "arn:aws:codecommit:us-east-2:111111111111:r",
            "us-east-2||r",
        ),
        (
            "codecommit::arn:aws-cn:codecommit:cn-north-1:1:r",
            "cn-north-1||r",
        ),
        (
            "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
            "us-east-1||r",
        ),
        (
            "https://dev@git-codecommit-fips.us-east-1.amazonaws.com/v1/repos/r/",
            "us-east-1|dev|r",
        ),
        (
            "codecommit://p@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
            "us-east-1|p|r",
        ),
    ] {
        assert_eq!(parts(text), expected, "{text}");
    }
}

#[test]
fn an_account_in_front_of_the_repository_is_a_guard() {
    for (text, expected) in [
        ("eu-west-1://P@123456789012/r", Some("eu-west-1|P|r")),
        ("codecommit://123456789012/r/", Some("||r")),
        ("codecommit://123456789012/r.git", Some("||r")),
        (
            "arn:aws:codecommit:us-east-2:123456789012:r",
            Some("us-east-2||r"),
        ),
        ("codecommit://123456789012", None),
        ("codecommit://123456789012/", None),
        ("codecommit://12345678901/r", None),
        ("arn:aws:codecommit:us-east-2:1:r", None),
    ] {
        let account = Address::parse(text).unwrap().account;
        let account = account.map(|account| account.to_string());
        assert_eq!(
            account.as_deref(),
            expected.map(|_| "123456789012"),
            "{text}"
        );
        if let Some(expected) = expected {
            assert_eq!(parts(text), expected, "{text}");
        }
    }
    assert!(Address::parse("codecommit://123456789012/P@r").is_err());
}

#[test]
fn what_the_reference_calls_malformed_is_refused() {
    for text in [
        "",
        "boom",
        "codecommit:/test_repo",
        "codecommit//test_repo",
        "://test_repo",
        "codecommit://",
        "codecommit:://test_repo",
        "codecommit:///test_repo",
        "github://test_repo",
        "codecommit://@r",
        "codecommit://p@",
        "codecommit://.git",
        "codecommit://r.git.git",
        "codecommit://r:443",
        "codecommit://r r",
        "codecommit://..",
        "codecommit://r\u{e9}",
        "http://git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
        "https://github.com/v1/repos/r",
        "https://git-codecommit.us-east-1.amazonaws.com.evil.example/v1/repos/r",
        "https://git-codecommit.us-east-1.amazonaws.com:444/v1/repos/r",
        "https://u:p@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
        "https://git-codecommit.us-east-1.amazonaws.com/r",
        "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/r/../s",
        "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/r?x=y",
        "arn:aws:s3:::bucket",
        "arn:aws:codecommit:nowhere:1:r",
        "evil.example/://r",
    ] {
        assert!(Address::parse(text).is_err(), "{text}");
    }
    let long = format!("codecommit://{}", "r".repeat(101));
    assert!(Address::parse(&long).is_err());
}

#[test]
fn what_the_reference_ignores_is_noted_for_a_warning() {
    let address = Address::parse("codecommit://p@r/sub?x#y").unwrap();
    assert_eq!(address.repository.as_str(), "r");
    assert_eq!(
        address.warnings,
        ["ignoring \"/sub?x#y\" after the repository name r in the address"]
    );
}

#[test]
fn no_error_repeats_a_password() {
    for text in [
        "https://AKIDEXAMPLE:hunter2@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
        "codecommit::AKIDEXAMPLE:hunter2@r",
        "codecommit://AKIDEXAMPLE:hunter2@",
        "codecommit://AKIDEXAMPLE:hunter2/x@r",
        "codecommit::ssh://AKIDEXAMPLE:hunter2@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
        "codecommit::us-east-1:AKIDEXAMPLE:hunter2@r",
        "https://AKIDEXAMPLE:hunter2/x@git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
    ] {
        let error = Address::parse(text).unwrap_err();
        let said = format!("{error}{:?}", error.hints());
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_clone_is_known_by_its_repository_in_any_form_of_address() {
    let region = Region::parse("eu-west-1").unwrap();
    for (url, expected) in [
        ("codecommit::eu-west-1://P@demo", true),
        ("codecommit://P@demo", true),
        (
            "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo",
            true,
        ),
        (
            "https://P@git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo/",
            true,
        ),
        (
            "codecommit::arn:aws:codecommit:eu-west-1:111111111111:demo",
            true,
        ),
        ("codecommit::us-east-1://P@demo", false),
        ("https://github.com/x/demo", false),
        ("codecommit://P@demo2", false),
    ] {
        assert_eq!(
            Address::leads_to(url, Some(&region), "demo"),
            expected,
            "{url}"
        );
    }
}

#[test]
fn what_cannot_be_seen_is_not_proposed() {
    for hidden in ["\0", "\u{11}", "\u{202e}", "\u{200b}"] {
        let text = format!("eu-west-1:/{hidden}file@demo-repo");
        let error = Address::parse(&text).unwrap_err();
        assert!(!matches!(error, Error::NearMiss { .. }), "{error:?}");
    }
    let plain = Address::parse("eu-west-1:/file@demo-repo").unwrap_err();
    assert!(matches!(plain, Error::NearMiss { .. }), "{plain:?}");
}
