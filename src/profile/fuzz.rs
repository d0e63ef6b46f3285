//! AWS config files made at random; `scripts/torture fuzz` and `scripts/fuzz` run many more.

#![expect(
    clippy::expect_used,
    reason = "a property that does not hold ends the program"
)]

use std::path::Path;

use super::reader::{Section, read};

/// What is read and written again is read as the same; what cannot be read is named by its line alone.
pub(crate) fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match read(&text, Path::new("/c")) {
        Ok(sections) => {
            let written: String = sections.iter().map(written).collect();
            let again = read(&written, Path::new("/c")).expect("what was written can be read");
            let shown =
                |sections: &[Section]| sections.iter().map(self::written).collect::<Vec<_>>();
            assert_eq!(shown(&again), shown(&sections), "{written:?}");
        }
        Err(error) => {
            let said = error.to_string();
            assert!(said.starts_with("/c:") && said.len() < 80, "{said}");
        }
    }
}

/// A section in one spelling: nested properties and the other lines of a value are indented.
fn written(section: &Section) -> String {
    let mut text = format!("[{}]\n", section.header);
    for property in &section.properties {
        let value = property.value.expose().replace('\n', "\n ");
        text.push_str(&format!("{}= {value}\n", property.key));
        for nested in &property.nested {
            text.push_str(&format!(" {}= {}\n", nested.key, nested.value.expose()));
        }
    }
    text
}

#[cfg(test)]
mod made_up {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_file_is_read_as_it_is_written_again(
            lines in prop::collection::vec("[ \t\u{a0}]{0,2}(\\[[pq ]{0,3}\\]?|[kl]{0,2} ?[=:] ?[a-c#; \u{e9}]{0,6}|[#;]?[ -~]{0,6}|\\PC{0,4})\r?", 0..10),
        ) {
            holds(lines.join("\n").as_bytes());
        }
    }
}
