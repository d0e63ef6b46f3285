//! The password CodeCommit's git host takes, checked byte by byte.
//!
//! It is a Signature Version 4 with three deviations, all in aws/git-remote-codecommit's `sign` and aws-cli's
//! `credential-helper`: the method is `GIT`, the payload hash line is empty, and the string to sign holds the time
//! without its `Z`.

use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use crate::hosts::without_port;
use crate::record::SignedHost;
use crate::sigv4::{sha256_hex, sign};

/// How far the time in a password may be from the host's clock.
const WINDOW: Duration = Duration::minutes(15);

/// A password in its two parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Password<'a> {
    /// `YYYYMMDDTHHMMSS`, no `Z`.
    timestamp: &'a str,
    at: OffsetDateTime,
    pub(crate) signature: &'a str,
}

/// Where a password was used.
pub(crate) struct Place<'a> {
    pub(crate) region: &'a str,
    /// The `Host` header as it came.
    pub(crate) host: &'a str,
    /// The request path less git's own part.
    pub(crate) path: &'a str,
}

impl<'a> Password<'a> {
    /// Reads 15 characters of time, `Z` and 64 lower-case hexadecimal digits; the error says what is wrong.
    pub(crate) fn parse(text: &'a str) -> Result<Self, String> {
        let (timestamp, rest) = text.split_at_checked(15).ok_or("password is too short")?;
        let signature = rest
            .strip_prefix('Z')
            .ok_or("password has no Z after the time")?;
        if signature.len() != 64
            || !signature
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err("signature is not 64 lower-case hexadecimal digits".into());
        }
        let format = format_description!("[year][month][day]T[hour][minute][second]");
        let at = PrimitiveDateTime::parse(timestamp, format)
            .map_err(|_| "password starts with no time")?;
        Ok(Self {
            timestamp,
            at: at.assume_utc(),
            signature,
        })
    }

    /// Checks time and signature; tells whether the host was signed with its port.
    pub(crate) fn check(
        &self,
        secret: &str,
        place: &Place<'_>,
        now: OffsetDateTime,
    ) -> Result<SignedHost, String> {
        if (now - self.at).abs() > WINDOW {
            return Err(format!(
                "signed at {}, more than 15 minutes from the host's clock",
                self.timestamp
            ));
        }
        let bare = without_port(place.host);
        let signed = |host| {
            signature(secret, place.region, self.timestamp, host, place.path) == self.signature
        };
        if signed(bare) {
            Ok(SignedHost::WithoutPort)
        } else if signed(place.host) {
            Ok(SignedHost::WithPort)
        } else {
            Err(format!(
                "signature does not match for {} {}{}",
                place.region, place.host, place.path
            ))
        }
    }
}

/// Computes the password of `secret` for one repository path at one time.
pub(crate) fn password(secret: &str, at: OffsetDateTime, place: &Place<'_>) -> String {
    let format = format_description!("[year][month][day]T[hour][minute][second]");
    let timestamp = at.format(format).expect("a time has all its parts");
    let signature = signature(secret, place.region, &timestamp, place.host, place.path);
    format!("{timestamp}Z{signature}")
}

fn signature(secret: &str, region: &str, timestamp: &str, host: &str, path: &str) -> String {
    let date = &timestamp[..8];
    let canonical = sha256_hex(format!("GIT\n{path}\n\nhost:{host}\n\nhost\n").as_bytes());
    let text = format!(
        "AWS4-HMAC-SHA256\n{timestamp}\n{date}/{region}/codecommit/aws4_request\n{canonical}"
    );
    sign(secret, date, region, "codecommit", &text)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const HOST: &str = "git-codecommit.us-west-2.amazonaws.com";
    const PATH: &str = "/v1/repos/test_repo";
    const NOW: OffsetDateTime = datetime!(2017-12-24 11:53:20 UTC);
    const SIGNATURE: &str = "b6df2d758a8023b2f000a546417007b65494f3ce8ad0300fd45fcfa173f1959a";

    fn place(region: &'static str) -> Place<'static> {
        Place {
            region,
            host: HOST,
            path: PATH,
        }
    }

    #[test]
    fn published_vectors() {
        let long = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        for [secret, region, timestamp, host, path, expected] in [
            [
                "secret",
                "us-west-2",
                "20171224T115320",
                HOST,
                PATH,
                SIGNATURE,
            ],
            [
                "secret",
                "us-west-2",
                "20171224T115320",
                "land.called.honahlee",
                PATH,
                "a14a37a53035bbceb6e1748247b143124fe7326cdffd3d418236a592ce6158a0",
            ],
            [
                "SECRET_ACCESS_KEY",
                "eu-west-1",
                "20210901T102523",
                "git-codecommit.eu-west-1.amazonaws.com",
                "/v1/repos/dummy-repo",
                "670ef0c32f13fc847ed0c001a2b90bc772451c1eb89eadf84a73f3e82da9f56a",
            ],
            [
                "SECRET",
                "ca-central-1",
                "20060102T150405",
                "git-codecommit.ca-central-1.amazonaws.com",
                "/v1/repos/test-lcc2",
                "e753c5ee547434cdf4ec3a250f51e07042cf5263ba81bb3be86d0d062f62427b",
            ],
            [
                "notrealrnrELgWzOk3IfjzDKtFBhDby",
                "us-east-1",
                "19700101T000000",
                "localhost:8443",
                "/v1/repos/my-repo",
                "a305b3ce69941e8f0773a2257d9059df41dfc3a4d2563a42948e84ec4825ec06",
            ],
            [
                long,
                "eu-west-1",
                "20260102T030405",
                "git-codecommit.eu-west-1.amazonaws.com",
                "/v1/repos/MyRepo",
                "0fd68a40d635049134160552caa9f79287dd470c6dcd4463659503c11cb624b1",
            ],
        ] {
            assert_eq!(
                signature(secret, region, timestamp, host, path),
                expected,
                "{host}{path}"
            );
        }
    }

    #[test]
    fn the_password_of_a_time_passes_its_own_check() {
        let text = password("secret", NOW, &place("us-west-2"));
        assert_eq!(text, format!("20171224T115320Z{SIGNATURE}"));
        let parsed = Password::parse(&text).expect("well formed");
        assert_eq!(
            parsed.check("secret", &place("us-west-2"), NOW),
            Ok(SignedHost::WithoutPort)
        );
        assert_eq!(
            parsed.check("secret", &place("us-west-2"), NOW + WINDOW),
            Ok(SignedHost::WithoutPort)
        );
        for (secret, region, now, part) in [
            ("other", "us-west-2", NOW, "does not match"),
            ("secret", "us-east-1", NOW, "does not match for us-east-1"),
            (
                "secret",
                "us-west-2",
                NOW + Duration::minutes(16),
                "15 minutes",
            ),
            (
                "secret",
                "us-west-2",
                NOW - Duration::minutes(16),
                "15 minutes",
            ),
        ] {
            let reason = parsed.check(secret, &place(region), now).expect_err(part);
            assert!(reason.contains(part), "{reason}");
        }
    }

    #[test]
    fn the_port_may_be_signed_or_not() {
        let place = |host| Place {
            region: "eu-west-1",
            host,
            path: PATH,
        };
        for (signed, expected) in [
            ("localhost:8443", SignedHost::WithPort),
            ("localhost", SignedHost::WithoutPort),
        ] {
            let text = password("secret", NOW, &place(signed));
            let checked = Password::parse(&text).expect("well formed").check(
                "secret",
                &place("localhost:8443"),
                NOW,
            );
            assert_eq!(checked, Ok(expected));
        }
    }

    #[test]
    fn malformed_passwords_are_refused() {
        let upper = SIGNATURE.to_uppercase();
        let short = &SIGNATURE[1..];
        for text in [
            String::new(),
            format!("20171224T115320{SIGNATURE}"),
            format!("20171224T115320Z{upper}"),
            format!("20171224T115320Z{short}"),
            format!("20171224T115320Z{short}g"),
            format!("20171324T115320Z{SIGNATURE}"),
            format!("20171224 115320Z{SIGNATURE}"),
        ] {
            assert!(Password::parse(&text).is_err(), "{text}");
        }
    }
}
