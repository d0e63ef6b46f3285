//! Text from outside, made safe for a terminal.

/// Replaces control characters, which could drive the person's terminal, by `\u{…}` escapes.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if character.is_control() || is_invisible(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Characters that reorder a line, or are not seen in it: what is read would not be what is there.
fn is_invisible(character: char) -> bool {
    matches!(character,
        // Soft hyphen, Arabic letter mark, Mongolian vowel separator.
        '\u{ad}' | '\u{61c}' | '\u{180e}'
        // Zero-width characters, direction marks, line and paragraph separators, embeddings, overrides, isolates.
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Byte order mark, annotations, tags.
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reorders_a_line_or_is_not_seen_is_escaped() {
        for (text, shown) in [
            ("a\u{202e}txt.exe", "a\\u{202e}txt.exe"),
            ("de\u{200b}v", "de\\u{200b}v"),
            (
                "\u{feff}x\u{2066}y\u{e0041}",
                "\\u{feff}x\\u{2066}y\\u{e0041}",
            ),
            ("مستودع ü 日本", "مستودع ü 日本"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn control_characters_from_outside_are_escaped() {
        assert_eq!(
            printable("profile \"a\u{1b}[2J\n\u{9b}b\" é"),
            "profile \"a\\u{1b}[2J\\u{a}\\u{9b}b\" é"
        );
    }

    #[test]
    fn bytes_are_written_as_two_digits_each() {
        assert_eq!(hex(&[0, 9, 0xab, 0xff]), "0009abff");
    }
}
