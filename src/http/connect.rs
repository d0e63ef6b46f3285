//! How connections come about: through which proxy, within what time, and one of them early.
//!
//! To open TCP, a proxy's tunnel and TLS takes several round trips, and STS takes some too: they go on
//! at the same time. reqwest opens a connection only for a request, so an [opener](Role::Opener) makes
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

use super::proxy::{Proxy, is_exempt};

/// How long a connection may take to open before the host counts as unreachable.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// A host may close a connection on which nothing was asked: an older one is not used any more.
const KEPT_FOR: Duration = Duration::from_secs(30);

type BoxError = Box<dyn StdError + Send + Sync>;

/// The proxy on the way, and the hosts it is not for.
#[derive(Debug, Default)]
pub(super) struct Route {
    pub(super) proxy: Option<Proxy>,
    /// As `no_proxy` lists them.
    pub(super) exempt: String,
}

impl Route {
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
    pub(super) route: Arc<Route>,
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
    /// Makes the opener's role; from now on the real client waits for what it opens.
    pub(super) fn opener(&self) -> Role {
        let (sender, receiver) = oneshot::channel();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(receiver);
        Role::Opener(Arc::new(Mutex::new(Some(sender))))
    }

    fn take(&self) -> Option<oneshot::Receiver<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What a client's connector does with connections.
#[derive(Clone)]
pub(super) enum Role {
    /// Keeps the first and lets its own client have none.
    Opener(Arc<Mutex<Option<oneshot::Sender<Kept>>>>),
    /// Takes the one that is kept, or opens one.
    User(Slot),
}

/// Makes a client's connections as its role wants.
#[derive(Clone)]
pub(super) struct Connections {
    pub(super) route: Arc<Route>,
    pub(super) role: Role,
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

/// The client's own connector, in its role.
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
        let Connections { route, role } = self.connections.clone();
        // Nothing happens before the first poll.
        let opening = within_time(self.inner.call(request), route);
        match role {
            Role::Opener(sender) => Box::pin(async move {
                let opened = opening.await;
                let kept = opened.map(|new| (Box::new(new) as Box<dyn Any + Send>, Instant::now()));
                let sender = sender.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(sender) = sender {
                    // Nobody may want it any more.
                    let _ = sender.send(kept);
                }
                Err(io::Error::other("this connection is for another client").into())
            }),
            Role::User(slot) => Box::pin(async move {
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
                    // A connection that was cut a while ago says little of now.
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
    route: Arc<Route>,
) -> Result<C, BoxError> {
    let cause = match tokio::time::timeout(CONNECT_TIMEOUT, opening).await {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(cause)) => cause,
        Err(_) => io::Error::new(io::ErrorKind::TimedOut, "no answer in 20 seconds").into(),
    };
    Err(Failure { route, cause }.into())
}

/// Whether a connection was opened and then cut, which may pass; whatever else is wrong will be again.
fn was_cut(failure: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(failure);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(
                error.kind(),
                io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof
            );
        }
        next = error.source();
    }
    false
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
mod tests {
    use std::collections::VecDeque;

    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncWriteExt, DuplexStream};

    use super::*;

    type Side = TokioIo<DuplexStream>;

    /// A connector that hands out what it was given.
    #[derive(Clone, Default)]
    struct Fake(Arc<Mutex<VecDeque<Result<Side, BoxError>>>>);

    impl Fake {
        /// One more connection; its other side is returned.
        fn give(&self) -> DuplexStream {
            let (here, there) = tokio::io::duplex(64);
            self.0.lock().unwrap().push_back(Ok(TokioIo::new(here)));
            there
        }

        fn left(&self) -> usize {
            self.0.lock().unwrap().len()
        }
    }

    impl Service<()> for Fake {
        type Response = Side;
        type Error = BoxError;
        type Future = Pin<Box<dyn Future<Output = Result<Side, BoxError>> + Send>>;

        fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, (): ()) -> Self::Future {
            let fake = self.clone();
            // As in the real one, nothing happens before the first poll.
            Box::pin(async move { fake.0.lock().unwrap().pop_front().expect("one is left") })
        }
    }

    struct Pair {
        fake: Fake,
        opener: Connector<Fake>,
        user: Connector<Fake>,
    }

    fn pair() -> Pair {
        let (fake, slot) = (Fake::default(), Slot::default());
        let connector = |role| {
            let route = Arc::default();
            Connections { route, role }.layer(fake.clone())
        };
        Pair {
            opener: connector(slot.opener()),
            user: connector(Role::User(slot)),
            fake,
        }
    }

    fn run<T>(test: impl Future<Output = T>) -> T {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().build().unwrap().block_on(test)
    }

    /// Writes a byte on one side, to know it again on the other.
    async fn mark(side: Side) -> DuplexStream {
        let mut side = side.into_inner();
        side.write_all(b"!").await.unwrap();
        side
    }

    async fn is_marked(side: &mut DuplexStream) -> bool {
        use tokio::io::AsyncReadExt;
        let read = tokio::time::timeout(Duration::from_millis(10), side.read_u8());
        matches!(read.await, Ok(Ok(b'!')))
    }

    #[test]
    fn the_opener_never_has_a_connection_and_the_user_has_the_openers() {
        run(async {
            let mut pair = pair();
            let mut there = pair.fake.give();
            assert!(pair.opener.call(()).await.is_err());
            let _side = mark(pair.user.call(()).await.unwrap()).await;
            assert!(is_marked(&mut there).await);
            // The next one is the user's own.
            let mut second = pair.fake.give();
            let _side = mark(pair.user.call(()).await.unwrap()).await;
            assert!(is_marked(&mut second).await);
        });
    }

    #[test]
    fn the_user_waits_for_a_connection_that_is_being_opened() {
        run(async {
            let mut pair = pair();
            let _there = pair.fake.give();
            let using = tokio::spawn(pair.user.call(()));
            tokio::task::yield_now().await;
            assert_eq!(pair.fake.left(), 1, "it has opened none itself");
            assert!(pair.opener.call(()).await.is_err());
            assert!(using.await.unwrap().is_ok());
        });
    }

    #[test]
    fn an_opener_that_is_gone_leaves_the_user_to_open_one() {
        run(async {
            let mut pair = pair();
            drop(pair.opener);
            let _there = pair.fake.give();
            assert!(pair.user.call(()).await.is_ok());
        });
    }

    #[test]
    fn an_opener_that_was_cut_costs_nothing_and_any_other_failure_is_the_users() {
        run(async {
            for (kind, is_repeated) in [
                (io::ErrorKind::ConnectionReset, true),
                (io::ErrorKind::TimedOut, false),
                (io::ErrorKind::ConnectionRefused, false),
                (io::ErrorKind::InvalidData, false),
            ] {
                let mut pair = pair();
                let early = io::Error::from(kind);
                pair.fake.0.lock().unwrap().push_back(Err(early.into()));
                let _there = pair.fake.give();
                assert!(pair.opener.call(()).await.is_err());
                assert_eq!(pair.user.call(()).await.is_ok(), is_repeated, "{kind}");
            }
        });
    }

    #[test]
    fn a_connection_that_was_closed_or_has_spoken_is_not_used() {
        run(async {
            for spoil in [0, 1] {
                let mut pair = pair();
                let mut first = pair.fake.give();
                assert!(pair.opener.call(()).await.is_err());
                match spoil {
                    0 => first.shutdown().await.unwrap(),
                    _ => first
                        .write_all(b"HTTP/1.1 408 Request Timeout")
                        .await
                        .unwrap(),
                }
                let mut second = pair.fake.give();
                let _side = mark(pair.user.call(()).await.unwrap()).await;
                assert!(is_marked(&mut second).await, "{spoil}");
            }
        });
    }

    #[test]
    fn an_open_connection_is_used_while_it_is_young() {
        let (here, _there) = tokio::io::duplex(64);
        let mut here = TokioIo::new(here);
        assert!(is_usable(&mut here, KEPT_FOR - Duration::from_millis(1)));
        assert!(!is_usable(&mut here, KEPT_FOR));
    }

    #[test]
    fn a_route_knows_for_which_hosts_it_has_a_proxy() {
        let exempt = "localhost,10.0.0.0/8,::1".to_owned();
        let world = crate::world::World::of(&[("https_proxy", "http://proxy.corp:3128")]);
        let (proxy, _) = super::super::proxy::for_aws(&world, &Default::default())
            .unwrap()
            .unwrap();
        let route = Route {
            proxy: Some(proxy),
            exempt,
        };
        for host in [
            "sts.amazonaws.com",
            "sts.amazonaws.com:443",
            "192.0.2.1:443",
        ] {
            assert!(route.proxy_to(host).is_some(), "{host}");
        }
        for host in [
            "localhost",
            "localhost:8443",
            "10.1.2.3:443",
            "[::1]:443",
            "[::1]",
        ] {
            assert!(route.proxy_to(host).is_none(), "{host}");
        }
        assert!(Route::default().proxy_to("h").is_none());
    }
}
