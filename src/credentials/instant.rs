//! Times as AWS's tools write them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Reads a time of ISO 8601 as AWS's tools write it: `T` in the middle, a fraction or none, and `Z`, `UTC` or an
/// offset, with or without its colon, at the end. A time without a zone is none.
pub(super) fn instant(text: &str) -> Option<OffsetDateTime> {
    let bytes = text.as_bytes();
    let is_digits = |range: &[u8]| range.iter().all(u8::is_ascii_digit);
    let text = match bytes {
        _ if text.ends_with("UTC") => format!("{}Z", text.strip_suffix("UTC")?),
        [.., b'+' | b'-', a, b, c, d] if is_digits(&[*a, *b, *c, *d]) => {
            let (start, minutes) = text.split_at(text.len() - 2);
            format!("{start}:{minutes}")
        }
        _ => text.to_owned(),
    };
    OffsetDateTime::parse(&text, &Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_every_form_that_aws_tools_write_and_never_without_a_zone() {
        let expected = instant("2026-11-22T00:15:00Z").unwrap();
        for text in [
            "2026-11-22T00:15:00UTC",
            "2026-11-22T00:15:00+00:00",
            "2026-11-22T00:15:00+0000",
            "2026-11-22T02:15:00.000+0200",
            "2026-11-21T23:15:00-01:00",
        ] {
            assert_eq!(instant(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "soon",
            "2026-11-22T00:15:00",
            "2026-11-22",
            "UTC",
            "+0000",
            "é0000",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
