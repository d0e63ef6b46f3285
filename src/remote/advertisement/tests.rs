use super::{Advertisement, Problem, Reader};
use crate::remote::pktline::write_data;
use crate::remote::service::Service;

fn parse(bytes: &[u8]) -> Result<Advertisement, Problem> {
    let mut reader = Reader::new(Service::UploadPack);
    for piece in bytes.chunks(7) {
        reader.feed(piece)?;
    }
    reader.finish()
}

fn body(packets: &[Option<&str>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for packet in packets {
        match packet {
            Some(text) => write_data(with_ids(text).as_bytes(), &mut bytes).unwrap(),
            None => bytes.extend_from_slice(b"0000"),
        }
    }
    bytes
}

/// Two letters stand for an object id of that letter: `aa` for 40 of them.
fn with_ids(text: &str) -> String {
    let mut text = text.to_owned();
    for letter in ["a", "b", "0"] {
        let id = letter.repeat(40);
        let short = format!("{letter}{letter} ");
        if text.starts_with(&short) {
            text.replace_range(..2, &id);
        }
    }
    text
}

fn listed(packets: &[Option<&str>], for_push: bool) -> String {
    let advertisement = parse(&body(packets)).unwrap();
    let mut out = Vec::new();
    advertisement.list(for_push, false, &mut out).unwrap();
    let listed = String::from_utf8(out).unwrap();
    listed
        .replace(&"a".repeat(40), "aa")
        .replace(&"b".repeat(40), "bb")
}

const SERVICE: Option<&str> = Some("# service=git-upload-pack\n");

#[test]
fn the_published_codecommit_advertisement_is_listed() {
    let packets = [
        SERVICE,
        None,
        Some("aa HEAD\0multi_ack_detailed shallow side-band-64k thin-pack\n"),
        Some("aa refs/heads/main\n"),
        Some("bb refs/tags/v1\n"),
        Some("aa refs/tags/v1^{}\n"),
        None,
    ];
    assert_eq!(
        listed(&packets, false),
        "aa HEAD\naa refs/heads/main\nbb refs/tags/v1\naa refs/tags/v1^{}\n\n"
    );
    assert_eq!(
        listed(&packets, true),
        "aa refs/heads/main\nbb refs/tags/v1\n\n"
    );
    let advertisement = parse(&body(&packets)).unwrap();
    assert_eq!(advertisement.version, 0);
    assert_eq!(advertisement.bytes(), body(&packets[2..]));
}

#[test]
fn symrefs_object_format_and_stand_ins_are_understood() {
    let packets = [
        SERVICE,
        None,
        Some("version 1\n"),
        Some("aa HEAD\0x symref=HEAD:refs/heads/main object-format=sha256\n"),
        Some("aa .have\n"),
        Some("shallow cc\n"),
        None,
    ];
    let advertisement = parse(&body(&packets)).unwrap();
    assert_eq!(advertisement.version, 1);
    let mut out = Vec::new();
    advertisement.list(false, true, &mut out).unwrap();
    assert_eq!(out, b":object-format sha256\n@refs/heads/main HEAD\n\n");
    let empty = [SERVICE, None, Some("00 capabilities^{}\0x\n"), None];
    assert_eq!(listed(&empty, false), "\n");
}

#[test]
fn version_2_comes_with_and_without_the_announcement() {
    for start in [&[][..], &[SERVICE, None]] {
        let mut packets = start.to_vec();
        packets.extend([Some("version 2\n"), Some("ls-refs\n"), None]);
        let advertisement = parse(&body(&packets)).unwrap();
        assert_eq!(advertisement.version, 2);
        assert_eq!(advertisement.bytes(), body(&packets[start.len()..]));
    }
}

#[test]
fn nothing_in_a_name_can_forge_a_reply_to_git() {
    let head = "aa HEAD\0symref=HEAD:refs/heads/main\n";
    for line in [
        "aa refs/heads/x\n\nlock /home/x/.bashrc\n",
        "aa refs/heads/x\rconnectivity-ok\n",
        "aa refs/heads/\u{7f}\n",
        // A space in a name would be an attribute: git would take its own commit for the host's.
        "aa refs/heads/main unchanged\n",
        "aa refs/heads/a..b\n",
        "aa refs/heads/a~1\n",
        "aa refs/heads/a.lock\n",
        "aa refs/heads/main^{}x\n",
        "aa main\n",
        "aa \n",
        "a\n refs/heads/x\n",
        "zz refs/heads/x\n",
    ] {
        let bytes = body(&[SERVICE, None, Some(head), Some(line), None]);
        assert!(parse(&bytes).is_err(), "{line:?}");
    }
    for head in [
        "aa HEAD\0symref=HEAD:refs/heads/x\nlock y\n",
        "aa HEAD\0object-format=sha256\n:evil\n",
    ] {
        let bytes = body(&[SERVICE, None, Some(head), None]);
        assert!(parse(&bytes).is_err(), "{head:?}");
    }
}

#[test]
fn only_the_versions_that_git_knows_are_taken() {
    for (start, problem) in [
        (&[][..], "no service announcement"),
        (
            &[SERVICE, None],
            "a protocol version that git does not know",
        ),
    ] {
        let mut packets = start.to_vec();
        packets.extend([Some("version 3\n"), None]);
        let found = parse(&body(&packets)).unwrap_err();
        assert_eq!(found, Problem::Format(problem));
    }
    // Not behind the first line either.
    let late = [
        SERVICE,
        None,
        Some("aa HEAD\0x\n"),
        Some("version 1\n"),
        None,
    ];
    assert!(parse(&body(&late)).is_err());
}

#[test]
fn of_many_symrefs_each_name_has_the_first_and_bad_ones_are_passed_over() {
    let head = "aa HEAD\0symref=HEAD:refs/heads/a symref=HEAD:refs/heads/b symref=refs/x:a..b\n";
    let packets = [SERVICE, None, Some(head), Some("aa refs/x\n"), None];
    assert_eq!(listed(&packets, false), "@refs/heads/a HEAD\naa refs/x\n\n");
}

#[test]
fn bytes_behind_the_end_are_refused_as_git_refuses_them() {
    for packets in [
        &[SERVICE, None, Some("aa HEAD\0x\n"), None][..],
        &[SERVICE, None, Some("version 2\n"), Some("ls-refs\n"), None],
    ] {
        let whole = body(packets);
        parse(&whole).unwrap();
        for more in [&b"0008more"[..], b"0000", b"\n", &whole] {
            let bytes = [&whole, more].concat();
            let problem = Problem::Format("bytes behind the end of the advertisement");
            assert_eq!(parse(&bytes).unwrap_err(), problem);
            // In one piece too, where the end and more come together.
            let mut reader = Reader::new(Service::UploadPack);
            assert_eq!(reader.feed(&bytes).unwrap_err(), problem);
        }
    }
}

#[test]
fn what_is_no_advertisement_is_refused() {
    for bad in [&b""[..], b"<html>login</html>", b"0000", b"0009aaaa"] {
        assert!(parse(bad).is_err(), "{bad:?}");
    }
    assert!(parse(&body(&[Some("# service=git-receive-pack\n"), None, None])).is_err());
    let cut = body(&[SERVICE, None, Some("aa HEAD\0x\n")]);
    assert!(parse(&cut).is_err());
    let refusal = body(&[SERVICE, None, Some("ERR no such thing\n")]);
    assert_eq!(
        parse(&refusal).unwrap_err(),
        Problem::Remote("no such thing".into())
    );
}
