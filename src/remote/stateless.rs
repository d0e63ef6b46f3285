//! Protocol v2: git speaks it itself, this helper carries requests and answers.
//!
//! Source: `stateless-connect` in git's `Documentation/gitremote-helpers.adoc`.

use std::io::{BufRead, Write};

use super::error::Error;
use super::framing::{Ending, Framing};
use super::payload::Payload;
use super::pktline;
use super::service::Service;
use super::smart_http::SmartHttp;
use super::waiting::Waiting;

/// Carries requests until git has no more.
///
/// A request is kept whole: it lists what git wants and has, so it grows with the number of
/// references, never with the pack. Answers are not kept.
pub(super) fn carry(
    waiting: &Waiting,
    git_host: &SmartHttp<'_>,
    service: Service,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<(), Error> {
    while let Some(request) = pktline::read_request(input).map_err(Error::reading)? {
        waiting.until(exchange(git_host, service, request, output))??;
    }
    Ok(())
}

async fn exchange(
    git_host: &SmartHttp<'_>,
    service: Service,
    request: Vec<u8>,
    output: &mut impl Write,
) -> Result<(), Error> {
    let mut answer = git_host
        .post(service, 2, Payload::whole(service, request))
        .await?;
    let mut framing = Framing::default();
    while let Some(pieces) = answer.pieces().await? {
        for piece in pieces.iter() {
            framing.follow(piece).map_err(|p| git_host.damaged(p))?;
        }
        pieces.write_to(output).map_err(Error::Pipe)?;
    }
    framing
        .end(Ending::AnyPacket)
        .map_err(|p| git_host.damaged(p))?;
    output
        .write_all(pktline::RESPONSE_END)
        .and_then(|()| output.flush())
        .map_err(Error::Pipe)?;
    Ok(())
}
