//! The early connection and the one that is used, with a connector that hands out pipes.

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
    let connector = |purpose| {
        let route = Arc::default();
        Connections { route, purpose }.layer(fake.clone())
    };
    Pair {
        opener: connector(slot.opener()),
        user: connector(Purpose::User(slot)),
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
    let route = ProxyRoute {
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
    assert!(ProxyRoute::default().proxy_to("h").is_none());
}
