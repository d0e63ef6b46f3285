//! Whether a response is whole, packet by packet: HTTP knows where a body ends, not whether it should.
//!
//! Git's programs wait for the rest of a response that ends too early, while this program waits for them. So every
//! response is followed as it goes by, and one that ends in the wrong place is an error.
//!
//! Sources: git's `Documentation/gitprotocol-common.adoc` (pkt-lines) and `gitprotocol-pack.adoc` (what ends a response).

use gix_packetline::PacketLineRef;
use gix_packetline::decode::{Stream, streaming};

use super::pktline::{Prefix, prefix};

/// Of a packet's data, so much tells what it is: `ACK`, a SHA-256 object id, and a status.
const TELLING: usize = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Behind a flush packet: the pack, the report of a push, a list of shallow commits.
    Flush,
    /// Behind `NAK`, or an `ACK` without a status: an answer in the middle of a negotiation.
    Acknowledgement,
    /// Behind any packet: what the request was is not known.
    AnyPacket,
}

/// Follows a response in pieces of any size.
///
/// It also sees to it that nobody but this program sends a response-end packet, which only remote helpers may.
#[derive(Debug, Default)]
pub(super) struct Framing {
    head: [u8; 4],
    head_length: usize,
    body_left: usize,
    /// The beginning of the last data packet.
    start: Vec<u8>,
    last_is_flush: bool,
    is_begun: bool,
    has_bands: bool,
}

impl Framing {
    /// Follows the next piece; an error says what is wrong with it.
    pub(super) fn follow(&mut self, mut piece: &[u8]) -> Result<(), &'static str> {
        self.is_begun |= !piece.is_empty();
        while !piece.is_empty() {
            if self.body_left > 0 {
                let (data, rest) = piece.split_at(self.body_left.min(piece.len()));
                self.data(data);
                piece = rest;
                continue;
            }
            self.head[self.head_length] = piece[0];
            self.head_length += 1;
            piece = &piece[1..];
            if self.head_length == 4 {
                self.head_length = 0;
                self.packet()?;
            }
        }
        Ok(())
    }

    fn packet(&mut self) -> Result<(), &'static str> {
        self.last_is_flush = false;
        self.start.clear();
        match prefix(self.head) {
            Some(Prefix::Data(length)) => self.body_left = length,
            Some(Prefix::Flush) => self.last_is_flush = true,
            Some(Prefix::Delimiter) => {}
            Some(Prefix::ResponseEnd) => return Err("unexpected response-end packet"),
            None => return Err("not in pkt-line format"),
        }
        Ok(())
    }

    fn data(&mut self, data: &[u8]) {
        self.has_bands |= self.start.is_empty() && matches!(data.first(), Some(1..=3));
        let telling = TELLING.saturating_sub(self.start.len()).min(data.len());
        self.start.extend_from_slice(&data[..telling]);
        self.body_left -= data.len();
    }

    /// Whether packets of a sideband have gone by: the pack, or the report of a push.
    pub(super) fn has_bands(&self) -> bool {
        self.has_bands
    }

    /// Checks that the response may end here; an error says what is missing.
    pub(super) fn end(&self, ending: Ending) -> Result<(), &'static str> {
        if !self.is_begun {
            return Err("empty body");
        }
        if self.body_left > 0 || self.head_length > 0 {
            return Err("cut off in the middle of a packet");
        }
        // The host gives up: git's program says why.
        if self.start.starts_with(b"ERR ") || self.start.first() == Some(&3) {
            return Ok(());
        }
        let is_whole = match ending {
            _ if self.has_bands => self.last_is_flush,
            Ending::Flush => self.last_is_flush,
            Ending::Acknowledgement => is_last_acknowledgement(&self.start),
            Ending::AnyPacket => true,
        };
        is_whole.then_some(()).ok_or("cut off between packets")
    }
}

/// `NAK` or `ACK <oid>`. With a status (`common`, `continue`, `ready`) more is to come.
fn is_last_acknowledgement(data: &[u8]) -> bool {
    let line = data.trim_ascii_end();
    line == b"NAK"
        || line
            .strip_prefix(b"ACK ")
            .is_some_and(|oid| oid.iter().all(u8::is_ascii_hexdigit))
}

/// What a fetch asked for, as far as it decides what the answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) ending: Ending,
    /// Git's program sends nothing after this: it has all that it needs with the answer.
    pub(super) is_last: bool,
}

impl Asked {
    /// A push is one request, and its answer the report; `has_report` is whether the host can make one.
    pub(super) fn of_push(has_report: bool) -> Self {
        Self {
            ending: match has_report {
                true => Ending::Flush,
                false => Ending::AnyPacket,
            },
            is_last: true,
        }
    }

    /// A request of which only the beginning is known.
    pub(super) const UNKNOWN: Self = Self {
        ending: Ending::AnyPacket,
        is_last: false,
    };

    /// Reads a whole request to `git-upload-pack`; none if it is not made of packets.
    pub(super) fn of_fetch(mut request: &[u8]) -> Option<Self> {
        let (mut has_haves, mut deepens) = (false, false);
        while !request.is_empty() {
            let Ok(Stream::Complete {
                line,
                bytes_consumed,
            }) = streaming(request)
            else {
                return None;
            };
            request = &request[bytes_consumed..];
            let PacketLineRef::Data(data) = line else {
                continue;
            };
            if data.trim_ascii_end() == b"done" {
                return Some(Self {
                    ending: Ending::Flush,
                    is_last: true,
                });
            }
            has_haves |= data.starts_with(b"have ");
            deepens |= data.starts_with(b"deepen");
        }
        Some(Self {
            ending: match (has_haves, deepens) {
                (true, _) => Ending::Acknowledgement,
                (false, true) => Ending::Flush,
                (false, false) => Ending::AnyPacket,
            },
            is_last: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(stream: &[u8]) -> Framing {
        let mut framing = Framing::default();
        framing.follow(stream).unwrap();
        framing
    }

    /// Packets of these texts; an empty one is a flush.
    fn packets(texts: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for text in texts {
            match *text {
                "" => bytes.extend_from_slice(b"0000"),
                text => super::super::pktline::write_data(text.as_bytes(), &mut bytes).unwrap(),
            }
        }
        bytes
    }

    #[test]
    fn framing_is_followed_through_pieces_of_every_size() {
        let stream = b"0006ab00010009hello0000";
        for size in 1..=stream.len() {
            let mut framing = Framing::default();
            for piece in stream.chunks(size) {
                framing.follow(piece).unwrap();
            }
            framing.end(Ending::Flush).unwrap();
        }
    }

    #[test]
    fn a_cut_forged_or_empty_response_is_seen() {
        for (stream, problem) in [
            (&b""[..], "empty body"),
            (b"00", "cut off in the middle of a packet"),
            (b"0009hel", "cut off in the middle of a packet"),
        ] {
            for ending in [Ending::Flush, Ending::Acknowledgement, Ending::AnyPacket] {
                assert_eq!(followed(stream).end(ending), Err(problem));
            }
        }
        assert!(Framing::default().follow(b"00000002").is_err());
        assert!(Framing::default().follow(b"<html>").is_err());
    }

    #[test]
    fn a_response_ends_where_its_request_lets_it() {
        let oid = "a".repeat(40);
        let ack = format!("ACK {oid}\n");
        let common = format!("ACK {oid} common\n");
        let sha256 = format!("ACK {} ready\n", "b".repeat(64));
        let shallow = format!("shallow {oid}");
        for (texts, flush, acknowledgement) in [
            (&[shallow.as_str()][..], false, false),
            (&[&shallow, ""], true, false),
            (&[&shallow, "", &common], false, false),
            (&[&shallow, "", &common, "NAK\n"], false, true),
            (&["NAK"], false, true),
            (&[&ack], false, true),
            (&[&sha256], false, false),
            // A pack, whatever was expected: the host may be ready before git says "done".
            (&[&ack, "\u{1}PACK", ""], true, true),
            (&[&ack, "\u{1}PACK"], false, false),
            (&[&ack, "\u{1}PACK", "\u{1}more", ""], true, true),
            // The host's own words end a response.
            (&["ERR not our ref"], true, true),
            (&[&ack, "\u{1}PACK", "\u{3}out of memory"], true, true),
        ] {
            let framing = followed(&packets(texts));
            assert_eq!(framing.end(Ending::Flush).is_ok(), flush, "{texts:?}");
            let end = framing.end(Ending::Acknowledgement);
            assert_eq!(end.is_ok(), acknowledgement, "{texts:?}");
        }
    }

    #[test]
    fn a_sideband_is_seen_from_its_first_packet_on() {
        let oid = "a".repeat(40);
        let ack = format!("ACK {oid}\n");
        let band = "\u{1}PACK";
        for (texts, has_bands) in [
            (&[][..], false),
            (&[ack.as_str(), "NAK\n", ""], false),
            (&[&ack, band], true),
            (&[&ack, band, band, ""], true),
        ] {
            let framing = followed(&packets(texts));
            assert_eq!(framing.has_bands(), has_bands, "{texts:?}");
        }
    }

    #[test]
    fn the_report_of_a_push_ends_with_a_flush_where_there_is_one() {
        for (has_report, ending) in [(true, Ending::Flush), (false, Ending::AnyPacket)] {
            let asked = Asked::of_push(has_report);
            assert_eq!((asked.ending, asked.is_last), (ending, true));
        }
    }

    #[test]
    fn a_request_says_what_its_answer_must_be() {
        let last = |ending| Some((ending, true));
        let more = |ending| Some((ending, false));
        for (texts, expected) in [
            (&["want a", "", "done\n"][..], last(Ending::Flush)),
            (
                &["want a", "deepen 1", "", "have b", "done"],
                last(Ending::Flush),
            ),
            (&["want a", "deepen 1", ""], more(Ending::Flush)),
            (&["want a", "deepen-since 1", ""], more(Ending::Flush)),
            (
                &["want a", "deepen 1", "", "have b", ""],
                more(Ending::Acknowledgement),
            ),
            (
                &["want a", "", "have b\n", ""],
                more(Ending::Acknowledgement),
            ),
            (&["want a", ""], more(Ending::AnyPacket)),
            (
                &["want a", "deepen 1", "deepen-not b", ""],
                more(Ending::Flush),
            ),
            (
                &["want a", "", "have b\n", "have c\n", ""],
                more(Ending::Acknowledgement),
            ),
        ] {
            let asked = Asked::of_fetch(&packets(texts));
            let asked = asked.map(|asked| (asked.ending, asked.is_last));
            assert_eq!(asked, expected, "{texts:?}");
        }
        assert_eq!(Asked::of_fetch(b"want a"), None);
    }
}
