//! From a profile to the plan: which source gives the first keys, and which roles are assumed.
//!
//! Source: botocore's credential chain and `AssumeRoleProvider` (reference/aws.md 1.1 and 1.3).

use super::keys::Keys;
use super::{ABSENT, Choice, Error, Profile, Profiles};
use crate::world::{World, variable};

/// How credentials will be had. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where the first keys come from.
    pub source: Source,
    /// The roles to assume after that, the first one first.
    pub hops: Vec<RoleHop>,
}

/// Where keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `AWS_ACCESS_KEY_ID` and its fellows.
    Environment,
    /// The access key of a profile.
    StaticKeys {
        /// The profile.
        profile: String,
    },
    /// The container credentials endpoint (ECS, SageMaker Studio, EKS Pod Identity).
    Container,
    /// The EC2 instance metadata service.
    InstanceMetadata {
        /// The profile, where the service is tried because nothing else is configured.
        last_resort: Option<String>,
    },
}

/// One AssumeRole call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleHop {
    /// The profile that asks for it.
    pub profile: String,
    /// `path:line` of its `role_arn`.
    pub at: String,
    /// The role.
    pub role_arn: String,
    /// `role_session_name`, where set.
    pub session_name: Option<String>,
    /// `external_id`, where set.
    pub external_id: Option<String>,
    /// `duration_seconds`, where set: the session's length in seconds.
    pub duration_seconds: Option<i32>,
}

impl Plan {
    /// Plans for the chosen profile, in botocore's order: environment, role, static keys,
    /// container, instance metadata.
    ///
    /// # Errors
    /// If the settings contradict each other, name something unsupported, or name no source at all.
    pub fn new(world: &World, profiles: &Profiles, choice: &Choice) -> Result<Self, Error> {
        if !choice.explicit && world.variable(variable::AWS_ACCESS_KEY_ID).is_some() {
            return Ok(Self::direct(environment(world)?));
        }
        let name = choice.name.as_str();
        let profile = profiles.profile(name).unwrap_or(&ABSENT);
        readable(name, profile)?;
        if profile.setting("role_arn").is_some()
            && profile.setting("web_identity_token_file").is_none()
        {
            let mut hops = Vec::new();
            let source = role_source(world, profiles, name, &mut vec![name], &mut hops)?;
            hops.reverse();
            return Ok(Self { source, hops });
        }
        if !choice.explicit
            && world
                .variable(variable::AWS_WEB_IDENTITY_TOKEN_FILE)
                .is_some()
        {
            return Err(unsupported(
                name,
                name,
                "web identity (AWS_WEB_IDENTITY_TOKEN_FILE)",
            ));
        }
        if let Some(source) = own_source(name, name, profile)? {
            return Ok(Self::direct(source));
        }
        // A credential_source without role_arn, as SageMaker's own start-up script writes it.
        if profile.setting("credential_source").is_some() {
            return Ok(Self::direct(named_source(world, name, profile)?));
        }
        if has_container(world) {
            return Ok(Self::direct(Source::Container));
        }
        if !world.is_true(variable::AWS_EC2_METADATA_DISABLED) {
            return Ok(Self::direct(Source::InstanceMetadata {
                last_resort: Some(name.to_owned()),
            }));
        }
        Err(Error::NoCredentials {
            profile: name.to_owned(),
        })
    }

    /// A source whose keys are used as they are.
    fn direct(source: Source) -> Self {
        Self {
            source,
            hops: Vec::new(),
        }
    }

    /// The plan in words, source first: for the trace.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = match &self.source {
            Source::Environment => "environment keys".to_owned(),
            Source::StaticKeys { profile } => format!("keys of profile {profile:?}"),
            Source::Container => "container credentials".to_owned(),
            Source::InstanceMetadata { .. } => "instance metadata".to_owned(),
        };
        for hop in &self.hops {
            words.push_str(&format!(", then role {} ({})", hop.role_arn, hop.at));
        }
        words
    }
}

/// Walks from a profile with `role_arn` to its source, and notes a hop for each role on the way.
fn role_source<'a>(
    world: &World,
    profiles: &'a Profiles,
    name: &'a str,
    visited: &mut Vec<&'a str>,
    hops: &mut Vec<RoleHop>,
) -> Result<Source, Error> {
    let profile = profiles.profile(name).unwrap_or(&ABSENT);
    hops.push(hop(visited[0], name, profile)?);
    let (source_profile, credential_source) = (
        profile.setting("source_profile"),
        profile.setting("credential_source"),
    );
    let source = match (source_profile, credential_source) {
        (Some(_), Some(both)) => {
            return Err(Error::Invalid {
                profile: name.to_owned(),
                at: at(&both.at),
                problem: "it has both source_profile and credential_source".into(),
                hint: "keep the one that holds the first keys".into(),
            });
        }
        (None, None) => {
            return Err(Error::Invalid {
                profile: name.to_owned(),
                at: at(&hops[hops.len() - 1].at),
                problem: "role_arn needs a source_profile or a credential_source".into(),
                hint: "in Studio, ECS and EKS: credential_source = EcsContainer".into(),
            });
        }
        (None, Some(_)) => return named_source(world, name, profile),
        (Some(source), None) => source,
    };
    let next = source.value.as_str();
    let Some(next_profile) = profiles.profile(next) else {
        return Err(Error::Invalid {
            profile: name.to_owned(),
            at: at(&source.at),
            problem: format!("its source_profile {next:?} does not exist"),
            hint: "correct the name or add that profile".into(),
        });
    };
    readable(next, next_profile)?;
    let looped = visited.contains(&next);
    // A profile may name itself if it has keys: they are then the source.
    if looped && !(next == name && has_static_keys(next_profile)) {
        return Err(Error::Invalid {
            profile: name.to_owned(),
            at: at(&source.at),
            problem: format!("its source_profile {next:?} leads back to itself"),
            hint: "let the last profile of the chain hold keys or a credential_source".into(),
        });
    }
    visited.push(next);
    // Static keys end the chain: a role_arn beside them is not assumed.
    if has_static_keys(next_profile) {
        return static_keys(next, next_profile);
    }
    if next_profile.setting("role_arn").is_some()
        && next_profile.setting("web_identity_token_file").is_none()
    {
        return role_source(world, profiles, next, visited, hops);
    }
    if let Some(own) = own_source(visited[0], next, next_profile)? {
        return Ok(own);
    }
    if next_profile.setting("credential_source").is_some() {
        return named_source(world, next, next_profile);
    }
    Err(Error::Invalid {
        profile: name.to_owned(),
        at: at(&source.at),
        problem: format!("its source_profile {next:?} has no credentials"),
        hint: format!("add access keys, a role_arn or a credential_source to profile {next:?}"),
    })
}

/// Refuses a profile in which a property would silently not count.
fn readable(name: &str, profile: &Profile) -> Result<(), Error> {
    match &profile.misindented {
        None => Ok(()),
        Some(place) => Err(Error::Invalid {
            profile: name.to_owned(),
            at: at(place),
            problem: "this line is indented, and so belongs to the value above it".into(),
            hint: "start it in the column of the line above".into(),
        }),
    }
}

fn hop(top: &str, name: &str, profile: &Profile) -> Result<RoleHop, Error> {
    let text = |key| profile.setting(key).map(|setting| setting.value.clone());
    if profile.setting("mfa_serial").is_some() {
        return Err(unsupported(
            top,
            name,
            "multi-factor authentication (mfa_serial)",
        ));
    }
    let role = profile
        .setting("role_arn")
        .ok_or_else(|| Error::NoCredentials {
            profile: name.to_owned(),
        })?;
    Ok(RoleHop {
        profile: name.to_owned(),
        at: role.at.clone(),
        role_arn: role.value.clone(),
        session_name: text("role_session_name"),
        external_id: text("external_id"),
        // As in botocore, a duration that is no number is not sent.
        duration_seconds: text("duration_seconds").and_then(|seconds| seconds.parse().ok()),
    })
}

/// What the profile holds itself, less roles, in botocore's order: sources that are not supported yet
/// stop the walk by name.
fn own_source(top: &str, name: &str, profile: &Profile) -> Result<Option<Source>, Error> {
    let refuse = |settings: &[(&str, &str)]| {
        let used = settings
            .iter()
            .find(|(key, _)| profile.setting(key).is_some());
        used.map_or(Ok(()), |(key, feature)| {
            Err(unsupported(top, name, &format!("{feature} ({key})")))
        })
    };
    refuse(&[
        ("web_identity_token_file", "web identity"),
        ("sso_session", "IAM Identity Center"),
        ("sso_account_id", "IAM Identity Center"),
        ("sso_role_name", "IAM Identity Center"),
    ])?;
    if profile.has_credentials_file_keys() {
        return static_keys(name, profile).map(Some);
    }
    refuse(&[
        ("login_session", "aws login"),
        ("credential_process", "an external program"),
    ])?;
    // A secret without an id is no key, as in botocore.
    if profile.keys().is_some_and(|keys| keys.id().is_some()) {
        return static_keys(name, profile).map(Some);
    }
    Ok(None)
}

fn named_source(world: &World, name: &str, profile: &Profile) -> Result<Source, Error> {
    let Some(setting) = profile.setting("credential_source") else {
        return Err(Error::NoCredentials {
            profile: name.to_owned(),
        });
    };
    let invalid = |problem: String, hint: &str| Error::Invalid {
        profile: name.to_owned(),
        at: at(&setting.at),
        problem,
        hint: hint.to_owned(),
    };
    // Case-insensitive as in the Rust SDK; botocore takes the exact names only.
    match setting.value.to_ascii_lowercase().as_str() {
        "environment" if world.variable(variable::AWS_ACCESS_KEY_ID).is_none() => Err(invalid(
            "credential_source is Environment, but AWS_ACCESS_KEY_ID is not set".into(),
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )),
        "environment" => environment(world),
        "ecscontainer" if !has_container(world) => Err(invalid(
            "credential_source is EcsContainer, but no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or \
             …_FULL_URI is in the environment"
                .into(),
            "in a container, run this from the user's own terminal: sudo, su and cron drop the variable",
        )),
        "ecscontainer" => Ok(Source::Container),
        "ec2instancemetadata" => Ok(Source::InstanceMetadata { last_resort: None }),
        _ => Err(invalid(
            format!("credential_source {:?} is unknown", setting.value),
            "it is one of Environment, EcsContainer, Ec2InstanceMetadata",
        )),
    }
}

fn environment(world: &World) -> Result<Source, Error> {
    match world.variable(variable::AWS_SECRET_ACCESS_KEY) {
        Some(_) => Ok(Source::Environment),
        None => Err(Error::PartialEnvironment),
    }
}

fn has_container(world: &World) -> bool {
    let variables = [
        variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
        variable::AWS_CONTAINER_CREDENTIALS_FULL_URI,
    ];
    world.first_variable(&variables).is_some()
}

/// Any half of a key counts, as in botocore: the other half's absence is then an error.
fn has_static_keys(profile: &Profile) -> bool {
    profile.keys().is_some()
}

fn static_keys(name: &str, profile: &Profile) -> Result<Source, Error> {
    let keys = profile.keys();
    let id = keys.and_then(Keys::id);
    let missing = match (id, keys.and_then(Keys::secret)) {
        (Some(_), Some(_)) => {
            return Ok(Source::StaticKeys {
                profile: name.to_owned(),
            });
        }
        (None, _) => "aws_access_key_id",
        (_, None) => "aws_secret_access_key",
    };
    Err(Error::Invalid {
        profile: name.to_owned(),
        at: id.map_or_else(String::new, |id| at(&id.at)),
        problem: format!("its access key has no {missing}"),
        hint: format!("run \"aws configure --profile {name}\""),
    })
}

/// `top` is the profile that was asked for: its credentials are what a way round must give.
fn unsupported(top: &str, profile: &str, feature: &str) -> Error {
    Error::Unsupported {
        top: top.to_owned(),
        profile: profile.to_owned(),
        feature: feature.to_owned(),
    }
}

fn at(place: &str) -> String {
    format!(" ({place})")
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
