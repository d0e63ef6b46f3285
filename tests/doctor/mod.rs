//! `git codecommit doctor`: what it finds, what it skips, what it says to do.

mod addresses;
mod agreement;
mod careful;
mod causes;
mod git;
mod requests;
mod shown;
mod transports;

use expect_test::Expect;
use serde_json::Value;

use crate::harness::{Outcome, Studio, every_git, helpers, stable};

/// A run's report.
struct Found {
    code: Option<i32>,
    report: Value,
}

/// A home where git's own https finds the local AWS under the git host's real name, and asks our helper.
fn with_https() -> Studio {
    let mut studio = Studio::default().with_our_helper();
    studio.unset("CODE_COMMIT_ENDPOINT");
    studio
}

/// Runs the doctor as git does.
fn run(studio: &Studio, arguments: &[&str]) -> Outcome {
    studio.git(&[&["codecommit", "doctor"], arguments].concat())
}

/// Compares the whole output, without what is this machine's own.
fn shows(mut said: Outcome, expected: &Expect) {
    said.stdout = without_machine(&said.stdout);
    said.is(expected);
}

fn without_machine(text: &str) -> String {
    let git = &every_git()[0];
    let program = format!("{} ({})", git.version, git.program().display());
    let version = format!("({})", env!("CARGO_PKG_VERSION"));
    let mut text = text
        .replace('\r', "")
        .replace(&program, "GIT")
        .replace(&helpers().display().to_string(), "BIN")
        .replace(&version, "(VERSION)")
        .replace(
            &format!("version {}", env!("CARGO_PKG_VERSION")),
            "version VERSION",
        );
    for key in text.clone().split("access key ").skip(1) {
        let id = key.split_whitespace().next().unwrap();
        text = text.replace(id, "KEY");
    }
    text
}

/// Runs the doctor with `--json`.
fn found(studio: &Studio, arguments: &[&str]) -> Found {
    let said = run(studio, &[&["--json"], arguments].concat());
    assert_eq!(said.stderr, "", "{said:?}");
    Found {
        code: said.code,
        report: serde_json::from_str(&said.stdout).unwrap_or_else(|e| panic!("{e}: {said:?}")),
    }
}

impl Found {
    fn checks(&self) -> &[Value] {
        self.report["checks"].as_array().unwrap()
    }

    /// `id` of each check that ended so.
    fn ids(&self, status: &str) -> Vec<&str> {
        let checks = self.checks().iter();
        checks
            .filter(|check| check["status"] == status)
            .map(|check| check["id"].as_str().unwrap())
            .collect()
    }

    fn check(&self, id: &str) -> &Value {
        let check = self.checks().iter().find(|check| check["id"] == id);
        check.unwrap_or_else(|| panic!("no {id} in {:#}", self.report))
    }

    fn status(&self, id: &str) -> &str {
        self.check(id)["status"].as_str().unwrap()
    }

    /// Compares all of a check: status, details and fixes.
    fn is(&self, id: &str, expected: &Expect) {
        let mut text = format!("{}\n", self.status(id));
        for line in self.detail(id).lines() {
            text.push_str(&format!("  {line}\n"));
        }
        for line in self.fix(id).lines() {
            text.push_str(&format!("fix: {line}\n"));
        }
        expected.assert_eq(&stable(&without_machine(&text)));
    }

    fn detail(&self, id: &str) -> String {
        lines(&self.check(id)["detail"])
    }

    fn fix(&self, id: &str) -> String {
        lines(&self.check(id)["fix"])
    }
}

fn lines(value: &Value) -> String {
    let lines = value.as_array().unwrap().iter();
    let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
    lines.join("\n")
}
