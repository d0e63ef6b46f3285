//! Editing an AWS config file without touching a byte that is not ours.
//!
//! The file is looked at line by line, endings included; what is not a section header or a property is
//! carried along as it stands. What a section is called, and which lines are nested under others, is
//! decided as in [`crate::profile`].

use std::ops::Range;

/// A file's text, cut into lines.
pub(super) struct Ini<'t> {
    lines: Vec<&'t str>,
    sections: Vec<Section>,
}

/// A section: its lines without the header.
struct Section {
    header: String,
    body: Range<usize>,
}

impl<'t> Ini<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut sections: Vec<Section> = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let line = line.trim_start_matches('\u{feff}').trim();
            let Some((header, _)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']'))
            else {
                continue;
            };
            if let Some(last) = sections.last_mut() {
                last.body.end = index;
            }
            sections.push(Section {
                header: header.trim().to_owned(),
                body: index + 1..lines.len(),
            });
        }
        Self { lines, sections }
    }

    /// How many sections hold a profile.
    pub(super) fn count(&self, profile: &str) -> usize {
        self.of(profile).count()
    }

    fn of(&self, profile: &str) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(move |section| {
            crate::profile::profile_of_config_section(&section.header).as_deref() == Some(profile)
        })
    }

    /// The value of a key of a profile, without a comment.
    pub(super) fn value(&self, profile: &str, key: &str) -> Option<String> {
        let section = self.of(profile).next()?;
        let line = section
            .body
            .clone()
            .map(|index| self.lines[index])
            .find(|line| key_of(line).is_some_and(|known| known.eq_ignore_ascii_case(key)))?;
        let (_, value) = line.trim().split_once(['=', ':'])?;
        Some(crate::profile::without_comment(value).to_owned())
    }

    /// The text of a profile's section, empty lines at its end left out.
    pub(super) fn section_of(&self, profile: &str) -> Option<String> {
        let lines = self.lines_of(self.of(profile).next()?);
        Some(self.lines[lines].concat())
    }

    /// The text without a profile's only section.
    pub(super) fn without_section(&self, profile: &str) -> Option<String> {
        let mut sections = self.of(profile);
        let lines = self.lines_of(sections.next()?);
        if sections.next().is_some() {
            return None;
        }
        // The empty line in front was made for it.
        let start = match self.lines[..lines.start].last() {
            Some(line) if line.trim().is_empty() => lines.start - 1,
            _ => lines.start,
        };
        Some(self.lines[..start].concat() + &self.lines[lines.end..].concat())
    }

    /// From the header to the last line that is not empty or a comment, which may belong to what follows.
    fn lines_of(&self, section: &Section) -> Range<usize> {
        let header = section.body.start - 1;
        let last = section.body.clone().rev().find(|index| {
            let line = self.lines[*index].trim();
            !line.is_empty() && !line.starts_with(['#', ';'])
        });
        header..last.unwrap_or(header) + 1
    }

    /// The text with a key of a profile set, or taken out. A comment behind a value that is set stays.
    ///
    /// None if the profile has several sections, or if more lines belong to the value: nothing that was
    /// not asked for is ever changed.
    pub(super) fn with(&self, profile: &str, key: &str, value: Option<&str>) -> Option<String> {
        let mut sections = self.of(profile);
        let section = sections.next()?;
        if sections.next().is_some() {
            return None;
        }
        let mut lines: Vec<String> = self.lines.iter().map(|line| (*line).to_owned()).collect();
        let places: Vec<usize> = section
            .body
            .clone()
            .filter(|index| key_of(self.lines[*index]).is_some_and(|k| k.eq_ignore_ascii_case(key)))
            .collect();
        match (places.as_slice(), value) {
            ([], None) => {}
            ([], Some(value)) => self.add(&mut lines, section, key, value),
            ([place], value) => {
                let old = self.lines[*place];
                let nested = self.lines.get(place + 1).is_some_and(|next| {
                    section.body.contains(&(place + 1))
                        && !next.trim().is_empty()
                        && indent(next) > indent(old)
                });
                if nested {
                    return None;
                }
                lines[*place] = match value {
                    None => String::new(),
                    Some(value) => with_value(old, value)?,
                };
            }
            _ => return None,
        }
        Some(lines.concat())
    }

    /// Adds a property behind the section's last one.
    fn add(&self, lines: &mut [String], section: &Section, key: &str, value: &str) {
        let header = section.body.start - 1;
        let last = section
            .body
            .clone()
            .rev()
            .find(|index| !self.lines[*index].trim().is_empty());
        let first = section
            .body
            .clone()
            .find(|index| key_of(self.lines[*index]).is_some());
        let place = last.unwrap_or(header);
        let end = match ending(self.lines[place]) {
            "" => {
                let end = self.line_end();
                lines[place].push_str(end);
                end
            }
            end => end,
        };
        let start = first.map_or("", |first| &self.lines[first][..indent(self.lines[first])]);
        lines[place].push_str(&format!("{start}{key} = {value}{end}"));
    }

    /// The text with a section at its end, and what was added to it.
    pub(super) fn with_section(
        &self,
        profile: &str,
        settings: &[(&str, &str)],
    ) -> (String, String) {
        let end = self.line_end();
        let mut added = String::new();
        if let Some(last) = self.lines.last() {
            if ending(last).is_empty() {
                added.push_str(end);
            }
            if !last.trim().is_empty() {
                added.push_str(end);
            }
        }
        for line in section(profile, settings).lines() {
            added.push_str(line);
            added.push_str(end);
        }
        (self.lines.concat() + &added, added)
    }

    /// The line ending that the file uses.
    fn line_end(&self) -> &'static str {
        match self.lines.first() {
            Some(line) if line.ends_with("\r\n") => "\r\n",
            _ => "\n",
        }
    }
}

/// A profile's section as it is written into a new file.
pub(super) fn section(profile: &str, settings: &[(&str, &str)]) -> String {
    let mut text = match profile {
        "default" => "[default]\n".to_owned(),
        name if name.contains(' ') => format!("[profile \"{name}\"]\n"),
        name => format!("[profile {name}]\n"),
    };
    for (key, value) in settings {
        text.push_str(&format!("{key} = {value}\n"));
    }
    text
}

fn key_of(line: &str) -> Option<&str> {
    let line = line.trim();
    if line.starts_with(['#', ';', '[']) {
        return None;
    }
    line.split_once(['=', ':']).map(|(key, _)| key.trim())
}

/// A property's line with another value: what stands round the value stays, a comment behind it too.
fn with_value(line: &str, value: &str) -> Option<String> {
    let behind_key = line.find(['=', ':'])? + 1;
    let start = behind_key + indent(&line[behind_key..]);
    let old = crate::profile::without_comment(&line[start..]);
    Some(format!(
        "{}{value}{}",
        &line[..start],
        &line[start + old.len()..]
    ))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn ending(line: &str) -> &str {
    if line.ends_with("\r\n") {
        "\r\n"
    } else if line.ends_with('\n') {
        "\n"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
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
    fn what_cannot_be_changed_alone_is_not_changed() {
        for text in [
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
}
