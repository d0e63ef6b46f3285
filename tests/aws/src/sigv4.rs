//! AWS Signature Version 4, checked from the request as it arrived.
//!
//! Source: "Create a signed AWS API request", IAM User Guide. Written on `ring` alone, so that no line is shared with the
//! signer under test.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use ring::{digest, hmac};

/// What RFC 3986 leaves as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One request as the check sees it.
pub(crate) struct Signable<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    /// Lower-case names, in the order of arrival.
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

/// The parts of an `Authorization: AWS4-HMAC-SHA256 …` header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Authorization<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) date: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    pub(crate) signed_headers: &'a str,
    pub(crate) signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the header; `None` if a part is missing or unknown.
    pub(crate) fn parse(header: &'a str) -> Option<Self> {
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in header.strip_prefix("AWS4-HMAC-SHA256 ")?.split(',') {
            let (name, value) = part.trim().split_once('=')?;
            match name {
                "Credential" => credential = Some(value),
                "SignedHeaders" => signed_headers = Some(value),
                "Signature" => signature = Some(value),
                _ => return None,
            }
        }
        let mut scope = credential?.split('/');
        let parsed = Self {
            access_key_id: scope.next()?,
            date: scope.next()?,
            region: scope.next()?,
            service: scope.next()?,
            signed_headers: signed_headers?,
            signature: signature?,
        };
        (scope.next() == Some("aws4_request") && scope.next().is_none()).then_some(parsed)
    }

    /// Computes the signature that `secret` gives for `request` at `timestamp` (`YYYYMMDDTHHMMSSZ`).
    pub(crate) fn expected(&self, request: &Signable<'_>, secret: &str, timestamp: &str) -> String {
        let scope = format!(
            "{}/{}/{}/aws4_request",
            self.date, self.region, self.service
        );
        let canonical = sha256_hex(self.canonical(request).as_bytes());
        let text = format!("AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{canonical}");
        sign(secret, self.date, self.region, self.service, &text)
    }

    fn canonical(&self, request: &Signable<'_>) -> String {
        let headers: String = self
            .signed_headers
            .split(';')
            .map(|name| {
                format!(
                    "{name}:{}\n",
                    header(request.headers, name).unwrap_or_default()
                )
            })
            .collect();
        format!(
            "{}\n{}\n{}\n{headers}\n{}\n{}",
            request.method,
            request.path,
            canonical_query(request.query),
            self.signed_headers,
            sha256_hex(request.body),
        )
    }
}

/// Signs `text` with the key derived for one day, region and service; lower-case hexadecimal.
pub(crate) fn sign(secret: &str, date: &str, region: &str, service: &str, text: &str) -> String {
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [date, region, service, "aws4_request", text] {
        key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes())
            .as_ref()
            .to_vec();
    }
    hex(&key)
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// `bytes` in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The values of one header, trimmed, inner runs of spaces made one, joined by commas.
pub(crate) fn header(headers: &[(String, String)], name: &str) -> Option<String> {
    let values: Vec<String> = headers
        .iter()
        .filter(|(candidate, _)| candidate == name)
        .map(|(_, value)| {
            value
                .split(' ')
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn canonical_query(query: &str) -> String {
    let recoded = |text: &str| -> String {
        let raw: Cow<'_, str> = percent_decode_str(text).decode_utf8_lossy();
        utf8_percent_encode(&raw, ENCODED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (recoded(name), recoded(value)))
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
        SignedHeaders=host;x-amz-date, \
        Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

    fn vanilla(query: &'static str, headers: &[(String, String)]) -> String {
        let request = Signable {
            method: "GET",
            path: "/",
            query,
            headers,
            body: b"",
        };
        let authorization = Authorization::parse(HEADER).expect("the documented header");
        authorization.expected(
            &request,
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "20150830T123600Z",
        )
    }

    fn headers(date: &str) -> Vec<(String, String)> {
        vec![
            ("host".into(), "example.amazonaws.com".into()),
            ("x-amz-date".into(), date.into()),
        ]
    }

    #[test]
    fn documented_get_vanilla_vector() {
        let authorization = Authorization::parse(HEADER).expect("the documented header");
        assert_eq!(
            vanilla("", &headers(" 20150830T123600Z  ")),
            authorization.signature
        );
    }

    #[test]
    fn documented_query_order_vector() {
        let expected = "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500";
        assert_eq!(
            vanilla("Param2=value2&Param1=value1", &headers("20150830T123600Z")),
            expected
        );
    }

    #[test]
    fn another_header_value_gives_another_signature() {
        let authorization = Authorization::parse(HEADER).expect("the documented header");
        assert_ne!(
            vanilla("", &headers("20150830T123601Z")),
            authorization.signature
        );
    }

    #[test]
    fn a_scope_with_parts_too_many_is_refused() {
        assert_eq!(
            Authorization::parse(&HEADER.replace("/aws4_request", "/x/aws4_request")),
            None
        );
        assert_eq!(Authorization::parse("Basic QQ=="), None);
    }
}
