//! The reference advertisement: what `info/refs` answers.
//!
//! Source: git's `Documentation/gitprotocol-http.adoc` and `gitprotocol-pack.adoc`.

use std::io::{self, Write};

use gix_packetline::PacketLineRef;
use gix_packetline::decode::{Stream, streaming};

use super::service::Service;

/// A checked answer to `GET info/refs`.
#[derive(Debug)]
pub(super) struct Advertisement {
    /// Everything behind the `# service=…` packet and its flush: what git's programs read.
    bytes: Vec<u8>,
    /// The protocol version the host chose.
    pub(super) version: u8,
    refs: Vec<Reference>,
    capabilities: Vec<Vec<u8>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Reference {
    oid: Vec<u8>,
    name: Vec<u8>,
}

/// Why an answer is no advertisement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Format(&'static str),
    Remote(String),
}

impl Advertisement {
    /// Reads the body of a `GET info/refs?service=…`.
    pub(super) fn parse(service: Service, body: Vec<u8>) -> Result<Self, Problem> {
        let mut rest = body.as_slice();
        let announcement = format!("# service={}", service.name());
        let mut packet = next(&mut rest)?;
        // A server that speaks v2 may leave the announcement out.
        if packet == Some(announcement.as_bytes()) {
            if next(&mut rest)?.is_some() {
                return Err(Problem::Format("no flush after the service announcement"));
            }
            packet = peek(rest)?;
        } else {
            rest = &body;
        }
        let start = body.len() - rest.len();
        let version = match packet {
            Some(b"version 2") => 2,
            Some(b"version 1") => 1,
            _ if start > 0 => 0,
            _ => return Err(Problem::Format("no service announcement")),
        };
        let mut advertisement = Self {
            bytes: Vec::new(),
            version,
            refs: Vec::new(),
            capabilities: Vec::new(),
        };
        let end = advertisement.read(rest)?;
        let mut bytes = body;
        bytes.truncate(start + end);
        bytes.drain(..start);
        advertisement.bytes = bytes;
        Ok(advertisement)
    }

    /// Reads the packets up to the flush; returns where that ends.
    fn read(&mut self, packets: &[u8]) -> Result<usize, Problem> {
        let mut rest = packets;
        let mut first = true;
        while let Some(line) = next(&mut rest)? {
            // What is listed to git is lines: a line end in a name could forge a reply of ours, and
            // git deletes the file that a `lock` reply names.
            if line.iter().any(|b| b.is_ascii_control() && *b != 0) {
                return Err(Problem::Format("a control character"));
            }
            if line.starts_with(b"version ") || line.starts_with(b"shallow ") {
                continue;
            }
            if self.version == 2 {
                self.capabilities.push(line.to_vec());
                continue;
            }
            let mut parts = line.splitn(2, |b| *b == 0);
            let reference = parts.next().unwrap_or_default();
            if let (true, Some(capabilities)) = (first, parts.next()) {
                let words = capabilities.split(|b| *b == b' ');
                self.capabilities
                    .extend(words.filter(|word| !word.is_empty()).map(<[u8]>::to_vec));
            }
            first = false;
            let Some(space) = reference.iter().position(|b| *b == b' ') else {
                return Err(Problem::Format("a line without a reference name"));
            };
            let (oid, name) = (&reference[..space], &reference[space + 1..]);
            if !is_oid(oid) || name.is_empty() {
                return Err(Problem::Format("an invalid object id or reference name"));
            }
            self.refs.push(Reference {
                oid: oid.to_vec(),
                name: name.to_vec(),
            });
        }
        Ok(packets.len() - rest.len())
    }

    /// The packets as the host sent them, through the final flush.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes the answer to git's `list` or `list for-push`, blank line included.
    pub(super) fn list(
        &self,
        for_push: bool,
        object_format: bool,
        out: &mut impl Write,
    ) -> io::Result<()> {
        if object_format {
            out.write_all(b":object-format ")?;
            let format = self.capability(b"object-format=");
            out.write_all(format.filter(|f| *f == b"sha256").unwrap_or(b"sha1"))?;
            out.write_all(b"\n")?;
        }
        for Reference { oid, name } in &self.refs {
            // Stand-ins that are no references: of an empty repository, and of alternates.
            if matches!(name.as_slice(), b"capabilities^{}" | b".have") {
                continue;
            }
            // `git push --mirror` would delete whatever else is listed, HEAD among it.
            if for_push && !is_pushable(name) {
                continue;
            }
            match self.symref_target(name) {
                Some(target) => {
                    out.write_all(b"@")?;
                    out.write_all(target)?;
                }
                None => out.write_all(oid)?,
            }
            out.write_all(b" ")?;
            out.write_all(name)?;
            out.write_all(b"\n")?;
        }
        out.write_all(b"\n")?;
        out.flush()
    }

    /// The names of the references: no stand-ins, and nothing that a tag is peeled to.
    pub(super) fn names(&self) -> impl Iterator<Item = &[u8]> {
        let names = self.refs.iter().map(|reference| reference.name.as_slice());
        names.filter(|name| is_pushable(name))
    }

    /// The reference that `HEAD` stands for, where the host says it.
    pub(super) fn head(&self) -> Option<String> {
        let target = self.symref_target(b"HEAD")?;
        Some(String::from_utf8_lossy(target).into_owned())
    }

    /// Whether the host says that it can do this.
    pub(super) fn has(&self, capability: &str) -> bool {
        let mut capabilities = self.capabilities.iter();
        capabilities.any(|known| known == capability.as_bytes())
    }

    fn capability(&self, key: &[u8]) -> Option<&[u8]> {
        self.capabilities
            .iter()
            .find_map(|capability| capability.strip_prefix(key))
    }

    fn symref_target(&self, name: &[u8]) -> Option<&[u8]> {
        self.capabilities.iter().find_map(|capability| {
            let pair = capability.strip_prefix(b"symref=".as_slice())?;
            pair.strip_prefix(name)?.strip_prefix(b":".as_slice())
        })
    }
}

/// 40 hex digits for SHA-1, 64 for SHA-256.
fn is_oid(text: &[u8]) -> bool {
    matches!(text.len(), 40 | 64) && text.iter().all(u8::is_ascii_hexdigit)
}

fn is_pushable(name: &[u8]) -> bool {
    name.starts_with(b"refs/") && gix_validate::reference::name(name.into()).is_ok()
}

/// Takes the next packet off: its text less a final LF, or none for a flush.
fn next<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Problem> {
    match streaming(rest) {
        Ok(Stream::Complete {
            line,
            bytes_consumed,
        }) => {
            *rest = &rest[bytes_consumed..];
            match line {
                PacketLineRef::Data(data) => {
                    let text = data.strip_suffix(b"\n").unwrap_or(data);
                    match text.strip_prefix(b"ERR ") {
                        Some(message) => Err(Problem::Remote(
                            String::from_utf8_lossy(message).trim().to_owned(),
                        )),
                        None => Ok(Some(text)),
                    }
                }
                PacketLineRef::Flush => Ok(None),
                _ => Err(Problem::Format("an unexpected packet")),
            }
        }
        Ok(Stream::Incomplete { .. }) => Err(Problem::Format("cut off in the middle of a packet")),
        Err(_) => Err(Problem::Format("not in pkt-line format")),
    }
}

fn peek(mut rest: &[u8]) -> Result<Option<&[u8]>, Problem> {
    next(&mut rest)
}

#[cfg(test)]
mod tests {
    use super::super::pktline::write_data;
    use super::*;

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
        let advertisement = Advertisement::parse(Service::UploadPack, body(packets)).unwrap();
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
        let advertisement = Advertisement::parse(Service::UploadPack, body(&packets)).unwrap();
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
        let advertisement = Advertisement::parse(Service::UploadPack, body(&packets)).unwrap();
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
            let advertisement = Advertisement::parse(Service::UploadPack, body(&packets)).unwrap();
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
            "aa \n",
            "a\n refs/heads/x\n",
            "zz refs/heads/x\n",
        ] {
            let bytes = body(&[SERVICE, None, Some(head), Some(line), None]);
            assert!(
                Advertisement::parse(Service::UploadPack, bytes).is_err(),
                "{line:?}"
            );
        }
        for head in [
            "aa HEAD\0symref=HEAD:refs/heads/x\nlock y\n",
            "aa HEAD\0object-format=sha256\n:evil\n",
        ] {
            let bytes = body(&[SERVICE, None, Some(head), None]);
            assert!(
                Advertisement::parse(Service::UploadPack, bytes).is_err(),
                "{head:?}"
            );
        }
    }

    #[test]
    fn what_is_no_advertisement_is_refused() {
        let parse = |bytes: &[u8]| Advertisement::parse(Service::UploadPack, bytes.to_vec());
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
}
