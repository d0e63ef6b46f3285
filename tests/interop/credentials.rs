//! Credential requests: `aws codecommit credential-helper get` and `git-credential-codecommit get`.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::case::Outcome::{BothFail, OursOnly, Refused, Same, Silent};
use super::case::{Case, Stage, case, ours};
use super::judge::{Sides, conclude, got_in, judge};
use super::worker::Run;

const GIT: &str =
    "protocol=https|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/demo-repo|";
const P: &str = "--profile p -- protocol=https|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/demo-repo|";
const ENV: &str = "AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}";
const ECS: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI={container}";
const KEYS: &str = "[p]|{dev}";
const D: &str = "[d]|{dev}";

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Whose keys.
    case("the environment's keys", "", "", ENV, GIT, Same),
    case("a session's keys", "", "", "AWS_ACCESS_KEY_ID={session.id} AWS_SECRET_ACCESS_KEY={session.secret} AWS_SESSION_TOKEN={session.token}", GIT, Same),
    case("the default profile", "", "[default]|{dev}", "", GIT, Same),
    case("a profile by option", "", KEYS, "", P, Same),
    case("a profile by AWS_PROFILE", "", KEYS, "AWS_PROFILE=p", GIT, Same),
    case("the option before AWS_PROFILE", "", KEYS, "AWS_PROFILE=q", P, Same),
    case("the option before the environment's keys", "", "[p]|{session}", ENV, P, Same),
    case("a role over the container's keys", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_source = EcsContainer", "", ECS, P, Same),
    case("a role over a profile's keys", "[profile p]|region = us-east-1|role_arn = {reader}|source_profile = d", D, "", P, Same),
    case("a role with every setting", "[profile p]|region = eu-west-1|role_arn = {guarded}|source_profile = d|external_id = x-1:/y|role_session_name = alice@corp|duration_seconds = 1800", D, "", P, Same),
    case("a role with an MFA code", "[profile p]|region = eu-west-1|role_arn = {careful}|source_profile = d|mfa_serial = {device}", D, "", P, Same),
    case("a chain of roles", "[profile p]|region = eu-west-1|role_arn = {second}|source_profile = q|[profile q]|role_arn = {first}|credential_source = EcsContainer", "", ECS, P, Same),
    case("a web identity", "[profile p]|region = eu-west-1|role_arn = {web}|web_identity_token_file = {home}/token|role_session_name = pod", "", "", P, Same),
    case("a web identity in the environment", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ROLE_ARN={web} AWS_WEB_IDENTITY_TOKEN_FILE={home}/token AWS_ROLE_SESSION_NAME=pod", GIT, Same),
    case("an sso-session", "[profile p]|sso_session = corp|{account}|[sso-session corp]|{sso}", "", "", P, Same),
    case("a process", "[profile p]|credential_process = {process}", "", "", P, Same),
    case("the container", "", "", ECS, GIT, Same),
    case("no region is needed", "[profile p]|output = json", KEYS, "", P, Same),
    case("no credentials", "", "", "", GIT, BothFail("no AWS credentials")),
    case("no such profile", "", KEYS, "", "--profile q -- protocol=https|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/demo-repo|", BothFail("\"q\"")),
    case("SSO nobody signed in to", "[profile p]|sso_session = gone|{account}|[sso-session gone]|{sso}", "", "", P, BothFail("aws sso login")),
    case("a role closed to the caller", "[profile p]|region = eu-west-1|role_arn = {closed}|source_profile = d", D, "", P, BothFail("AccessDenied")),
    case("a process that fails", "[profile p]|credential_process = false", "", "", P, BothFail("credential_process")),

    // Which host.
    case("FIPS", "", "", ENV, "protocol=https|host=git-codecommit-fips.us-east-1.amazonaws.com|path=v1/repos/demo-repo|", Same),
    case("GovCloud by FIPS", "", "", ENV, "protocol=https|host=git-codecommit-fips.us-gov-west-1.amazonaws.com|path=v1/repos/demo-repo|", Same),
    case("China", "", "", ENV, "protocol=https|host=git-codecommit.cn-north-1.amazonaws.com.cn|path=v1/repos/demo-repo|", Same),
    case("an opt-in region", "", "", ENV, "protocol=https|host=git-codecommit.me-south-1.amazonaws.com|path=v1/repos/demo-repo|", Same),
    case("a VPC endpoint", "", "", ENV, "protocol=https|host=vpce-0b47ea360adebf88a-jkl88hez.git-codecommit.us-east-1.vpce.amazonaws.com|path=v1/repos/demo-repo|", Same),
    case("a VPC endpoint of a zone", "", "", ENV, "protocol=https|host=vpce-0b47ea360adebf88a-jkl88hez-us-east-1a.git-codecommit.us-east-1.vpce.amazonaws.com|path=v1/repos/demo-repo|", Same),
    case("a VPC endpoint by FIPS", "", "", ENV, "protocol=https|host=vpce-0b47ea360adebf88a-jkl88hez.git-codecommit-fips.us-east-1.vpce.amazonaws.com|path=v1/repos/demo-repo|", Same),
    case("the host's region before the others", "[profile p]|region = us-east-1", KEYS, "AWS_DEFAULT_REGION=us-west-2", "--profile p --region us-east-2 -- protocol=https|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/demo-repo|", Same),
    case("CodeConnections", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}", "protocol=https|host=codeconnections.eu-west-1.amazonaws.com|path=git-http/111111111111/eu-west-1/1d4e2f30-aaaa-bbbb-cccc-0123456789ab/owner/demo-repo.git|", Same),
    case("CodeConnections by its first name", "", "", "AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}", "protocol=https|host=codestar-connections.us-east-1.amazonaws.com|path=git-http/111111111111/us-east-1/1d4e2f30-aaaa-bbbb-cccc-0123456789ab/owner/demo-repo.git|", Same),
    case("CodeConnections in GovCloud, by option", "", "", ENV, "--region us-gov-west-1 -- protocol=https|host=codestar-connections.us-gov-west-1.amazonaws.com|path=git-http/111111111111/us-gov-west-1/1d4e2f30-aaaa-bbbb-cccc-0123456789ab/owner/demo-repo.git|", Same),
    case("CodeConnections, and no region but the host's", "", "", ENV, "protocol=https|host=codeconnections.eu-west-1.amazonaws.com|path=git-http/111111111111/eu-west-1/1d4e2f30-aaaa-bbbb-cccc-0123456789ab/owner/demo-repo.git|", OursOnly("git codeconnections.eu-west-1.amazonaws.com")),
    case("another path on that host", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}", "protocol=https|host=codeconnections.eu-west-1.amazonaws.com|path=v1/repos/demo-repo|", Refused("CodeConnections")),
    case("the European sovereign cloud", "", "", ENV, "protocol=https|host=git-codecommit.eusc-de-east-1.amazonaws.eu|path=v1/repos/demo-repo|", OursOnly("git git-codecommit.eusc-de-east-1.amazonaws.eu")),
    case("another site", "", "", ENV, "protocol=https|host=github.com|path=a/b|", Silent),
    case("a name that only looks like AWS's", "", "", ENV, "protocol=https|host=amazon.com.evil.example|path=v1/repos/demo-repo|", Refused("")),
    case("a name behind AWS's", "", "", ENV, "protocol=https|host=git-codecommit.eu-west-1.amazonaws.com.evil.example|path=v1/repos/demo-repo|", Refused("")),
    case("another service of AWS", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}", "protocol=https|host=s3.eu-west-1.amazonaws.com|path=v1/repos/demo-repo|", Refused("")),
    case("no encryption", "", "", ENV, "protocol=http|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/demo-repo|", Refused("")),
    case("a host of codecommit.endpoint, by the option", "", "", "AWS_DEFAULT_REGION=eu-west-1 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=codecommit.endpoint GIT_CONFIG_VALUE_0={git} AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}", "--ignore-host-check -- protocol=https|host={git}|path=v1/repos/demo-repo|", Same),
    case("any host, by the option alone", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}", "--ignore-host-check -- protocol=https|host={git}|path=v1/repos/demo-repo|", Refused("")),

    // What git says.
    case("more than is needed", "", "", ENV, "capability[]=authtype|capability[]=state|protocol=https|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/demo-repo|username=somebody|wwwauth[]=Basic realm=x|", Same),
    case("an empty line at the end", "", "", ENV, "protocol=https|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/demo-repo||", Same),
    case("no line end", "", "", ENV, "protocol=https|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/demo-repo", Same),
    case("a name with dots", "", "", ENV, "protocol=https|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/My.Repo_1|", Same),
    case("the last of two values", "", "", ENV, "protocol=https|host=git-codecommit.us-east-1.amazonaws.com|host=git-codecommit.eu-west-1.amazonaws.com|path=v1/repos/demo-repo|", Same),
    case("no path", "", "", ENV, "protocol=https|host=git-codecommit.eu-west-1.amazonaws.com|", BothFail("useHttpPath")),
];

/// Uses the answer, if there is one, as git would.
fn try_out(stage: &mut Stage, request: &str, run: &Run) {
    // Git takes the last of two.
    let last = |text: &str, key: &str| {
        let found = text.lines().rev().find_map(|line| line.strip_prefix(key));
        found.map(str::to_owned)
    };
    let answer = (
        last(&run.stdout, "username="),
        last(&run.stdout, "password="),
    );
    let (Some(username), Some(password)) = answer else {
        return;
    };
    let (host, path) = (
        last(request, "host=").unwrap(),
        last(request, "path=").unwrap(),
    );
    let path = path.trim_start_matches('/');
    let username = utf8_percent_encode(&username, NON_ALPHANUMERIC);
    stage
        .worker
        .get(&format!("https://{username}:{password}@{host}/{path}"));
}

/// Runs one tool, `cli` or ours, in the home as it is; `--` ends its options.
pub(super) fn helper_run(stage: &mut Stage, case: &Case, tool: &str) -> Run {
    let (options, request) = case.asked.split_once(" -- ").unwrap_or(("", case.asked));
    let request = stage.text(request);
    // The AWS CLI knows this one as an option of `get`.
    let (last, first): (Vec<&str>, Vec<&str>) = options
        .split(' ')
        .filter(|option| !option.is_empty())
        .partition(|option| *option == "--ignore-host-check");
    let environment = stage.environment(case);
    let run = if tool == "cli" {
        let command = ["codecommit", "credential-helper"];
        let arguments = [&command[..], &first, &["get"], &last].concat();
        stage.run(tool, &arguments, &environment, &request)
    } else {
        let arguments = [first.as_slice(), &last, &["get"]].concat();
        let helper = ours("git-credential-codecommit");
        stage.run(&helper, &arguments, &environment, &request)
    };
    try_out(stage, &request, &run);
    run
}

/// Runs both tools on a case.
fn sides(stage: &mut Stage, case: &Case) -> Sides {
    stage.prepare(case);
    let ours = helper_run(stage, case, "ours");
    let ours_saw = stage.seen();
    stage.prepare(case);
    let theirs = helper_run(stage, case, "cli");
    let theirs_saw = stage.seen();
    Sides {
        ours_in: got_in(&ours_saw) && ours.code == 0,
        theirs_in: got_in(&theirs_saw) && theirs.code == 0,
        ours,
        ours_saw,
        theirs,
        theirs_saw,
    }
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn credential_requests_come_to_the_same_answers() {
    let mut stage = Stage::set();
    let mut failures = Vec::new();
    for case in CASES {
        let sides = sides(&mut stage, case);
        failures.extend(judge(case, &sides).err());
    }
    conclude(CASES.len(), 40, &failures);
}
