//! The words of a command line, as botocore splits `credential_process`: no shell runs, and nothing is expanded.

use std::str::Chars;

use crate::platform;

/// The program and its arguments, by the rules of this operating system. None if a quote has no end, or there is no
/// word.
pub(super) fn split(command: &str) -> Option<(String, Vec<String>)> {
    match platform::IS_WINDOWS {
        true => as_windows(command),
        false => as_a_shell(command),
    }
}

/// The rules of Microsoft's C runtime ("Parsing C command-line arguments"): backslashes count before a quotation mark
/// only.
fn as_windows(command: &str) -> Option<(String, Vec<String>)> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let (mut backslashes, mut is_quoted) = (0, false);
    for character in command.chars() {
        if character == '\\' {
            backslashes += 1;
            continue;
        }
        let is_quote = character == '"';
        let kept = if is_quote {
            backslashes / 2
        } else {
            backslashes
        };
        let is_escaped = is_quote && backslashes % 2 == 1;
        if backslashes > 0 {
            word.get_or_insert_default().push_str(&"\\".repeat(kept));
            backslashes = 0;
        }
        match character {
            '"' if !is_escaped => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !is_quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    if backslashes > 0 {
        word.get_or_insert_default()
            .push_str(&"\\".repeat(backslashes));
    }
    words.extend(word);
    let mut words = words.into_iter().filter(|_| !is_quoted);
    Some((words.next()?, words.collect()))
}

/// The program and its arguments, by the rules of Python's `shlex.split`, which botocore uses: quotes and
/// backslashes count, `#` starts no comment, nothing is expanded. (The crates of that name take `#` for a comment.)
fn as_a_shell(command: &str) -> Option<(String, Vec<String>)> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                let word = word.get_or_insert_default();
                until_quote(&mut characters, '\'', |_, c| word.push(c))?;
            }
            '"' => {
                let word = word.get_or_insert_default();
                until_quote(&mut characters, '"', |rest, c| {
                    match (c, rest.clone().next()) {
                        // Before anything else a backslash is one.
                        ('\\', Some(next @ ('"' | '\\'))) => {
                            rest.next();
                            word.push(next);
                        }
                        _ => word.push(c),
                    }
                })?;
            }
            '\\' => word.get_or_insert_default().push(characters.next()?),
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    let mut words = words.into_iter();
    Some((words.next()?, words.collect()))
}

/// Hands on what stands before the closing quote; none if it never comes.
fn until_quote(
    characters: &mut Chars<'_>,
    quote: char,
    mut each: impl FnMut(&mut Chars<'_>, char),
) -> Option<()> {
    loop {
        match characters.next()? {
            end if end == quote => return Some(()),
            other => each(characters, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_split_as_pythons_shlex_does() {
        // Each checked with shlex.split.
        for (command, expected) in [
            (
                r#""/opt/my tool" --name 'a b' c\ d"#,
                &["/opt/my tool", "--name", "a b", "c d"][..],
            ),
            ("x $HOME ~ *;y #z", &["x", "$HOME", "~", "*;y", "#z"]),
            (
                r#"x "a\"b\\c\d" 'e\f' ''"#,
                &["x", r#"a"b\c\d"#, r"e\f", ""],
            ),
            ("x a'b'\"c\"\n --d", &["x", "abc", "--d"]),
        ] {
            let (program, arguments) = as_a_shell(command).unwrap();
            assert_eq!([vec![program], arguments].concat(), expected, "{command}");
        }
        for bad in ["", "  ", "'open", "\"open", "x \\", "\"a\\\""] {
            assert!(as_a_shell(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn on_windows_a_backslash_counts_before_a_quotation_mark_only() {
        // Each checked with botocore's compat_shell_split(…, platform="win32").
        for (command, expected) in [
            (
                r"C:\tools\x.exe get --id 'a b'",
                &[r"C:\tools\x.exe", "get", "--id", "'a", "b'"][..],
            ),
            (
                r#""C:\Program Files\x.exe" --a "" \"#,
                &[r"C:\Program Files\x.exe", "--a", "", r"\"],
            ),
            (
                r#"x a\"b a\\"b c" a\\\"b"#,
                &["x", "a\"b", r"a\b c", r#"a\"b"#],
            ),
            ("x\ta\\\\b  c\"d\"e", &["x", r"a\\b", "cde"]),
        ] {
            let (program, arguments) = as_windows(command).unwrap();
            assert_eq!([vec![program], arguments].concat(), expected, "{command}");
        }
        for bad in ["", " \t", "\"open", r#"x "a\""#] {
            assert!(as_windows(bad).is_none(), "{bad}");
        }
    }
}
