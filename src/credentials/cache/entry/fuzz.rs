//! Cached sessions made at random; `scripts/torture fuzz` and `scripts/fuzz` run many more.

use time::macros::datetime;

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/R";
const NOW: OffsetDateTime = datetime!(2026-11-22 00:00 UTC);

/// Any bytes are a session that could work, and that is the same when it is written and read again, or none.
pub(crate) fn holds(data: &[u8]) {
    let _ = (access_key_id(data), description(data));
    for role_arn in [None, Some(ROLE)] {
        let Ok(found) = parse(data, role_arn, NOW) else {
            continue;
        };
        assert!(found.expires_at.is_some_and(|end| end - NOW >= ENOUGH));
        assert!(!found.access_key_id.is_empty());
        assert!(
            !found.access_key_id.contains([':', '%', '\n', '\r']),
            "{}",
            found.access_key_id
        );
        let principal = found.principal.as_deref();
        assert!(role_arn.is_none() || principal.is_none_or(|arn| is_session_of(arn, ROLE)));
        assert_eq!(access_key_id(data).as_ref(), Some(&found.access_key_id));
        // A time so far off that RFC 3339 has no notation for it is not written.
        if let Some(text) = render(&found, None) {
            let again = parse(&text, role_arn, NOW);
            let again = again.ok().and_then(|again| render(&again, None));
            assert_eq!(again, Some(text));
        }
    }
}

#[cfg(test)]
mod made_up {
    use proptest::prelude::*;

    use super::*;

    const FILE: &str = r#"{"Credentials": {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "hunter2", "SessionToken": "hunter3",
        "Expiration": "2026-11-22T01:00:00Z"}, "AssumedRoleUser": {"Arn": "arn:aws:sts::111122223333:assumed-role/R/me"}}"#;

    proptest! {
        #[test]
        fn a_session_that_was_kept_is_read_back(
            key in "[A-Z0-9]{16,32}",
            secret in "[A-Za-z0-9+/=]{16,60}",
            token in "[A-Za-z0-9+/=]{16,400}",
            minutes in 16i64..720,
        ) {
            let kept = Credentials {
                access_key_id: key,
                secret_access_key: Secret::new(secret),
                session_token: Some(Secret::new(token)),
                expires_at: Some(NOW + Duration::minutes(minutes)),
                account: None,
                principal: Some("arn:aws:sts::111122223333:assumed-role/R/me".into()),
                origin: Origin::Cache,
            };
            let text = render(&kept, None).unwrap();
            let found = parse(&text, Some(ROLE), NOW).unwrap();
            // Every part of it, the secrets too.
            prop_assert_eq!(render(&found, None), Some(text.clone()));
            prop_assert_eq!(found.expires_at, kept.expires_at);
            prop_assert_eq!(access_key_id(&text), Some(kept.access_key_id.clone()));
        }

        #[test]
        fn a_damaged_session_is_never_cut_short(at in any::<prop::sample::Index>()) {
            // Every session that is cut off is refused: no shorter key passes for a whole one.
            prop_assert!(parse(&FILE.as_bytes()[..at.index(FILE.len())], Some(ROLE), NOW).is_err());
        }

        #[test]
        fn any_bytes_are_a_session_that_could_work_or_none(
            places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        ) {
            let mut text = FILE.as_bytes().to_vec();
            for (at, byte) in places {
                let at = at.index(text.len());
                text[at] = byte;
            }
            holds(&text);
        }
    }
}
