//! What can give the first keys: the environment, a profile's own settings, the machine.

use super::ignored::ignored;
use super::rules::at;
use super::steps::{Decided, LastResort, SingleSignOn, Source, WebIdentity};
use crate::profile::choice::Choice;
use crate::profile::error::Error;
use crate::profile::keys::Keys;
use crate::profile::profile_settings::Profile;
use crate::profile::profiles::Profiles;
use crate::profile::setting::Setting;
use crate::world::{World, variable};

/// The keys in the environment, which must be whole.
pub(super) fn environment(world: &World) -> Result<Decided, Error> {
    match world.variable(variable::AWS_SECRET_ACCESS_KEY) {
        Some(_) => Ok(Decided::new(
            Source::Environment,
            variable::AWS_ACCESS_KEY_ID,
        )),
        None => Err(Error::PartialEnvironment),
    }
}

/// A web identity token: of the environment, where `world` is given, else of the profile. The role's ARN and the
/// session's name are looked up in the same order, each for itself, as botocore does.
pub(super) fn web_identity(
    world: Option<&World>,
    name: &str,
    profile: &Profile,
) -> Result<Option<Decided>, Error> {
    let find = |variable: &str, key: &str| {
        let of_environment = world.and_then(|world| world.variable(variable));
        match of_environment {
            Some(value) => Some((value, variable.to_owned())),
            None => profile
                .setting(key)
                .map(|s| (s.value.clone(), s.at.clone())),
        }
    };
    let token_file = find(
        variable::AWS_WEB_IDENTITY_TOKEN_FILE,
        "web_identity_token_file",
    );
    let Some((token_file, decided_by)) = token_file else {
        return Ok(None);
    };
    let Some((role_arn, _)) = find(variable::AWS_ROLE_ARN, "role_arn") else {
        return Err(Error::Invalid {
            profile: name.to_owned(),
            at: at(&decided_by),
            problem: "a web identity token needs the ARN of a role".into(),
            hint: "set role_arn in the profile, or AWS_ROLE_ARN beside AWS_WEB_IDENTITY_TOKEN_FILE"
                .into(),
        });
    };
    let session_name = find(variable::AWS_ROLE_SESSION_NAME, "role_session_name");
    let source = Source::WebIdentity(WebIdentity {
        role_arn,
        session_name: session_name.map(|(name, _)| name),
        token_file,
    });
    Ok(Some(Decided::new(source, decided_by)))
}

/// What the profile holds itself, less roles and web identity, in botocore's order.
pub(super) fn of_profile(
    profiles: &Profiles,
    name: &str,
    profile: &Profile,
) -> Result<Option<Decided>, Error> {
    let text = |key| profile.setting(key);
    if text("sso_account_id").is_some() || text("sso_role_name").is_some() {
        return single_sign_on(profiles, name, profile).map(Some);
    }
    if profile.has_credentials_file_keys() {
        return static_keys(name, profile).map(Some);
    }
    if let Some(session) = text("login_session") {
        let source = Source::Login {
            profile: name.to_owned(),
            session: session.value.clone(),
        };
        return Ok(Some(by_setting(source, "login_session", session)));
    }
    if let Some(command) = text("credential_process") {
        let source = Source::Process {
            profile: name.to_owned(),
            command: command.value.clone(),
        };
        return Ok(Some(by_setting(source, "credential_process", command)));
    }
    // A secret without an id does not count, as in botocore.
    if profile.keys().is_some_and(|keys| keys.id().is_some()) {
        return static_keys(name, profile).map(Some);
    }
    Ok(None)
}

fn by_setting(source: Source, key: &str, setting: &Setting) -> Decided {
    Decided::new(source, format!("{key} ({})", setting.at))
}

/// Settles IAM Identity Center: `sso_start_url` and `sso_region` stand in the `[sso-session]` that the profile
/// names, or, in the older form, in the profile itself.
fn single_sign_on(profiles: &Profiles, name: &str, profile: &Profile) -> Result<Decided, Error> {
    let anchor = ["sso_account_id", "sso_role_name"]
        .into_iter()
        .find_map(|key| profile.setting(key));
    let invalid = |setting: Option<&Setting>, problem: String, hint: String| Error::Invalid {
        profile: name.to_owned(),
        at: setting.map_or_else(String::new, |setting| at(&setting.at)),
        problem,
        hint,
    };
    let configure = format!("run \"aws configure sso --profile {name}\"");
    let session = match profile.setting("sso_session") {
        None => None,
        Some(setting) => match profiles.sso_session(&setting.value) {
            Some(section) => Some((setting, section)),
            None => {
                return Err(invalid(
                    Some(setting),
                    format!(
                        "its sso_session {:?} has no [sso-session] section",
                        setting.value
                    ),
                    format!("correct the name, or {configure}"),
                ));
            }
        },
    };
    let required = |key: &str| {
        let own = profile.setting(key);
        let shared = session.and_then(|(_, section)| section.setting(key));
        match (own, shared) {
            (Some(own), Some(shared)) if own.value != shared.value => Err(invalid(
                Some(own),
                format!(
                    "its {key} differs from the one of its sso_session ({})",
                    shared.at
                ),
                "remove it from the profile".into(),
            )),
            (Some(found), _) | (_, Some(found)) => Ok(found.value.clone()),
            (None, None) => Err(invalid(
                anchor,
                format!("its IAM Identity Center settings have no {key}"),
                configure.clone(),
            )),
        }
    };
    let source = Source::SingleSignOn(SingleSignOn {
        profile: name.to_owned(),
        session: session.map(|(setting, _)| setting.value.clone()),
        start_url: required("sso_start_url")?,
        region: required("sso_region")?,
        account_id: required("sso_account_id")?,
        role_name: required("sso_role_name")?,
    });
    let decided_by = anchor.map_or_else(String::new, |setting| {
        format!("sso_account_id ({})", setting.at)
    });
    Ok(Decided::new(source, decided_by))
}

pub(super) fn named(world: &World, name: &str, profile: &Profile) -> Result<Decided, Error> {
    let Some(setting) = profile.setting("credential_source") else {
        return Err(Error::NoCredentials {
            profile: name.to_owned(),
            ignored: Vec::new(),
        });
    };
    let invalid = |problem: String, hint: &str| Error::Invalid {
        profile: name.to_owned(),
        at: at(&setting.at),
        problem,
        hint: hint.to_owned(),
    };
    // Case-insensitive as in the Rust SDK; botocore takes the exact names only.
    let source = match setting.value.to_ascii_lowercase().as_str() {
        "environment" if world.variable(variable::AWS_ACCESS_KEY_ID).is_none() => {
            return Err(invalid(
                "credential_source is Environment, but AWS_ACCESS_KEY_ID is not set".into(),
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            ));
        }
        "environment" => environment(world)?.source,
        "ecscontainer" if !has_container(world) => {
            return Err(invalid(
                "credential_source is EcsContainer, but no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI \
                 or …_FULL_URI is in the environment"
                    .into(),
                "in a container, run this from the user's own terminal, since sudo, su and cron drop \
                 the variable; elsewhere write source_profile = NAME, a profile with keys, instead of \
                 credential_source",
            ));
        }
        "ecscontainer" => Source::Container,
        "ec2instancemetadata" => Source::InstanceMetadata { last_resort: None },
        _ => {
            return Err(invalid(
                format!("credential_source {:?} is unknown", setting.value),
                "it is one of Environment, EcsContainer, Ec2InstanceMetadata",
            ));
        }
    };
    let by = format!("credential_source = {} ({})", setting.value, setting.at);
    Ok(Decided::new(source, by))
}

/// What the machine itself offers, where nothing else is configured for the profile.
pub(super) fn ambient(world: &World, choice: &Choice, profile: &Profile) -> Result<Decided, Error> {
    if has_container(world) {
        return Ok(Decided::new(
            Source::Container,
            "nothing else is configured, and AWS_CONTAINER_CREDENTIALS_…_URI is set",
        ));
    }
    let name = choice.name.as_str();
    incomplete_single_sign_on(name, profile)?;
    let (profile, ignored) = (name.to_owned(), ignored(world, choice, profile));
    if world.is_true(variable::AWS_EC2_METADATA_DISABLED) {
        return Err(Error::NoCredentials { profile, ignored });
    }
    let source = Source::InstanceMetadata {
        last_resort: Some(LastResort { profile, ignored }),
    };
    Ok(Decided::new(source, "nothing else is configured"))
}

/// Refuses a profile whose Identity Center settings give tokens only, where nothing else gives keys.
fn incomplete_single_sign_on(name: &str, profile: &Profile) -> Result<(), Error> {
    let mut keys = ["sso_session", "sso_start_url", "sso_region"].into_iter();
    let Some((key, setting)) = keys.find_map(|key| Some((key, profile.setting(key)?))) else {
        return Ok(());
    };
    Err(Error::Invalid {
        profile: name.to_owned(),
        at: at(&setting.at),
        problem: format!("it has {key}, but no sso_account_id and sso_role_name"),
        hint: format!("run \"aws configure sso --profile {name}\" to choose an account and a role"),
    })
}

pub(super) fn has_container(world: &World) -> bool {
    let variables = [
        variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
        variable::AWS_CONTAINER_CREDENTIALS_FULL_URI,
    ];
    world.first_variable(&variables).is_some()
}

/// Any half of a key counts, as in botocore: the other half's absence is then an error.
pub(super) fn has_static_keys(profile: &Profile) -> bool {
    profile.keys().is_some()
}

/// The profile's access key, which must be whole.
pub(super) fn static_keys(name: &str, profile: &Profile) -> Result<Decided, Error> {
    let keys = profile.keys();
    let id = keys.and_then(Keys::id);
    let missing = match (id, keys.and_then(Keys::secret)) {
        (Some(id), Some(_)) => {
            let source = Source::StaticKeys {
                profile: name.to_owned(),
            };
            return Ok(by_setting(source, "aws_access_key_id", id));
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
