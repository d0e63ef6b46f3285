//! The CodeCommit git password: SigV4 over a canonical request of its own.
//!
//! Source: git-remote-codecommit `sign()` and the AWS CLI's `customizations/codecommit.py`
//! (section 2). It differs from plain SigV4 in three places: the method is `GIT`, the payload hash is an empty line,
//! and the time in the string to sign has no `Z`. So aws-sigv4's request signer cannot make it; its two functions
//! for the key and the signature can.

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use sha2::{Digest, Sha256};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, UtcOffset};

use super::{BasicAuth, Credentials, Region};
use crate::printable::hex;
use crate::secret::Secret;

/// How long CodeCommit takes a password after it was signed ("about 15 minutes",
/// user guide, troubleshooting the credential helper).
pub(crate) const LIFETIME: Duration = Duration::minutes(15);

/// The service name in the credential scope.
const SERVICE: &str = "codecommit";
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]");

/// Signs access to `path` on `host` at the time `now`. Pure: the same input gives the same output.
///
/// `host` is signed as given: git-remote-codecommit signs it with its port, the AWS CLI's credential helper
/// without. `path` starts with a slash; the signature holds for every request below it.
#[must_use]
pub(crate) fn sign(
    credentials: &Credentials,
    region: &Region,
    host: &str,
    path: &str,
    now: OffsetDateTime,
) -> BasicAuth {
    let now = now.to_offset(UtcOffset::UTC);
    let timestamp = timestamp(now);
    let date = &timestamp[..8];

    let string_to_sign = format!(
        "AWS4-HMAC-SHA256\n{timestamp}\n{date}/{region}/{SERVICE}/aws4_request\n{}",
        hex_sha256(&canonical_request(host, path))
    );
    let key = generate_signing_key(
        credentials.secret_access_key.expose(),
        now.into(),
        region.as_str(),
        SERVICE,
    );
    let signature = calculate_signature(key, string_to_sign.as_bytes());

    let username = match &credentials.session_token {
        Some(token) => format!("{}%{}", credentials.access_key_id, token.expose()),
        None => credentials.access_key_id.clone(),
    };
    let expires_at = now + LIFETIME;
    BasicAuth {
        username: Secret::new(username),
        password: Secret::new(format!("{timestamp}Z{signature}")),
        // A session that ends earlier takes its passwords with it.
        expires_at: credentials
            .expires_at
            .map_or(expires_at, |end| end.min(expires_at)),
    }
}

/// Method, path, no query, the host header, the list of headers, and no payload hash.
fn canonical_request(host: &str, path: &str) -> String {
    format!("GIT\n{path}\n\nhost:{host}\n\nhost\n")
}

/// `YYYYMMDDTHHMMSS` in UTC.
fn timestamp(now: OffsetDateTime) -> String {
    // The format has no component that can fail for a date; years past 9999 do not sign anyway.
    now.format(TIMESTAMP)
        .unwrap_or_else(|_| String::from("00000000T000000"))
}

fn hex_sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use time::PrimitiveDateTime;

    use super::super::Origin;
    use super::*;

    fn at(text: &str) -> OffsetDateTime {
        PrimitiveDateTime::parse(text, TIMESTAMP)
            .unwrap()
            .assume_utc()
    }

    fn credentials(secret: &str, token: Option<&str>) -> Credentials {
        Credentials {
            access_key_id: "access".into(),
            secret_access_key: Secret::new(secret.into()),
            session_token: token.map(|token| Secret::new(token.into())),
            expires_at: None,
            principal: None,
            account: None,
            origin: Origin::Fresh,
        }
    }

    fn password(secret: &str, region: &str, time: &str, host: &str, path: &str) -> String {
        let region = Region::parse(region).unwrap();
        let auth = sign(&credentials(secret, None), &region, host, path, at(time));
        assert_eq!(auth.username.expose(), "access");
        auth.password.expose().to_owned()
    }

    /// Vectors that git-remote-codecommit and the AWS CLI give for the same keys and time.
    #[test]
    fn passwords_equal_the_published_vectors() {
        #[rustfmt::skip]
        let vectors = [
            ("secret", "us-west-2", "20171224T115320", "git-codecommit.us-west-2.amazonaws.com", "/v1/repos/test_repo", "b6df2d758a8023b2f000a546417007b65494f3ce8ad0300fd45fcfa173f1959a"),
            ("secret", "us-west-2", "20171224T115320", "land.called.honahlee", "/v1/repos/test_repo", "a14a37a53035bbceb6e1748247b143124fe7326cdffd3d418236a592ce6158a0"),
            ("SECRET_ACCESS_KEY", "eu-west-1", "20210901T102523", "git-codecommit.eu-west-1.amazonaws.com", "/v1/repos/dummy-repo", "670ef0c32f13fc847ed0c001a2b90bc772451c1eb89eadf84a73f3e82da9f56a"),
            ("SECRET", "ca-central-1", "20060102T150405", "git-codecommit.ca-central-1.amazonaws.com", "/v1/repos/test-lcc2", "e753c5ee547434cdf4ec3a250f51e07042cf5263ba81bb3be86d0d062f62427b"),
            ("notrealrnrELgWzOk3IfjzDKtFBhDby", "us-east-1", "19700101T000000", "git-codecommit.us-east-1.amazonaws.com", "/v1/repos/my-repo", "f840ae3ff903ddb92c450d0e3567fe97ef4aa98bd6636905df48c3beee97d21d"),
            ("notrealrnrELgWzOk3IfjzDKtFBhDby", "us-east-1", "19700101T000000", "localhost:8443", "/v1/repos/my-repo", "a305b3ce69941e8f0773a2257d9059df41dfc3a4d2563a42948e84ec4825ec06"),
            ("secret", "cn-north-1", "20171224T115320", "git-codecommit.cn-north-1.amazonaws.com.cn", "/v1/repos/test_repo", "d5c813948787d958c346a03202f48f34146d8d45e13fdc8e325a6fb61ff15162"),
            ("secret", "us-gov-west-1", "20171224T115320", "git-codecommit-fips.us-gov-west-1.amazonaws.com", "/v1/repos/test_repo", "2809eb7a7cb7ab786fd83113e2826ef14d60a60cef84e1a537ed153de741abf3"),
            ("secret", "us-east-1", "20171224T115320", "vpce-0b47ea360adebf88a-jkl88hez.git-codecommit.us-east-1.vpce.amazonaws.com", "/v1/repos/myrepo", "c015be500018f220442aa2adc99b28ab2e05e1180a50236dc02172d6c2bb891a"),
            ("secret", "us-east-1", "20171224T115320", "git-codecommit.us-east-1.amazonaws.com", "//v1/repos/myrepo", "f521dfb8fd01b4ae87c7e53a3c8776d59e9d71d2a7729935830f89e32d6e4c72"),
            ("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-west-1", "20260102T030405", "git-codecommit.eu-west-1.amazonaws.com", "/v1/repos/MyRepo", "0fd68a40d635049134160552caa9f79287dd470c6dcd4463659503c11cb624b1"),
        ];
        for (secret, region, time, host, path, signature) in vectors {
            assert_eq!(
                password(secret, region, time, host, path),
                format!("{time}Z{signature}"),
                "{host}{path}"
            );
        }
    }

    #[test]
    fn the_canonical_requests_of_the_vectors_hash_as_published() {
        #[rustfmt::skip]
        let published = [
            ("us-west-2", "test_repo", "298a3d18fae21d0bc76a2c741f479faa2c874420a05f054ebe7a2c4f84d9c765"),
            ("eu-west-1", "dummy-repo", "b7cad41c14b37f02e4d2deaf4f0773423b7dbe5db34af6b45362223291f968ef"),
            ("eu-west-1", "MyRepo", "2772adfd2904c482273d0cce3129fdd8eeb17b42581e38ed475c9e5c369c017c"),
        ];
        for (region, repository, hash) in published {
            let host = format!("git-codecommit.{region}.amazonaws.com");
            let path = format!("/v1/repos/{repository}");
            assert_eq!(
                hex_sha256(&canonical_request(&host, &path)),
                hash,
                "{repository}"
            );
        }
    }

    #[test]
    fn a_session_token_goes_into_the_user_name_and_not_into_the_signature() {
        let region = Region::parse("us-west-2").unwrap();
        let host = "git-codecommit.us-west-2.amazonaws.com";
        let auth = sign(
            &credentials("secret", Some("to/k+en=")),
            &region,
            host,
            "/v1/repos/test_repo",
            at("20171224T115320"),
        );
        assert_eq!(auth.username.expose(), "access%to/k+en=");
        assert!(auth.password.expose().ends_with("f1959a"));
        assert_eq!(
            BASE64_STANDARD
                .decode(auth.header().expose().strip_prefix("Basic ").unwrap())
                .unwrap(),
            format!("access%to/k+en=:{}", auth.password.expose()).as_bytes()
        );
    }

    #[test]
    fn what_a_host_repeats_of_the_authorization_is_taken_out() {
        let region = Region::parse("us-west-2").unwrap();
        let session = credentials("secret", Some("to/k+en="));
        let auth = sign(&session, &region, "h", "/p", at("20171224T115320"));
        let told = format!(
            "got {} for {} with {}",
            auth.header().expose(),
            auth.username.expose(),
            auth.password.expose()
        );
        assert_eq!(
            auth.scrubbed(&told),
            "got Basic *** for access%*** with ***"
        );
    }

    #[test]
    fn a_password_ends_with_the_session_it_was_made_from() {
        let region = Region::parse("us-west-2").unwrap();
        let now = at("20171224T115320");
        let mut session = credentials("secret", None);
        assert_eq!(
            sign(&session, &region, "h", "/p", now).expires_at,
            now + LIFETIME
        );
        session.expires_at = Some(now + Duration::minutes(3));
        assert_eq!(
            sign(&session, &region, "h", "/p", now).expires_at,
            now + Duration::minutes(3)
        );
    }

    #[test]
    fn the_time_is_signed_in_utc() {
        let region = Region::parse("us-west-2").unwrap();
        let now = at("20171224T235320");
        let elsewhere = now.to_offset(UtcOffset::from_hms(5, 30, 0).unwrap());
        let signed = |time| sign(&credentials("s", None), &region, "h", "/p", time);
        assert_eq!(
            signed(now).password.expose(),
            signed(elsewhere).password.expose()
        );
    }
}
