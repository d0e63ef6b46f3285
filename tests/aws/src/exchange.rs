//! One request from its arrival to the last byte of its answer: its line in the record and the faults it meets.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HOST, LOCATION, PROXY_AUTHORIZATION};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use tokio::sync::Notify;
use tokio::time::Sleep;

use crate::fault::Action;
use crate::record::{Request, Service};
use crate::state::{State, http_date};

/// The largest body that is read into memory.
const MAX_BODY: usize = 1 << 20;

/// The body of an answer.
pub(crate) type Answer = UnsyncBoxBody<Bytes, io::Error>;

/// The connection of a request: its number, and whether it is to be reset when it is dropped.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) number: u64,
    pub(crate) opened: Duration,
    pub(crate) client_certificate: bool,
    pub(crate) reset: Arc<AtomicBool>,
    pub(crate) close: Arc<Notify>,
    /// From then on, since the start, the host knows it no more.
    pub(crate) forgotten: Arc<OnceLock<Duration>>,
}

/// Where the body of an answer ends early, and how.
#[derive(Clone, Copy)]
enum Cut {
    /// The connection is dropped after so many bytes.
    Drop(u64),
    /// Nothing comes after so many bytes.
    Stall(u64),
    /// The answer ends, in HTTP's terms, after so many bytes.
    End(u64),
    /// The answer ends, in HTTP's terms, so many bytes early.
    Tail(usize),
}

/// One request.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) state: Arc<State>,
    service: Service,
    method: String,
    target: String,
    index: u64,
    connection: Connection,
    cut: Arc<OnceLock<Cut>>,
    date_shift: Arc<OnceLock<time::Duration>>,
    reads_first: Arc<AtomicBool>,
}

impl Exchange {
    /// Enters the request into the record.
    pub(crate) fn open(
        state: &Arc<State>,
        service: Service,
        connection: &Connection,
        head: &Parts,
    ) -> Self {
        let base = Request::new(service, connection, state.started.elapsed());
        let request = request(base, head);
        Self {
            state: Arc::clone(state),
            service,
            method: request.method.clone(),
            target: format!("{}?{}", request.path, request.query),
            index: state.record.push(request),
            connection: connection.clone(),
            cut: Arc::default(),
            date_shift: Arc::default(),
            reads_first: Arc::default(),
        }
    }

    /// Changes the request's line in the record.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Request)) {
        self.state.record.update(self.index, change);
    }

    /// Lets the request meet its faults: an answer takes the place of the service's, an error drops the connection.
    pub(crate) async fn fault(&self) -> io::Result<Option<Response<Answer>>> {
        for action in self
            .state
            .faults
            .strike(self.service, &self.method, &self.target)
        {
            match action {
                Action::Delay(duration) => tokio::time::sleep(duration).await,
                Action::ShiftDate(offset) => _ = self.date_shift.set(offset),
                Action::ReadFirst => self.reads_first.store(true, Ordering::Relaxed),
                Action::CutBody(after) => _ = self.cut.set(Cut::Drop(after)),
                Action::StallBody(after) => _ = self.cut.set(Cut::Stall(after)),
                Action::CloseLater(after) => {
                    let close = Arc::clone(&self.connection.close);
                    tokio::spawn(async move {
                        tokio::time::sleep(after).await;
                        close.notify_one();
                    });
                }
                Action::ForgetLater(after) => {
                    let forgotten = self.state.started.elapsed() + after;
                    let _ = self.connection.forgotten.set(forgotten);
                }
                Action::Endless {
                    content_type,
                    beginning,
                    repeated,
                } => {
                    let body = Endless {
                        beginning: Some(beginning.into()),
                        repeated: repeated.into(),
                    };
                    let builder = Response::builder().header(CONTENT_TYPE, content_type);
                    let response = builder.body(body.boxed_unsync());
                    return response.map(Some).map_err(io::Error::other);
                }
                Action::KeepBody(after) => _ = self.cut.set(Cut::End(after)),
                Action::DropTail(bytes) => _ = self.cut.set(Cut::Tail(bytes)),
                Action::Redirect { code, authority } => {
                    let status = StatusCode::from_u16(code).map_err(io::Error::other)?;
                    let target = self.target.strip_suffix('?').unwrap_or(&self.target);
                    let mut response = text(status, "text/html", String::new());
                    let location = format!("https://{authority}{target}");
                    let location = location.parse().map_err(io::Error::other)?;
                    response.headers_mut().insert(LOCATION, location);
                    return Ok(Some(response));
                }
                Action::Reset => {
                    self.connection.reset.store(true, Ordering::Relaxed);
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
                Action::Status {
                    code,
                    body,
                    content_type,
                    headers,
                } => {
                    let status = StatusCode::from_u16(code).map_err(io::Error::other)?;
                    let mut builder = Response::builder()
                        .status(status)
                        .header(CONTENT_TYPE, content_type);
                    for (name, value) in headers {
                        builder = builder.header(name, value);
                    }
                    let body = Full::new(body.into())
                        .map_err(|never| match never {})
                        .boxed_unsync();
                    return builder.body(body).map(Some).map_err(io::Error::other);
                }
            }
        }
        Ok(None)
    }

    /// Reads a body to its end and forgets it, where a fault wants that.
    pub(crate) async fn read_first(&self, mut body: Incoming) -> io::Result<()> {
        if self.reads_first.load(Ordering::Relaxed) {
            while let Some(frame) = body.frame().await {
                frame.map_err(io::Error::other)?;
            }
        }
        Ok(())
    }

    /// Reads a body to its end; one larger than a mebibyte is an error.
    pub(crate) async fn whole(&self, body: Incoming) -> io::Result<Bytes> {
        let limited = Limited::new(body, MAX_BODY).collect().await;
        let bytes = limited.map_err(io::Error::other)?.to_bytes();
        self.received(bytes.len(), bytes.len() as u64);
        Ok(bytes)
    }

    /// Counts bytes of the request's body, as sent and as meant.
    pub(crate) fn received(&self, bytes: usize, decoded: u64) {
        self.update(|request| {
            request.request_body += bytes as u64;
            request.decoded_body += decoded;
        });
    }

    /// Records the status and wraps the body so that its bytes are counted, and cut where a fault wants it.
    pub(crate) fn answer(self, mut response: Response<Answer>) -> Response<Answer> {
        let now = self.state.clock.now() + self.date_shift.get().copied().unwrap_or_default();
        // A fault may have set one of its own.
        let headers = response.headers_mut();
        if let (false, Ok(date)) = (headers.contains_key(DATE), http_date(now).parse()) {
            headers.insert(DATE, date);
        }
        let status = response.status().as_u16();
        let answered = self.state.started.elapsed();
        self.update(|request| {
            request.status = Some(status);
            request.answered = Some(answered);
        });
        let cut = self.cut.get().copied();
        response.map(|body| {
            Measured {
                body,
                exchange: self,
                cut,
                held: BytesMut::new(),
                drop_at: None,
            }
            .boxed_unsync()
        })
    }
}

/// An answer of text in one piece.
pub(crate) fn text(
    status: StatusCode,
    content_type: &'static str,
    body: String,
) -> Response<Answer> {
    let body = Full::new(body.into())
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static(content_type),
    );
    response
}

fn request(base: Request, head: &Parts) -> Request {
    let service = base.service;
    let header =
        |name: &str| Some(String::from_utf8_lossy(head.headers.get(name)?.as_bytes()).into_owned());
    let secret = |name: &str| {
        [
            AUTHORIZATION.as_str(),
            PROXY_AUTHORIZATION.as_str(),
            "x-amz-security-token",
            "x-amz-sso_bearer_token",
        ]
        .contains(&name)
    };
    let headers = head
        .headers
        .iter()
        .filter(|(name, _)| !secret(name.as_str()));
    let path = if service == Service::Proxy {
        head.uri.to_string()
    } else {
        head.uri.path().to_owned()
    };
    Request {
        method: head.method.to_string(),
        path,
        query: if service == Service::Proxy {
            String::new()
        } else {
            head.uri.query().unwrap_or_default().to_owned()
        },
        host: header(HOST.as_str()).unwrap_or_default(),
        git_protocol: header("git-protocol"),
        content_type: header("content-type"),
        content_length: header("content-length").and_then(|length| length.parse().ok()),
        chunked: header("transfer-encoding")
            .is_some_and(|encoding| encoding.eq_ignore_ascii_case("chunked")),
        content_encoding: header("content-encoding"),
        accept: header("accept"),
        user_agent: header("user-agent"),
        headers: headers
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect(),
        ..base
    }
}

/// A body without an end.
struct Endless {
    beginning: Option<Bytes>,
    repeated: Bytes,
}

impl Body for Endless {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let repeated = self.repeated.clone();
        let data = self.beginning.take().unwrap_or(repeated);
        Poll::Ready(Some(Ok(Frame::data(data))))
    }
}

/// A body that counts itself into the record and may end early.
struct Measured {
    body: Answer,
    exchange: Exchange,
    /// With how many bytes may still pass.
    cut: Option<Cut>,
    /// The last bytes, until it is known that they are not.
    held: BytesMut,
    drop_at: Option<Pin<Box<Sleep>>>,
}

impl Body for Measured {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        if let Some(Cut::Stall(0)) = this.cut {
            // Nobody wakes it: the client gives up, or the server ends.
            return Poll::Pending;
        }
        if let Some(Cut::End(0)) = this.cut {
            return Poll::Ready(None);
        }
        if let Some(Cut::Drop(0)) = this.cut {
            // What was sent before leaves hyper's buffer while this waits.
            let pause = || Box::pin(tokio::time::sleep(Duration::from_millis(50)));
            ready!(
                this.drop_at
                    .get_or_insert_with(pause)
                    .as_mut()
                    .poll(context)
            );
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        let Some(Ok(frame)) = frame else {
            return Poll::Ready(frame);
        };
        let Ok(mut data) = frame.into_data() else {
            return Poll::Ready(None);
        };
        match &mut this.cut {
            Some(Cut::Drop(left) | Cut::Stall(left) | Cut::End(left)) => {
                data.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= data.len() as u64;
            }
            Some(Cut::Tail(bytes)) => {
                this.held.extend_from_slice(&data);
                let passing = this.held.len().saturating_sub(*bytes);
                data = this.held.split_to(passing).freeze();
            }
            None => {}
        }
        this.exchange
            .update(|request| request.response_body += data.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.cut {
            Some(Cut::End(_) | Cut::Tail(_)) => SizeHint::default(),
            _ => self.body.size_hint(),
        }
    }
}
