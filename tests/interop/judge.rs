//! Whether a case came out as its line says.

use super::case::{Case, Outcome};
use super::worker::Run;

/// What both sides of one case came to.
pub(super) struct Sides {
    pub(super) ours: Run,
    pub(super) ours_saw: Vec<String>,
    pub(super) theirs: Run,
    pub(super) theirs_saw: Vec<String>,
    /// Whether each got into the repository.
    pub(super) ours_in: bool,
    pub(super) theirs_in: bool,
}

/// Whether the git host let somebody in.
pub(super) fn got_in(saw: &[String]) -> bool {
    saw.iter()
        .any(|line| line.starts_with("git ") && line.ends_with(" 200"))
}

fn silent(run: &Run) -> bool {
    run.code == 0 && run.stdout.is_empty() && run.stderr.is_empty()
}

/// Judges a case; the error is for a person.
pub(super) fn judge(case: &Case, sides: &Sides) -> Result<(), String> {
    let Sides {
        ours,
        ours_saw,
        theirs,
        theirs_saw,
        ours_in,
        theirs_in,
    } = sides;
    let report = |problem: &str| {
        Err(format!(
            "{}: {problem}\n  asked {}\n  ours {} {}\n    {}\n  theirs {}\n    {}\n    {}",
            case.name,
            case.asked,
            ours.code,
            ours_saw.join("\n    "),
            ours.stderr.trim_end(),
            theirs.code,
            theirs_saw.join("\n    "),
            theirs.stderr.trim_end().lines().last().unwrap_or_default(),
        ))
    };
    let mut said = ours.stderr.lines();
    let clear = said.next().is_some_and(|line| line.starts_with("git-"))
        && said.all(|line| line.starts_with("hint: "))
        // A text of Rust's for programmers.
        && !ours.stderr.contains(" { ")
        && (2..=5).contains(&ours.code);
    let expected = |part: &str| ours.stderr.contains(part);
    match case.outcome {
        Outcome::Same if !theirs_in => report("the reference does not get in"),
        Outcome::Same if !ours_in => report("ours does not get in"),
        Outcome::Same if ours.prompts != theirs.prompts => report("one asks for more MFA codes"),
        Outcome::Same if ours_saw != theirs_saw => report("the services saw something else"),
        Outcome::ByDesign(_) if !theirs_in || !ours_in => report("one does not get in"),
        Outcome::ByDesign(_) if ours_saw == theirs_saw => report("both do the same"),
        Outcome::ByDesign(part) if !ours_saw.iter().any(|line| line.contains(part)) => {
            report("the services saw something else of ours")
        }
        Outcome::Silent if !silent(ours) || !silent(theirs) => report("one says something"),
        Outcome::Silent if !ours_saw.is_empty() => report("ours asked for something"),
        Outcome::BothFail(_) if *theirs_in => report("the reference gets in"),
        Outcome::OursOnly(_) if *theirs_in => report("the reference gets in too"),
        Outcome::OursOnly(_) if !ours_in => report("ours does not get in"),
        Outcome::OursOnly(part) if !ours_saw.iter().any(|line| line.contains(part)) => {
            report("the services saw somebody else")
        }
        Outcome::BothFail(_) | Outcome::Refused(_) if *ours_in => report("ours gets in"),
        Outcome::Refused("") if !ours.stderr.is_empty() || ours.code != 0 => {
            report("ours is not silent")
        }
        Outcome::BothFail(part) if !clear || !expected(part) => report("ours says something else"),
        Outcome::Refused(part) if !part.is_empty() && (!clear || !expected(part)) => {
            report("ours says something else")
        }
        Outcome::Open(part)
            if !expected(part) && !ours_saw.iter().any(|line| line.contains(part)) =>
        {
            report("ours does so no more: take the mark away")
        }
        _ => Ok(()),
    }
}

/// Fails with every case that did not come out as its line says.
pub(super) fn conclude(cases: usize, least: usize, failures: &[String]) {
    assert!(cases >= least, "only {cases} cases");
    assert!(
        failures.is_empty(),
        "{} of {cases}:\n{}",
        failures.len(),
        failures.join("\n")
    );
}
