//! The signature of a request to an AWS service's API: plain SigV4, made by aws-sigv4.

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use time::OffsetDateTime;
use url::Url;

use super::{Credentials, Region};

/// A POST to a service, not yet signed.
pub(crate) struct Unsigned<'a> {
    /// The service's name in the credential scope.
    pub(crate) service: &'static str,
    pub(crate) region: &'a Region,
    pub(crate) url: &'a Url,
    /// They are signed, beside the host and what the signature adds.
    pub(crate) headers: &'a [(&'static str, String)],
    pub(crate) body: &'a [u8],
}

impl Unsigned<'_> {
    /// All headers of the request, signed at the time `now`. Pure: the same input gives the same output. Fails with a
    /// text that holds no secret.
    pub(crate) fn signed(
        &self,
        credentials: &Credentials,
        now: OffsetDateTime,
    ) -> Result<HeaderMap, String> {
        let identity = credentials.in_sdk_terms().into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(self.region.as_str())
            .name(self.service)
            .time(now.into())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| error.to_string())?
            .into();
        let named = self.headers.iter();
        let named = named.map(|(name, value)| (*name, value.as_str()));
        let body = SignableBody::Bytes(self.body);
        let request = SignableRequest::new("POST", self.url.as_str(), named, body);
        let signed = request
            .and_then(|request| sign(request, &parameters))
            .map_err(|_| "the access key or the session token cannot stand in a header")?;
        let (signature, _parameters) = signed.into_parts().0.into_parts();
        let mut headers = HeaderMap::new();
        let mut insert = |name: &'static str, value: &str| {
            let mut value = HeaderValue::from_str(value).map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
            Ok::<_, String>(())
        };
        for (name, value) in self.headers {
            insert(name, value)?;
        }
        for header in &signature {
            insert(header.name(), header.value())?;
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::aws::Origin;
    use crate::secret::Secret;

    fn signed(token: Option<&str>) -> HeaderMap {
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into()),
            session_token: token.map(|token| Secret::new(token.into())),
            expires_at: None,
            principal: None,
            account: None,
            origin: Origin::Fresh,
        };
        let request = Unsigned {
            service: "codecommit",
            region: &Region::parse("eu-west-1").unwrap(),
            url: &Url::parse("https://codecommit.eu-west-1.amazonaws.com/").unwrap(),
            headers: &[
                ("content-type", "application/x-amz-json-1.1".into()),
                (
                    "x-amz-target",
                    "CodeCommit_20150413.ListRepositories".into(),
                ),
            ],
            body: b"{}",
        };
        let now = datetime!(2026-01-02 03:04:05 UTC);
        request.signed(&credentials, now).unwrap()
    }

    #[test]
    fn a_request_is_signed_as_botocore_signs_it() {
        // Made by botocore 1.43.
        let scope =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/codecommit/aws4_request";
        let long_term = signed(None);
        assert_eq!(long_term["x-amz-date"], "20260102T030405Z");
        assert_eq!(
            long_term["authorization"],
            format!(
                "{scope}, SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
                 Signature=9a88bdf2ff9d2d272cbd4497190168ec6d74db8409b91cfdf1f50d1255800029"
            )
        );
        let session = signed(Some("IQoJb3JpZ2luX2Vj/+EaCXVz=="));
        assert_eq!(
            session["x-amz-security-token"],
            "IQoJb3JpZ2luX2Vj/+EaCXVz=="
        );
        assert_eq!(
            session["authorization"],
            format!(
                "{scope}, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
                 Signature=c2061ae75889a7c4262f05ee130eed3151c181bd4da862a2459eda3f80ad2d6f"
            )
        );
    }

    #[test]
    fn nothing_of_a_signed_request_can_be_printed() {
        let shown = format!("{:?}", signed(Some("hunter2")));
        assert!(
            !shown.contains("hunter2") && !shown.contains("Signature"),
            "{shown}"
        );
    }
}
