//! How connections come about: through which proxy, within what time, and one of them early.
//!
//! To open TCP, a proxy's tunnel and TLS takes several round trips, and STS takes some too: they go on
//! at the same time. reqwest opens a connection only for a request, so an [opener](Purpose::Opener) makes
//! one up whose connection is kept back: its connector never hands a connection to its own client, and
//! so that client cannot send a byte of HTTP. The real client's connector takes what was kept.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hyper::rt::{Read, ReadBuf};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

use super::failure::chain::was_cut;
use super::proxy::{Proxy, is_exempt};

/// How long a connection may take to open before the host counts as unreachable.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// A host may close a connection on which nothing was asked: an older one is not used any more.
const KEPT_FOR: Duration = Duration::from_secs(30);

type BoxError = Box<dyn StdError + Send + Sync>;

/// The proxy on the way, and the hosts it is not for.
#[derive(Debug, Default)]
pub(super) struct ProxyRoute {
    pub(super) proxy: Option<Proxy>,
    pub(super) exempt: String,
}

impl ProxyRoute {
    /// The proxy on the way to `host[:port]`.
    pub(super) fn proxy_to(&self, host: &str) -> Option<&Proxy> {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
            _ => host,
        };
        let proxy = self.proxy.as_ref();
        proxy.filter(|_| !is_exempt(&self.exempt, name))
    }
}

/// Why no connection came about, with the way it should have taken.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) route: Arc<ProxyRoute>,
    cause: BoxError,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection")
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.cause.as_ref())
    }
}

/// A place for one connection that is being opened or is open.
#[derive(Clone, Default)]
pub(super) struct Slot(Arc<Mutex<Option<oneshot::Receiver<Kept>>>>);

type Kept = Result<(Box<dyn Any + Send>, Instant), BoxError>;

impl Slot {
    /// Makes the opener's purpose; from now on the real client waits for what it opens.
    pub(super) fn opener(&self) -> Purpose {
        let (sender, receiver) = oneshot::channel();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(receiver);
        Purpose::Opener(Arc::new(Mutex::new(Some(sender))))
    }

    fn take(&self) -> Option<oneshot::Receiver<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What a client's connector does with connections.
#[derive(Clone)]
pub(super) enum Purpose {
    /// Keeps the first and lets its own client have none.
    Opener(Arc<Mutex<Option<oneshot::Sender<Kept>>>>),
    /// Takes the one that is kept, or opens one.
    User(Slot),
}

/// Makes a client's connections as its purpose wants.
#[derive(Clone)]
pub(super) struct Connections {
    pub(super) route: Arc<ProxyRoute>,
    pub(super) purpose: Purpose,
}

impl<S> Layer<S> for Connections {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector {
            inner,
            connections: self.clone(),
        }
    }
}

/// The client's own connector, in its purpose.
#[derive(Clone)]
pub(super) struct Connector<S> {
    inner: S,
    connections: Connections,
}

impl<S, R> Service<R> for Connector<S>
where
    S: Service<R, Error = BoxError>,
    S::Response: Read + Unpin + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let Connections { route, purpose } = self.connections.clone();
        // Nothing happens before the first poll.
        let opening = within_time(self.inner.call(request), route);
        match purpose {
            Purpose::Opener(sender) => Box::pin(async move {
                let opened = opening.await;
                let kept = opened.map(|new| (Box::new(new) as Box<dyn Any + Send>, Instant::now()));
                let sender = sender.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(sender) = sender {
                    // Nobody may want it any more.
                    let _ = sender.send(kept);
                }
                Err(io::Error::other("this connection is for another client").into())
            }),
            Purpose::User(slot) => Box::pin(async move {
                let early = match slot.take() {
                    Some(kept) => kept.await.ok(),
                    None => None,
                };
                match early {
                    Some(Ok((connection, since))) => {
                        if let Ok(mut connection) = connection.downcast::<S::Response>()
                            && is_usable(&mut *connection, since.elapsed())
                        {
                            return Ok(*connection);
                        }
                    }
                    // A connection that was cut a while ago says little of now; whatever else is wrong will be again.
                    Some(Err(failure)) if !was_cut(&*failure) => return Err(failure),
                    Some(Err(_)) | None => {}
                }
                opening.await
            }),
        }
    }
}

async fn within_time<C>(
    opening: impl Future<Output = Result<C, BoxError>>,
    route: Arc<ProxyRoute>,
) -> Result<C, BoxError> {
    let cause = match tokio::time::timeout(CONNECT_TIMEOUT, opening).await {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(cause)) => cause,
        Err(_) => io::Error::new(io::ErrorKind::TimedOut, "no answer in 20 seconds").into(),
    };
    Err(Failure { route, cause }.into())
}

/// Whether a connection on which nothing was asked is still open: then there is nothing to read.
fn is_usable(connection: &mut (impl Read + Unpin), age: Duration) -> bool {
    let mut byte = [0];
    let mut buffer = ReadBuf::new(&mut byte);
    let mut context = Context::from_waker(Waker::noop());
    let read = Pin::new(connection).poll_read(&mut context, buffer.unfilled());
    age < KEPT_FOR && read.is_pending()
}

#[cfg(test)]
mod tests;
