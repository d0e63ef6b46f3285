//! Protocol v0 and v1: the conversation between `git fetch-pack` or `git send-pack` and the host.
//!
//! With `--stateless-rpc` these programs write each request as pkt-lines ended by a flush, and read
//! the host's answers from their standard input. Packs go by in both
//! directions without ever being whole in memory.

use std::ffi::OsString;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};

use super::advertisement::Advertisement;
use super::error::Error;
use super::framing::{Asked, Framing};
use super::payload::Payload;
use super::service::Service;
use super::smart_http::SmartHttp;
use super::upload::{self, ProgramEnded};
use super::{pktline, plumbing};
use crate::http::{Answer, Bounds};

/// The answer to a probe is empty, or a few packets.
const PROBE_ANSWER: Bounds = Bounds {
    size: 1 << 20,
    time: Duration::from_secs(60),
};

const NO_REPORT: &str = "git send-pack cannot read the report on the push";

/// What a git program said when it was done.
pub(super) struct Outcome {
    /// Lines for git: `lock`, `connectivity-ok`, or a status for each reference.
    pub(super) report: Vec<u8>,
    /// The failure to end with, once the report is written.
    pub(super) failure: Option<Error>,
}

/// Runs the program that fits the service until it has what it wants. `lines` are its instructions,
/// which it reads in front of the advertisement.
pub(super) async fn converse(
    git_host: &SmartHttp<'_>,
    service: Service,
    advertisement: &Advertisement,
    mut arguments: Vec<OsString>,
    lines: &[Vec<u8>],
) -> Result<Outcome, Error> {
    let program = match service {
        Service::ReceivePack => "send-pack",
        _ => "fetch-pack",
    };
    let mut preamble = Vec::new();
    for line in lines {
        pktline::write_data(line, &mut preamble).map_err(|_| Error::DamagedRequest)?;
    }
    preamble.extend_from_slice(pktline::FLUSH);
    preamble.extend_from_slice(advertisement.bytes());

    arguments.push(git_host.own_address());
    let mut child = plumbing::start(program, &arguments)?;
    let Some((stdin, stdout)) = child.stdin.take().zip(child.stdout.take()) else {
        return Err(Error::Pipe(io::ErrorKind::BrokenPipe.into()));
    };
    let has_bands = advertisement.has("side-band-64k") || advertisement.has("side-band");
    let mut rpc = Rpc {
        git_host,
        service,
        version: advertisement.version,
        // Without a sideband a pack comes as it is, behind the packets.
        is_framed: has_bands || service == Service::ReceivePack,
        has_report: advertisement.has("report-status") || advertisement.has("report-status-v2"),
        stdin: Some(stdin),
        sent: false,
        relayed: false,
    };
    match rpc
        .run(preamble, BufReader::with_capacity(1 << 16, stdout))
        .await
    {
        Ok(report) => {
            let status = child.wait().await.map_err(Error::Pipe)?;
            let failure = (!status.success()).then(|| rpc.failure(program, status, &report));
            Ok(Outcome { report, failure })
        }
        Err(Stop::ProgramEnded) => {
            // One that has not gone yet goes when its input ends.
            rpc.stdin = None;
            let status = child.wait().await.map_err(Error::Pipe)?;
            Err(rpc.failure(program, status, &[]))
        }
        Err(Stop::Failure(error)) => {
            rpc.let_go(child).await;
            Err(match (service, rpc.sent) {
                (Service::ReceivePack, true) => error.unless_clear(),
                _ => error,
            })
        }
    }
}

/// A program that exits with an error has said why; one that a signal ended could not.
fn how_it_ended(program: &'static str, status: ExitStatus) -> Error {
    match status.code() {
        Some(code) if code != 0 => Error::Spoken { program },
        _ => Error::Ended { program, status },
    }
}

/// Why a conversation stops before its end.
enum Stop {
    ProgramEnded,
    Failure(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

struct Rpc<'h, 'w> {
    git_host: &'h SmartHttp<'w>,
    service: Service,
    version: u8,
    /// Answers are made of packets, to their end.
    is_framed: bool,
    /// The host reports on a push.
    has_report: bool,
    /// The program's input, until it is closed.
    stdin: Option<ChildStdin>,
    /// A request that changes something may have reached the host.
    sent: bool,
    /// The child has got a part of an answer, and may have begun to store it.
    relayed: bool,
}

impl<'h, 'w> Rpc<'h, 'w> {
    /// Carries requests and answers until the program has no more; returns its report.
    async fn run(
        &mut self,
        preamble: Vec<u8>,
        mut stdout: BufReader<ChildStdout>,
    ) -> Result<Vec<u8>, Stop> {
        self.write(&preamble).await?;
        drop(preamble);
        // Requests up to this size are sent whole, with their length; larger ones as they come.
        let post_buffer = self.git_host.connection.network()?.settings().post_buffer();
        // The program works as long as it likes, but where the host has said all it has to say on a request, and
        // the program says nothing either, each waits for the other.
        let mut patience = None;
        while let Some(first) = self.next_request(&mut stdout, patience).await? {
            let mut request = Vec::from(first);
            let mut whole = false;
            while !whole && request.len() <= post_buffer {
                match read(&mut stdout).await? {
                    Some(data) => request.extend_from_slice(&data),
                    None => whole = true,
                }
            }
            stdout = if whole {
                self.sent = true;
                let asked = self.asked(Some(&request))?;
                let answer = self.post(Payload::whole(self.service, request)).await?;
                self.relay(answer, asked).await?;
                stdout
            } else {
                self.stream(request, stdout).await?
            };
            patience = Some(self.git_host.connection.network()?.settings().silence());
        }
        // The program ends when its input does; what it still has to say is for git.
        self.stdin = None;
        let mut report = Vec::new();
        let read = stdout.read_to_end(&mut report).await;
        read.map_err(Error::Pipe)?;
        Ok(report)
    }

    /// Sends a request that is too large to keep, while the program still writes it.
    async fn stream(
        &mut self,
        start: Vec<u8>,
        stdout: BufReader<ChildStdout>,
    ) -> Result<BufReader<ChildStdout>, Stop> {
        // A refusal is best heard before the pack is on its way: hyper does not wait for a
        // "100 Continue". Git sends the same probe, an empty request, for its own reasons.
        let mut probe = self.post(Payload::Probe).await?;
        // Read to its end, the connection can be used again.
        probe.each(PROBE_ANSWER, |_| Ok::<(), Error>(())).await?;

        self.sent = true;
        let (upload, feeder, open) = upload::start(start, stdout);
        let answered = match self.post(Payload::Streamed(upload)).await {
            Ok(answer) => {
                let asked = self.asked(None)?;
                self.relay(answer, asked).await
            }
            Err(error) => Err(error.into()),
        };
        if let Err(stop) = answered {
            if !feeder.is_finished() {
                feeder.abort();
                return Err(stop);
            }
            // If the program ended in the middle, that is why the request failed.
            return match feeder.await {
                Ok(Err(ProgramEnded)) => Err(Stop::ProgramEnded),
                _ => Err(stop),
            };
        }
        drop(open);
        match feeder.await {
            Ok(Ok(stdout)) => Ok(stdout),
            _ => Err(Stop::ProgramEnded),
        }
    }

    async fn post(&self, payload: Payload) -> Result<Answer<'h, 'w>, Error> {
        let git_host = self.git_host;
        git_host.post(self.service, self.version, payload).await
    }

    /// What the answer to a request must be; of one that is not whole in memory nothing is known.
    fn asked(&self, request: Option<&[u8]>) -> Result<Asked, Error> {
        match (self.service, request) {
            (Service::ReceivePack, _) => Ok(Asked::of_push(self.has_report)),
            (_, Some(request)) => Asked::of_fetch(request).ok_or(Error::DamagedRequest),
            (_, None) => Ok(Asked::UNKNOWN),
        }
    }

    /// Waits for the beginning of the program's next request; none when it has no more.
    async fn next_request(
        &self,
        stdout: &mut BufReader<ChildStdout>,
        patience: Option<Duration>,
    ) -> Result<Option<Bytes>, Stop> {
        match patience.filter(|_| self.stdin.is_some()) {
            None => read(stdout).await,
            Some(patience) => match tokio::time::timeout(patience, read(stdout)).await {
                Ok(read) => read,
                Err(_) => Err(self.git_host.damaged("git waits for more of it").into()),
            },
        }
    }

    /// How the program failed. If it has read an answer to a push and reports nothing, it has not found the report in it.
    fn failure(&self, program: &'static str, status: ExitStatus, report: &[u8]) -> Error {
        let is_answered = self.service == Service::ReceivePack && self.relayed;
        match is_answered && report.is_empty() {
            true => self.git_host.damaged(NO_REPORT).unless_clear(),
            false => how_it_ended(program, status),
        }
    }

    /// Hands an answer to the program as it comes, and checks that it is whole.
    async fn relay(&mut self, mut answer: Answer<'h, 'w>, asked: Asked) -> Result<(), Stop> {
        let damaged = |problem| Stop::from(self.git_host.damaged(problem));
        let mut framing = Framing::default();
        let mut is_empty = true;
        while let Some(mut pieces) = answer.pieces().await? {
            is_empty = false;
            if self.is_framed {
                for piece in pieces.iter() {
                    framing.follow(piece).map_err(damaged)?;
                }
            }
            self.relayed = true;
            let stdin = self.stdin.as_mut().ok_or(Stop::ProgramEnded)?;
            let written = stdin.write_all_buf(&mut pieces).await;
            written.map_err(|_| Stop::ProgramEnded)?;
        }
        if self.is_framed {
            framing.end(asked.ending).map_err(damaged)?;
        } else if is_empty {
            return Err(damaged("empty body"));
        }
        if asked.is_last || framing.has_bands() {
            // The program has all that it needs. If it thinks otherwise, it says so instead of waiting.
            self.stdin = None;
        }
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let stdin = self.stdin.as_mut().ok_or(Stop::ProgramEnded)?;
        let written = stdin.write_all(bytes).await;
        written.map_err(|_| Stop::ProgramEnded)
    }

    /// Ends the program after a failure that is not its own.
    ///
    /// One that has seen nothing of an answer is stopped, so that its own complaint does not bury
    /// the reason. One that has must clean up itself: only its input is closed.
    async fn let_go(&mut self, mut child: Child) {
        if !self.relayed {
            let _ = child.start_kill();
        }
        self.stdin = None;
        let _ = child.wait().await;
    }
}

/// One packet of the program; none is a flush.
async fn read(stdout: &mut BufReader<ChildStdout>) -> Result<Option<Bytes>, Stop> {
    let data = pktline::read_data(stdout).await;
    data.map_err(|_| Stop::ProgramEnded)
}
