//! The format of AWS config files: sections, and properties with the line they stand on.
//!
//! Lenient where botocore (Python's `RawConfigParser`) or the Rust SDK is: indented
//! properties, `=` or `:`, sections and keys given twice. What neither takes is an error that names the line, never
//! its text, which may be a secret.

use std::path::Path;

use super::error::Error;
use crate::secret::Secret;

/// `[name]` and what stands under it.
#[derive(Debug)]
pub(super) struct Section {
    /// The header's line, counted from 1.
    pub(super) line: usize,
    pub(super) header: String,
    pub(super) properties: Vec<Property>,
    /// The first line that looks like a property, but is indented under another that has a value. To botocore
    /// it is more of that value.
    pub(super) misindented: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Property {
    /// The key in lower case, as botocore has it.
    pub(super) key: String,
    /// The value: secret until it is known to be a setting.
    pub(super) value: Secret,
    /// The line in the file, counted from 1.
    pub(super) line: usize,
    /// What stands indented under a key without a value, as `endpoint_url` under `sts =`.
    pub(super) nested: Vec<Property>,
}

pub(super) fn read(text: &str, path: &Path) -> Result<Vec<Section>, Error> {
    let mut sections: Vec<Section> = Vec::new();
    // A line that is indented deeper than the property above it belongs to that property: under one
    // without a value (`sts =` in `[services x]`) that is nesting; under another it does not count as
    // the setting that it may look like.
    let mut above: Option<(usize, bool)> = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line_number = index + 1;
        let malformed = |problem| Error::Malformed {
            path: path.to_owned(),
            line: line_number,
            problem,
        };
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some((_, has_value)) = above.filter(|(above, _)| indent > *above) {
            let Some(section) = sections.last_mut() else {
                continue;
            };
            let parent = section.properties.last_mut();
            match (has_value, parent) {
                (true, _) if content.contains('=') => {
                    section.misindented.get_or_insert(line_number);
                }
                // More of the value, as to botocore.
                (true, Some(parent)) => parent.add_line(content),
                (false, Some(parent)) => parent.nested.extend(property(content, line_number)),
                (_, None) => {}
            }
            continue;
        }
        if let Some(rest) = content.strip_prefix('[') {
            let (header, _comment) = rest
                .split_once(']')
                .ok_or_else(|| malformed("a section header without its closing bracket"))?;
            sections.push(Section {
                line: line_number,
                header: header.trim().to_owned(),
                properties: Vec::new(),
                misindented: None,
            });
            above = None;
            continue;
        }
        let property = property(content, line_number)
            .ok_or_else(|| malformed("neither a section nor \"key = value\""))?;
        let section = sections
            .last_mut()
            .ok_or_else(|| malformed("a property in front of the first section"))?;
        above = Some((indent, !property.value.expose().is_empty()));
        section.properties.push(property);
    }
    Ok(sections)
}

impl Property {
    fn add_line(&mut self, line: &str) {
        let value = format!("{}\n{line}", self.value.expose());
        self.value = Secret::new(value);
    }
}

fn property(content: &str, line: usize) -> Option<Property> {
    let (key, value) = content.split_once(['=', ':'])?;
    let key = key.trim().to_ascii_lowercase();
    // In a command line "#" and ";" may be quoted; botocore never takes them for a comment.
    let value = match key.as_str() {
        "credential_process" => value.trim(),
        _ => without_comment(value),
    };
    Some(Property {
        key,
        value: Secret::new(value.to_owned()),
        line,
        nested: Vec::new(),
    })
}

/// Cuts a comment off: it starts with `#` or `;` behind the value and white space.
pub(crate) fn without_comment(value: &str) -> &str {
    let value = value.trim_start();
    // Most values hold no comment, and these two searches are cheap.
    if value.find('#').is_none() && value.find(';').is_none() {
        return value.trim();
    }
    let mut after_space = false;
    for (at, character) in value.char_indices() {
        if after_space && matches!(character, '#' | ';') {
            return value[..at].trim();
        }
        after_space = character.is_whitespace();
    }
    value.trim()
}

/// Header, key and value of every property, for tests of what writes such files.
#[cfg(all(unix, any(test, fuzzing)))]
pub(crate) fn properties(text: &str) -> Option<Vec<[String; 3]>> {
    let sections = read(text, Path::new("/c")).ok()?;
    let shown = |section: &Section, property: &Property| {
        let Property {
            key, value, nested, ..
        } = property;
        let nested: String = nested
            .iter()
            .map(|p| format!("\n {}={}", p.key, p.value.expose()))
            .collect();
        [
            section.header.clone(),
            key.clone(),
            format!("{}{nested}", value.expose()),
        ]
    };
    let of = |section: &Section| {
        section
            .properties
            .iter()
            .map(|p| shown(section, p))
            .collect::<Vec<_>>()
    };
    Some(sections.iter().flat_map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text, Path::new("/c")) {
            Err(error) => error.to_string(),
            Ok(sections) => sections
                .iter()
                .flat_map(|section| {
                    section.properties.iter().map(|property| {
                        let (key, value) = (&property.key, property.value.expose());
                        format!("[{}]{}:{key}={value}", section.header, property.line)
                    })
                })
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    #[test]
    fn every_leniency_of_botocore_and_of_the_sdk_is_granted() {
        for (text, expected) in [
            ("[a]\nk=v", "[a]2:k=v"),
            ("\u{feff}[a]\r\nK = v \r\n", "[a]2:k=v"),
            ("[a]\n    k = v\n    l = w", "[a]2:k=v [a]3:l=w"),
            ("[a]\nk: v", "[a]2:k=v"),
            ("# c\n; c\n\n[ a ] # c\n k = v # c", "[a]5:k=v"),
            ("[a]\nk = v#no;comment", "[a]2:k=v#no;comment"),
            ("[a]\nk = #all", "[a]2:k=#all"),
            (
                "[a]\ncredential_process = sh -c \"true ; x\" # y",
                "[a]2:credential_process=sh -c \"true ; x\" # y",
            ),
            ("[a]\nk = some\n  more # of it", "[a]2:k=some\nmore # of it"),
            ("[a]\ns3 =\n  x = 1\n  y = 2\nk = v", "[a]2:s3= [a]5:k=v"),
            ("[a]\nk=1\nk=2\n[a]\nk=3", "[a]2:k=1 [a]3:k=2 [a]5:k=3"),
            ("[a]\nurl = https://h:1/p?x=y", "[a]2:url=https://h:1/p?x=y"),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_property_that_is_indented_under_a_value_is_noted() {
        let noted = |text| read(text, Path::new("/c")).unwrap()[0].misindented;
        assert_eq!(noted("[a]\nregion = x\n  role_arn = y\n  z = 1"), Some(3));
        assert_eq!(noted("[a]\nk = some\n  more"), None);
        assert_eq!(noted("[a]\ns3 =\n  k = v"), None);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_without_its_text() {
        for (text, line) in [
            ("[a]\nhunter2", 2),
            ("hunter2 = x", 1),
            ("[hunter2\nk = v", 1),
        ] {
            let error = shown(text);
            assert!(error.contains(&format!("/c:{line}:")), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_repeating_it(text in "\\PC*[\\r\\n\\t =:#;\\[\\]a-z\u{feff}]{0,80}") {
            if let Err(error) = read(&text, Path::new("/c")) {
                let said = error.to_string();
                prop_assert!(said.starts_with("/c:") && said.len() < 80, "{}", said);
            }
        }

        #[test]
        fn what_a_person_writes_is_read_back(
            sections in prop::collection::vec(
                ("[a-zA-Z0-9._@-]{1,12}", prop::collection::vec(("[a-z_]{1,12}", "[!-:<-~]([ -\"$-:<-~]*[!-:<-~])?"), 0..5)),
                0..4,
            ),
            indent in "[ \\t]{0,4}",
            (before, after) in ("[ \\t]{0,3}", "[ \\t]{0,3}"),
            sign in "[=:]",
            end in "(\r)?\n",
            comment in "(#|;)[ -~]{0,20}",
        ) {
            let mut text = String::new();
            let mut expected = Vec::new();
            for (name, properties) in &sections {
                text.push_str(&format!("[{name}] {comment}{end}{comment}{end}"));
                for (key, value) in properties {
                    // A value may begin like a comment to nobody but its writer.
                    prop_assume!(!value.starts_with(['#', ';', '=', ':']) && !value.contains(" ;") && !value.contains(" #"));
                    text.push_str(&format!("{indent}{key}{before}{sign}{after}{value}{end}{end}"));
                    expected.push((name.clone(), key.clone(), value.clone()));
                }
            }
            let found: Vec<_> = read(&text, Path::new("/c")).unwrap().into_iter().flat_map(|section| {
                let header = section.header.clone();
                section.properties.into_iter().map(move |p| (header.clone(), p.key, p.value.expose().to_owned()))
            }).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
