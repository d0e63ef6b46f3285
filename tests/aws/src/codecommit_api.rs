//! CodeCommit's API: `ListRepositories`, in AWS JSON 1.1.
//!
//! Source: AWS CodeCommit API Reference, botocore's `data/codecommit/2015-04-13/service-2.json`.

use std::io;

use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::exchange::{Answer, Exchange, text};
use crate::hosts::codecommit_region;
use crate::keys::{Identity, Permission};
use crate::record::Auth;
use crate::signed::{Refusal, Scope, authorise, recorded, refuse};
use crate::state::State;

/// The account that the repositories belong to.
const ACCOUNT: &str = "111111111111";

/// Answers a request; the record has its target and the fields of its body as parameters.
pub(crate) async fn answer(
    exchange: &Exchange,
    head: &Parts,
    body: Incoming,
) -> io::Result<Response<Answer>> {
    let state = &exchange.state;
    let body = exchange.whole(body).await?;
    let mut scope = Scope::default();
    let service = ("codecommit", codecommit_region as fn(&str) -> Option<&str>);
    let verdict = authorise(state, head, &body, service, &mut scope);
    let target = head.headers.get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let question: Value = serde_json::from_slice(&body).unwrap_or_default();
    exchange.update(|request| {
        request.authorization = recorded(&verdict);
        request.parameters = vec![
            ("target".to_owned(), target.clone()),
            ("region".to_owned(), scope.region.clone()),
        ];
        let fields = question.as_object().into_iter().flatten();
        let fields = fields.map(|(name, value)| (name.clone(), value.to_string()));
        request.parameters.extend(fields);
        if !question.is_object() {
            request.authorization = Auth::Rejected("the body is no JSON object".into());
        }
    });
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
    }
    let result = verdict.and_then(|(caller, _)| match target.as_str() {
        "CodeCommit_20150413.ListRepositories" => list(state, &caller, &scope.region, &question),
        _ => refuse(StatusCode::BAD_REQUEST, "UnknownOperationException", ""),
    });
    let (status, body) = match result {
        Ok(answer) => (StatusCode::OK, answer),
        Err(Refusal {
            code: "InvalidClientTokenId",
            message,
            ..
        }) => error("UnrecognizedClientException", &message),
        Err(Refusal {
            code: "SignatureDoesNotMatch",
            message,
            ..
        }) => error("InvalidSignatureException", &message),
        Err(refusal) => error(refusal.code, &refusal.message),
    };
    Ok(text(status, "application/x-amz-json-1.1", body.to_string()))
}

/// CodeCommit answers 400 to whatever is the caller's fault.
fn error(code: &str, message: &str) -> (StatusCode, Value) {
    let body = json!({"__type": code, "message": message});
    (StatusCode::BAD_REQUEST, body)
}

/// The repositories are in one region, and in one account.
fn list(
    state: &State,
    caller: &Identity,
    region: &str,
    question: &Value,
) -> Result<Value, Refusal> {
    if state.identities.permission(caller) == Permission::None {
        let arn = &caller.arn;
        let message = format!(
            "User: {arn} is not authorized to perform: codecommit:ListRepositories on resource: * because no \
             identity-based policy allows the codecommit:ListRepositories action"
        );
        return refuse(StatusCode::BAD_REQUEST, "AccessDeniedException", message);
    }
    let mut names = match caller.account() == ACCOUNT && region == state.region {
        true => state.repositories.names(),
        false => Vec::new(),
    };
    names.sort();
    if question["order"] == "descending" {
        names.reverse();
    }
    let start = match question["nextToken"].as_str() {
        None => 0,
        Some(token) => match token.strip_prefix("page-").and_then(|at| at.parse().ok()) {
            Some(at) if at < names.len() => at,
            _ => {
                let message = "Continuation token is not valid";
                let code = "InvalidContinuationTokenException";
                return refuse(StatusCode::BAD_REQUEST, code, message);
            }
        },
    };
    let end = names.len().min(start + state.page_size);
    let page = names[start..end].iter().map(|name| {
        json!({"repositoryName": name, "repositoryId": format!("00000000-0000-4000-8000-{:012x}", name.len())})
    });
    let mut answer = json!({"repositories": page.collect::<Vec<_>>()});
    if end < names.len() {
        answer["nextToken"] = json!(format!("page-{end}"));
    }
    Ok(answer)
}
