//! The session name that CloudTrail shows in the repository's account, where the profile sets none.

use crate::world::studio::Metadata;
use crate::world::{World, variable};

/// STS takes 2 to 64 of `[\w+=,.@-]`.
const LIMIT: usize = 64;

/// The user profile or the space in Studio, else `git-codecommit-<user>`.
pub(super) fn default(world: &World) -> String {
    // Without that file, or with a damaged one, this is not Studio.
    let metadata = Metadata::of_this_app().ok().flatten();
    let name = metadata.and_then(Metadata::into_person);
    match name.map(|name| checked(&name)) {
        Some(name) if name.len() >= 2 => name,
        _ => of_user(world),
    }
}

fn of_user(world: &World) -> String {
    match world.first_variable(&[variable::USER, variable::LOGNAME]) {
        Some(user) => checked(&format!("git-codecommit-{user}")),
        None => "git-codecommit".into(),
    }
}

/// The name with everything that STS does not take replaced.
fn checked(name: &str) -> String {
    let allowed = |c: char| match c {
        c if c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) => c,
        _ => '-',
    };
    name.chars().map(allowed).take(LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_name_is_one_that_sts_takes() {
        for (user, expected) in [
            ("sagemaker-user", "git-codecommit-sagemaker-user"),
            ("a b/ü", "git-codecommit-a-b--"),
            ("", "git-codecommit"),
        ] {
            assert_eq!(of_user(&World::of(&[("USER", user)])), expected);
        }
        let long = of_user(&World::of(&[("USER", &"u".repeat(80))]));
        assert_eq!(long.len(), 64);
    }
}
