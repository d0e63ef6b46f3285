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

/// Of 65520 bytes, the longest packet, four are its length.
const MAX_DATA_LENGTH: u16 = 65516;

/// The kind of packet a 4-byte prefix announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    /// So many bytes of data follow.
    Data(usize),
    Flush,
    Delimiter,
    ResponseEnd,
}

pub(super) fn prefix(bytes: [u8; 4]) -> Option<Prefix> {
    Some(match hex_prefix(&bytes).ok()? {
        // Git refuses what is longer, and so must whoever passes it on.
        PacketLineOrWantedSize::Wanted(length) if length > MAX_DATA_LENGTH => return None,
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
        for bad in ["0", "0006a", "zzzz", "0002", "0003", "fff1"] {
            assert!(read_request(&mut bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
