//! The Security Token Service: `AssumeRole`, `AssumeRoleWithWebIdentity` and `GetCallerIdentity` of the Query API,
//! signatures checked in full.
//!
//! Sources: STS API Reference (actions, common errors), botocore's `data/sts/service-2.json`.

mod assume_role;

use std::io;

use crate::exchange::{Answer, Exchange, text};
use crate::hosts::sts_region;
use crate::keys::{Identity, random_hex};
use crate::record::{Auth, StsCall};
use crate::signed::{Refusal, Scope, authorise, recorded, refuse};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use percent_encoding::percent_decode_str;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
const MAX_BODY: usize = 1 << 20;

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
    let mut scope = Scope::default();
    let verdict = authorise(state, head, &body, ("sts", sts_region), &mut scope);
    (call.region, call.signer) = (scope.region, scope.signer);
    exchange.update(|request| {
        request.sts = Some(call.clone());
        request.authorization = recorded(&verdict);
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
