//! `AssumeRole` and `AssumeRoleWithWebIdentity`.
//!
//! Wording of the errors: as the service words them, where it was seen in public threads; STS API Reference else.

use hyper::StatusCode;
use time::Duration;

use super::{Refusal, refuse};
use crate::keys::Identity;
use crate::record::StsCall;
use crate::roles::Role;
use crate::state::{State, iso8601};

const LIMIT: &str =
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
const CHAIN_LIMIT: &str = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
const MFA_FAILED: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
const MFA_HALF: &str =
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
const MFA_UNKNOWN: &str = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.";

/// Lets a caller assume a role.
pub(super) fn assume_role(
    state: &State,
    caller: &Identity,
    call: &StsCall,
) -> Result<String, Refusal> {
    let (arn, session) = required(call)?;
    let seconds = duration(call)?;
    let identity = source_identity(call)?;
    let mfa_present = mfa(state, call)?;
    let denied = |action: &str| {
        let message = format!(
            "User: {} is not authorized to perform: {action} on resource: {arn}",
            caller.arn
        );
        refuse(StatusCode::FORBIDDEN, "AccessDenied", message)
    };
    let external_id = call.external_id.as_deref();
    let role = match state.roles.find(arn) {
        Some(role) if role.allows(caller, external_id, mfa_present) => role,
        _ => return denied("sts:AssumeRole"),
    };
    // A session's source identity stays with it along the chain and cannot change.
    let identity = match (&caller.source_identity, identity) {
        (Some(set), Some(asked)) if set != asked => return denied("sts:SetSourceIdentity"),
        (Some(set), _) => Some(set.as_str()),
        (None, asked) => asked,
    };
    if identity.is_some() && !role.lets_source_identity_be_set() {
        return denied("sts:SetSourceIdentity");
    }
    if seconds > 3600 && caller.arn.contains(":assumed-role/") {
        return invalid(CHAIN_LIMIT);
    }
    session_of(state, role, arn, session, seconds, identity)
}

/// Lets whoever brings a token assume a role; the request is not signed.
pub(super) fn assume_role_with_web_identity(
    state: &State,
    call: &StsCall,
) -> Result<String, Refusal> {
    let (arn, session) = required(call)?;
    let seconds = duration(call)?;
    let Some(token) = call.parameter("WebIdentityToken") else {
        return missing("webIdentityToken");
    };
    if !state.roles.knows_web_identity(token) {
        let message = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
        return refuse(StatusCode::BAD_REQUEST, "InvalidIdentityToken", message);
    }
    let Some(role) = state.roles.by_web_identity(arn, token) else {
        let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
        return refuse(StatusCode::FORBIDDEN, "AccessDenied", message);
    };
    let result = session_of(state, role, arn, session, seconds, None)?;
    Ok(format!(
        "{result}<SubjectFromWebIdentityToken>local-aws-subject</SubjectFromWebIdentityToken>\
         <Audience>sts.amazonaws.com</Audience><Provider>local-aws</Provider>"
    ))
}

fn session_of(
    state: &State,
    role: &Role,
    arn: &str,
    session: &str,
    seconds: u32,
    source_identity: Option<&str>,
) -> Result<String, Refusal> {
    if seconds > role.longest_session() {
        return invalid(LIMIT);
    }
    let mut parts = arn.splitn(6, ':').skip(1);
    let (Some(partition), Some(account), Some(name)) = (parts.next(), parts.nth(2), parts.next())
    else {
        return invalid(format!("{arn} is invalid"));
    };
    let name = name.rsplit('/').next().unwrap_or(name);
    let arn = format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}");
    let lifetime = state
        .session_lifetime()
        .unwrap_or(Duration::seconds(seconds.into()));
    let expires = state.clock.now() + lifetime;
    let keys = state
        .identities
        .issue_for(&arn, Some(expires), source_identity);
    let source_identity = source_identity.map_or_else(String::new, |identity| {
        format!("<SourceIdentity>{identity}</SourceIdentity>")
    });
    Ok(format!(
        "<AssumedRoleUser><AssumedRoleId>AROALOCALAWSLOCALAWS:{session}</AssumedRoleId><Arn>{arn}</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>\
         <SessionToken>{}</SessionToken><Expiration>{}</Expiration></Credentials>{source_identity}",
        keys.access_key_id,
        keys.secret_access_key,
        keys.session_token.unwrap_or_default(),
        iso8601(expires),
    ))
}

/// The role's ARN and the session's name, well formed.
fn required(call: &StsCall) -> Result<(&str, &str), Refusal> {
    let Some(role) = call.role_arn.as_deref() else {
        return missing("roleArn");
    };
    let Some(session) = call.session_name.as_deref() else {
        return missing("roleSessionName");
    };
    if role.len() < 20 || !role.starts_with("arn:") {
        return invalid(format!("{role} is invalid"));
    }
    pattern("roleSessionName", session, 2, 64, "_+=,.@-", r"[\w+=,.@-]*")?;
    if let Some(external_id) = call.external_id.as_deref() {
        let (limit, allowed) = (1224, "_+=,.@:/-");
        pattern(
            "externalId",
            external_id,
            2,
            limit,
            allowed,
            r"[\w+=,.@:\/-]*",
        )?;
    }
    Ok((role, session))
}

fn duration(call: &StsCall) -> Result<u32, Refusal> {
    let Some(text) = call.parameter("DurationSeconds") else {
        return Ok(3600);
    };
    let Ok(seconds) = text.parse() else {
        let message = format!("{text} is not a valid Integer");
        return refuse(StatusCode::BAD_REQUEST, "MalformedInput", message);
    };
    let bound = match seconds {
        900..=43_200 => return Ok(seconds),
        ..900 => "greater than or equal to 900",
        _ => "less than or equal to 43200",
    };
    failed(
        "durationSeconds",
        text,
        &format!("Member must have value {bound}"),
    )
}

fn source_identity(call: &StsCall) -> Result<Option<&str>, Refusal> {
    let Some(identity) = call.source_identity.as_deref() else {
        return Ok(None);
    };
    pattern("sourceIdentity", identity, 2, 64, "_+=,.@-", r"[\w+=,.@-]*")?;
    if identity.starts_with("aws:") {
        return failed("sourceIdentity", identity, "must not begin with aws:");
    }
    Ok(Some(identity))
}

/// Whether a device was named and its code is right, which uses the code up.
fn mfa(state: &State, call: &StsCall) -> Result<bool, Refusal> {
    let denied = |message: &str| refuse(StatusCode::FORBIDDEN, "AccessDenied", message);
    let (serial, code) = match (call.serial_number.as_deref(), call.token_code.as_deref()) {
        (None, None) => return Ok(false),
        (Some(serial), Some(code)) => (serial, code),
        _ => return denied(MFA_HALF),
    };
    pattern(
        "serialNumber",
        serial,
        9,
        256,
        "_+=/:,.@-",
        r"[\w+=/:,.@-]*",
    )?;
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        // The value is a secret of a minute: the service repeats it, and so does this.
        let bound = "Member must satisfy regular expression pattern: [\\d]*, length 6";
        return failed("tokenCode", code, bound);
    }
    if !state.roles.knows_mfa_device(serial) {
        return denied(MFA_UNKNOWN);
    }
    if !state.mfa_codes.take(serial, code) {
        return denied(MFA_FAILED);
    }
    Ok(true)
}

fn pattern(
    name: &str,
    value: &str,
    least: usize,
    most: usize,
    marks: &str,
    regular_expression: &str,
) -> Result<(), Refusal> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || marks.contains(character);
    if value.len() < least {
        let bound = format!("Member must have length greater than or equal to {least}");
        return failed(name, value, &bound);
    }
    if value.len() > most {
        let bound = format!("Member must have length less than or equal to {most}");
        return failed(name, value, &bound);
    }
    if !value.chars().all(allowed) {
        let bound = format!("Member must satisfy regular expression pattern: {regular_expression}");
        return failed(name, value, &bound);
    }
    Ok(())
}

fn failed<T>(name: &str, value: &str, bound: &str) -> Result<T, Refusal> {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {bound}"
    ))
}

fn missing<T>(name: &str) -> Result<T, Refusal> {
    invalid(format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
    ))
}

fn invalid<T>(message: impl Into<String>) -> Result<T, Refusal> {
    refuse(StatusCode::BAD_REQUEST, "ValidationError", message)
}
