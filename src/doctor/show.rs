//! How a person sees the checks: each when it is done.

use std::io::{self, Write};

use super::report::{Check, Report, Status};
use crate::printable::printable;

/// The word and its colour.
const SKIPPED: (&str, &str) = ("skipped", "2");

/// Writes checks for a person.
pub(crate) struct Show<'o> {
    out: &'o mut dyn Write,
    with_colours: bool,
    /// The address of the check before.
    address: Option<String>,
    /// Checks that were skipped, and the reason they share: they make one line.
    skipped: Option<(Vec<String>, String)>,
}

impl<'o> Show<'o> {
    /// Prepares; nothing is written yet.
    pub(crate) fn new(out: &'o mut dyn Write, with_colours: bool) -> Self {
        Self {
            out,
            with_colours,
            address: None,
            skipped: None,
        }
    }

    /// Writes a check.
    pub(crate) fn check(&mut self, check: &Check) -> io::Result<()> {
        let why = check
            .detail
            .first()
            .filter(|_| check.status == Status::Skipped);
        if check.address == self.address
            && let (Some((titles, reason)), Some(why)) = (&mut self.skipped, why)
            && reason == why
        {
            titles.push(check.title.clone());
            return Ok(());
        }
        self.end_of_skipped()?;
        if check.address != self.address {
            self.address.clone_from(&check.address);
            if let Some(address) = &self.address {
                writeln!(self.out, "\n{}", printable(address))?;
            }
        }
        if let Some(why) = why {
            self.skipped = Some((vec![check.title.clone()], why.clone()));
            return Ok(());
        }
        let (word, colour) = match check.status {
            Status::Ok => ("ok", "32"),
            Status::Warning => ("warning", "33"),
            Status::Failed => ("failed", "31"),
            Status::Skipped => SKIPPED,
        };
        let word = self.coloured(&format!("{word:<8}"), colour);
        let took = check.millis.map(|millis| format!(" ({millis} ms)"));
        let title = printable(&check.title);
        write!(self.out, "{word} {title}{}", took.unwrap_or_default())?;
        let mut lines = check.detail.iter();
        match lines.next() {
            Some(first) => writeln!(self.out, ": {}", printable(first))?,
            None => writeln!(self.out)?,
        }
        for line in lines {
            writeln!(self.out, "         {}", printable(line))?;
        }
        for cure in &check.cure {
            let label = self.coloured("cure:", "1");
            writeln!(self.out, "         {label} {}", printable(cure))?;
        }
        self.out.flush()
    }

    /// Writes what it comes to.
    pub(crate) fn end(&mut self, report: &Report) -> io::Result<()> {
        self.end_of_skipped()?;
        let count = |status, word| match report.count(status) {
            0 => None,
            1 if word == "warning" => Some("1 warning".to_owned()),
            number if word == "warning" => Some(format!("{number} warnings")),
            number => Some(format!("{number} {word}")),
        };
        let counts = [
            count(Status::Ok, "ok"),
            count(Status::Warning, "warning"),
            count(Status::Failed, "failed"),
            count(Status::Skipped, "skipped"),
        ];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        writeln!(self.out, "\n{}", counts.join(", "))?;
        if let Some(check) = report.first_failure() {
            writeln!(self.out, "start with: {}", printable(&check.title))?;
        }
        self.out.flush()
    }

    fn end_of_skipped(&mut self) -> io::Result<()> {
        let Some((titles, why)) = self.skipped.take() else {
            return Ok(());
        };
        let (word, colour) = SKIPPED;
        let word = self.coloured(&format!("{word:<8}"), colour);
        let titles = printable(&titles.join(", "));
        writeln!(self.out, "{word} {titles}: {}", printable(&why))
    }

    fn coloured(&self, text: &str, colour: &str) -> String {
        if self.with_colours {
            format!("\x1b[{colour}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
