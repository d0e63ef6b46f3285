//! `Accept-Language`, with git's own https transport as the oracle.

use super::headers::seen;
use crate::harness::{HTTPS, Studio, WITH_REGION, every_git};

/// Git's own request for the references, and ours.
fn asked(studio: &Studio) -> [Vec<String>; 2] {
    [HTTPS, WITH_REGION].map(|address| {
        studio.git(&["ls-remote", address]).succeeded();
        let all = seen(studio, "accept-language");
        all.last().unwrap().clone()
    })
}

#[test]
fn the_persons_languages_are_asked_for_as_git_asks_for_them() {
    let many: String = (0..1200).map(|number| format!("x{number}:")).collect();
    for git in every_git() {
        let mut studio = Studio::default().with_git(&git).with_our_helper();
        studio.unset("LC_ALL");
        for (language, locale, expected) in [
            ("de:en", "", Some("de, en;q=0.9, *;q=0.8")),
            (
                "de_DE.UTF-8@euro::sr@latin:",
                "C",
                Some("de-DE, sr;q=0.9, *;q=0.8"),
            ),
            ("C", "", Some("C, *;q=0.9")),
            ("ko_KR.EUC-KR:en_US.UTF-8:fr_CA:de:sr:ja:zh:sv:pt", "", None),
            ("a:b:c:d:e:f:g:h:i:j:k", "POSIX", None),
            (many.as_str(), "", None),
        ] {
            studio.set("LANGUAGE", language);
            studio.set("LANG", locale);
            let [by_git, by_us] = asked(&studio);
            assert_eq!(by_us, by_git, "git {}: {language}", git.version);
            assert_eq!(by_us.len(), 1, "{language}");
            if let Some(expected) = expected {
                assert_eq!(by_us, [expected]);
            }
        }
        // Neither says a language.
        studio.unset("LANGUAGE");
        for locale in ["", "C", "POSIX"] {
            studio.set("LANG", locale);
            let none: [Vec<String>; 2] = Default::default();
            assert_eq!(asked(&studio), none, "git {}: {locale:?}", git.version);
        }
    }
}

#[test]
fn every_request_to_the_git_host_has_the_header_and_no_other_service_gets_it() {
    let mut studio = Studio::default();
    studio.set("LC_ALL", "de_AT.UTF-8");
    studio.set("GIT_TRACE_CURL", "1");
    let said = studio.git(&["clone", WITH_REGION, "clone"]).succeeded();
    let line = "=> Send header: Accept-Language: de-AT, *;q=0.9\n";
    assert_eq!(said.stderr.matches(line).count(), 2, "{said:?}");
    for request in studio.aws.requests() {
        let is_git = request.service == local_aws::Service::Git;
        let mut headers = request.headers.iter();
        let found = headers.any(|(name, _)| name == "accept-language");
        assert_eq!(found, is_git, "{request:#?}");
    }
    studio.assert_record(1, &["GET upload-pack", "POST upload-pack"]);
    // The person's own header is the one that counts.
    studio.configure("http.extraHeader", "Accept-Language: tlh");
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
    assert_eq!(seen(&studio, "accept-language"), [["tlh"]]);
}
