//! `Accept-Language`: the languages in which a host should write its messages, as git asks for them.
//!
//! Source: git's `Documentation/RelNotes/2.4.0.adoc`; what it comes to is compared with each git in tests/settings/language.rs.
//! git sends no header where the system lacks the locale of `LANG`, which only the C library knows; here it is sent.

use reqwest::header::HeaderValue;

use crate::world::{World, variable};

/// Tags and the `*` behind them.
const MOST: usize = 1000;
/// Bytes of the header's line, its name included.
const LONGEST: usize = 4000;

/// The header's value; none where the locale is the system's own, `C` or `POSIX`.
pub(super) fn accepted(world: &World) -> Option<HeaderValue> {
    let languages = world.variable(variable::LANGUAGE).or_else(|| {
        let locale = world.first_variable(&variable::LOCALE)?;
        (!matches!(locale.as_str(), "C" | "POSIX")).then_some(locale)
    })?;
    let tags = languages.split(':').map(tag).filter(|tag| !tag.is_empty());
    let mut tags: Vec<String> = tags.take(MOST - 1).collect();
    if tags.is_empty() {
        return None;
    }
    tags.push("*".to_owned());
    HeaderValue::from_str(&weighted(&tags)).ok()
}

/// The language tag of a locale: `de-DE` of `de_DE.UTF-8@euro`.
fn tag(locale: &str) -> String {
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let tag = locale.chars().take_while(is_part).collect::<String>();
    tag.replace('_', "-")
}

/// The tags with falling weights, in as few digits as keep them apart.
fn weighted(tags: &[String]) -> String {
    let (mut digits, mut whole) = (1, 10);
    while whole < tags.len() {
        digits += 1;
        whole *= 10;
    }
    let mut value = String::new();
    for (place, tag) in tags.iter().enumerate() {
        let next = match place {
            0 => tag.clone(),
            _ => format!(", {tag};q=0.{:0digits$}", whole - place),
        };
        if "Accept-Language: ".len() + value.len() + next.len() > LONGEST {
            break;
        }
        value.push_str(&next);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(environment: &[(&str, &str)]) -> Option<String> {
        let value = accepted(&World::of(environment))?;
        Some(value.to_str().unwrap().to_owned())
    }

    #[test]
    fn languages_count_before_the_locale_and_its_variables_in_their_order() {
        for (environment, expected) in [
            (&[][..], None),
            (&[("LANG", "C")], None),
            (&[("LANG", "POSIX")], None),
            (&[("LANG", "de_DE.UTF-8")], Some("de-DE, *;q=0.9")),
            (&[("LANG", "sr_RS@latin")], Some("sr-RS, *;q=0.9")),
            (
                &[("LANG", "de_DE"), ("LC_MESSAGES", "fr")],
                Some("fr, *;q=0.9"),
            ),
            (
                &[("LC_MESSAGES", "fr"), ("LC_ALL", "ja_JP")],
                Some("ja-JP, *;q=0.9"),
            ),
            (&[("LANG", "de_DE"), ("LC_ALL", "C")], None),
            (&[("LANG", "de_DE"), ("LC_ALL", "")], Some("de-DE, *;q=0.9")),
            (
                &[("LANG", "C"), ("LANGUAGE", "de:en")],
                Some("de, en;q=0.9, *;q=0.8"),
            ),
            (&[("LANG", "de_DE"), ("LANGUAGE", ":.utf8:")], None),
        ] {
            assert_eq!(of(environment).as_deref(), expected, "{environment:?}");
        }
    }

    #[test]
    fn weights_have_as_many_digits_as_keep_them_apart() {
        let ten = of(&[("LANGUAGE", "a:b:c:d:e:f:g:h:i")]).unwrap();
        assert!(ten.ends_with("i;q=0.2, *;q=0.1"), "{ten}");
        let eleven = of(&[("LANGUAGE", "a:b:c:d:e:f:g:h:i:j")]).unwrap();
        assert!(eleven.starts_with("a, b;q=0.99, "), "{eleven}");
        assert!(eleven.ends_with("j;q=0.91, *;q=0.90"), "{eleven}");
        let many = of(&[("LANGUAGE", &"xx:".repeat(2000))]).unwrap();
        assert!(many.starts_with("xx, xx;q=0.999, "), "{many}");
        assert!(
            many.len() <= LONGEST && many.len() > LONGEST - 50,
            "{}",
            many.len()
        );
    }
}
