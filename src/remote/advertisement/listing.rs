//! A checked advertisement, and what is listed to git of it.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

use super::packet::{ALTERNATE, EMPTY, next, split};

/// A checked answer to `GET info/refs`.
#[derive(Debug)]
pub(in crate::remote) struct Advertisement {
    /// Everything behind the `# service=…` packet and its flush: what git's programs read, and where the references
    /// are found again when they are listed. A million of them are not kept twice.
    bytes: Vec<u8>,
    /// The protocol version the host chose.
    pub(in crate::remote) version: u8,
    capabilities: Vec<Vec<u8>>,
}

impl Advertisement {
    pub(super) fn new(bytes: Vec<u8>, version: u8, capabilities: Vec<Vec<u8>>) -> Self {
        Self {
            bytes,
            version,
            capabilities,
        }
    }

    /// The packets as the host sent them, through the final flush.
    pub(in crate::remote) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The object ids and names of the references, in the host's order.
    fn references(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = match self.version {
            2 => &[][..],
            _ => self.bytes.as_slice(),
        };
        std::iter::from_fn(move || {
            loop {
                // It has been read before: what comes is a line or the final flush.
                let (line, length) = next(rest).ok()??;
                rest = &rest[length..];
                let reference = line?.split(|b| *b == 0).next()?;
                match split(reference) {
                    Ok((b"version" | b"shallow", _)) | Err(_) => {}
                    Ok((_, ALTERNATE | EMPTY)) => {}
                    Ok(reference) => return Some(reference),
                }
            }
        })
    }

    /// Writes the answer to git's `list` or `list for-push`, blank line included.
    pub(in crate::remote) fn list(
        &self,
        for_push: bool,
        object_format: bool,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        if object_format {
            let format = self.capability(b"object-format=");
            let format = format.filter(|format| *format == b"sha256");
            write_line(&mut out, &[b":object-format ", format.unwrap_or(b"sha1")])?;
        }
        let symrefs = self.symrefs();
        for (oid, name) in self.references() {
            // `git push --mirror` would delete whatever else is listed, HEAD among it.
            if for_push && !is_pushable(name) {
                continue;
            }
            match symrefs.get(name) {
                Some(target) => write_line(&mut out, &[b"@", target, b" ", name])?,
                None => write_line(&mut out, &[oid, b" ", name])?,
            }
        }
        out.write_all(b"\n")?;
        out.flush()
    }

    /// The names of the references: no stand-ins, and nothing that a tag is peeled to.
    pub(in crate::remote) fn names(&self) -> impl Iterator<Item = &[u8]> {
        let names = self.references().map(|(_, name)| name);
        names.filter(|name| is_pushable(name))
    }

    /// The reference that `HEAD` stands for, where the host says it.
    pub(in crate::remote) fn head(&self) -> Option<String> {
        let symrefs = self.symrefs();
        let target = symrefs.get(b"HEAD".as_slice())?;
        Some(String::from_utf8_lossy(target).into_owned())
    }

    /// What `symref=<name>:<target>` says, of each name the first. Targets that are no names are passed over.
    fn symrefs(&self) -> HashMap<&[u8], &[u8]> {
        let mut symrefs = HashMap::new();
        for capability in &self.capabilities {
            if let Some(pair) = capability.strip_prefix(b"symref=".as_slice())
                && let Some(colon) = pair.iter().position(|b| *b == b':')
                && gix_validate::reference::name(pair[colon + 1..].into()).is_ok()
            {
                let target = &pair[colon + 1..];
                symrefs.entry(&pair[..colon]).or_insert(target);
            }
        }
        symrefs
    }

    /// Whether the host says that it can do this.
    pub(in crate::remote) fn has(&self, capability: &str) -> bool {
        let mut capabilities = self.capabilities.iter();
        capabilities.any(|known| known == capability.as_bytes())
    }

    fn capability(&self, key: &[u8]) -> Option<&[u8]> {
        self.capabilities
            .iter()
            .find_map(|capability| capability.strip_prefix(key))
    }
}

fn is_pushable(name: &[u8]) -> bool {
    name.starts_with(b"refs/") && gix_validate::reference::name(name.into()).is_ok()
}

fn write_line(out: &mut impl Write, parts: &[&[u8]]) -> io::Result<()> {
    for part in parts {
        out.write_all(part)?;
    }
    out.write_all(b"\n")
}
