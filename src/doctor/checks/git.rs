//! Whether git may use the transport at all.

use super::report::Finding;
use crate::git::config::GitConfig;
use crate::world::{World, variable};

/// The exit code of settings.
pub(super) const SETTINGS: u8 = 3;

/// `protocol.<name>.allow`, `protocol.allow` and the variable that beats both.
///
/// Source: git's `Documentation/config/protocol.adoc` and git(1), `GIT_ALLOW_PROTOCOL`.
pub(super) fn protocol(world: &World, config: &GitConfig, name: &str) -> Finding {
    let forbidden = |by: &str| Finding::failed(SETTINGS, format!("git may not use {name}: {by}"));
    if let Some(allowed) = world.raw_variable(variable::GIT_ALLOW_PROTOCOL) {
        if allowed.split(':').any(|protocol| protocol == name) {
            return Finding::ok([format!("allowed by {}", variable::GIT_ALLOW_PROTOCOL)]);
        }
        return forbidden(variable::GIT_ALLOW_PROTOCOL).cured_by(format!(
            "add :{name} to {}, or unset it",
            variable::GIT_ALLOW_PROTOCOL
        ));
    }
    let key = format!("protocol.{name}.allow");
    let cure = format!("git config --global {key} always");
    let own = config.value(&key);
    let found = own.or_else(|| config.value("protocol.allow"));
    let Some(found) = found else {
        return match name {
            "https" => Finding::ok(["allowed: git's own default".to_owned()]),
            _ => by_user(world, "git's own default", &cure),
        };
    };
    let by = found.key();
    match found
        .text()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "always" => Finding::ok([format!("allowed by {by}")]),
        "user" => by_user(world, &by, &cure),
        "never" => forbidden(&format!("{by} is never")).cured_by(cure),
        _ => forbidden(&format!("{by} is neither always, user nor never")).cured_by(cure),
    }
}

/// `user`: allowed where a person typed the URL.
fn by_user(world: &World, by: &str, cure: &str) -> Finding {
    let from_user = world.variable(variable::GIT_PROTOCOL_FROM_USER);
    if from_user.is_some_and(|value| matches!(value.as_str(), "0" | "false" | "no" | "off")) {
        return Finding::failed(
            SETTINGS,
            format!(
                "allowed only for addresses that a person types ({by}), and {}=0 says that nobody did",
                variable::GIT_PROTOCOL_FROM_USER
            ),
        )
        .cured_by(cure);
    }
    Finding::ok([format!("allowed where a person types the address ({by})")])
        .and(format!("submodules need more: {cure}"))
}

#[cfg(test)]
mod tests {
    use super::super::report::Status;
    use super::*;

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
            assert_eq!(found.cure.is_empty(), expected == Status::Ok);
        }
    }
}
