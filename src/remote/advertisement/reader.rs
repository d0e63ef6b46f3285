//! Reads and checks an advertisement as it comes.

use super::listing::Advertisement;
use super::packet::{ALTERNATE, Problem, next, split};
use crate::remote::service::Service;

/// Reads the body of a `GET info/refs?service=…` as it comes: what is none is refused at its first packet.
#[derive(Debug)]
pub(in crate::remote) struct Reader {
    bytes: Vec<u8>,
    /// Up to here packets have been read.
    read: usize,
    lines: Lines,
}

impl Reader {
    pub(in crate::remote) fn new(service: Service) -> Self {
        Self {
            bytes: Vec::new(),
            read: 0,
            lines: Lines {
                announcement: format!("# service={}", service.name()),
                expected: Expected::Announcement,
                version: 0,
                capabilities: Vec::new(),
            },
        }
    }

    /// Takes the next piece. Git refuses what has more behind its final flush, and so does this.
    pub(in crate::remote) fn feed(&mut self, piece: &[u8]) -> Result<(), Problem> {
        self.bytes.extend_from_slice(piece);
        while self.read < self.bytes.len() {
            if self.lines.expected == Expected::Nothing {
                return Err(Problem::Format("bytes behind the end of the advertisement"));
            }
            let Some((line, length)) = next(&self.bytes[self.read..])? else {
                return Ok(());
            };
            let is_announced = self.lines.take(line)?;
            self.read += length;
            if is_announced {
                self.bytes.drain(..self.read);
                self.read = 0;
            }
        }
        Ok(())
    }

    /// The advertisement, if all of it has come.
    pub(in crate::remote) fn finish(self) -> Result<Advertisement, Problem> {
        let Self { bytes, lines, .. } = self;
        match lines.expected {
            Expected::Nothing => Ok(Advertisement::new(bytes, lines.version, lines.capabilities)),
            _ => Err(Problem::Format("cut off before its end")),
        }
    }
}

/// Git's own hosts have about ten lines of capabilities in version 2.
const CAPABILITY_LIMIT: usize = 100;

/// What is known of the lines so far.
#[derive(Debug)]
struct Lines {
    announcement: String,
    expected: Expected,
    version: u8,
    capabilities: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Announcement,
    Flush,
    /// The line that may name a version.
    Version,
    /// The line that has the capabilities.
    FirstReference,
    Reference,
    /// A capability of version 2.
    Capability,
    Nothing,
}

impl Lines {
    /// Takes a packet's text, or a flush; true where only now the advertisement itself begins.
    fn take(&mut self, line: Option<&[u8]>) -> Result<bool, Problem> {
        match (self.expected, line) {
            (Expected::Announcement, Some(line)) if line == self.announcement.as_bytes() => {
                self.expected = Expected::Flush;
            }
            // A server that speaks these may leave the announcement out.
            (Expected::Announcement, Some(b"version 1" | b"version 2")) => {
                self.expected = Expected::Version;
                return self.take(line);
            }
            (Expected::Announcement, _) => {
                return Err(Problem::Format("no service announcement"));
            }
            (Expected::Flush, None) => {
                self.expected = Expected::Version;
                return Ok(true);
            }
            (Expected::Flush, Some(_)) => {
                return Err(Problem::Format("no flush after the service announcement"));
            }
            (Expected::Version, Some(b"version 2")) => {
                self.version = 2;
                self.expected = Expected::Capability;
            }
            (Expected::Version, Some(b"version 1")) => {
                self.version = 1;
                self.expected = Expected::FirstReference;
            }
            (Expected::Version, Some(line)) if line.starts_with(b"version ") => {
                return Err(Problem::Format("a protocol version that git does not know"));
            }
            (Expected::Capability, Some(line)) => {
                printable(line)?;
                if self.capabilities.len() == CAPABILITY_LIMIT {
                    return Err(Problem::Format("too many capabilities"));
                }
                self.capabilities.push(line.to_vec());
            }
            (_, None) => self.expected = Expected::Nothing,
            (expected, Some(line)) => {
                let is_first = expected != Expected::Reference;
                self.expected = Expected::Reference;
                self.reference(line, is_first)?;
            }
        }
        Ok(false)
    }

    fn reference(&mut self, line: &[u8], is_first: bool) -> Result<(), Problem> {
        if line.starts_with(b"shallow ") {
            return printable(line);
        }
        let mut parts = line.splitn(2, |b| *b == 0);
        let (oid, name) = split(parts.next().unwrap_or_default())?;
        if let Some(capabilities) = parts.next() {
            printable(capabilities)?;
            if is_first {
                let words = capabilities.split(|b| *b == b' ');
                let words = words.filter(|word| !word.is_empty());
                self.capabilities.extend(words.map(<[u8]>::to_vec));
            }
        }
        let name = name.strip_suffix(b"^{}").unwrap_or(name);
        let is_name = name == ALTERNATE
            || name == b"capabilities"
            || gix_validate::reference::name(name.into()).is_ok();
        if is_oid(oid) && is_name {
            return Ok(());
        }
        Err(Problem::Format("an invalid object id or reference name"))
    }
}

/// What is listed to git is lines: a line end could forge a reply of ours, and git deletes the file that a `lock` reply
/// names.
fn printable(text: &[u8]) -> Result<(), Problem> {
    match text.iter().any(u8::is_ascii_control) {
        true => Err(Problem::Format("a control character")),
        false => Ok(()),
    }
}

/// 40 hex digits for SHA-1, 64 for SHA-256.
fn is_oid(text: &[u8]) -> bool {
    matches!(text.len(), 40 | 64) && text.iter().all(u8::is_ascii_hexdigit)
}
