//! CodeCommit's git host: `/v1/repos/<name>`, a signed password on every request, real git behind it.

use std::io;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HOST, HeaderValue, WWW_AUTHENTICATE};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use crate::backend;
use crate::codecommit_password::{Password, Place};
use crate::exchange::{Answer, Exchange, text};
use crate::hosts::{connections_region, git_region};
use crate::keys::{Identity, Permission};
use crate::lfs;
use crate::record::{Auth, SignedHost};
use crate::replay::Refused;
use crate::state::State;

/// The paths git asks below a repository's.
const TAILS: [&str; 4] = [
    "/info/refs",
    "/git-upload-pack",
    "/git-receive-pack",
    "/git-upload-archive",
];

/// Answers a request of git.
pub(crate) async fn answer(
    exchange: &Exchange,
    head: &Parts,
    body: Incoming,
) -> io::Result<Response<Answer>> {
    let state = &exchange.state;
    let path = head.uri.path();
    if path.starts_with(lfs::LINKS) {
        return lfs::transfer(exchange, head, body).await;
    }
    let lfs_call = lfs::call(path);
    let split = TAILS
        .iter()
        .find_map(|tail| Some((path.strip_suffix(tail)?, *tail)));
    let (signed_path, tail) = split.unwrap_or((path, ""));
    let signed_paths = match &lfs_call {
        Some(call) => lfs::signed_paths(call),
        None => vec![signed_path.to_owned()],
    };
    let mut verdict = Ok(None);
    for path in &signed_paths {
        verdict = authorise(state, head, path);
        if verdict.is_ok() {
            let known = matches!(verdict, Ok(Some(_)));
            exchange.update(|request| request.signed_path = known.then(|| path.clone()));
            break;
        }
    }
    exchange.update(|request| {
        request.authorization = match &verdict {
            Ok(None) => Auth::None,
            Ok(Some((caller, signed_host))) => Auth::Ok {
                arn: caller.arn.clone(),
                access_key_id: caller.keys.access_key_id.clone(),
                signed_host: *signed_host,
            },
            Err(reason) => Auth::Rejected(reason.clone()),
        }
    });
    match exchange.fault().await {
        Ok(None) => {}
        struck => {
            exchange.read_first(body).await?;
            return struck.map(|fault| fault.unwrap_or_default());
        }
    }
    let caller = match verdict {
        Ok(Some((caller, _))) => caller,
        Ok(None) if lfs_call.is_some() => {
            return Ok(lfs::refusal(StatusCode::UNAUTHORIZED, "who are you?"));
        }
        Ok(None) => return Ok(refuse(state, Refused::NoCredential)),
        Err(_) => return Ok(refuse(state, Refused::Credential)),
    };
    if let Some(call) = lfs_call {
        if !state.repositories.exists(call.repository) {
            return Ok(lfs::refusal(StatusCode::NOT_FOUND, "no such repository"));
        }
        let permission = state.identities.permission(&caller);
        return lfs::answer(exchange, &call, permission, head, body).await;
    }
    let service = match tail {
        "/info/refs" => head
            .uri
            .query()
            .and_then(|query| query.strip_prefix("service="))
            .unwrap_or_default(),
        tail => tail.trim_start_matches('/'),
    };
    let needed = if service == "git-receive-pack" {
        Permission::PullPush
    } else {
        Permission::Pull
    };
    if state.identities.permission(&caller) < needed {
        return Ok(refuse(state, Refused::Credential));
    }
    let name = repository(head, signed_path).unwrap_or_default();
    if tail.is_empty() || name.is_empty() || !state.repositories.exists(name) {
        return Ok(refuse(state, Refused::Repository));
    }
    if !["git-upload-pack", "git-receive-pack", "git-upload-archive"].contains(&service) {
        return Ok(refusal(StatusCode::FORBIDDEN));
    }
    let method = if tail == "/info/refs" {
        Method::GET
    } else {
        Method::POST
    };
    if head.method != method {
        return Ok(refusal(StatusCode::METHOD_NOT_ALLOWED));
    }
    let call = backend::Call {
        repository: name,
        tail,
        service,
        caller: &caller.arn,
        writes: needed == Permission::PullPush,
    };
    backend::run(exchange, &call, head, body).await
}

/// The repository of a path: of CodeCommit `/v1/repos/NAME`, of AWS CodeConnections
/// `/git-http/ACCOUNT/REGION/CONNECTION/OWNER/NAME.git`.
fn repository<'p>(head: &Parts, path: &'p str) -> Option<&'p str> {
    let host = head.headers.get(HOST)?.to_str().ok()?;
    if connections_region(host).is_none() {
        return path.strip_prefix("/v1/repos/");
    }
    let mut words = path.strip_prefix("/git-http/")?.split('/');
    let name = words.nth(4).filter(|_| words.next().is_none())?;
    name.strip_suffix(".git")
}

/// As the transcript has it, if one is replayed, else as `CodeCommit` is believed to refuse.
fn refuse(state: &State, refused: Refused) -> Response<Answer> {
    if let Some(recorded) = state.replay.refusal(refused) {
        return recorded;
    }
    match refused {
        Refused::NoCredential => {
            let mut response = refusal(StatusCode::UNAUTHORIZED);
            let challenge = HeaderValue::from_static(r#"Basic realm="codecommit""#);
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            response
        }
        Refused::Credential => refusal(StatusCode::FORBIDDEN),
        Refused::Repository => refusal(StatusCode::NOT_FOUND),
    }
}

fn refusal(status: StatusCode) -> Response<Answer> {
    text(status, "text/html", String::new())
}

/// The caller and how it signed, nothing without an authorization, or why it is refused.
fn authorise(
    state: &State,
    head: &Parts,
    path: &str,
) -> Result<Option<(Identity, SignedHost)>, String> {
    let Some(sent) = head.headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let encoded = sent
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("Basic "))
        .ok_or("authorization is not Basic")?;
    state.record.add_secret(encoded);
    let decoded = BASE64_STANDARD
        .decode(encoded)
        .map_err(|_| "authorization is not base64")?;
    let decoded = String::from_utf8(decoded).map_err(|_| "authorization is not text")?;
    let (username, password) = decoded
        .split_once(':')
        .ok_or("authorization has no colon")?;
    state.record.add_secret(password);
    let password = Password::parse(password)?;
    state.record.add_secret(password.signature);

    let (access_key_id, token) = match username.split_once('%') {
        Some((access_key_id, token)) => (access_key_id, Some(token)),
        None => (username, None),
    };
    let caller = state
        .identities
        .find(access_key_id)
        .ok_or_else(|| format!("unknown key {access_key_id:?}"))?;
    let issued = caller.keys.session_token.as_deref();
    if token != issued {
        return Err(match (token, issued) {
            (None, _) => "session token is missing".into(),
            (_, None) => "a long-term key with a session token".into(),
            (Some(_), Some(_)) => "session token does not match".into(),
        });
    }
    let now = state.clock.now();
    if caller.expired(now) {
        return Err("keys have expired".into());
    }
    let host = head
        .headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let place = Place {
        region: git_region(host).unwrap_or(&state.region),
        host,
        path,
    };
    let signed_host = password.check(&caller.keys.secret_access_key, &place, now)?;
    Ok(Some((caller, signed_host)))
}
