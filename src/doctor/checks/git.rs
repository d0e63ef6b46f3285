//! Git itself, its configuration, and whether it may use the transport at all.

use super::includes::includes;
use crate::doctor::report::{Finding, Outcome};
use crate::error::Exit;
use crate::git::config::{GitConfig, Value};
use crate::world::{World, variable};

/// Git's configuration: it is read once, for all checks and for the helpers' own code.
pub(in crate::doctor) fn configuration(world: &World) -> Outcome<&GitConfig> {
    let config = world.git_config_with_origins().map_err(Finding::error)?;
    Ok((includes(world, config), config))
}

/// The headers that git adds to its own requests for an https URL. Their values are often tokens, and not shown.
pub(in crate::doctor) fn extra_headers(config: &GitConfig, url: &str) -> Finding {
    let values = config.at_url("http", url).values("extraHeader");
    // An empty one clears those before it.
    let is_empty = |value: &Value<'_>| value.bytes().is_ok_and(<[u8]>::is_empty);
    let start = values.iter().rposition(is_empty).map_or(0, |at| at + 1);
    values[start..]
        .iter()
        .fold(Finding::ok([]), |finding, value| {
            let (key, name) = (value.key(), value.text().unwrap_or_default());
            let name = name.split(':').next().unwrap_or_default().trim();
            let origin = value.origin().map(ToString::to_string).unwrap_or_default();
            match name.eq_ignore_ascii_case("authorization") {
                true => finding
                    .but(format!(
                        "{key} ({origin}) sends an Authorization header in place of the password"
                    ))
                    .fixed_by(format!(
                        "remove it: git config --show-origin --get-all {key}"
                    )),
                false => finding.and(format!("{key} ({origin}) adds the header {name}")),
            }
        })
}

/// `protocol.<name>.allow`, `protocol.allow` and the variable that beats both.
///
/// Source: git's `Documentation/config/protocol.adoc` and git(1), `GIT_ALLOW_PROTOCOL`.
pub(in crate::doctor) fn protocol(world: &World, config: &GitConfig, name: &str) -> Finding {
    let forbidden =
        |by: &str| Finding::failed(Exit::Settings, format!("git may not use {name}: {by}"));
    if let Some(allowed) = world.raw_variable(variable::GIT_ALLOW_PROTOCOL) {
        if allowed.split(':').any(|protocol| protocol == name) {
            return Finding::good(format!("allowed by {}", variable::GIT_ALLOW_PROTOCOL));
        }
        return forbidden(variable::GIT_ALLOW_PROTOCOL).fixed_by(format!(
            "add :{name} to {}, or unset it",
            variable::GIT_ALLOW_PROTOCOL
        ));
    }
    let key = format!("protocol.{name}.allow");
    let fix = format!("git config --global {key} always");
    let own = config.value(&key);
    let found = own.or_else(|| config.value("protocol.allow"));
    let Some(found) = found else {
        return match name {
            "https" => Finding::good("allowed (git's default)"),
            _ => by_user(world, "git's default", &fix),
        };
    };
    let by = found.key();
    match found
        .text()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "always" => Finding::good(format!("allowed by {by}")),
        "user" => by_user(world, &by, &fix),
        "never" => forbidden(&format!("{by} is never")).fixed_by(fix),
        _ => forbidden(&format!("{by} is neither always, user nor never")).fixed_by(fix),
    }
}

/// `user`: allowed where a person typed the URL.
fn by_user(world: &World, by: &str, fix: &str) -> Finding {
    let from_user = world.variable(variable::GIT_PROTOCOL_FROM_USER);
    if from_user.is_some_and(|value| matches!(value.as_str(), "0" | "false" | "no" | "off")) {
        return Finding::failed(
            Exit::Settings,
            format!(
                "allowed only for addresses that a person types ({by}), and {}=0 is set",
                variable::GIT_PROTOCOL_FROM_USER
            ),
        )
        .fixed_by(fix);
    }
    Finding::good(format!("allowed for typed addresses ({by})"))
        .and(format!("submodules need: {fix}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::report::Status;

    #[test]
    fn the_variable_beats_the_key_and_the_key_beats_the_general_one() {
        let never = "protocol.codecommit.allow\nnever\0protocol.allow\nalways\0";
        let general = "protocol.allow\nnever\0";
        let user = "protocol.codecommit.allow\nUser\0";
        for (environment, config, name, expected) in [
            (&[][..], "", "codecommit", Status::Ok),
            (&[], "", "https", Status::Ok),
            (&[], never, "codecommit", Status::Failed),
            (&[], never, "https", Status::Ok),
            (&[], general, "codecommit", Status::Failed),
            (&[], user, "codecommit", Status::Ok),
            (
                &[("GIT_PROTOCOL_FROM_USER", "0")],
                user,
                "codecommit",
                Status::Failed,
            ),
            (&[("GIT_PROTOCOL_FROM_USER", "0")], "", "https", Status::Ok),
            (
                &[("GIT_ALLOW_PROTOCOL", "https:codecommit")],
                never,
                "codecommit",
                Status::Ok,
            ),
            (
                &[("GIT_ALLOW_PROTOCOL", "https:ssh")],
                "",
                "codecommit",
                Status::Failed,
            ),
            (&[("GIT_ALLOW_PROTOCOL", "")], "", "https", Status::Failed),
        ] {
            let world = World::of(environment).with_git_config(config);
            let found = protocol(&world, world.git_config().unwrap(), name);
            assert_eq!(found.status, expected, "{environment:?} {config:?} {name}");
            assert_eq!(found.fix.is_empty(), expected == Status::Ok);
        }
    }
}
