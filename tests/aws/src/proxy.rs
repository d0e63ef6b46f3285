//! An HTTP CONNECT proxy that leads the names of AWS to the local services.

use std::io;
use std::net::SocketAddr;

use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::exchange::{Answer, Exchange, text};
use crate::hosts::{git_region, sts_region};

/// Where tunnels end.
#[derive(Clone, Copy)]
pub(crate) struct Targets {
    pub(crate) git: SocketAddr,
    pub(crate) sts: SocketAddr,
}

impl Targets {
    /// The service behind `host:port`; the local addresses themselves are reached too.
    fn find(self, target: &str) -> Option<SocketAddr> {
        let local = |address: SocketAddr| {
            target == format!("localhost:{}", address.port()) || target == address.to_string()
        };
        let host = target.strip_suffix(":443").unwrap_or_default();
        if local(self.git) || git_region(host).is_some() {
            Some(self.git)
        } else if local(self.sts) || sts_region(host).is_some() {
            Some(self.sts)
        } else {
            None
        }
    }
}

/// Opens a tunnel, or answers 403: to any other host, and to any request that is not CONNECT.
pub(crate) async fn answer(
    exchange: &Exchange,
    targets: Targets,
    request: Request<Incoming>,
) -> io::Result<Response<Answer>> {
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
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
    tokio::spawn(async move {
        if let Ok(client) = hyper::upgrade::on(request).await {
            // Either end may close at any time.
            let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut service).await;
        }
    });
    Ok(Response::new(Answer::default()))
}
