//! What STS asks of callers, through requests that curl signed.

use local_aws::{Action, Auth, CONTRIBUTOR_ROLE, EXECUTION_ROLE, Fault, LocalAws, Role, Service};
use time::Duration;

use crate::harness::{curl, element, sts, without_curl};

const DEVICE: &str = "arn:aws:iam::222222222222:mfa/ada";

fn assume(role: &str, more: &str) -> String {
    format!("Action=AssumeRole&Version=2011-06-15&RoleArn={role}&RoleSessionName=ada{more}")
}

/// Sends calls in turn and checks the status and what the error's code and message hold.
fn check(aws: &LocalAws, calls: &[(String, &str, &str)]) {
    for (form, code, message) in calls {
        let (status, body) = sts(aws, &aws.execution_role_keys(), form);
        let found = element(&body, "Code");
        assert_eq!(found, *code, "{form}: {status} {body}");
        assert_eq!(status == "200", code.is_empty(), "{form}: {body}");
        assert!(
            element(&body, "Message").contains(message),
            "{form}: {body}"
        );
    }
}

#[test]
fn a_code_of_the_device_opens_a_role_once() {
    if without_curl() {
        return;
    }
    let role = "arn:aws:iam::111111111111:role/Careful";
    let aws = LocalAws::builder()
        .role_with(Role::new(role).trusts(EXECUTION_ROLE).mfa(DEVICE))
        .start();
    let code = aws.mfa_code(DEVICE);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let with = |serial: &str, code: &str| {
        assume(role, &format!("&SerialNumber={serial}&TokenCode={code}"))
    };
    let failed = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
    check(
        &aws,
        &[
            (
                assume(role, ""),
                "AccessDenied",
                "is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/Careful",
            ),
            (with(DEVICE, wrong), "AccessDenied", failed),
            (
                with("arn:aws:iam::2:mfa/x", &code),
                "AccessDenied",
                "unable to validate MFA code",
            ),
            (with(DEVICE, "12345"), "ValidationError", "'tokenCode'"),
            (
                assume(role, &format!("&TokenCode={code}")),
                "AccessDenied",
                "must provide both",
            ),
            (with(DEVICE, &code), "", ""),
            (with(DEVICE, &code), "AccessDenied", failed),
        ],
    );
    let call = aws.sts_requests().swap_remove(5).sts.expect("details");
    assert_eq!(call.serial_number.as_deref(), Some(DEVICE));
    assert_eq!(call.parameter("TokenCode"), Some(code.as_str()));
}

#[test]
fn durations_are_bounded_by_the_api_the_role_and_the_chain() {
    if without_curl() {
        return;
    }
    let role = "arn:aws:iam::111111111111:role/Long";
    let user = "arn:aws:iam::111111111111:user/dev";
    let aws = LocalAws::builder()
        .role_with(
            Role::new(role)
                .trusts(EXECUTION_ROLE)
                .trusts(user)
                .max_session(7200),
        )
        .start();
    let lasting = |seconds: &str| assume(role, &format!("&DurationSeconds={seconds}"));
    check(
        &aws,
        &[
            (
                lasting("899"),
                "ValidationError",
                "greater than or equal to 900",
            ),
            (
                lasting("43201"),
                "ValidationError",
                "less than or equal to 43200",
            ),
            (lasting("1h"), "MalformedInput", ""),
            (
                lasting("3601"),
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
            ),
            (lasting("900"), "", ""),
        ],
    );
    let keys = aws.issue_user("dev");
    assert_eq!(sts(&aws, &keys, &lasting("7200")).0, "200");
    let (_, body) = sts(&aws, &keys, &lasting("7201"));
    assert!(
        element(&body, "Message").contains("MaxSessionDuration"),
        "{body}"
    );
    aws.set_session_lifetime(Some(Duration::seconds(-1)));
    let (_, body) = sts(&aws, &keys, &lasting("7200"));
    let id = element(&body, "AccessKeyId");
    let expired = aws
        .now()
        .format(&time::format_description::well_known::Rfc3339);
    assert!(element(&body, "Expiration") <= expired.expect("a time").as_str());
    assert!(id.starts_with("ASIA"), "{body}");
}

#[test]
fn a_source_identity_needs_the_roles_leave() {
    if without_curl() {
        return;
    }
    let role = "arn:aws:iam::111111111111:role/Attributed";
    let aws = LocalAws::builder()
        .source_identity("ada-lovelace")
        .role_with(
            Role::new(role)
                .trusts(EXECUTION_ROLE)
                .allows_source_identity(),
        )
        .start();
    let denied = "is not authorized to perform: sts:SetSourceIdentity on resource: ";
    check(
        &aws,
        &[
            (assume(CONTRIBUTOR_ROLE, ""), "AccessDenied", denied),
            (assume(role, ""), "", ""),
            (assume(role, "&SourceIdentity=ada-lovelace"), "", ""),
            (
                assume(role, "&SourceIdentity=someone"),
                "AccessDenied",
                denied,
            ),
            (
                assume(role, "&SourceIdentity=a"),
                "ValidationError",
                "sourceIdentity",
            ),
        ],
    );
    let (_, body) = sts(&aws, &aws.execution_role_keys(), &assume(role, ""));
    assert_eq!(element(&body, "SourceIdentity"), "ada-lovelace");
}

#[test]
fn regions_that_are_off_and_throttling() {
    if without_curl() {
        return;
    }
    let aws = LocalAws::builder().disabled_region("eu-west-1").start();
    check(
        &aws,
        &[(
            assume(CONTRIBUTOR_ROLE, ""),
            "RegionDisabledException",
            "not activated in this region",
        )],
    );
    let aws = LocalAws::builder()
        .fail(Fault::new(Service::Sts, Action::throttling()).times(2))
        .start();
    let throttled = || (assume(CONTRIBUTOR_ROLE, ""), "Throttling", "Rate exceeded");
    check(
        &aws,
        &[
            throttled(),
            throttled(),
            (assume(CONTRIBUTOR_ROLE, ""), "", ""),
        ],
    );
}

#[test]
fn a_web_identity_token_opens_its_role_unsigned() {
    if without_curl() {
        return;
    }
    let role = "arn:aws:iam::111111111111:role/Web";
    let aws = LocalAws::builder()
        .role_with(Role::new(role).web_identity_token("eyJ.web+identity/token"))
        .start();
    let call = |role: &str, token: &str| {
        let form = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=pod";
        let form = format!("{form}&RoleArn={role}");
        let token = format!("WebIdentityToken={token}");
        let url = aws.sts_url();
        curl(&aws, &["--data", &form, "--data-urlencode", &token, &url])
    };
    let (status, body) = call(role, "eyJ.web+identity/token");
    assert_eq!(status, "200", "{body}");
    let arn = element(&body, "Arn");
    assert_eq!(arn, "arn:aws:sts::111111111111:assumed-role/Web/pod");
    assert_eq!(
        element(&call(role, "wrong").1, "Code"),
        "InvalidIdentityToken"
    );
    let (status, body) = call(CONTRIBUTOR_ROLE, "eyJ.web+identity/token");
    assert_eq!(
        (status.as_str(), element(&body, "Code")),
        ("403", "AccessDenied")
    );
    let request = aws.sts_requests().swap_remove(0);
    assert_eq!(request.authorization, Auth::Token);
    let token = "eyJ.web+identity/token";
    assert_eq!(
        request.sts.expect("details").parameter("WebIdentityToken"),
        Some(token)
    );
    assert!(aws.canaries().contains(&token.to_owned()));
}
