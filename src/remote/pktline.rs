//! Pkt-lines on streams: gix-packetline knows the format, this knows how to read and check it in
//! pieces.
//!
//! Source: git's `Documentation/gitprotocol-common.adoc`.

use std::io::{self, BufRead, Read};

use bytes::{BufMut, Bytes, BytesMut};
use gix_packetline::PacketLineRef;
use gix_packetline::decode::{PacketLineOrWantedSize, hex_prefix};
use tokio::io::{AsyncRead, AsyncReadExt};

/// `0000`.
pub(super) const FLUSH: &[u8] = b"0000";
/// `0002`: the end of a response over a stateless connection.
pub(super) const RESPONSE_END: &[u8] = b"0002";

/// The kind of packet a 4-byte prefix announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    /// So many bytes of data follow.
    Data(usize),
    Flush,
    Delimiter,
    ResponseEnd,
}

fn prefix(bytes: [u8; 4]) -> Option<Prefix> {
    Some(match hex_prefix(&bytes).ok()? {
        PacketLineOrWantedSize::Wanted(length) => Prefix::Data(length.into()),
        PacketLineOrWantedSize::Line(PacketLineRef::Flush) => Prefix::Flush,
        PacketLineOrWantedSize::Line(PacketLineRef::Delimiter) => Prefix::Delimiter,
        PacketLineOrWantedSize::Line(PacketLineRef::ResponseEnd) => Prefix::ResponseEnd,
        PacketLineOrWantedSize::Line(PacketLineRef::Data(_)) => return None,
    })
}

/// Reads packets from git, prefixes kept, up to and with the flush that ends a request. None at the end of the input.
pub(super) fn read_request(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut request = Vec::new();
    loop {
        if request.is_empty() && input.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut head = [0; 4];
        input.read_exact(&mut head)?;
        request.extend_from_slice(&head);
        match prefix(head) {
            Some(Prefix::Flush) => return Ok(Some(request)),
            Some(Prefix::Delimiter) => {}
            Some(Prefix::Data(length)) => {
                let read = input.take(length as u64).read_to_end(&mut request)?;
                if read < length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Some(Prefix::ResponseEnd) | None => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// Reads one packet's data from a child; none is a flush. Errors: `UnexpectedEof` when the child has ended,
/// `InvalidData` when this is no packet.
pub(super) async fn read_data(input: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Bytes>> {
    let mut head = [0; 4];
    input.read_exact(&mut head).await?;
    match prefix(head) {
        Some(Prefix::Flush) => Ok(None),
        Some(Prefix::Data(length)) => {
            let mut data = BytesMut::with_capacity(length).limit(length);
            while data.has_remaining_mut() {
                if input.read_buf(&mut data).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Ok(Some(data.into_inner().freeze()))
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Appends a data packet. Fails if the data is empty or longer than a packet can hold.
pub(super) fn write_data(data: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    gix_packetline::blocking_io::encode::data_to_write(data, out).map(drop)
}

/// Watches a response go by in pieces of any size, and knows whether it ends between packets.
///
/// Without this a response that was cut would reach git as a short but valid stream, and a server
/// could forge the response-end packet, which only the helper may send.
#[derive(Debug, Default)]
pub(super) struct Framing {
    head: [u8; 4],
    head_length: usize,
    body_left: usize,
    seen: bool,
}

impl Framing {
    /// Follows the next piece. Errors: what is wrong, in words.
    pub(super) fn follow(&mut self, mut piece: &[u8]) -> Result<(), &'static str> {
        self.seen |= !piece.is_empty();
        while !piece.is_empty() {
            if self.body_left > 0 {
                let skipped = self.body_left.min(piece.len());
                self.body_left -= skipped;
                piece = &piece[skipped..];
                continue;
            }
            self.head[self.head_length] = piece[0];
            self.head_length += 1;
            piece = &piece[1..];
            if self.head_length == 4 {
                self.head_length = 0;
                match prefix(self.head) {
                    Some(Prefix::Data(length)) => self.body_left = length,
                    Some(Prefix::Flush | Prefix::Delimiter) => {}
                    Some(Prefix::ResponseEnd) => return Err("unexpected response-end packet"),
                    None => return Err("not in pkt-line format"),
                }
            }
        }
        Ok(())
    }

    /// Checks that the response may end here. Errors: what is missing, in words.
    pub(super) fn end(&self) -> Result<(), &'static str> {
        match (self.seen, self.body_left > 0 || self.head_length > 0) {
            (false, _) => Err("empty body"),
            (true, true) => Err("cut off in the middle of a packet"),
            (true, false) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_up_to_its_flush_and_no_further() {
        let mut input = &b"0006ab00010009hello0000rest"[..];
        assert_eq!(
            read_request(&mut input).unwrap().unwrap(),
            b"0006ab00010009hello0000"
        );
        assert_eq!(input, b"rest");
        assert!(read_request(&mut &b""[..]).unwrap().is_none());
        for bad in ["0", "0006a", "zzzz", "0002", "0003"] {
            assert!(read_request(&mut bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn framing_is_followed_through_pieces_of_every_size() {
        let stream = b"0006ab00010009hello0000";
        for size in 1..=stream.len() {
            let mut framing = Framing::default();
            for piece in stream.chunks(size) {
                framing.follow(piece).unwrap();
            }
            framing.end().unwrap();
        }
    }

    #[test]
    fn a_cut_forged_or_empty_response_is_seen() {
        for (stream, problem) in [
            (&b""[..], "empty body"),
            (b"00", "cut off in the middle of a packet"),
            (b"0009hel", "cut off in the middle of a packet"),
        ] {
            let mut framing = Framing::default();
            framing.follow(stream).unwrap();
            assert_eq!(framing.end(), Err(problem));
        }
        assert!(Framing::default().follow(b"00000002").is_err());
        assert!(Framing::default().follow(b"<html>").is_err());
    }
}
