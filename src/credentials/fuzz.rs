//! Answers of the sources of keys, made at random; `scripts/fuzz` runs many more.

use time::macros::datetime;
use time::{OffsetDateTime, UtcOffset};

use super::{container, instant, process};
use crate::aws::Credentials;

const NOW: OffsetDateTime = datetime!(2026-11-22 00:00 UTC);

/// What a container endpoint or a `credential_process` says is keys that could be used, or an error that repeats nothing
/// of it; a time has one meaning.
pub(crate) fn answers_hold(data: &[u8]) {
    match container::answer(data, "host") {
        Ok(credentials) => keys_hold(&credentials),
        Err(error) => assert!(error.to_string().len() < 120, "{error}"),
    }
    match process::parse(data) {
        Ok(credentials) => keys_hold(&credentials),
        Err(problem) => assert!(!problem.contains('\n')),
    }
    if let Some(time) = std::str::from_utf8(data).ok().and_then(instant::instant) {
        let text = time
            .to_offset(UtcOffset::UTC)
            .format(&time::format_description::well_known::Rfc3339);
        let again = text.ok().and_then(|text| instant::instant(&text));
        assert!(again.is_none_or(|again| again == time));
    }
}

/// Keys that pass the check break neither a line of the credential protocol nor a header.
pub(super) fn keys_hold(credentials: &Credentials) {
    if credentials.check(NOW).is_err() {
        return;
    }
    let id = &credentials.access_key_id;
    assert!(
        !id.is_empty()
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
        "{id}"
    );
    assert!(credentials.expires_at.is_none_or(|end| end > NOW));
    assert!(credentials.session_token.is_some() || !id.starts_with("ASIA"));
}

#[cfg(test)]
mod made_up {
    use proptest::prelude::*;

    use super::*;

    const ANSWER: &str = r#"{"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"hunter2","Token":"hunter3",
        "SessionToken":"hunter3","Expiration":"2026-11-22T01:00:00Z","Code":"Success"}"#;

    proptest! {
        #[test]
        fn any_answer_is_keys_or_an_error(
            places in prop::collection::vec((any::<prop::sample::Index>(), "[ -~]|\\PC"), 0..6),
            end in any::<prop::sample::Index>(),
            is_cut: bool,
        ) {
            let mut text: Vec<char> = ANSWER.chars().collect();
            for (at, letter) in places {
                let at = at.index(text.len());
                text.splice(at..=at, letter.chars());
            }
            if is_cut {
                text.truncate(end.index(text.len()));
            }
            answers_hold(text.into_iter().collect::<String>().as_bytes());
        }

        #[test]
        fn a_time_is_the_same_in_every_zone(seconds in 0i64..4_000_000_000, hours in -12i8..=12, minutes in 0i8..60) {
            let zone = UtcOffset::from_hms(hours, minutes * hours.signum(), 0).unwrap();
            let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap().to_offset(zone);
            let text = time.format(&time::format_description::well_known::Rfc3339).unwrap();
            prop_assert_eq!(instant::instant(&text), Some(time));
            let without_colon = match text.rsplit_once(':') {
                Some((start, end)) if end.len() == 2 && !text.ends_with('Z') => format!("{start}{end}"),
                _ => text.clone(),
            };
            prop_assert_eq!(instant::instant(&without_colon), Some(time));
        }
    }
}
