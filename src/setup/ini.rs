//! Editing an AWS config file without touching a byte that is not ours.
//!
//! The file is looked at line by line, endings included; what is not a section header or a property is
//! carried along as it stands. What a section is called, and which lines are nested under others, is
//! decided as in [`crate::profile`].

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;

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
    /// The lines with its own properties, without those that are nested under one.
    properties: Vec<usize>,
}

impl<'t> Ini<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut sections: Vec<Section> = Vec::new();
        // How far the property above is indented: what is indented deeper belongs to it.
        let mut above = None;
        for (index, line) in lines.iter().enumerate() {
            let line = match index {
                0 => line.trim_start_matches('\u{feff}'),
                _ => line,
            };
            if is_passed_over(line) || above.is_some_and(|above| depth(line) > above) {
                continue;
            }
            if let Some(rest) = line.trim().strip_prefix('[') {
                let Some((header, _)) = rest.split_once(']') else {
                    continue;
                };
                if let Some(last) = sections.last_mut() {
                    last.body.end = index;
                }
                sections.push(Section {
                    header: header.trim().to_owned(),
                    body: index + 1..lines.len(),
                    properties: Vec::new(),
                });
                above = None;
            } else if line.contains(['=', ':']) {
                above = Some(depth(line));
                if let Some(last) = sections.last_mut() {
                    last.properties.push(index);
                }
            }
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

    /// The value of a key of a profile, without a comment. The last one counts.
    pub(super) fn value(&self, profile: &str, key: &str) -> Option<String> {
        let places = self
            .of(profile)
            .flat_map(|section| self.places_of(section, key));
        let line = self.lines[places.last()?];
        let (_, value) = line.trim().split_once(['=', ':'])?;
        Some(crate::profile::without_comment(value).to_owned())
    }

    /// The lines of a section that set a key.
    fn places_of(&self, section: &Section, key: &str) -> impl Iterator<Item = usize> {
        let has_key = |line: &str| {
            let (known, _) = line.split_once(['=', ':'])?;
            Some(known.trim().eq_ignore_ascii_case(key))
        };
        let places = section.properties.iter().copied();
        places.filter(move |index| has_key(self.lines[*index]) == Some(true))
    }

    /// The text of a profile's section, empty lines at its end left out.
    pub(super) fn section_of(&self, profile: &str) -> Option<String> {
        let lines = self.lines_of(self.of(profile).next()?);
        Some(self.lines[lines].concat())
    }

    /// The text without a profile's only section. None where it cannot be taken out alone.
    pub(super) fn without_section(&self, profile: &str) -> Option<String> {
        let mut sections = self.of(profile);
        let section = sections.next()?;
        let lines = self.lines_of(section);
        let above = self
            .sections
            .iter()
            .take_while(|above| above.body.end < section.body.start);
        let above = above.last().and_then(|above| above.properties.last());
        let below = self.lines.get(section.body.end);
        let would_swallow = above
            .zip(below)
            .is_some_and(|(above, below)| depth(below) > depth(self.lines[*above]));
        if sections.next().is_some() || would_swallow {
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
        let mut lines = section.body.clone().rev();
        let last = lines.find(|index| !is_passed_over(self.lines[*index]));
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
        let places: Vec<usize> = self.places_of(section, key).collect();
        match (places.as_slice(), value) {
            ([], None) => {}
            ([], Some(value)) => self.add(&mut lines, section, key, value),
            ([place], value) => {
                let old = self.lines[*place];
                let below = &self.lines[place + 1..section.body.end];
                if below
                    .iter()
                    .find(|line| !is_passed_over(line))
                    .is_some_and(|next| depth(next) > depth(old))
                {
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
        let place = last.unwrap_or(header);
        let end = match ending(self.lines[place]) {
            "" => {
                let end = self.line_end();
                lines[place].push_str(end);
                end
            }
            end => end,
        };
        // Deeper than the property above, it would be a part of that one's value; the header below must not be deeper.
        let beside = section.properties.last().copied();
        let beside = self.lines.get(beside.unwrap_or(section.body.end));
        let start = beside.map_or("", |line| &line[..depth(line)]);
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

/// A property's line with another value: what stands round the value stays, a comment behind it too.
fn with_value(line: &str, value: &str) -> Option<String> {
    let behind_key = line.find(['=', ':'])? + 1;
    let rest = &line[behind_key..];
    let old = crate::profile::without_comment(rest);
    let start = match old.is_empty() {
        // The line's ending stays behind the new value.
        true => behind_key + indent(rest),
        // Any white space of Unicode may stand between, as in the reader.
        false => line.len() - rest.trim_start().len(),
    };
    Some(format!(
        "{}{value}{}",
        &line[..start],
        &line[start + old.len()..]
    ))
}

/// Whether a line has no meaning: it is empty or a comment.
fn is_passed_over(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with(['#', ';'])
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// How far a line is indented, as the reader counts it.
fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
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
mod tests;
