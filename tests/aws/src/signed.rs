//! Requests that are signed in full, by SigV4: of STS and of CodeCommit's API.

use hyper::StatusCode;
use hyper::http::request::Parts;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use crate::hosts::without_port;
use crate::keys::Identity;
use crate::record::{Auth, SignedHost};
use crate::sigv4::{Authorization, Signable, header};
use crate::state::State;

/// The name in the scope of a signature, and the region in a host's name.
pub(crate) type Service = (&'static str, fn(&str) -> Option<&str>);

/// What the scope of a signature says.
#[derive(Default)]
pub(crate) struct Scope {
    pub(crate) region: String,
    /// The access key id.
    pub(crate) signer: String,
}

/// An error as a service names it.
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

pub(crate) fn refuse<T>(
    status: StatusCode,
    code: &'static str,
    message: impl Into<String>,
) -> Result<T, Refusal> {
    Err(Refusal {
        status,
        code,
        message: message.into(),
    })
}

/// What became of an authorization, for the record.
pub(crate) fn recorded(verdict: &Result<(Identity, SignedHost), Refusal>) -> Auth {
    match verdict {
        Ok((caller, signed_host)) => Auth::Ok {
            arn: caller.arn.clone(),
            access_key_id: caller.keys.access_key_id.clone(),
            signed_host: *signed_host,
        },
        Err(refusal) if refusal.code == "MissingAuthenticationToken" => Auth::None,
        Err(refusal) => Auth::Rejected(format!("{}: {}", refusal.code, refusal.message)),
    }
}

/// Checks a request's signature in full; what its scope says goes to `scope`, even if it is refused.
pub(crate) fn authorise(
    state: &State,
    head: &Parts,
    body: &[u8],
    service: Service,
    scope: &mut Scope,
) -> Result<(Identity, SignedHost), Refusal> {
    let denied = StatusCode::FORBIDDEN;
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let Some(sent) = header(&headers, "authorization") else {
        return refuse(
            denied,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        );
    };
    let incomplete = || {
        Refusal {
        status: StatusCode::BAD_REQUEST,
        code: "IncompleteSignature",
        message: "Authorization header is not complete, or host, x-amz-date or x-amz-security-token is not signed".into(),
    }
    };
    let authorization = Authorization::parse(&sent).ok_or_else(incomplete)?;
    scope.region = authorization.region.to_owned();
    scope.signer = authorization.access_key_id.to_owned();
    state.record.add_secret(authorization.signature);
    let token = header(&headers, "x-amz-security-token");
    let signed = |name: &str| {
        authorization
            .signed_headers
            .split(';')
            .any(|known| known == name)
    };
    if !signed("host")
        || !signed("x-amz-date")
        || (token.is_some() && !signed("x-amz-security-token"))
    {
        return Err(incomplete());
    }

    let now = state.clock.now();
    let invalid = "The security token included in the request is invalid.";
    let Some(caller) = state.identities.find(authorization.access_key_id) else {
        return refuse(denied, "InvalidClientTokenId", invalid);
    };
    if caller.keys.session_token != token {
        return refuse(denied, "InvalidClientTokenId", invalid);
    }
    let timestamp = header(&headers, "x-amz-date").unwrap_or_default();
    check_scope(&authorization, &headers, &timestamp, now, service)?;
    let request = Signable {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
        body,
    };
    if authorization.expected(&request, &caller.keys.secret_access_key, &timestamp)
        != authorization.signature
    {
        let message = "The request signature we calculated does not match the signature you provided. Check your AWS \
            Secret Access Key and signing method. Consult the service documentation for details.";
        return refuse(denied, "SignatureDoesNotMatch", message);
    }
    if caller.expired(now) {
        let message = "The security token included in the request is expired";
        return refuse(StatusCode::BAD_REQUEST, "ExpiredToken", message);
    }
    let host = header(&headers, "host").unwrap_or_default();
    let with_port = without_port(&host) != host;
    Ok((
        caller,
        if with_port {
            SignedHost::WithPort
        } else {
            SignedHost::WithoutPort
        },
    ))
}

/// Checks service, region, day and time of a signature.
fn check_scope(
    authorization: &Authorization<'_>,
    headers: &[(String, String)],
    timestamp: &str,
    now: OffsetDateTime,
    (service, region_of): Service,
) -> Result<(), Refusal> {
    let mismatch =
        |message: String| refuse(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", message);
    if authorization.service != service {
        return mismatch(format!(
            "Credential should be scoped to correct service: '{service}'."
        ));
    }
    let host = header(headers, "host").unwrap_or_default();
    let region = region_of(&host);
    if authorization.region.is_empty()
        || region.is_some_and(|region| region != authorization.region)
    {
        return mismatch("Credential should be scoped to a valid region.".into());
    }
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let Ok(at) = PrimitiveDateTime::parse(timestamp, format).map(PrimitiveDateTime::assume_utc)
    else {
        return mismatch(format!(
            "Date in X-Amz-Date is not in the right format: '{timestamp}'"
        ));
    };
    if !timestamp.starts_with(authorization.date) || authorization.date.len() != 8 {
        return mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date".into(),
        );
    }
    let server = now.format(format).unwrap_or_default();
    if now - at > Duration::minutes(15) {
        return mismatch(format!(
            "Signature expired: {timestamp} is now earlier than {server} - 15 min."
        ));
    }
    if at - now > Duration::minutes(15) {
        return mismatch(format!(
            "Signature not yet current: {timestamp} is still later than {server} + 15 min."
        ));
    }
    Ok(())
}
