//! A guide's text: its commands, and what they are said to print.
//!
//! In a block of the kind `console`, a line `$ COMMAND` is run and the lines under it are what it prints; a line
//! `...` stands for any number of lines. Between blocks, `<!-- run: COMMAND -->` is run without a word, and
//! `<!-- aws: NAME -->` puts the local AWS into a state that the next block needs.

/// What the page asks for, in order.
pub(super) trait Reader {
    /// Runs a command; what it prints, on both streams.
    fn command(&mut self, command: &str) -> String;
    /// Prepares what comes next, without a word.
    fn prepare(&mut self, command: &str);
    /// Puts the local AWS into a named state.
    fn aws(&mut self, state: &str);
}

/// The page with what its commands really print. Where that differs only in times, sizes and ids, or fits the
/// lines left out, the text stays as it is.
pub(super) fn read(text: &str, reader: &mut impl Reader) -> String {
    let mut now = String::new();
    let mut lines = text.lines().peekable();
    let mut in_block = false;
    let mut commands = 0;
    while let Some(line) = lines.next() {
        now.push_str(line);
        now.push('\n');
        if !in_block {
            let hidden = |kind| line.strip_prefix(kind)?.strip_suffix(" -->");
            if let Some(command) = hidden("<!-- run: ") {
                reader.prepare(command);
            } else if let Some(state) = hidden("<!-- aws: ") {
                reader.aws(state);
            }
            in_block = line == "```console";
            assert!(
                in_block || !line.trim_start().starts_with("```console"),
                "{line:?}"
            );
            continue;
        }
        if line == "```" {
            in_block = false;
            continue;
        }
        let Some(command) = line.strip_prefix("$ ") else {
            panic!("{line:?} in a block of commands is nothing that a command prints");
        };
        let mut command = command.to_owned();
        while command.ends_with('\\') {
            let more = lines.next().expect("the rest of a command");
            now.push_str(more);
            now.push('\n');
            command = format!("{command}\n{more}");
        }
        let mut expected = Vec::new();
        while let Some(line) = lines.next_if(|line| *line != "```" && !line.starts_with("$ ")) {
            expected.push(line);
        }
        commands += 1;
        let printed = reader.command(&command);
        let printed: Vec<&str> = printed.lines().collect();
        let shown = if fits(&expected, &printed) {
            &expected
        } else {
            &printed
        };
        for line in shown {
            now.push_str(line);
            now.push('\n');
        }
    }
    assert!(
        !in_block && commands >= 10,
        "{commands} commands were found"
    );
    now
}

/// Whether lines are what was expected.
fn fits(expected: &[&str], printed: &[&str]) -> bool {
    match (expected.split_first(), printed.split_first()) {
        (None, None) => true,
        (Some((&"...", rest)), _) => {
            (0..=printed.len()).any(|left_out| fits(rest, &printed[left_out..]))
        }
        (Some((one, expected)), Some((other, printed))) => {
            let same =
                lasting(one) == lasting(other) || is_of_this_git(one) && is_of_this_git(other);
            same && fits(expected, printed)
        }
        _ => false,
    }
}

/// Whether a line says which git this machine has, or is in the words of its TLS library.
fn is_of_this_git(line: &str) -> bool {
    line.starts_with("ok       git (")
        || line.contains("certificate") && line.starts_with("fatal: unable to access ")
}

/// A line without what differs from run to run: numbers with a unit of time or size, times of day, ids.
fn lasting(line: &str) -> String {
    let mut lasting = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, word) = rest.split_at(start);
        let end = word
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | ':' | '-'))
            .unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        lasting.push_str(before);
        if passes(word, after) {
            lasting.push('#');
        } else {
            let parts = word.split('-');
            let parts: Vec<&str> = parts
                .map(|part| if is_id(part) { "#" } else { part })
                .collect();
            lasting.push_str(&parts.join("-"));
        }
        rest = after;
    }
    // Columns are as wide as their longest word.
    let all = format!("{lasting}{rest}");
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn passes(word: &str, after: &str) -> bool {
    let word = word.trim_end_matches(['.', ':', '-']);
    let is_number = word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let has_unit = [
        " ms", " s", " min", " h", " KiB", " MiB", " bytes", " minutes",
    ]
    .iter()
    .any(|unit| after.starts_with(unit));
    let is_key = word.len() == 20 && (word.starts_with("ASIA") || word.starts_with("AKIA"));
    let bytes = word.as_bytes();
    let is_time = bytes.len() >= 5
        && bytes[0].is_ascii_digit()
        && word
            .bytes()
            .all(|b| b.is_ascii_digit() || b"T:Z-".contains(&b))
        && (word.contains(':') || word.matches('-').count() == 2);
    is_number && has_unit || is_id(word) || is_key || is_time
}

/// A commit, or two of them, or a hash; twelve digits are an account.
fn is_id(word: &str) -> bool {
    let is_hex =
        |id: &str| id.len() >= 7 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    word.split("..").all(is_hex) && word.len() != 12
}

#[test]
fn times_sizes_and_ids_may_differ_and_nothing_else() {
    for (one, other) in [
        ("took 12 ms", "took 3.4 ms"),
        ("until 12:04:59", "until 09:00:01"),
        ("2026-11-22T10:00:00Z", "2027-01-02T11:01:01Z"),
        ("[main 5f3c2a1] x", "[main 0a9b8c7] x"),
        ("name=$1-030e6f8e", "name=$1-130e6f8f"),
        ("  5f3c2a1..1111111  main", "5f3c2a1..abcdefa main"),
    ] {
        assert!(fits(&[one], &[other]), "{one}");
    }
    for (one, other) in [
        ("account 111111111111", "account 222222222222"),
        ("3 requests", "4 requests"),
        ("eu-west-1", "eu-west-2"),
        ("a", "b"),
        ("at 10.0.12.21:443", "at 10.0.12.34:443"),
    ] {
        assert!(!fits(&[one], &[other]), "{one}");
    }
    assert!(fits(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(!fits(&["a", "..."], &["b"]));
}
