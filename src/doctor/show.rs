//! How a person sees the checks: one line each when it is done, and more about those with a problem.

use std::io::{self, Write};

use super::report::{Check, Report, Status};
use crate::printable::printable;

#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// Whether coloured marks stand for the words.
    pub(crate) has_marks: bool,
    /// The details of checks without a problem and how long each check took.
    pub(crate) is_verbose: bool,
}

pub(crate) struct Show<'o> {
    out: &'o mut dyn Write,
    look: Look,
    /// The address of the check before.
    address: Option<String>,
    /// Checks that were skipped for the same reason: they make one line.
    skipped: Option<(Vec<String>, String)>,
}

impl<'o> Show<'o> {
    pub(crate) fn new(out: &'o mut dyn Write, look: Look) -> Self {
        Self {
            out,
            look,
            address: None,
            skipped: None,
        }
    }

    pub(crate) fn check(&mut self, check: &Check) -> io::Result<()> {
        let mut details = check.detail.iter();
        let summary = details.next().map_or("", String::as_str);
        if check.address != self.address {
            self.end_of_skipped()?;
            self.address.clone_from(&check.address);
            if let Some(address) = &self.address {
                writeln!(self.out, "\n{}", printable(address))?;
            }
        }
        if check.status == Status::Skipped {
            return self.skip(&check.title, summary);
        }
        self.end_of_skipped()?;
        self.line(check.status, &check.title, summary, check.millis)?;
        let has_problem = check.status != Status::Ok;
        let details = details.filter(|_| has_problem || self.look.is_verbose);
        let indent = self.indent();
        for line in details {
            writeln!(self.out, "{indent}{}", printable(line))?;
        }
        let fix = self.coloured("fix:", "1");
        for line in &check.fix {
            writeln!(self.out, "{indent}{fix} {}", printable(line))?;
        }
        self.out.flush()
    }

    /// Writes the counts, and the first problem with its fix.
    pub(crate) fn end(&mut self, report: &Report) -> io::Result<()> {
        self.end_of_skipped()?;
        let counts = [
            (Status::Ok, "ok"),
            (Status::Warning, "warning"),
            (Status::Failed, "failed"),
            (Status::Skipped, "skipped"),
        ];
        let counts = counts.map(|(status, word)| match report.count(status) {
            0 => None,
            count if count > 1 && word == "warning" => Some(format!("{count} warnings")),
            count => Some(format!("{count} {word}")),
        });
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        writeln!(self.out, "\n{}", counts.join(", "))?;
        if let Some(check) = report.first_problem() {
            let fix = check.fix.first().map(|fix| format!("; fix: {fix}"));
            let line = format!("first problem: {}{}", check.title, fix.unwrap_or_default());
            writeln!(self.out, "{}", printable(&line))?;
        }
        self.out.flush()
    }

    fn line(
        &mut self,
        status: Status,
        title: &str,
        summary: &str,
        millis: Option<u64>,
    ) -> io::Result<()> {
        let (mark, word, colour) = match status {
            Status::Ok => ("✓", "ok", "32"),
            Status::Warning => ("!", "warning", "33"),
            Status::Failed => ("✗", "failed", "31"),
            Status::Skipped => ("–", "skipped", "2"),
        };
        let mark = match self.look.has_marks {
            true => self.coloured(mark, colour),
            false => format!("{word:<7}"),
        };
        let millis = millis.filter(|_| self.look.is_verbose);
        let took = millis.map(|millis| format!(" ({millis} ms)"));
        let line = [title, took.as_deref().unwrap_or_default()].concat();
        match summary {
            "" => writeln!(self.out, "{mark} {}", printable(&line)),
            _ => writeln!(
                self.out,
                "{mark} {}",
                printable(&format!("{line}: {summary}"))
            ),
        }
    }

    fn skip(&mut self, title: &str, why: &str) -> io::Result<()> {
        match &mut self.skipped {
            Some((titles, reason)) if reason == why => titles.push(title.to_owned()),
            _ => {
                self.end_of_skipped()?;
                self.skipped = Some((vec![title.to_owned()], why.to_owned()));
            }
        }
        Ok(())
    }

    fn end_of_skipped(&mut self) -> io::Result<()> {
        match self.skipped.take() {
            Some((titles, why)) => self.line(Status::Skipped, &titles.join(", "), &why, None),
            None => Ok(()),
        }
    }

    /// Puts a line under the title of its check.
    fn indent(&self) -> &'static str {
        match self.look.has_marks {
            true => "  ",
            false => "        ",
        }
    }

    fn coloured(&self, text: &str, colour: &str) -> String {
        match self.look.has_marks {
            true => format!("\x1b[{colour}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}
