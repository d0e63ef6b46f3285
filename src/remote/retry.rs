//! Whether a request that failed is sent again, and when.
//!
//! Git repeats only a `GET` that was answered 429, and only if `http.maxRetries` says so. CodeCommit limits the rate of all
//! requests, so here every request that may be repeated is, unless `http.maxRetries` says otherwise.

use std::time::Duration;

use reqwest::StatusCode;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::http::Retries;

/// How often a request is repeated where `http.maxRetries` does not say.
const MOST: u32 = 5;
/// The first wait where neither the host nor `http.retryAfter` says how long. Each further one is twice as long.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST_GUESS: Duration = Duration::from_secs(16);
/// The longest wait that is worth it where `http.maxRetryTime` does not say; git's own default.
const LONGEST: Duration = Duration::from_secs(300);

/// What a request does if the host receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing: it can be sent twice.
    None,
    /// It pushes: it can be sent again only if it was not done.
    Push,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Status(StatusCode),
    /// Nothing came back; it may have been sent.
    NoAnswer,
}

impl Trouble {
    /// Whether sending the request again may help, and does no harm; `asked` is whether
    /// the host asks for it, by `Retry-After`.
    pub(super) fn may_pass(self, effect: Effect, asked: bool) -> bool {
        let is_harmless = effect == Effect::None;
        match self {
            Self::Status(status) => match status.as_u16() {
                // It was not looked at.
                429 => true,
                // Gateways say so too of a request that went through and whose answer was lost.
                503 => is_harmless || asked,
                500 | 502 | 504 => is_harmless,
                _ => false,
            },
            Self::NoAnswer => is_harmless,
        }
    }
}

/// The next wait, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Wait(Duration),
    /// The host asks for a longer wait than is worth it.
    TooLong {
        asked: Duration,
        longest: Duration,
    },
    Enough,
}

/// Decides on the wait before the repetition number `made` + 1.
///
/// `asked` is what the host asked for. `chance`, from 0 to 1, sets helpers apart that failed together.
pub(super) fn next(retries: Retries, made: u32, asked: Option<Duration>, chance: f64) -> Next {
    if made >= retries.most.unwrap_or(MOST) {
        return Next::Enough;
    }
    let longest = retries.longest_wait.unwrap_or(LONGEST);
    let wait = match (asked, retries.after) {
        (Some(asked), _) if asked > longest => return Next::TooLong { asked, longest },
        // Never sooner than asked for.
        (Some(at_least), _) | (None, Some(at_least)) => at_least + FIRST.mul_f64(chance),
        (None, None) => {
            let guess = FIRST.saturating_mul(1 << made.min(16)).min(LONGEST_GUESS);
            guess.mul_f64(0.5 + chance / 2.0)
        }
    };
    Next::Wait(wait.min(longest))
}

/// Reads `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date.
pub(super) fn asked(value: &str, now: OffsetDateTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit mean longer than anybody waits.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = OffsetDateTime::parse(value, &Rfc2822).ok()?;
    Some((date - now).try_into().unwrap_or(Duration::ZERO))
}

pub(super) fn duration(wait: Duration) -> String {
    match wait.as_secs() {
        0..10 => format!("{:.1} seconds", wait.as_secs_f64()),
        10..120 => format!("{} seconds", wait.as_secs()),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_repeated_only_where_the_host_says_that_it_did_nothing() {
        for (trouble, fetch, push) in [
            (Trouble::Status(StatusCode::TOO_MANY_REQUESTS), true, true),
            (
                Trouble::Status(StatusCode::SERVICE_UNAVAILABLE),
                true,
                false,
            ),
            (
                Trouble::Status(StatusCode::INTERNAL_SERVER_ERROR),
                true,
                false,
            ),
            (Trouble::Status(StatusCode::BAD_GATEWAY), true, false),
            (Trouble::Status(StatusCode::GATEWAY_TIMEOUT), true, false),
            (Trouble::Status(StatusCode::NOT_IMPLEMENTED), false, false),
            (Trouble::Status(StatusCode::FORBIDDEN), false, false),
            (Trouble::Status(StatusCode::FOUND), false, false),
            (Trouble::NoAnswer, true, false),
        ] {
            assert_eq!(trouble.may_pass(Effect::None, false), fetch, "{trouble:?}");
            assert_eq!(trouble.may_pass(Effect::Push, false), push, "{trouble:?}");
        }
        let unavailable = Trouble::Status(StatusCode::SERVICE_UNAVAILABLE);
        assert!(unavailable.may_pass(Effect::Push, true), "with Retry-After");
    }

    #[test]
    fn waits_grow_and_end() {
        let waits = |chance| {
            let waits = (0..6).map(|made| next(Retries::default(), made, None, chance));
            let seconds = waits.map(|next| match next {
                Next::Wait(wait) => format!("{}", wait.as_secs_f64()),
                other => format!("{other:?}"),
            });
            seconds.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(waits(1.0), "0.5 1 2 4 8 Enough");
        assert_eq!(waits(0.0), "0.25 0.5 1 2 4 Enough");
    }

    #[test]
    fn the_host_and_git_s_settings_have_their_say() {
        let seconds = Duration::from_secs;
        let set = |most, after, longest| Retries {
            most,
            after: Option::map(after, seconds),
            longest_wait: Option::map(longest, seconds),
        };
        let none = set(None, None, None);
        assert_eq!(next(none, 0, Some(seconds(7)), 0.0), Next::Wait(seconds(7)));
        assert_eq!(
            next(none, 4, Some(seconds(7)), 1.0),
            Next::Wait(seconds(7) + FIRST)
        );
        assert_eq!(
            next(none, 0, Some(seconds(301)), 0.0),
            Next::TooLong {
                asked: seconds(301),
                longest: seconds(300),
            }
        );
        assert_eq!(
            next(none, 0, Some(seconds(300)), 0.0),
            Next::Wait(seconds(300)),
            "as long as is worth it"
        );
        assert_eq!(next(set(Some(0), None, None), 0, None, 0.0), Next::Enough);
        assert_eq!(next(set(Some(1), None, None), 1, None, 0.0), Next::Enough);
        let nine = set(Some(9), Some(3), Some(4));
        assert_eq!(next(nine, 8, None, 0.0), Next::Wait(seconds(3)));
        // What is asked for goes before what is set.
        assert_eq!(next(nine, 8, Some(seconds(1)), 0.0), Next::Wait(seconds(1)));
        assert_eq!(
            next(set(Some(99), None, Some(4)), 40, None, 1.0),
            Next::Wait(seconds(4))
        );
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = OffsetDateTime::from_unix_timestamp(1_767_225_600).unwrap();
        for (value, expected) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Thu, 01 Jan 2026 00:01:30 GMT", Some(90)),
            ("Wed, 31 Dec 2025 23:59:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
        ] {
            let expected = expected.map(Duration::from_secs);
            assert_eq!(asked(value, now), expected, "{value:?}");
        }
    }

    #[test]
    fn waits_are_said_in_words() {
        for (millis, words) in [
            (250, "0.2 seconds"),
            (9_400, "9.4 seconds"),
            (61_900, "61 seconds"),
            (280_000, "5 minutes"),
        ] {
            assert_eq!(duration(Duration::from_millis(millis)), words);
        }
    }
}
