//! An HTTP CONNECT proxy that leads the names of AWS to the local services.

use std::io;
use std::net::SocketAddr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hyper::body::Incoming;
use hyper::header::{HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::exchange::{Answer, Exchange, text};
use crate::hosts::{codecommit_region, git_region, sign_in_region, sts_region};
use crate::record::Auth;
use crate::state::State;

/// Where tunnels end.
#[derive(Clone, Copy)]
pub(crate) struct Targets {
    pub(crate) git: SocketAddr,
    pub(crate) codecommit: SocketAddr,
    pub(crate) sts: SocketAddr,
    pub(crate) sso: SocketAddr,
    pub(crate) oidc: SocketAddr,
    pub(crate) sign_in: SocketAddr,
}

impl Targets {
    /// The service behind `host:port`; the local addresses themselves are reached too.
    pub(crate) fn find(self, target: &str) -> Option<SocketAddr> {
        let local = |address: SocketAddr| {
            target == format!("localhost:{}", address.port()) || target == address.to_string()
        };
        let host = target.strip_suffix(":443").unwrap_or_default();
        let addresses = [
            self.git,
            self.codecommit,
            self.sts,
            self.sso,
            self.oidc,
            self.sign_in,
        ];
        if let Some(address) = addresses.into_iter().find(|address| local(*address)) {
            return Some(address);
        }
        match sign_in_region(host) {
            Some(("portal.sso", _)) => Some(self.sso),
            Some(("oidc", _)) => Some(self.oidc),
            Some(_) => Some(self.sign_in),
            None if git_region(host).is_some() => Some(self.git),
            None if codecommit_region(host).is_some() => Some(self.codecommit),
            None => sts_region(host).map(|_| self.sts),
        }
    }
}

/// Opens a tunnel, or answers 407 without the credentials that a test asks for, or 403: to any other host, and to any
/// request that is not CONNECT.
pub(crate) async fn answer(
    exchange: &Exchange,
    targets: Targets,
    request: Request<Incoming>,
) -> io::Result<Response<Answer>> {
    let state = &exchange.state;
    let (user, verdict) = authorise(state, &request);
    let welcome = verdict == Auth::Token || state.proxy_credentials.is_none();
    exchange.update(|line| (line.proxy_user, line.authorization) = (user, verdict));
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
    }
    if !welcome {
        let status = StatusCode::PROXY_AUTHENTICATION_REQUIRED;
        let mut refusal = text(status, "text/plain", "who are you?\n".into());
        let challenge = HeaderValue::from_static(r#"Basic realm="local-aws""#);
        refusal.headers_mut().insert(PROXY_AUTHENTICATE, challenge);
        return Ok(refusal);
    }
    let target = request
        .uri()
        .authority()
        .map(|authority| authority.as_str().to_owned())
        .unwrap_or_default();
    let address = (request.method() == Method::CONNECT)
        .then(|| targets.find(&target))
        .flatten();
    let Some(address) = address else {
        return Ok(text(
            StatusCode::FORBIDDEN,
            "text/plain",
            "local-aws does not lead there\n".into(),
        ));
    };
    let mut service = TcpStream::connect(address).await?;
    service.set_nodelay(true)?;
    tokio::spawn(async move {
        if let Ok(client) = hyper::upgrade::on(request).await {
            // Either end may close at any time.
            let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut service).await;
        }
    });
    Ok(Response::new(Answer::default()))
}

/// The user's name and whether it is welcome with what it sent.
fn authorise(state: &State, request: &Request<Incoming>) -> (Option<String>, Auth) {
    let sent = request.headers().get(PROXY_AUTHORIZATION);
    let Some(sent) = sent.and_then(|value| value.to_str().ok()) else {
        return (None, Auth::None);
    };
    let encoded = sent.strip_prefix("Basic ").unwrap_or_default();
    let decoded = BASE64_STANDARD.decode(encoded).unwrap_or_default();
    let decoded = String::from_utf8_lossy(&decoded);
    let user = decoded.split_once(':').map(|(user, _)| user.to_owned());
    let right = state.proxy_credentials.as_ref().map(basic);
    let verdict = if right.as_deref() == Some(encoded) {
        Auth::Token
    } else {
        Auth::Rejected("wrong user or password".into())
    };
    (user, verdict)
}

/// What `Proxy-Authorization: Basic` carries for these credentials.
pub(crate) fn basic((user, password): &(String, String)) -> String {
    BASE64_STANDARD.encode(format!("{user}:{password}"))
}
