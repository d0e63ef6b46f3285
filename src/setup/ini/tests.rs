use super::*;

const SETTINGS: [(&str, &str); 2] = [("region", "r"), ("role_arn", "a")];

#[test]
fn a_section_is_added_behind_everything_in_the_files_own_line_endings() {
    for (before, added) in [
        ("", "[profile p]\nregion = r\nrole_arn = a\n"),
        ("[a]\nk=v\n", "\n[profile p]\nregion = r\nrole_arn = a\n"),
        ("[a]\nk=v\n\n", "[profile p]\nregion = r\nrole_arn = a\n"),
        ("[a]\nk=v", "\n\n[profile p]\nregion = r\nrole_arn = a\n"),
        (
            "[a]\r\nk=v\r\n",
            "\r\n[profile p]\r\nregion = r\r\nrole_arn = a\r\n",
        ),
        ("# only this", "\n\n[profile p]\nregion = r\nrole_arn = a\n"),
    ] {
        let (after, text) = Ini::new(before).with_section("p", &SETTINGS);
        assert_eq!(text, added, "{before:?}");
        assert_eq!(after, format!("{before}{added}"));
    }
    assert!(section("default", &[]).starts_with("[default]\n"));
    assert!(section("my x", &[]).starts_with("[profile \"my x\"]\n"));
}

#[test]
fn a_key_is_changed_added_or_taken_out_and_nothing_else() {
    let text = "\u{feff}# mine\r\n[profile p] # c\r\n\trole_arn : old # c\r\n\toutput=json\r\n\r\n[b]\r\nrole_arn = x";
    let ini = Ini::new(text);
    assert_eq!(
        ini.with("p", "role_arn", Some("new")).unwrap(),
        text.replace("role_arn : old # c", "role_arn : new # c")
    );
    assert_eq!(
        ini.with("p", "region", Some("r")).unwrap(),
        text.replace("\toutput=json\r\n", "\toutput=json\r\n\tregion = r\r\n")
    );
    assert_eq!(
        ini.with("p", "output", None).unwrap(),
        text.replace("\toutput=json\r\n", "")
    );
    assert_eq!(ini.with("p", "nothing", None).unwrap(), text);
    assert_eq!(
        Ini::new("[profile p]").with("p", "k", Some("v")).unwrap(),
        "[profile p]\nk = v\n"
    );
}

#[test]
fn a_value_is_replaced_whatever_white_space_stands_in_front_of_it() {
    for (before, after) in [
        ("k =\u{a0}v\n", "k =\u{a0}new\n"),
        (
            "k\u{a0}= \u{3000}\u{e9}x\u{a0}# c\n",
            "k\u{a0}= \u{3000}new\u{a0}# c\n",
        ),
        ("k = \u{a0}\n", "k = new\u{a0}\n"),
        ("k =\r\n", "k =new\r\n"),
        ("k=", "k=new"),
    ] {
        let (before, after) = (
            format!("[profile p]\n{before}"),
            format!("[profile p]\n{after}"),
        );
        assert_eq!(Ini::new(&before).with("p", "k", Some("new")), Some(after));
    }
}

#[test]
fn what_is_nested_under_a_property_is_not_the_profiles() {
    let text = "[profile p]\ns3 =\n  region = nested\n  [profile q]\noutput = x\n";
    let ini = Ini::new(text);
    assert_eq!((ini.value("p", "region"), ini.count("q")), (None, 0));
    assert_eq!(
        ini.with("p", "region", Some("r")).unwrap(),
        format!("{text}region = r\n")
    );
    // The header below is no part of it either.
    let text = "\t[profile p]\n\t[q]\nk = 1\n";
    let edited = "\t[profile p]\n\tk = v\n\t[q]\nk = 1\n";
    assert_eq!(Ini::new(text).with("p", "k", Some("v")).unwrap(), edited);
    let text = "[a]\nk = 1\n\t[profile p]\n\tk = v\n\t[q]\n";
    assert_eq!(
        Ini::new(&text.replace("\t[profile", "[profile")).without_section("p"),
        None
    );
    // A property is added as deep as the last one: deeper, it would belong to that.
    let text = "[profile p]\n    a = 1\nb = 2\n";
    assert_eq!(
        Ini::new(text).with("p", "k", Some("v")).unwrap(),
        format!("{text}k = v\n")
    );
}

#[test]
fn a_section_is_shown_and_taken_out_without_what_follows_it() {
    let text = "[a]\nk=v\n\n[profile p]\nx = 1\n# of b\n\n[b]\nk=v\n";
    let ini = Ini::new(text);
    assert_eq!(ini.section_of("p").as_deref(), Some("[profile p]\nx = 1\n"));
    assert_eq!((ini.section_of("q"), ini.count("p")), (None, 1));
    let without = ini.without_section("p").unwrap();
    assert_eq!(without, "[a]\nk=v\n# of b\n\n[b]\nk=v\n");
    assert_eq!(ini.without_section("q"), None);
    assert_eq!(
        Ini::new("[profile p]\n[profile p]\n").without_section("p"),
        None
    );
    // At the start of a file, and with no property of its own.
    let text = "[profile p]\n[b]\nk=v\n";
    assert_eq!(
        Ini::new(text).section_of("p").as_deref(),
        Some("[profile p]\n")
    );
    assert_eq!(
        Ini::new(text).without_section("p").as_deref(),
        Some("[b]\nk=v\n")
    );
    // The header below would belong to the property above.
    let text = "[a]\nk=v\n[profile p]\n  [b]\nk=v\n";
    assert_eq!(Ini::new(text).without_section("p"), None);
}

#[test]
fn what_the_reader_finds_is_what_was_set() {
    let text = "\u{feff}[profile p]\n\u{a0}k = 1\n\u{a0}l\u{a0}:\u{a0}x # c\n[q]\nk=2\n";
    let before = crate::profile::properties(text).unwrap();
    let after = Ini::new(text).with("p", "l", Some("new")).unwrap();
    let expected = before
        .into_iter()
        .map(|[header, key, value]| match key.as_str() {
            "l" => [header, key, "new".to_owned()],
            _ => [header, key, value],
        });
    assert_eq!(crate::profile::properties(&after), Some(expected.collect()));
}

#[test]
fn what_cannot_be_changed_alone_is_not_changed() {
    for text in [
        "[profile p]\nk = v\n# c\n\n\u{a0}more\n",
        "[profile p]\nk = v\n[profile p]\n",
        "[profile p]\nk = 1\nk = 2\n",
        "[profile p]\nk =\n  nested = 1\n",
        "[a]\nk = v\n",
    ] {
        assert!(
            Ini::new(text).with("p", "k", Some("x")).is_none(),
            "{text:?}"
        );
    }
}
