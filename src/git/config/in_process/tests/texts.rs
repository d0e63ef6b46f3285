//! The syntax of a file: texts made of pieces, many of them in one listing of git's.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::*;

/// As many go into one listing.
const BATCH: usize = 400;

const PIECES: &[&[u8]] = &[
    b"[a]",
    b"[a]\n",
    b"[a]\n",
    b"[A-1]\n",
    b"[a.B]\n",
    b"[a.]\n",
    b"[a \"\"]\n",
    b"[a \"B.c\"]\n",
    b"[a\t\"x\\\"y\"]\n",
    b"[a \"\\q\"]\n",
    b"[a \"x\ny\"]\n",
    b"[ a]\n",
    b"[a ]\n",
    b"[]\n",
    b"[a.b \"c\"]\n",
    b"[ \"x\"]\n",
    b"[a\"x\"]\n",
    b"[a \"x\" ]\n",
    b"[\xc3\xa9]\n",
    b"[a \"\xff\"]\n",
    b"[1]\n",
    b"[-]\n",
    b"[a.b.c]\n",
    b"[a",
    b"]",
    b"b",
    b"b = ",
    b"b=",
    b"\tb = ",
    b"b = ",
    b"\tk = v\n",
    b"k = v\n",
    b"K-2 = v\n",
    b"2 = v\n",
    b"_ = v\n",
    b"k_ = v\n",
    b"k",
    b"k\n",
    b"k ",
    b"k # c\n",
    b"k ; c\n",
    b"k k = v\n",
    b"k [a]\n",
    b"-k = v\n",
    b"v",
    b"v w",
    b"v  w",
    b"\"",
    b"\"",
    b"\"v\"",
    b"\" v \"",
    b"\"\"",
    b"\\\"",
    b"\\\\",
    b"\\n",
    b"\\t",
    b"\\b",
    b"\\x",
    b"\\",
    b"\\\n",
    b"\\\r\n",
    b"\\ \n",
    b" \\\n ",
    b"'",
    b"=",
    b"==",
    b"\xc3\xa9",
    b"\xff",
    b"\0",
    b"\x0b",
    b"\x0c",
    b" ",
    b" ",
    b"\t",
    b"\n",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b" \n",
    b"\t\n",
    b" \t ",
    b"#",
    b";",
    b"# c\n",
    b"; c\n",
    b" # c\n",
    b"\t; \"c\n",
    b"# c \\\n",
    b"#\r\n",
    b"\xef\xbb\xbf",
    b"\xef\xbb",
    b"\xfe\xff",
    b"!f() { a \\\"b\\\"; }; f",
    b"\"!f() { \\\n\t\tx; \\\n}; f\"",
];

/// What has once been read in another way than git's, here or by gix.
const FOUND: &[&[u8]] = &[
    b"[a]\nb = \"x\\",
    b"[a]\nb = \"\\",
    b"[a]\nb = x\\",
    b"[a]\nk # c\n",
    b"[a]\nk k = v\n",
    b"[a]k[a]",
    b"[a]\nb = v \\\n",
    b"[a]\nb = v \\\n \n",
    b"[a]\nb = v\tw\n",
    b"[a]\nb = \"\" v\n",
    b"[a]\nb = v \"\"\n",
    b"[a]\nb = \"\"  \"\" \n",
    b"[a.b \"c\"]\nd = e\n",
    b"\xfe\xff[a]\nb = v\n",
    b"b = v\n",
];

fn read(text: &[u8]) -> Result<Vec<(String, Option<String>)>, Declined> {
    let mut entries = Vec::new();
    super::text::read(text, &mut |line| {
        let subsection = line.subsection.as_ref().map_or(String::new(), |name| {
            format!(".{}", super::tests::text(name))
        });
        let name = String::from_utf8(line.name.to_ascii_lowercase()).unwrap();
        let key = format!("{}{subsection}.{name}", line.section);
        let start = text
            .split(|byte| *byte == b'\n')
            .nth(line.number as usize - 1)
            .unwrap();
        let wanted = line.name;
        assert!(
            start.windows(wanted.len()).any(|part| part == wanted),
            "line {}",
            line.number
        );
        entries.push((key, line.value.map(super::tests::text)));
        Ok(())
    })?;
    Ok(entries)
}

/// Lets every git read them; those that are declined are left out. Returns how many are read.
fn compare(texts: &[Vec<u8>]) -> usize {
    let read: Vec<_> = texts
        .iter()
        .filter_map(|text| Some((text, read(text).ok()?)))
        .collect();
    let home = Home::new();
    let mut main = String::from("[include]\n");
    for (number, (text, _)) in read.iter().enumerate() {
        std::fs::write(home.path(&format!("t{number}")), text).unwrap();
        main.push_str(&format!("\tpath = t{number}\n"));
    }
    home.write(".gitconfig", &main);
    for git in gits() {
        let Some(listed) = home.list(git) else {
            match texts.len() {
                1 => panic!("{git:?} refuses {:?}", texts[0].escape_ascii().to_string()),
                // Which one is it?
                _ => {
                    return texts
                        .iter()
                        .map(|text| compare(std::slice::from_ref(text)))
                        .sum();
                }
            }
        };
        let mut listed = listed
            .into_iter()
            .filter(|entry| entry.key != "include.path")
            .peekable();
        for (number, (text, ours)) in read.iter().enumerate() {
            let file = home.path(&format!("t{number}"));
            let mut theirs = Vec::new();
            while let Some(entry) = listed.next_if(|entry| entry.file.as_ref() == Some(&file)) {
                theirs.push((entry.key, entry.value));
            }
            assert_eq!(
                *ours,
                theirs,
                "{git:?}: {:?}",
                text.escape_ascii().to_string()
            );
        }
    }
    read.len()
}

#[test]
fn a_text_is_read_as_every_git_reads_it_or_declined() {
    let texts = vec(vec(select(PIECES), 0..10), BATCH);
    let texts = texts.prop_map(|texts| {
        let texts = texts.into_iter().enumerate();
        let whole = |(number, pieces): (usize, Vec<&[u8]>)| {
            // Most begin as a file does.
            let start: &[u8] = if number % 8 == 0 { b"" } else { b"[a]\n" };
            [start, &pieces.concat()].concat()
        };
        texts.map(whole).collect::<Vec<_>>()
    });
    let mut config = Config::with_cases(cases(10));
    config.failure_persistence = None;
    let (mut tried, count) = (0, Cell::new(0));
    let result = TestRunner::new(config).run(&texts, |texts| {
        count.set(count.get() + compare(&texts));
        Ok(())
    });
    result.unwrap();
    tried += cases(10) as usize * BATCH;
    assert!(
        count.get() * 8 > tried,
        "{} of {tried} are read",
        count.get()
    );
}

/// docs/decisions/0037 names them: if this fails, gix has mended them, and less needs to be declined.
#[test]
fn gix_takes_what_git_refuses() {
    for text in ["[a]\nb = \"x\\", "[a]\nk # c\n", "[a]\nk k = v\n", "\u{7f}"] {
        let is_taken = gix_config::parse::Events::from_bytes(text.as_bytes(), None).is_ok();
        assert_eq!(is_taken, text != "\u{7f}", "{text:?}");
        let home = Home::new();
        home.write(".gitconfig", text);
        assert!(
            gits().iter().all(|git| home.list(git).is_none()),
            "{text:?}"
        );
        assert!(read(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn what_was_once_read_otherwise_is_not_any_more() {
    for text in FOUND {
        compare(&[text.to_vec()]);
    }
}
