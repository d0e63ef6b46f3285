//! The plan's credentials, each step with its time.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use super::examination::Examination;
use super::report::Finding;
use crate::aws::Credentials;
use crate::credentials::{self, Resolver, Step};
use crate::error::Error;
use crate::profile::{Plan, Source};

/// The checks of a plan, as ids and titles.
fn checks(plan: &Plan) -> Vec<(String, String)> {
    let source = ("source".to_owned(), plan.source.in_words());
    let roles = plan.hops.iter().enumerate().map(|(number, hop)| {
        (
            format!("role-{}", number + 1),
            format!("AssumeRole {}", hop.role_arn),
        )
    });
    std::iter::once(source).chain(roles).collect()
}

/// Notes that none of the checks is made.
pub(super) fn skip(examination: &mut Examination<'_>, plan: &Plan, why: &str) {
    for (id, title) in checks(plan) {
        examination.skip(&id, &title, why);
    }
}

/// Asks for the credentials as a command would, and takes down each step. `has_sts`: STS was reached, or
/// is not needed.
pub(super) async fn credentials(
    examination: &mut Examination<'_>,
    resolver: &Resolver<'_>,
    has_sts: bool,
) -> Option<Credentials> {
    let plan = resolver.plan();
    let checks = checks(plan);
    let started = Instant::now();
    if !has_sts && resolver.at_hand().is_none() {
        let mut steps = checks.into_iter().peekable();
        let needs_sts = matches!(plan.source, Source::WebIdentity(_));
        if let Some((id, title)) = steps.next_if(|_| !needs_sts) {
            let asked = examination.wait(&title, resolver.ask_source()).await;
            let finding = match (asked, resolver.taken().first()) {
                (Err(error), _) => Finding::error(&Error::from(error)),
                (Ok(()), step) => step.map_or_else(|| Finding::ok([]), found),
            };
            examination.add(&id, &title, started, finding);
        }
        for (id, title) in steps {
            examination.skip(&id, &title, "STS was not reached");
        }
        return None;
    }
    let code = resolver.code_wanted();
    if let Some(serial) = code.filter(|_| !examination.world.can_ask()) {
        let why =
            format!("it takes an MFA code of {serial}, which is asked for on a terminal only");
        skip(examination, plan, &why);
        return None;
    }
    let asked = match code {
        // The person is asked on this very terminal.
        Some(_) => resolver.resolve().await,
        None => {
            let what = "asking for credentials";
            examination.wait(what, resolver.resolve()).await
        }
    };
    let (credentials, mut error) = match asked {
        Ok(credentials) => (Some(credentials), None),
        Err(error) => (None, Some(error)),
    };
    let taken = resolver.taken();
    let step = |depth: usize| taken.iter().rev().find(|step| step.depth == depth);
    let failed_at = match &error {
        None => usize::MAX,
        // Which step it was another process knows.
        Some(credentials::Error::FailedElsewhere { .. }) => plan.hops.len(),
        Some(_) => taken.iter().map(|step| step.depth + 1).max().unwrap_or(0),
    };
    let since: Duration = taken.iter().map(|step| step.took).sum();
    for (depth, (id, title)) in checks.into_iter().enumerate() {
        match (step(depth), error.take_if(|_| depth == failed_at)) {
            (_, Some(error)) => {
                let took = started.elapsed().saturating_sub(since);
                examination.add_timed(&id, &title, took, Finding::error(&Error::from(error)));
            }
            (Some(step), None) => examination.add_timed(&id, &title, step.took, found(step)),
            (None, None) if depth < failed_at => {
                examination.skip(&id, &title, "a kept session makes it unnecessary");
            }
            (None, None) => examination.skip(&id, &title, "the step before it failed"),
        }
    }
    credentials
}

/// Whose credentials a step gave.
fn found(step: &Step) -> Finding {
    let account = step.identity.strip_prefix("arn:");
    let account = account.and_then(|arn| arn.split(':').nth(3));
    let mut text = step.identity.clone();
    if let Some(account) = account {
        text.push_str(&format!(", account {account}"));
    }
    if let Some(end) = step.expires_at.and_then(|end| end.format(&Rfc3339).ok()) {
        text.push_str(&format!(", until {end}"));
    }
    if step.is_kept {
        text.push_str(" (a kept session: git codecommit cache clear drops it)");
    }
    Finding::ok([text])
}
