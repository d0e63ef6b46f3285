//! A file's text without what setup inserted.

/// The text without a part, if it contains it exactly once.
pub(super) fn without(text: &str, part: &str) -> Option<String> {
    let at = text.find(part)?;
    let (before, after) = (&text[..at], &text[at + part.len()..]);
    if after.contains(part) {
        return None;
    }
    // The line end that was missing at the file's end is needed where something was added behind.
    let end = match part {
        _ if before.is_empty() || before.ends_with('\n') || after.is_empty() => "",
        part if part.starts_with("\r\n") => "\r\n",
        _ => "\n",
    };
    Some(format!("{before}{end}{after}"))
}

/// The text without our include line, wherever a person moved it, and without a header that it leaves alone.
pub(super) fn without_include(text: &str, inserted: &str) -> String {
    let Some(line) = inserted
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("path"))
    else {
        return text.to_owned();
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some(at) = lines.iter().position(|there| there.trim() == line) else {
        return text.to_owned();
    };
    let is_header = |index: usize| {
        lines
            .get(index)
            .is_some_and(|line| line.trim_start().starts_with('['))
    };
    let is_alone = at > 0
        && lines[at - 1].trim() == "[include]"
        && (at + 1 == lines.len() || is_header(at + 1));
    let first = if is_alone { at - 1 } else { at };
    [&lines[..first], &lines[at + 1..]].concat().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_include_is_found_and_its_neighbours_stay() {
        let inserted = "[include]\n\tpath = ~/x\n";
        for (text, expected) in [
            (
                "[include]\n\tpath = ~/x\n[user]\n\tname = n\n",
                "[user]\n\tname = n\n",
            ),
            (
                "[include]\n\tpath = ~/y\n\tpath = ~/x\n",
                "[include]\n\tpath = ~/y\n",
            ),
            (
                "[include]\n\tpath = ~/x\n\tpath = ~/y\n",
                "[include]\n\tpath = ~/y\n",
            ),
            ("[user]\n", "[user]\n"),
        ] {
            assert_eq!(without_include(text, inserted), expected);
        }
        assert_eq!(without("abcb", "b"), None);
        assert_eq!(without("a\nb\nc\n", "b\n").as_deref(), Some("a\nc\n"));
        assert_eq!(without("a\nb\n", "\nb\n").as_deref(), Some("a"));
        assert_eq!(without("a\nb\nc\n", "\nb\n").as_deref(), Some("a\nc\n"));
    }
}
