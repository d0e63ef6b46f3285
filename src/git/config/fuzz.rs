//! Git's configuration made at random; `scripts/torture fuzz` and `scripts/fuzz` run many more.

use super::*;

/// Any list gives values of the key that was asked for, and a number is the one that C would read.
pub(crate) fn holds(data: &[u8]) {
    let (wanted, list) = match data.iter().position(|byte| *byte == 0) {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (b"http.proxy".as_slice(), data),
    };
    let wanted = String::from_utf8_lossy(wanted);
    for config in [GitConfig::parse(list), GitConfig::parse_with_origins(list)] {
        for value in config.values(&wanted) {
            assert_eq!(
                value.key().to_ascii_lowercase(),
                wanted.to_ascii_lowercase()
            );
            let read = value.integer().ok();
            assert_eq!(
                read,
                value.bytes().ok().and_then(number),
                "{:?}",
                value.bytes().ok()
            );
            if let Some(number) = read.and_then(|number| i32::try_from(number).ok()) {
                assert_eq!(value.boolean().ok(), Some(number != 0));
            }
        }
        let url = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/r";
        let _ = config.at_url("http", url).value("proxy");
    }
}

/// C's `strtoimax` with git's units, in wide numbers: a second reader for [`Value::integer`].
fn number(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.trim_start_matches(|c| " \t\n\r\u{b}\u{c}".contains(c));
    let (is_negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &text[2..]),
        _ if text.starts_with('0') => (8, text),
        _ => (10, text),
    };
    let end = digits
        .find(|c: char| !c.is_digit(base))
        .unwrap_or(digits.len());
    let mut number = 0i128;
    for digit in digits[..end].chars() {
        let digit = i128::from(digit.to_digit(base)?);
        number = number.saturating_mul(base.into()).saturating_add(digit);
    }
    let factor = match &digits[end..] {
        _ if end == 0 => return None,
        "" => 1,
        "k" | "K" => 1 << 10,
        "m" | "M" => 1 << 20,
        "g" | "G" => 1 << 30,
        _ => return None,
    };
    let number = number.saturating_mul(factor);
    i64::try_from(if is_negative { -number } else { number }).ok()
}

#[cfg(test)]
mod made_up {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_list_is_read(
            list in prop::collection::vec(prop_oneof![any::<u8>(), Just(0u8), Just(b'.'), Just(b'\n')], 0..120),
            wanted in "[a-z.]{0,12}",
        ) {
            let mut data = wanted.into_bytes();
            data.push(0);
            data.extend(list);
            holds(&data);
        }

        #[test]
        fn an_entry_is_read_back(
            section in "[a-z][a-z0-9-]{0,8}",
            subsection in prop::option::of("[ -~\u{e9}]{1,20}"),
            name in "[a-z][a-z0-9-]{0,8}",
            value in prop::option::of("[ -~\n\u{e9}]{0,30}"),
        ) {
            let key = match &subsection {
                Some(subsection) => format!("{section}.{subsection}.{name}"),
                None => format!("{section}.{name}"),
            };
            let mut list = key.clone().into_bytes();
            if let Some(value) = &value {
                list.push(b'\n');
                list.extend_from_slice(value.as_bytes());
            }
            list.push(0);
            let config = GitConfig::parse(&list);
            let found = config.value(&key).unwrap();
            prop_assert_eq!(found.bytes().ok(), value.as_deref().map(str::as_bytes));
            prop_assert_eq!(found.has_subsection(), subsection.is_some());
        }

        #[test]
        fn any_number_is_read_as_c_reads_it(text in "[ \t]{0,2}[-+]{0,2}(0|0x|0X)?[0-9a-fA-F_]{0,20}[kKmMgG]{0,2}") {
            holds(format!("a.b\0a.b\n{text}\0").as_bytes());
        }
    }
}
