//! Listeners, connections and the thread they all live on.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::delay::delayed;
use crate::exchange::{Answer, Connection, Exchange};
use crate::proxy::Targets;
use crate::record::{self, Service};
use crate::state::State;
use crate::tls::Tls;
use crate::{codecommit_api, container, git_host, proxy, sign_in, socks, sts};

/// The listening sockets, bound but not yet served.
pub(crate) struct Listeners {
    sockets: Vec<(Service, StdListener)>,
}

impl Listeners {
    /// Binds all services: at the addresses given, the others on loopback.
    pub(crate) fn bind(addresses: &[(Service, SocketAddr)]) -> io::Result<Self> {
        let services = [
            Service::Container,
            Service::Sts,
            Service::Git,
            Service::CodeCommit,
            Service::Sso,
            Service::SsoOidc,
            Service::SignIn,
            Service::Proxy,
            Service::Socks,
        ];
        let mut sockets = Vec::new();
        for service in services {
            let given = addresses.iter().find(|(known, _)| *known == service);
            let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
            let socket = StdListener::bind(given.map_or(loopback, |(_, address)| *address))?;
            socket.set_nonblocking(true)?;
            sockets.push((service, socket));
        }
        Ok(Self { sockets })
    }

    /// The address of one service.
    pub(crate) fn address(&self, service: Service) -> SocketAddr {
        let (_, socket) = self
            .sockets
            .iter()
            .find(|(known, _)| *known == service)
            .expect("every service is bound");
        socket.local_addr().expect("a bound socket has an address")
    }
}

/// The running services; stopped when dropped, git's programs with them.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves all listeners on a thread of its own.
    pub(crate) fn start(state: Arc<State>, listeners: Listeners, tls: &Tls) -> Self {
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be built");
        let targets = Targets {
            git: listeners.address(Service::Git),
            codecommit: listeners.address(Service::CodeCommit),
            sts: listeners.address(Service::Sts),
            sso: listeners.address(Service::Sso),
            oidc: listeners.address(Service::SsoOidc),
            sign_in: listeners.address(Service::SignIn),
        };
        let (open, git) = (tls.open.clone(), tls.git.clone());
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                for (service, socket) in listeners.sockets {
                    let tls = match service {
                        Service::Container | Service::Proxy | Service::Socks => None,
                        Service::Git => Some(git.clone()),
                        _ => Some(open.clone()),
                    };
                    let shared = Shared {
                        state: Arc::clone(&state),
                        service,
                        targets,
                        tls,
                    };
                    let listener =
                        TcpListener::from_std(socket).expect("the listener is nonblocking");
                    tokio::spawn(accept(listener, shared));
                }
                // An error says that the sender is gone, which is the same.
                let _ = stopped.await;
            });
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed already.
            let _ = thread.join();
        }
    }
}

#[derive(Clone)]
struct Shared {
    state: Arc<State>,
    service: Service,
    targets: Targets,
    tls: Option<TlsAcceptor>,
}

async fn accept(listener: TcpListener, shared: Shared) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => _ = tokio::spawn(connection(stream, shared.clone())),
            // Out of file descriptors, most likely: other connections give theirs back.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Shared) {
    // Both only make things slower if they fail.
    let _ = stream.set_nodelay(true);
    let state = &shared.state;
    let connection = Connection {
        number: state.connections.fetch_add(1, Ordering::Relaxed),
        opened: state.started.elapsed(),
        client_certificate: false,
        reset: Arc::new(AtomicBool::new(false)),
        close: Arc::default(),
        forgotten: Arc::default(),
    };
    state.record.open(record::Connection {
        number: connection.number,
        service: shared.service,
        opened: connection.opened,
        secured: None,
    });
    let socket = Socket {
        stream,
        reset: Arc::clone(&connection.reset),
    };
    let round_trip = *state.round_trip();
    match &shared.tls {
        None if shared.service == Service::Socks => {
            // A client that goes away is no news.
            let _ = socks::serve(socket, &connection, state, shared.targets).await;
        }
        None => serve(socket, connection, &shared).await,
        Some(tls) if round_trip.is_zero() => secure(tls, socket, connection, &shared).await,
        Some(tls) => {
            let socket = delayed(socket, round_trip, Arc::clone(&connection.reset));
            secure(tls, socket, connection, &shared).await;
        }
    }
}

async fn secure(
    tls: &TlsAcceptor,
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    mut connection: Connection,
    shared: &Shared,
) {
    let state = &shared.state;
    if let Ok(socket) = tls.accept(socket).await {
        state
            .record
            .secure(connection.number, state.started.elapsed());
        connection.client_certificate = socket.get_ref().1.peer_certificates().is_some();
        serve(socket, connection, shared).await;
    }
}

async fn serve(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    connection: Connection,
    shared: &Shared,
) {
    let close = Arc::clone(&connection.close);
    let service = service_fn(|request| answer(request, &connection, shared));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    tokio::select! {
        // A client that goes away and a fault that cuts the connection both end here.
        _ = connection.with_upgrades() => {}
        () = close.notified() => {}
    }
}

async fn answer(
    request: Request<Incoming>,
    connection: &Connection,
    shared: &Shared,
) -> io::Result<Response<Answer>> {
    let (head, body) = request.into_parts();
    let exchange = Exchange::open(&shared.state, shared.service, connection, &head);
    let forgotten = connection.forgotten.get();
    if forgotten.is_some_and(|since| shared.state.started.elapsed() > *since) {
        connection.reset.store(true, Ordering::Relaxed);
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    let response = match shared.service {
        Service::Container => container::answer(&exchange, &head).await?,
        Service::Sts => sts::answer(&exchange, &head, body).await?,
        Service::Git => git_host::answer(&exchange, &head, body).await?,
        Service::CodeCommit => codecommit_api::answer(&exchange, &head, body).await?,
        Service::Sso => sign_in::role_credentials(&exchange, &head).await?,
        Service::SsoOidc => {
            let body = exchange.whole(body).await?;
            sign_in::create_token(&exchange, &head, &body).await?
        }
        Service::SignIn => {
            let body = exchange.whole(body).await?;
            sign_in::create_oauth2_token(&exchange, &head, &body).await?
        }
        Service::Socks => return Err(io::ErrorKind::Unsupported.into()),
        Service::Proxy => {
            proxy::answer(&exchange, shared.targets, Request::from_parts(head, body)).await?
        }
    };
    Ok(exchange.answer(response))
}

/// A TCP stream that sends RST in place of FIN when a fault wants it.
struct Socket {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            // Without it the client still sees the connection end.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
