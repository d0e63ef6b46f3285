//! The packets of an advertisement, one by one.

use gix_packetline::PacketLineRef;
use gix_packetline::decode::{Stream, streaming};

/// Why an answer is no advertisement.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::remote) enum Problem {
    /// It has not the format: what is wrong.
    Format(&'static str),
    /// An `ERR` packet's text.
    Remote(String),
}

/// Stand-ins that are no references: of alternates, and of an empty repository.
pub(super) const ALTERNATE: &[u8] = b".have";
pub(super) const EMPTY: &[u8] = b"capabilities^{}";

/// A packet's text less a final LF, or none for a flush; and the packet's length.
pub(super) type Packet<'a> = (Option<&'a [u8]>, usize);

/// The next packet, if all of it is there.
pub(super) fn next(rest: &[u8]) -> Result<Option<Packet<'_>>, Problem> {
    match streaming(rest) {
        Ok(Stream::Complete {
            line,
            bytes_consumed,
        }) => match line {
            PacketLineRef::Data(data) => {
                let text = data.strip_suffix(b"\n").unwrap_or(data);
                match text.strip_prefix(b"ERR ") {
                    Some(message) => Err(Problem::Remote(
                        String::from_utf8_lossy(message).trim().to_owned(),
                    )),
                    None => Ok(Some((Some(text), bytes_consumed))),
                }
            }
            PacketLineRef::Flush => Ok(Some((None, bytes_consumed))),
            _ => Err(Problem::Format("an unexpected packet")),
        },
        Ok(Stream::Incomplete { .. }) => Ok(None),
        Err(_) => Err(Problem::Format("not in pkt-line format")),
    }
}

/// The object id and the name of a reference's line.
pub(super) fn split(reference: &[u8]) -> Result<(&[u8], &[u8]), Problem> {
    let space = reference.iter().position(|b| *b == b' ');
    let space = space.ok_or(Problem::Format("a line without a reference name"))?;
    Ok((&reference[..space], &reference[space + 1..]))
}
