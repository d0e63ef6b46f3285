//! The lines that differ, and no others: what surrounds them may be somebody's secret.

/// `- old` and `+ new` lines, in file order.
pub(super) fn lines(before: &[u8], after: &[u8]) -> Vec<String> {
    let (before, after) = (
        String::from_utf8_lossy(before),
        String::from_utf8_lossy(after),
    );
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[start..], &new[start..]);
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    // longest[i][j]: how many lines old[i..] and new[j..] have in common.
    let mut longest = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i] == new[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            lines.push(format!("- {}", old[i]));
            i += 1;
        } else {
            lines.push(format!("+ {}", new[j]));
            j += 1;
        }
    }
    lines
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
