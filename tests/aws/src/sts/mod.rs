//! The Security Token Service: `AssumeRole`, `AssumeRoleWithWebIdentity` and `GetCallerIdentity` of the Query API,
//! signatures checked in full.
//!
//! Sources: STS API Reference (actions, common errors), botocore's `data/sts/service-2.json`.

mod assume_role;

use std::io;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use crate::exchange::{Answer, Exchange, text};
use crate::hosts::{sts_region, without_port};
use crate::keys::{Identity, random_hex};
use crate::record::{Auth, SignedHost, StsCall};
use crate::sigv4::{Authorization, Signable, header};
use crate::state::State;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
const MAX_BODY: usize = 1 << 20;

/// An error as STS names it.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

fn refuse<T>(
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

/// Answers an STS request.
pub(crate) async fn answer(
    exchange: &Exchange,
    head: &Parts,
    body: Incoming,
) -> io::Result<Response<Answer>> {
    let state = &exchange.state;
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Ok(text(
            StatusCode::PAYLOAD_TOO_LARGE,
            "text/plain",
            String::new(),
        ));
    }
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    exchange.received(body.len(), body.len() as u64);
    let mut call = read_call(&body);
    if call.action == "AssumeRoleWithWebIdentity" {
        return web_identity(exchange, head, call).await;
    }
    let verdict = authorise(state, head, &body, &mut call);
    exchange.update(|request| {
        request.sts = Some(call.clone());
        request.authorization = match &verdict {
            Ok((caller, signed_host)) => Auth::Ok {
                arn: caller.arn.clone(),
                access_key_id: caller.keys.access_key_id.clone(),
                signed_host: *signed_host,
            },
            Err(refusal) if refusal.code == "MissingAuthenticationToken" => Auth::None,
            Err(refusal) => Auth::Rejected(format!("{}: {}", refusal.code, refusal.message)),
        };
    });
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
    }
    let result = verdict.and_then(|(caller, _)| match call.action.as_str() {
        _ if state.disabled_regions.contains(&call.region) => region_disabled(caller.account()),
        "AssumeRole" => assume_role::assume_role(state, &caller, &call),
        "GetCallerIdentity" => Ok(caller_identity(&caller)),
        other => {
            let message = format!("Could not find operation {other} for version 2011-06-15");
            refuse(StatusCode::BAD_REQUEST, "InvalidAction", message)
        }
    });
    respond(&call.action, result)
}

/// The same for the one action that nobody signs: what counts is the token, and the region is the host's.
async fn web_identity(
    exchange: &Exchange,
    head: &Parts,
    mut call: StsCall,
) -> io::Result<Response<Answer>> {
    let state = &exchange.state;
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    call.region = host.and_then(sts_region).unwrap_or_default().to_owned();
    let result = if state.disabled_regions.contains(&call.region) {
        region_disabled("111111111111")
    } else {
        assume_role::assume_role_with_web_identity(state, &call)
    };
    exchange.update(|request| {
        request.sts = Some(call.clone());
        request.authorization = match &result {
            Ok(_) => Auth::Token,
            Err(refusal) => Auth::Rejected(format!("{}: {}", refusal.code, refusal.message)),
        };
    });
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
    }
    respond(&call.action, result)
}

fn region_disabled<T>(account: &str) -> Result<T, Refusal> {
    let message = format!(
        "STS is not activated in this region for account:{account}. Your account administrator can activate STS in this \
         region using the IAM Console."
    );
    refuse(StatusCode::FORBIDDEN, "RegionDisabledException", message)
}

fn respond(action: &str, result: Result<String, Refusal>) -> io::Result<Response<Answer>> {
    let id = request_id();
    let (status, document) = match result {
        Ok(result) => (StatusCode::OK, document(action, &result, &id)),
        Err(refusal) => (
            refusal.status,
            error_document(refusal.code, &refusal.message, &id),
        ),
    };
    let mut response = text(status, "text/xml", document);
    response
        .headers_mut()
        .insert("x-amzn-requestid", id.parse().map_err(io::Error::other)?);
    Ok(response)
}

fn read_call(body: &[u8]) -> StsCall {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let form = String::from_utf8_lossy(body);
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    let parameters: Vec<(String, String)> = pairs
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    let value = |name: &str| {
        parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    };
    StsCall {
        action: value("Action").unwrap_or_default(),
        role_arn: value("RoleArn"),
        session_name: value("RoleSessionName"),
        external_id: value("ExternalId"),
        duration_seconds: value("DurationSeconds").and_then(|seconds| seconds.parse().ok()),
        serial_number: value("SerialNumber"),
        token_code: value("TokenCode"),
        source_identity: value("SourceIdentity"),
        region: String::new(),
        signer: String::new(),
        parameters,
    }
}

fn authorise(
    state: &State,
    head: &Parts,
    body: &[u8],
    call: &mut StsCall,
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
    call.region = authorization.region.to_owned();
    call.signer = authorization.access_key_id.to_owned();
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
    check_scope(&authorization, &headers, &timestamp, now)?;
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
) -> Result<(), Refusal> {
    let mismatch =
        |message: String| refuse(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", message);
    if authorization.service != "sts" {
        return mismatch("Credential should be scoped to correct service: 'sts'.".into());
    }
    let host = header(headers, "host").unwrap_or_default();
    let region = sts_region(&host);
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

fn caller_identity(caller: &Identity) -> String {
    let (arn, account) = (&caller.arn, caller.account());
    let user_id = &caller.keys.access_key_id;
    format!("<Arn>{arn}</Arn><UserId>{user_id}</UserId><Account>{account}</Account>")
}

fn document(action: &str, result: &str, id: &str) -> String {
    format!(
        "<{action}Response xmlns=\"{NAMESPACE}\">\n  <{action}Result>{result}</{action}Result>\n  \
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>\n</{action}Response>\n"
    )
}

/// An error as the Query API writes it.
pub(crate) fn error_document(code: &str, message: &str, id: &str) -> String {
    let message = message
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>{code}</Code>\n    \
         <Message>{message}</Message>\n  </Error>\n  <RequestId>{id}</RequestId>\n</ErrorResponse>\n"
    )
}

fn request_id() -> String {
    let hex = random_hex(16);
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}
