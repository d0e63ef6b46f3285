//! The text of one config file: gix knows its syntax, and here is what of it is taken for certain.

use std::borrow::Cow;

use gix_config::parse::{EventRef, Events, SectionRef};
use gix_config::value::normalize;

use crate::git::config::declined::Declined;

/// One `name = value` of a file.
pub(super) struct Line<'t> {
    /// In lower case.
    pub(super) section: &'t str,
    pub(super) subsection: Option<Cow<'t, [u8]>>,
    pub(super) name: &'t [u8],
    /// None for a name without `=`.
    pub(super) value: Option<&'t [u8]>,
    /// Where the name stands, counted from 1.
    pub(super) number: u32,
}

/// Hands every line of a text to `take`, in order.
///
/// Git and gix read these differently, or gits of different versions do: they are declined.
/// - a NUL, and a byte order mark that is not that of UTF-8
/// - a name without `=` that has a comment or another name behind it: git refuses it
/// - a backslash as the last byte of a file: git refuses it where a quote is open, gix does not
/// - a blank line that continues a value
/// - a tab in a value without quotes: a blank for git before 2.45
/// - names in front of the first section, `[a.b "c"]`, and sections without a name
pub(super) fn read(
    text: &[u8],
    take: &mut dyn FnMut(Line<'_>) -> Result<(), Declined>,
) -> Result<(), Declined> {
    let start = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let begins_plainly = start
        .first()
        .is_none_or(|byte| b"[#; \t\r\n".contains(byte));
    if !begins_plainly || text.contains(&0) {
        return Err(Declined::of("its beginning, or a NUL, is odd"));
    }
    let is_needed = |event: EventRef<'_>| !matches!(event, EventRef::Whitespace(_));
    let events = Events::from_bytes(text, Some(is_needed));
    let events = events.map_err(|_| Declined::of("gix does not take its syntax"))?;
    let mut number = 1;
    for event in events.frontmatter() {
        match event {
            EventRef::Newline(ends) => number += count(ends),
            EventRef::Comment { .. } => {}
            _ => return Err(Declined::of("a name stands in front of the first section")),
        }
    }
    let mut sections = events.sections().peekable();
    let mut buffer = Vec::new();
    while let Some(section) = sections.next() {
        read_section(
            section,
            sections.peek().is_none(),
            &mut number,
            &mut buffer,
            take,
        )?;
    }
    Ok(())
}

fn read_section(
    section: SectionRef<'_>,
    is_last: bool,
    number: &mut u32,
    buffer: &mut Vec<u8>,
    take: &mut dyn FnMut(Line<'_>) -> Result<(), Declined>,
) -> Result<(), Declined> {
    let EventRef::SectionHeader {
        name: section_name,
        separator,
        subsection_name,
    } = section.header()
    else {
        return Err(Declined::of("a section has no header"));
    };
    let lower = section_name.to_ascii_lowercase();
    let lower = std::str::from_utf8(&lower).map_err(|_| Declined::of("a section is odd"))?;
    if lower.is_empty() || lower.contains('.') {
        return Err(Declined::of("the name of a section is odd"));
    }
    let is_dotted = separator.is_some_and(|separator| **separator == *b".");
    let subsection = subsection_name.map(|name| match is_dotted {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(&**name),
    });
    let mut events = section.body().peekable();
    while let Some(event) = events.next() {
        let name = match event {
            EventRef::Newline(ends) => {
                *number += count(ends);
                continue;
            }
            EventRef::SectionValueName(name) => name,
            _ => continue,
        };
        let at = *number;
        let value = value(&mut events, number, buffer)?;
        if value.is_none() {
            match events.peek() {
                Some(EventRef::Newline(_)) => {}
                None if is_last => {}
                _ => return Err(Declined::of("a name has neither = nor a line for itself")),
            }
        }
        let value = value.map(|()| buffer.as_slice());
        take(Line {
            section: lower,
            subsection: subsection.as_ref().map(|name| Cow::Borrowed(&**name)),
            name,
            value,
            number: at,
        })?;
    }
    Ok(())
}

/// Leaves a value in `buffer`, as git understands it; none if there is no `=`.
fn value<'e>(
    events: &mut impl Iterator<Item = EventRef<'e>>,
    number: &mut u32,
    buffer: &mut Vec<u8>,
) -> Result<Option<()>, Declined> {
    let mut has_separator = false;
    let mut raw: Cow<'_, [u8]> = Cow::Borrowed(b"");
    let mut is_line_ended = true;
    for event in events {
        match event {
            EventRef::KeyValueSeparator => has_separator = true,
            EventRef::Value(value) => {
                raw = Cow::Borrowed(&**value);
                break;
            }
            EventRef::ValueNotDone(part) => {
                raw.to_mut().extend_from_slice(part);
                is_line_ended = false;
            }
            EventRef::Newline(ends) => {
                *number += count(ends);
                is_line_ended = true;
            }
            EventRef::ValueDone(part) => {
                if !is_line_ended || part.is_empty() {
                    return Err(Declined::of("the end of a continued value is odd"));
                }
                raw.to_mut().extend_from_slice(part);
                break;
            }
            _ => return Err(Declined::of("a value is odd")),
        }
    }
    if !has_separator {
        return Ok(None);
    }
    if has_bare_tab(&raw) {
        return Err(Declined::of("a value has a tab without quotes"));
    }
    buffer.clear();
    buffer.extend_from_slice(&normalize(&*raw));
    Ok(Some(()))
}

/// Whether a tab or a carriage return stands outside of quotes.
fn has_bare_tab(raw: &[u8]) -> bool {
    let mut is_quoted = false;
    let mut bytes = raw.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => is_quoted = !is_quoted,
            b'\t' | b'\r' if !is_quoted => return true,
            _ => {}
        }
    }
    false
}

fn count(ends: &[u8]) -> u32 {
    let lines = ends.iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(lines).unwrap_or(u32::MAX)
}
