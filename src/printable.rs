//! Text from outside, made safe for a terminal.

/// Replaces control characters, which could drive the person's terminal, by `\u{…}` escapes.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_from_outside_are_escaped() {
        assert_eq!(
            printable("profile \"a\u{1b}[2J\n\u{9b}b\" é"),
            "profile \"a\\u{1b}[2J\\u{a}\\u{9b}b\" é"
        );
    }
}
