//! The plan's credentials: the source and each AssumeRole.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::aws::Credentials;
use crate::credentials::{self, Resolver, Step};
use crate::doctor::check_id::CheckId;
use crate::doctor::examination::Examination;
use crate::doctor::report::{Finding, Outcome};
use crate::doctor::verdict::{Verdict, Why};
use crate::profile::{Plan, Source};

/// The checks of a plan with their titles, the source first.
fn checks(plan: &Plan) -> Vec<(CheckId, String)> {
    let source = (CheckId::Source, plan.source.to_string());
    let roles = plan.hops.iter().enumerate().map(|(number, hop)| {
        // The account is in the plan; without it the title fits on a line.
        let name = hop.role_arn.split_once(":role/");
        let name = name.map_or(hop.role_arn.as_str(), |(_, name)| name);
        (CheckId::Role(number + 1), format!("AssumeRole {name}"))
    });
    std::iter::once(source).chain(roles).collect()
}

/// Notes that none of the checks is made.
pub(in crate::doctor) fn skip(x: &mut Examination<'_>, plan: &Plan, why: &Why) {
    for (id, title) in checks(plan) {
        x.skip(id, &title, why);
    }
}

/// Asks for the credentials as a command would, and notes each step. `has_sts`: STS was reached, or is not needed.
pub(in crate::doctor) async fn credentials(
    x: &mut Examination<'_>,
    resolver: &Resolver<'_>,
    has_sts: bool,
) -> Option<Credentials> {
    if !has_sts && resolver.at_hand().is_none() {
        source_alone(x, resolver).await;
        return None;
    }
    let device = resolver.code_wanted();
    if let Some(device) = device.filter(|_| !x.world.can_ask()) {
        let device = device.to_owned();
        skip(x, resolver.plan(), &Why::NoTerminal { device });
        return None;
    }
    let started = Instant::now();
    let asked = match device {
        // The person is asked on this very terminal.
        Some(_) => resolver.resolve().await,
        None => {
            let title = CheckId::Source.title();
            x.wait(title, resolver.resolve()).await
        }
    };
    let (credentials, error) = match asked {
        Ok(credentials) => (Some(credentials), None),
        Err(error) => (None, Some(error)),
    };
    // Beyond the last step, only the account can be wrong.
    let is_whole = resolver.is_walked();
    let (error, of_account) = match is_whole {
        true => (None, error),
        false => (error, None),
    };
    note_steps(x, resolver, started.elapsed(), error);
    if let Some(wanted) = resolver.wanted() {
        let title = CheckId::Account.title();
        let outcome = match of_account {
            Some(error) => Err(Finding::error(error)),
            None => Ok((Finding::good(format!("{} ({})", wanted.id, wanted.by)), ())),
        };
        match is_whole {
            true => _ = x.note(CheckId::Account, title, Duration::ZERO, outcome),
            false => x.skip(CheckId::Account, title, &Why::StepBeforeFailed),
        }
    }
    credentials
}

/// Asks the source, where nothing of it needs STS.
async fn source_alone(x: &mut Examination<'_>, resolver: &Resolver<'_>) {
    let plan = resolver.plan();
    let mut checks = checks(plan).into_iter().peekable();
    let needs_sts = matches!(plan.source, Source::WebIdentity(_));
    if let Some((id, title)) = checks.next_if(|_| !needs_sts) {
        let _ = x.check_titled(id, &title, source(resolver)).await;
    }
    for (id, title) in checks {
        x.skip(id, &title, &Why::StsNotReached);
    }
}

async fn source(resolver: &Resolver<'_>) -> Outcome {
    resolver.ask_source().await.map_err(Finding::error)?;
    let taken = resolver.taken();
    Ok((taken.first().map_or_else(|| Finding::ok([]), found), ()))
}

/// Notes what came of each step of a plan that took this long in all.
fn note_steps(
    x: &mut Examination<'_>,
    resolver: &Resolver<'_>,
    took: Duration,
    mut error: Option<credentials::Error>,
) {
    let plan = resolver.plan();
    let taken = resolver.taken();
    let step = |depth: usize| taken.iter().rev().find(|step| step.depth == depth);
    let failed_at = match &error {
        None => usize::MAX,
        // Only the other process knows which step it was.
        Some(credentials::Error::FailedElsewhere { .. }) => plan.hops.len(),
        Some(_) => taken.iter().map(|step| step.depth + 1).max().unwrap_or(0),
    };
    let before: Duration = taken.iter().map(|step| step.took).sum();
    for (depth, (id, title)) in checks(plan).into_iter().enumerate() {
        let (took, outcome) = match (step(depth), error.take_if(|_| depth == failed_at)) {
            (_, Some(error)) => (took.saturating_sub(before), Err(Finding::error(error))),
            (Some(step), None) => (step.took, Ok((found(step), ()))),
            (None, None) => {
                let why = match depth < failed_at {
                    true => Why::SessionCached,
                    false => Why::StepBeforeFailed,
                };
                x.skip(id, &title, &why);
                continue;
            }
        };
        let _: Verdict = x.note(id, &title, took, outcome);
    }
}

/// The identity that a step gave.
fn found(step: &Step) -> Finding {
    let account = step.identity.strip_prefix("arn:");
    let account = account.and_then(|arn| arn.split(':').nth(3));
    let account = account.map(|account| format!("account {account}"));
    let mut summary = account.clone().unwrap_or_else(|| step.identity.clone());
    if step.is_kept {
        summary.push_str(" (cached session)");
    }
    let mut finding = Finding::good(summary);
    if account.is_some() {
        finding = finding.and(step.identity.clone());
    }
    if let Some(end) = step.expires_at.and_then(|end| end.format(&Rfc3339).ok()) {
        finding = finding.and(format!("expires {end}"));
    }
    match step.is_kept {
        true => finding.and("git codecommit cache clear removes the cached session"),
        false => finding,
    }
}
