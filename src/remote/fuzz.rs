//! Packets and commands made at random; `scripts/torture fuzz` and `scripts/fuzz` run many more.

#![expect(
    clippy::expect_used,
    reason = "a property that does not hold ends the program"
)]

use std::io;

use super::advertisement::Reader;
use super::commands::{CAPABILITIES, Conversation};
use super::connection::Connection;
use super::framing::{Asked, Ending, Framing};
use super::options::Options;
use super::pktline::read_request;
use super::service::Service;
use super::smart_http::SmartHttp;
use super::waiting::Waiting;
use crate::credentials::Resolver;
use crate::http::Http;
use crate::message::Messages;
use crate::target::Target;
use crate::world::World;

/// A response in pieces is judged as in one, and is whole only where its packets are; a request ends with its flush.
pub(crate) fn packets_hold(data: &[u8]) {
    let Some((size, bytes)) = data.split_first() else {
        return;
    };
    let (mut at_once, mut by_pieces) = (Framing::default(), Framing::default());
    let whole = at_once.follow(bytes);
    let mut pieces = bytes.chunks(usize::from(*size % 9) + 1);
    assert_eq!(pieces.try_for_each(|piece| by_pieces.follow(piece)), whole);
    match slowly(bytes) {
        Ok((packets, left)) => {
            assert!(whole.is_ok(), "refused, and it is made of packets");
            for ending in [Ending::Flush, Ending::Acknowledgement, Ending::AnyPacket] {
                let is_whole = at_once.end(ending).is_ok();
                assert_eq!(by_pieces.end(ending).is_ok(), is_whole);
                assert!(!(is_whole && left > 0), "{left} bytes are left");
            }
            let last = packets.last().copied();
            let gives_up = last
                .flatten()
                .is_some_and(|last| last.starts_with(b"ERR ") || last.first() == Some(&3));
            let is_flushed = last == Some(None) && bytes.ends_with(b"0000");
            let is_whole = at_once.end(Ending::Flush).is_ok();
            assert_eq!(is_whole, left == 0 && (gives_up || is_flushed));
        }
        Err(()) => assert!(whole.is_err(), "taken, and it is not made of packets"),
    }
    let _ = Asked::of_fetch(bytes);
    let mut rest = bytes;
    if let Ok(Some(request)) = read_request(&mut rest) {
        assert!(request.ends_with(b"0000"));
        assert_eq!([request.as_slice(), rest].concat(), bytes);
    }
}

/// Packets with their data, if they have any, and the number of bytes behind the last one.
type Packets<'a> = (Vec<Option<&'a [u8]>>, usize);

/// The packets of a stream, read as gitprotocol-common says it, without our reader: `None` is a packet without data.
/// The number of bytes that are no whole packet comes with them; an error where a length is none.
fn slowly(mut bytes: &[u8]) -> Result<Packets<'_>, ()> {
    let mut packets = Vec::new();
    while bytes.len() >= 4 {
        let digits = &bytes[..4];
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(());
        }
        let digits = digits.iter().map(|digit| char::from(*digit));
        let length = digits.fold(0, |sum, digit| {
            sum * 16 + digit.to_digit(16).unwrap_or(0) as usize
        });
        match length {
            0 | 1 => {
                packets.push(None);
                bytes = &bytes[4..];
            }
            2..=4 | 65521.. => return Err(()),
            length if length > bytes.len() => break,
            length => {
                packets.push(Some(&bytes[4..length]));
                bytes = &bytes[length..];
            }
        }
    }
    Ok((packets, bytes.len()))
}

/// What is listed to git of any advertisement is references, line by line, however its pieces come.
pub(crate) fn advertisement_holds(data: &[u8]) {
    let Some((size, body)) = data.split_first() else {
        return;
    };
    let read = |size: usize| {
        let mut reader = Reader::new(Service::UploadPack);
        body.chunks(size).try_for_each(|piece| reader.feed(piece))?;
        reader.finish()
    };
    let (whole, pieces) = (read(body.len().max(1)), read(usize::from(*size) + 1));
    assert_eq!(whole.as_ref().err(), pieces.as_ref().err());
    let (Ok(found), Ok(pieces)) = (whole, pieces) else {
        return;
    };
    assert_eq!(found.bytes(), pieces.bytes());
    assert!(
        !found.bytes().is_empty()
            && body
                .windows(found.bytes().len())
                .any(|part| part == found.bytes())
    );
    for for_push in [false, true] {
        let mut listed = Vec::new();
        found
            .list(for_push, true, &mut listed)
            .expect("memory can be written");
        let (first, lines) =
            listed.split_at(listed.iter().position(|byte| *byte == b'\n').unwrap_or(0));
        assert!(matches!(
            first,
            b":object-format sha1" | b":object-format sha256"
        ));
        let lines = lines
            .strip_suffix(b"\n\n")
            .expect("a blank line at the end");
        for line in lines.split(|byte| *byte == b'\n').skip(1) {
            let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
            assert!(
                matches!(words.as_slice(), [_, name] if !name.is_empty()),
                "{:?}",
                line.escape_ascii()
            );
            let is_oid =
                matches!(words[0].len(), 40 | 64) && words[0].iter().all(u8::is_ascii_hexdigit);
            assert!(
                is_oid || words[0].starts_with(b"@"),
                "{:?}",
                line.escape_ascii()
            );
            assert!(
                !line.iter().any(u8::is_ascii_control),
                "{:?}",
                line.escape_ascii()
            );
        }
    }
}

/// Each command of any conversation has its own reply, up to the first that needs the git host, which is not there.
pub(crate) fn commands_hold(data: &[u8]) {
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "example"),
    ];
    let world = World::of(&keys).with_git_config("http.pinnedpubkey\nsha256//?\0");
    let messages = Messages::new("fuzz", &world, io::sink());
    let target =
        Target::of_address(&world, &messages, "eu-west-1://repository").expect("an address");
    let endpoint = target.endpoint().expect("a repository");
    let http = Http::new(&world, None);
    let resolver = Resolver::new(&target, &http, &messages).expect("a plan");
    let connection = Connection::new(
        &world,
        &messages,
        endpoint,
        &http,
        resolver,
        "origin".into(),
    );
    let mut replies = Vec::new();
    let waiting = Waiting::new().expect("a runtime");
    let ended = Conversation::new(SmartHttp::new(connection), waiting, data, &mut replies).run();
    assert_eq!(ended.is_ok(), is_well(data, &mut replies.as_slice()));
    options_hold(data);
}

/// Whether a conversation ends well, by the protocol alone; checks each reply to it.
fn is_well(mut commands: &[u8], replies: &mut &[u8]) -> bool {
    let mut reply = |expected: &[&[u8]]| {
        let found = expected.iter().find(|text| replies.starts_with(text));
        let found = found.expect("the reply to the command");
        *replies = &replies[found.len()..];
    };
    let is_well = loop {
        let Some(end) = commands.iter().position(|byte| *byte == b'\n') else {
            break commands.is_empty();
        };
        let line = &commands[..end];
        commands = &commands[end + 1..];
        match line.split(|byte| *byte == b' ').next() {
            Some(b"") if line.is_empty() => break true,
            Some(b"capabilities") if line.len() == b"capabilities".len() => reply(&[CAPABILITIES]),
            Some(b"option") => reply(&[b"ok\n", b"unsupported\n", b"error invalid value\n"]),
            Some(b"stateless-connect")
                if !matches!(
                    line,
                    b"stateless-connect git-upload-pack" | b"stateless-connect git-upload-archive"
                ) =>
            {
                reply(&[b"fallback\n"]);
            }
            _ => break false,
        }
    };
    assert!(replies.is_empty(), "{:?}", replies.escape_ascii());
    is_well
}

/// No option makes an argument of git's programs that is not a known one, or that the system cannot take.
fn options_hold(data: &[u8]) {
    let mut options = Options::default();
    for line in data.split(|byte| *byte == b'\n') {
        if let Some(option) = line.strip_prefix(b"option ") {
            let _ = options.set(option);
        }
    }
    for argument in [options.fetch_pack(), options.send_pack()].concat() {
        let argument = argument.as_encoded_bytes();
        assert!(
            argument == b"-v" || argument.starts_with(b"--"),
            "{:?}",
            argument.escape_ascii()
        );
        assert!(!argument.contains(&0));
        let name = argument
            .split(|byte| *byte == b'=')
            .next()
            .unwrap_or_default();
        assert!(
            name.iter()
                .all(|byte| byte.is_ascii_lowercase() || *byte == b'-'),
            "{:?}",
            name.escape_ascii()
        );
    }
}

#[cfg(test)]
mod made_up {
    use proptest::prelude::*;

    use super::super::pktline::write_data;
    use super::*;

    const OID: &str = "7d39b4094437f4764644978043104e18f0a80422";

    /// Streams that are packets for the most part, cut or continued anywhere.
    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let packet = prop_oneof![
            4 => prop::collection::vec(any::<u8>(), 1..40).prop_map(|data| packet(&data)),
            2 => prop::sample::select(vec!["NAK\n", "\x01PACK", "\x02words", "\x03no", "ERR no", "version 2\n",
                "# service=git-upload-pack\n", "ACK 7d39b4094437f4764644978043104e18f0a80422 common\n"])
                .prop_map(|text| packet(text.as_bytes())),
            2 => ("refs/heads/[a-z ]{0,6}", prop::option::of("[a-z= ]{0,12}")).prop_map(|(name, capabilities)| {
                let capabilities = capabilities.map_or(String::new(), |words| format!("\0{words}"));
                packet(format!("{OID} {name}{capabilities}\n").as_bytes())
            }),
            3 => Just(b"0000".to_vec()),
            1 => Just(b"0001".to_vec()),
            1 => prop::sample::select(vec![b"0002".to_vec(), b"0003".to_vec(), b"fff1".to_vec(), b"-001".to_vec(), b"00zz".to_vec()]),
            1 => prop::collection::vec(any::<u8>(), 0..6),
        ];
        let whole = prop::collection::vec(packet, 0..10).prop_map(|packets| packets.concat());
        let cut = prop::option::weighted(0.3, any::<prop::sample::Index>());
        (whole, cut, any::<u8>()).prop_map(|(mut bytes, cut, size)| {
            if let Some(at) = cut.filter(|_| !bytes.is_empty()) {
                bytes.truncate(at.index(bytes.len()));
            }
            bytes.insert(0, size);
            bytes
        })
    }

    fn packet(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_data(data, &mut out).unwrap();
        out
    }

    proptest! {
        #[test]
        fn a_stream_is_whole_only_where_its_packets_are(data in stream()) {
            packets_hold(&data);
        }

        #[test]
        fn what_is_listed_is_references_line_by_line(data in stream(), is_announced: bool) {
            let start = packet(b"# service=git-upload-pack\n");
            let (size, body) = data.split_at(1);
            let announced = [size, &start, b"0000", body].concat();
            advertisement_holds(if is_announced { &announced } else { &data });
        }

        #[test]
        fn any_commands_have_their_replies(
            lines in prop::collection::vec(
                "capabilities|option [a-z-]{0,12}( ([a-z0-9-]{0,6}|\"[ -~]{0,6}\"?))?|option (push-option|cas|filter|deepen-not|deepen-since) [ -~]{0,9}\
                 |stateless-connect (git-upload-pack|git-receive-pack)?|(list|fetch|push)( [ -~]{0,9})?|[ -~]{0,9}|",
                0..8,
            ),
            is_ended: bool,
        ) {
            let mut data = lines.join("\n").into_bytes();
            if is_ended {
                data.push(b'\n');
            }
            commands_hold(&data);
        }
    }
}
