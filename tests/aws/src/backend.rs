//! Real `git http-backend` as a CGI program, streamed both ways.

use std::io;
use std::io::Write as _;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use flate2::write::GzDecoder;
use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::{Body, Frame, Incoming};
use hyper::header::CONTENT_ENCODING;
use hyper::http::request::Parts;
use hyper::http::response::Builder;
use tokio::io::{AsyncBufRead as _, AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::capabilities;
use crate::exchange::{Answer, Exchange};
use crate::state::Protocol;

/// One call of the program.
pub(crate) struct Call<'a> {
    pub(crate) repository: &'a str,
    pub(crate) tail: &'a str,
    pub(crate) service: &'a str,
    pub(crate) caller: &'a str,
    pub(crate) writes: bool,
}

/// Starts the program and gives its answer as it comes; the program ends when the answer is dropped.
pub(crate) async fn run(
    exchange: &Exchange,
    call: &Call<'_>,
    head: &Parts,
    body: Incoming,
) -> io::Result<Response<Answer>> {
    let mut child = Command::from(command(exchange, call, head))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let mut input = JoinSet::new();
    let (sender, mut broken) = mpsc::channel(1);
    let decoder = Decoder::for_encoding(head);
    input.spawn(feed(body, stdin, decoder, exchange.clone(), sender));
    let mut stdout = BufReader::with_capacity(64 * 1024, stdout);
    let response = tokio::select! {
        response = header(&mut stdout) => response?,
        Some(()) = broken.recv() => return Err(io::ErrorKind::ConnectionAborted.into()),
    };
    let state = &exchange.state;
    let published = || match call.service {
        "git-upload-pack" => Some(capabilities::CODECOMMIT.map(str::to_owned).to_vec()),
        _ => None,
    };
    let wanted = state.replay.capabilities(call.service);
    let wanted = wanted.map(<[String]>::to_vec).or_else(published);
    let rewritten = match wanted {
        Some(wanted) if state.protocol == Protocol::V0Only && call.tail == "/info/refs" => {
            Some(capabilities::cut_advertisement(&mut stdout, &wanted).await?)
        }
        _ => None,
    };
    let output = Output {
        rewritten,
        stdout,
        broken,
        _child: child,
        _input: input,
    };
    response
        .body(output.boxed_unsync())
        .map_err(io::Error::other)
}

/// Reads the program's header; `Status` is 200 unless it says otherwise (RFC 3875 section 6.3.3).
async fn header(stdout: &mut BufReader<ChildStdout>) -> io::Result<Builder> {
    let mut response = Response::builder();
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).await? == 0 {
            return Err(io::Error::other("git http-backend ended within its header"));
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            return Ok(response);
        };
        if name.eq_ignore_ascii_case("Status") {
            let code = value.get(..3).unwrap_or(value);
            response = response.status(code.parse::<u16>().map_err(io::Error::other)?);
        } else {
            response = response.header(name, value);
        }
    }
}

/// The program with its environment (RFC 3875, git-http-backend(1)).
fn command(exchange: &Exchange, call: &Call<'_>, head: &Parts) -> std::process::Command {
    let state = &exchange.state;
    let mut command = state.repositories.http_backend();
    command
        .env("REQUEST_METHOD", head.method.as_str())
        .env(
            "PATH_INFO",
            format!("/{}.git{}", call.repository, call.tail),
        )
        .env("QUERY_STRING", head.uri.query().unwrap_or_default())
        .env("REMOTE_ADDR", "127.0.0.1");
    let mut passed = vec![
        ("CONTENT_TYPE", "content-type"),
        ("CONTENT_LENGTH", "content-length"),
        ("HTTP_CONTENT_ENCODING", "content-encoding"),
    ];
    if state.protocol == Protocol::Any {
        passed.push(("GIT_PROTOCOL", "git-protocol"));
    }
    for (variable, header) in passed {
        if let Some(value) = head
            .headers
            .get(header)
            .and_then(|value| value.to_str().ok())
        {
            command.env(variable, value);
        }
    }
    if call.writes {
        command.env("REMOTE_USER", call.caller);
    }
    command
}

/// Copies the request's body to the program. If the body breaks off it says so and leaves the pipe open: the program is
/// killed with the exchange and never takes a part for the whole.
async fn feed(
    mut body: Incoming,
    stdin: ChildStdin,
    mut decoder: Decoder,
    exchange: Exchange,
    broken: mpsc::Sender<()>,
) {
    let mut stdin = Some(stdin);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            // Without a receiver the exchange is over already.
            let _ = broken.send(()).await;
            return std::future::pending().await;
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        exchange.received(data.len(), decoder.decoded(&data));
        // A program that has stopped reading has its answer ready; the rest of the body is read and dropped.
        if let Some(pipe) = &mut stdin
            && pipe.write_all(&data).await.is_err()
        {
            stdin = None;
        }
    }
}

/// Counts what a body holds. The program decodes it for itself.
enum Decoder {
    Plain,
    Gzip(Box<GzDecoder<Vec<u8>>>),
}

impl Decoder {
    fn for_encoding(head: &Parts) -> Self {
        match head.headers.get(CONTENT_ENCODING) {
            Some(encoding) if encoding == "gzip" => {
                Self::Gzip(Box::new(GzDecoder::new(Vec::new())))
            }
            _ => Self::Plain,
        }
    }

    /// How many bytes more have come to light. Bytes that are not gzip count for nothing.
    fn decoded(&mut self, data: &[u8]) -> u64 {
        match self {
            Self::Plain => data.len() as u64,
            Self::Gzip(decoder) => {
                if decoder
                    .write_all(data)
                    .and_then(|()| decoder.flush())
                    .is_err()
                {
                    return 0;
                }
                let found = decoder.get_ref().len() as u64;
                decoder.get_mut().clear();
                found
            }
        }
    }
}

/// The program's answer after its header.
struct Output {
    rewritten: Option<Bytes>,
    stdout: BufReader<ChildStdout>,
    broken: mpsc::Receiver<()>,
    _child: Child,
    _input: JoinSet<()>,
}

impl Body for Output {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Poll::Ready(Some(())) = self.broken.poll_recv(context) {
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        if let Some(bytes) = self.rewritten.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        let bytes = match ready!(Pin::new(&mut self.stdout).poll_fill_buf(context)) {
            Ok([]) => return Poll::Ready(None),
            Ok(bytes) => Bytes::copy_from_slice(bytes),
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        Pin::new(&mut self.stdout).consume(bytes.len());
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}
