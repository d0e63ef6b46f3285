//! AWS files made at random and edited; `scripts/torture fuzz` and `scripts/fuzz` run many more.

#![expect(
    clippy::expect_used,
    reason = "a property that does not hold ends the program"
)]

use super::*;
use crate::profile::{profile_of_config_section, properties};

/// What the reader finds in an edited file is what it found before, with the one change that was asked for.
pub(crate) fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let ini = Ini::new(&text);
    let Some(before) = properties(&text) else {
        // Setup never edits a file that cannot be read, but it looks at it.
        let _ = (
            ini.with("p", "k", Some("new")),
            ini.with("p", "k", None),
            ini.section_of("p"),
        );
        return;
    };
    let is_p =
        |[header, _, _]: &[String; 3]| profile_of_config_section(header).as_deref() == Some("p");
    let is_set = |property: &[String; 3]| is_p(property) && property[1] == "k";
    let old: Vec<&[String; 3]> = before.iter().filter(|property| is_set(property)).collect();
    if let Some(edited) = ini.with("p", "k", Some("new")) {
        let after = properties(&edited).expect("an edited file can be read");
        let set: Vec<&[String; 3]> = after.iter().filter(|property| is_set(property)).collect();
        assert_eq!(
            set.iter()
                .map(|property| property[2].as_str())
                .collect::<Vec<_>>(),
            ["new"],
            "{edited:?}"
        );
        assert_eq!(Ini::new(&edited).value("p", "k").as_deref(), Some("new"));
        assert!(others(&after).eq(others(&before)), "{edited:?}");
        assert!(old.len() <= 1);
    }
    if let Some(edited) = ini.with("p", "k", None) {
        let after = properties(&edited).expect("an edited file can be read");
        assert!(!after.iter().any(is_set), "{edited:?}");
        assert!(others(&after).eq(others(&before)), "{edited:?}");
    }
    if let Some([_, _, value]) = old.last()
        && !value.contains('\n')
    {
        assert_eq!(ini.value("p", "k").as_deref(), Some(value.as_str()));
    }
    if let Some(edited) = ini.without_section("p") {
        let after = properties(&edited).expect("an edited file can be read");
        let others = before.iter().filter(|property| !is_p(property));
        assert!(after.iter().eq(others), "{edited:?}");
    }
    section_holds(&text, &before);
}

/// Everything but `k` of the profile p.
fn others(properties: &[[String; 3]]) -> impl Iterator<Item = &[String; 3]> {
    properties.iter().filter(|[header, key, _]| {
        key != "k" || profile_of_config_section(header).as_deref() != Some("p")
    })
}

/// A section that is added is found, and taken out again.
fn section_holds(text: &str, before: &[[String; 3]]) {
    if Ini::new(text).count("p") > 0 {
        return;
    }
    let (edited, added) = Ini::new(text).with_section("p", &[("k", "v"), ("l", "x")]);
    assert_eq!(edited, format!("{text}{added}"));
    let after = properties(&edited).expect("an edited file can be read");
    let ini = Ini::new(&edited);
    assert_eq!(ini.count("p"), 1, "{edited:?}");
    assert_eq!(ini.value("p", "l").as_deref(), Some("x"));
    assert_eq!(after.len(), before.len() + 2, "{edited:?}");
    let without = ini.without_section("p").expect("its only section");
    assert_eq!(properties(&without).as_deref(), Some(before), "{without:?}");
}

#[cfg(test)]
mod made_up {
    use proptest::prelude::*;

    use super::*;

    /// Files that are sections and properties for the most part, in every spelling.
    fn file() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            3 => "[ \t]{0,2}\\[(profile )?[pq]?\\][ #c]{0,3}",
            5 => "[ \t\u{a0}]{0,2}[kl]{1,2}[ \t]{0,2}[=:][ \t\u{a0}\u{b}]{0,2}[a-c#; \u{e9}]{0,6}",
            1 => "[#;][ -~]{0,9}",
            1 => "\\PC{0,9}",
            1 => Just(String::new()),
        ];
        let end = prop_oneof![Just("\n"), Just("\r\n")];
        prop::collection::vec((line, end), 0..9).prop_map(|lines| {
            lines
                .into_iter()
                .map(|(line, end)| line + end)
                .collect::<String>()
        })
    }

    proptest! {
        #[test]
        fn what_is_set_is_found_and_everything_else_stays(text in file(), is_last_line_open: bool) {
            let text = if is_last_line_open { text.trim_end_matches(['\r', '\n']) } else { &text };
            holds(text.as_bytes());
        }
    }
}
