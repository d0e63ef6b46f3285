//! A plan, for a person and for a machine.

use serde_json::{Value, json};

use super::changes::{Plan, STATE};
use super::conflict::Conflict;
use super::diff;
use super::disk::{Change, Kind};

impl Plan {
    /// What changes in which file, a line each, with the lines that differ and no others.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut words = Vec::new();
        for change in self.changes.iter().filter(|change| change.is_needed()) {
            words.push(format!("{}: {}", self.name(change), action(change)));
            // A whole file of ours is long, and nobody's settings are in it.
            let is_whole = change.before.is_none() || change.after.is_none();
            if change.kind == Kind::Own && is_whole {
                continue;
            }
            let differences = self.differences(change).into_iter();
            words.extend(differences.map(|line| format!("  {line}")));
        }
        for leftover in &self.leftovers {
            let shown = self.places.shown(leftover);
            words.push(format!("{shown}: removed (an interrupted run left it)"));
        }
        words
    }

    pub(crate) fn in_json(&self, is_applied: bool) -> Value {
        let files: Vec<Value> = self
            .changes
            .iter()
            .map(|change| {
                json!({
                    "file": self.name(change),
                    "action": action(change),
                    "diff": self.differences(change),
                })
            })
            .collect();
        json!({
            "needed": self.is_needed(),
            "applied": is_applied,
            "files": files,
            "conflicts": self.conflicts.iter().map(Conflict::in_json).collect::<Vec<_>>(),
            "kept": self.kept.iter().map(Conflict::in_json).collect::<Vec<_>>(),
            "notes": self.notes,
            "warnings": self.warnings,
        })
    }

    fn name(&self, change: &Change) -> String {
        self.places.shown(&change.path)
    }

    /// What setup remembers is of no interest to a person.
    fn differences(&self, change: &Change) -> Vec<String> {
        if change.path.ends_with(STATE) {
            return Vec::new();
        }
        diff::lines(
            change.before.as_deref().unwrap_or_default(),
            change.after.as_deref().unwrap_or_default(),
        )
    }
}

impl Conflict {
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut words = vec![format!("{}: {}", self.file, self.why)];
        words.extend(self.lines.iter().map(|line| format!("  {line}")));
        words
    }

    fn in_json(&self) -> Value {
        json!({ "file": self.file, "why": self.why, "diff": self.lines })
    }
}

fn action(change: &Change) -> &'static str {
    match (&change.before, &change.after) {
        _ if !change.is_needed() => "unchanged",
        (None, _) => "new",
        (_, None) => "removed",
        _ => "changed",
    }
}
