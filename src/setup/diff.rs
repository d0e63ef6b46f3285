//! The lines that differ, and no others: the lines around them may contain a secret.

use similar::{ChangeTag, TextDiff};

/// `- old` and `+ new` lines, in file order. A line end that is missing at the end of a file makes no difference.
pub(super) fn lines(before: &[u8], after: &[u8]) -> Vec<String> {
    let (before, after) = (
        String::from_utf8_lossy(before),
        String::from_utf8_lossy(after),
    );
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    TextDiff::from_slices(&before, &after)
        .iter_all_changes()
        .filter_map(|change| match change.tag() {
            ChangeTag::Delete => Some(format!("- {}", change.value())),
            ChangeTag::Insert => Some(format!("+ {}", change.value())),
            ChangeTag::Equal => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_that_stay_are_never_shown() {
        let before = b"[a]\nrole_arn = old\nsecret = s\nregion = x\n[b]\n";
        let after = b"[a]\nrole_arn = new\nsecret = s\n[b]\nk = v\n";
        assert_eq!(
            lines(before, after),
            [
                "- role_arn = old",
                "+ role_arn = new",
                "- region = x",
                "+ k = v"
            ]
        );
        assert_eq!(lines(b"", b"a\nb\n"), ["+ a", "+ b"]);
        assert_eq!(lines(b"a\n", b""), ["- a"]);
        assert!(lines(b"a\nb", b"a\nb\n").is_empty());
    }
}
