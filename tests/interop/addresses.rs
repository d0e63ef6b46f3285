//! Addresses: git-remote-codecommit 1.17 (by botocore) and `git-remote-codecommit`.

use super::case::Outcome::{BothFail, ByDesign, Open, OursOnly, Same};
use super::case::{Case, Stage, case, ours};
use super::judge::{Sides, conclude, got_in, judge};

const P: &str = "codecommit://p@demo-repo";
const NONE: &str = "codecommit://demo-repo";
/// A profile with keys of its own, in `config` and in `credentials`.
const REGION: &str = "[profile p]|region = eu-west-1|";
const KEYS: &str = "[p]|{dev}";
const ENV: &str = "AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}";
const ECS: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI={container}";
const IMDS: &str = "AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT={metadata}";
/// A role over the keys of another profile.
const READER: &str = "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|";
const D: &str = "[d]|{dev}";

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Profiles and keys.
    case("keys in the credentials file", REGION, KEYS, "", P, Same),
    case("keys in the config file", "[profile p]|region = eu-west-1|{dev}", "", "", P, Same),
    case("a session's keys", REGION, "[p]|{session}", "", P, Same),
    case("the default profile", "[default]|region = eu-west-1", "[default]|{dev}", "", NONE, Same),
    case("[profile default]", "[profile default]|region = eu-west-1", "[default]|{dev}", "", NONE, Same),
    case("AWS_PROFILE", REGION, KEYS, "AWS_PROFILE=p", NONE, Same),
    case("AWS_DEFAULT_PROFILE before AWS_PROFILE", REGION, KEYS, "AWS_DEFAULT_PROFILE=p AWS_PROFILE=other", NONE, Same),
    case("the address before AWS_PROFILE", REGION, KEYS, "AWS_PROFILE=other", P, Same),
    case("the environment's keys", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}", NONE, Same),
    case("the environment's keys before AWS_PROFILE", REGION, "[p]|{session}", "AWS_PROFILE=p AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}", NONE, Same),
    case("the address's profile before the environment's keys", REGION, "[p]|{session}", ENV, P, Same),
    case("AWS_SESSION_TOKEN", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={session.id} AWS_SECRET_ACCESS_KEY={session.secret} AWS_SESSION_TOKEN={session.token}", NONE, Same),
    case("AWS_SECURITY_TOKEN before AWS_SESSION_TOKEN", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={session.id} AWS_SECRET_ACCESS_KEY={session.secret} AWS_SECURITY_TOKEN={session.token} AWS_SESSION_TOKEN=stale", NONE, Same),
    case("empty variables are not set", REGION, KEYS, "AWS_PROFILE=p AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY=", NONE, Same),
    case("the credentials file before the config file", "[profile p]|region = eu-west-1|{session}", KEYS, "", P, Same),
    case("a region in the credentials file", "[profile p]|region = us-east-1", "[p]|region = eu-west-1|{dev}", "", P, Same),
    case("files elsewhere", "[profile p]|region = eu-west-1|[p]|{dev}", "", "AWS_CONFIG_FILE=~/.aws/config AWS_SHARED_CREDENTIALS_FILE=$HOME/.aws/config", P, Same),
    case("no such files", "", "", "AWS_CONFIG_FILE=/nowhere/x AWS_SHARED_CREDENTIALS_FILE=/nowhere/y AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={dev.id} AWS_SECRET_ACCESS_KEY={dev.secret}", NONE, Same),
    case("a quoted name", "[profile \"p\"]|region = eu-west-1", KEYS, "", P, Same),
    case("names in upper case", "[profile p]|REGION = eu-west-1", "[p]|AWS_ACCESS_KEY_ID = {dev.id}|AWS_Secret_Access_Key = {dev.secret}", "", P, Same),
    case("indented lines", "[profile p]|    region = eu-west-1", "[p]|  aws_access_key_id = {dev.id}|  aws_secret_access_key = {dev.secret}", "", P, Same),
    case("colons", "[profile p]|region: eu-west-1", "[p]|aws_access_key_id: {dev.id}|aws_secret_access_key: {dev.secret}", "", P, Same),
    case("comments on lines of their own", "# c|; c|[profile p]|# c|region = eu-west-1|; c", KEYS, "", P, Same),
    case("a comment behind a section's name", "[profile p] # c|region = eu-west-1", KEYS, "", P, Same),
    case("[DEFAULT] is inherited", "[DEFAULT]|region = eu-west-1|[profile p]|output = json", KEYS, "", P, Same),
    case("a comment behind a value", "[profile p]|region = eu-west-1 # c", KEYS, "", P, OursOnly("git git-codecommit.eu-west-1.")),
    case("a key twice", "[profile p]|region = us-east-1|region = eu-west-1", KEYS, "", P, OursOnly("git git-codecommit.eu-west-1.")),
    case("no such profile in the address", REGION, KEYS, "", "codecommit://q@demo-repo", BothFail("\"q\"")),
    case("no such profile in AWS_PROFILE", REGION, KEYS, "AWS_PROFILE=q AWS_DEFAULT_REGION=eu-west-1", NONE, BothFail("\"q\"")),
    case("a profile without a region", "[profile p]|output = json", KEYS, "", P, BothFail("region")),
    case("an empty region", "[profile p]|region =", KEYS, "", P, BothFail("region")),
    case("the default profile's region is not p's", "[default]|region = eu-west-1|[profile p]|output = json", KEYS, "", P, BothFail("region")),
    case("a profile without credentials", REGION, "", "", P, BothFail("\"p\"")),
    case("a key id without its secret", REGION, "[p]|aws_access_key_id = {dev.id}", "", P, BothFail("aws_secret_access_key")),
    case("the environment's key id without its secret", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID={dev.id}", NONE, BothFail("AWS_SECRET_ACCESS_KEY")),
    case("wrong keys", REGION, "[p]|aws_access_key_id = {dev.id}|aws_secret_access_key = wrong", "", P, BothFail("403")),

    // Regions and hosts.
    case("the address's region", "[profile p]|region = us-east-1", KEYS, "AWS_DEFAULT_REGION=us-east-2", "codecommit::eu-west-1://p@demo-repo", Same),
    case("the address's region without any other", "", KEYS, "", "codecommit::eu-west-1://p@demo-repo", Same),
    case("AWS_DEFAULT_REGION before the profile's", "[profile p]|region = us-east-1", KEYS, "AWS_DEFAULT_REGION=eu-west-1", P, Same),
    case("the profile's region before AWS_REGION", REGION, KEYS, "AWS_REGION=us-east-1", P, Same),
    case("AWS_REGION alone", "[profile p]|output = json", KEYS, "AWS_REGION=eu-west-1", P, OursOnly("git git-codecommit.eu-west-1.amazonaws.com")),
    case("China", "", KEYS, "", "codecommit::cn-north-1://p@demo-repo", Same),
    case("China's second region", "[profile p]|region = cn-northwest-1", KEYS, "", P, Same),
    case("GovCloud", "", KEYS, "", "codecommit::us-gov-west-1://p@demo-repo", Same),
    case("an opt-in region", "", KEYS, "", "codecommit::af-south-1://p@demo-repo", Same),
    case("a region in upper case", "", KEYS, "", "codecommit::EU-WEST-1://p@demo-repo", Same),
    case("a region the reference does not list", "", KEYS, "", "codecommit::mx-central-1://p@demo-repo", OursOnly("git git-codecommit.mx-central-1.amazonaws.com")),
    case("the European sovereign cloud", "", KEYS, "", "codecommit::eusc-de-east-1://p@demo-repo", OursOnly("git git-codecommit.eusc-de-east-1.amazonaws.eu")),
    case("what is no region", "", KEYS, "", "codecommit::useast1://p@demo-repo", BothFail("\"useast1\" is not an AWS region")),
    case("another scheme", "", KEYS, "", "codecommit::github://p@demo-repo", BothFail("\"github\" is not an AWS region")),
    case("an endpoint with a port", REGION, KEYS, "CODE_COMMIT_ENDPOINT={git}", P, Same),
    case("a VPC endpoint", REGION, KEYS, "CODE_COMMIT_ENDPOINT=vpce-0b47-x.git-codecommit.eu-west-1.vpce.amazonaws.com", P, Same),
    case("an endpoint that is empty", REGION, KEYS, "CODE_COMMIT_ENDPOINT=", P, OursOnly("git git-codecommit.eu-west-1.amazonaws.com")),
    case("FIPS", "[profile p]|region = us-east-1", KEYS, "AWS_USE_FIPS_ENDPOINT=true", P, ByDesign("git git-codecommit-fips.us-east-1.amazonaws.com")),

    // Forms of the address.
    case("a name with dots", REGION, KEYS, "", "codecommit://p@My.Repo_1", Same),
    case("a slash at the end", REGION, KEYS, "", "codecommit://p@demo-repo/", Same),
    case("a path", REGION, KEYS, "", "codecommit://p@demo-repo/sub", Same),
    case("a query", REGION, KEYS, "", "codecommit://p@demo-repo?x=y", Same),
    case("a fragment", REGION, KEYS, "", "codecommit://p@demo-repo#main", Same),
    case("the scheme in upper case", REGION, KEYS, "", "CODECOMMIT://p@demo-repo", Same),
    case("no scheme", REGION, KEYS, "", "demo-repo", BothFail("is not a CodeCommit address")),
    case("no repository", REGION, KEYS, "", "codecommit://", BothFail("is not a CodeCommit address")),
    case("three slashes", REGION, KEYS, "", "codecommit:///demo-repo", BothFail("is not a CodeCommit address")),
    case("an empty profile", REGION, KEYS, "", "codecommit://@demo-repo", BothFail("empty profile")),
    case("a profile and no repository", REGION, KEYS, "", "codecommit://p@", BothFail("is not a CodeCommit address")),
    case("a user and a password", REGION, KEYS, "", "codecommit://p:pw@demo-repo", BothFail("\"p:…\"")),
    case("a profile with an @", "[profile a@b]|region = eu-west-1", "[a@b]|{dev}", "", "codecommit://a@b@demo-repo", OursOnly("user/dev")),
    case("a profile with an @, encoded", "[profile a@b]|region = eu-west-1", "[a@b]|{dev}", "", "codecommit://a%40b@demo-repo", OursOnly("user/dev")),
    case("a pasted URL", "", "[default]|{dev}", "", "codecommit::https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo", OursOnly("user/dev")),
    case("a repository's ARN", "", "[default]|{dev}", "", "codecommit::arn:aws:codecommit:eu-west-1:111111111111:demo-repo", OursOnly("user/dev")),
    case("no such repository", REGION, KEYS, "", "codecommit://p@missing", BothFail("missing")),

    // Roles.
    case("a role over a profile's keys", READER, D, "", P, Same),
    case("a role over the container's keys", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_source = EcsContainer", "", ECS, P, Same),
    case("the published pattern, by region", "[profile p]|region = eu-west-1|credential_source=EcsContainer|role_arn = {reader}|output = json", "", ECS, "codecommit::eu-west-1://p@demo-repo", Same),
    case("a role over the environment's keys", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_source = Environment", "", ENV, P, Same),
    case("a role over the instance's keys", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_source = Ec2InstanceMetadata", "", IMDS, P, Same),
    case("a role in the credentials file", REGION, "[p]|role_arn = {reader}|source_profile = d|[d]|{dev}", "", P, Same),
    case("a role by AWS_PROFILE", READER, D, "AWS_PROFILE=p", NONE, Same),
    case("a role and the environment's keys", READER, D, "AWS_PROFILE=p AWS_ACCESS_KEY_ID={session.id} AWS_SECRET_ACCESS_KEY={session.secret} AWS_SESSION_TOKEN={session.token}", NONE, Same),
    case("every setting of a role", "[profile p]|region = eu-west-1|role_arn = {guarded}|source_profile = d|external_id = x-1:/y|role_session_name = alice@corp|duration_seconds = 1800", D, "", P, Same),
    case("a role that wants its external id", "[profile p]|region = eu-west-1|role_arn = {guarded}|source_profile = d", D, "", P, BothFail("AccessDenied")),
    case("a duration that is no number", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|duration_seconds = 1h", D, "", P, Same),
    case("a duration of two hours", "[profile p]|region = eu-west-1|role_arn = {long}|source_profile = d|duration_seconds = 7200", D, "", P, Same),
    case("a duration beyond the role's", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|duration_seconds = 7200", D, "", P, BothFail("MaxSessionDuration")),
    case("a duration beyond the chain's hour", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_source = EcsContainer|duration_seconds = 7200", "", ECS, P, BothFail("1 hour")),
    case("an MFA code", "[profile p]|region = eu-west-1|role_arn = {careful}|source_profile = d|mfa_serial = {device}", D, "", P, Same),
    case("a role that wants an MFA code", "[profile p]|region = eu-west-1|role_arn = {careful}|source_profile = d", D, "", P, BothFail("AccessDenied")),
    case("a role over a role", "[profile p]|region = eu-west-1|role_arn = {second}|source_profile = q|[profile q]|role_arn = {first}|source_profile = d|role_session_name = hop", D, "", P, Same),
    case("a hop's own region is not asked", "[profile p]|region = eu-west-1|role_arn = {second}|source_profile = q|[profile q]|region = us-east-1|role_arn = {first}|source_profile = d", D, "", P, Same),
    case("a profile that is its own source", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = p", KEYS, "", P, Same),
    case("its own source without keys", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = p", "", "", P, BothFail("\"p\"")),
    case("a circle", "[profile p]|region = eu-west-1|role_arn = {second}|source_profile = q|[profile q]|role_arn = {first}|source_profile = p", "", "", P, BothFail("\"p\"")),
    case("a source's keys before its role", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|[profile d]|role_arn = {closed}|source_profile = nobody", D, "", P, Same),
    case("a role before the profile's own keys", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d", "[d]|{dev}|[p]|{session}", "", P, Same),
    case("two sources", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|credential_source = Environment", D, ENV, P, BothFail("credential_source")),
    case("no source", "[profile p]|region = eu-west-1|role_arn = {reader}", D, "", P, BothFail("source_profile")),
    case("a source in lower case", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_source = ecscontainer", "", ECS, P, OursOnly("assumed-role/reader")),
    case("a source that is not there", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = nobody", D, "", P, BothFail("\"nobody\"")),
    case("a source without credentials", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|[profile d]|region = eu-west-1", "", "", P, BothFail("\"d\"")),
    case("the container's keys without a container", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_source = EcsContainer", "", "", P, BothFail("AWS_CONTAINER_CREDENTIALS")),
    case("the environment's keys without any", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_source = Environment", "", "", P, BothFail("AWS_ACCESS_KEY_ID")),
    case("a role closed to the caller", "[profile p]|region = eu-west-1|role_arn = {closed}|source_profile = d", D, "", P, BothFail("AccessDenied")),
    case("credential_source without a role", "[profile p]|region = eu-west-1|credential_source = EcsContainer", "", ECS, P, Same),

    // Where STS is.
    case("STS in the profile's region", READER, D, "", "codecommit::us-east-1://p@demo-repo", Same),
    case("STS in AWS_DEFAULT_REGION", READER, D, "AWS_DEFAULT_REGION=us-east-2", "codecommit::us-east-1://p@demo-repo", Same),
    case("STS without a region", "[profile p]|role_arn = {reader}|source_profile = d", D, "", "codecommit::eu-west-1://p@demo-repo", ByDesign("sts sts.eu-west-1.amazonaws.com")),
    case("AWS_ENDPOINT_URL_STS", READER, D, "AWS_ENDPOINT_URL_STS={sts}", P, Same),
    case("AWS_ENDPOINT_URL", READER, D, "AWS_ENDPOINT_URL={sts}", P, Same),
    case("a services section", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|services = s|[services s]|sts =|  endpoint_url = {sts}", D, "", P, Same),
    case("endpoint_url of the profile", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|endpoint_url = {sts}", D, "", P, Same),
    case("endpoint_url of a hop is not asked", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|[profile d]|endpoint_url = https://localhost:1", D, "", P, Same),
    case("configured endpoints ignored", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|endpoint_url = https://localhost:1", D, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", P, Same),
    case("a services section that is not there", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|services = gone", D, "", P, BothFail("gone")),
    case("the global STS", READER, D, "AWS_STS_REGIONAL_ENDPOINTS=legacy", P, ByDesign("sts sts.eu-west-1.amazonaws.com")),
    case("the global STS by the profile", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|sts_regional_endpoints = legacy", D, "", P, ByDesign("sts sts.eu-west-1.amazonaws.com")),
    case("STS by dual stack", READER, D, "AWS_USE_DUALSTACK_ENDPOINT=true", P, Same),
    case("STS by FIPS", "[profile p]|region = us-east-1|role_arn = {reader}|source_profile = d", D, "AWS_USE_FIPS_ENDPOINT=true", P, ByDesign("sts sts-fips.us-east-1.amazonaws.com")),
    case("STS by FIPS of the profile", "[profile p]|region = us-east-1|use_fips_endpoint = true|role_arn = {reader}|source_profile = d", D, "", P, ByDesign("sts sts-fips.us-east-1.amazonaws.com")),
    case("STS in China", "[profile p]|region = cn-north-1|role_arn = {reader}|source_profile = d", D, "", P, Same),

    // Other sources.
    case("a web identity", "[profile p]|region = eu-west-1|role_arn = {web}|web_identity_token_file = {home}/token|role_session_name = pod", "", "", P, Same),
    case("a web identity without a session's name", "[profile p]|region = eu-west-1|role_arn = {web}|web_identity_token_file = {home}/token", "", "", P, Same),
    case("a web identity in the environment", "", "", "AWS_DEFAULT_REGION=eu-west-1 AWS_ROLE_ARN={web} AWS_WEB_IDENTITY_TOKEN_FILE={home}/token AWS_ROLE_SESSION_NAME=pod", NONE, Same),
    case("the environment's web identity and a profile", REGION, KEYS, "AWS_ROLE_ARN={web} AWS_WEB_IDENTITY_TOKEN_FILE={home}/token", P, Same),
    case("a web identity for a role over it", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = w|[profile w]|role_arn = {web}|web_identity_token_file = {home}/token", "", "", P, BothFail("AccessDenied")),
    case("a web identity token that is not there", "[profile p]|region = eu-west-1|role_arn = {web}|web_identity_token_file = {home}/gone", "", "", P, BothFail("gone")),
    case("an sso-session", "[profile p]|region = eu-west-1|sso_session = corp|{account}|[sso-session corp]|{sso}", "", "", P, Same),
    case("SSO of a profile", "[profile p]|region = eu-west-1|{sso}|{account}", "", "", P, Same),
    case("an sso-session repeated in the profile", "[profile p]|region = eu-west-1|sso_session = corp|{sso}|{account}|[sso-session corp]|{sso}", "", "", P, Same),
    case("an sso-session nobody signed in to", "[profile p]|region = eu-west-1|sso_session = gone|{account}|[sso-session gone]|{sso}", "", "", P, BothFail("aws sso login")),
    case("SSO nobody signed in to", "[profile p]|region = eu-west-1|sso_start_url = https://other.example/start|sso_region = eu-west-1|{account}", "", "", P, BothFail("aws sso login")),
    case("an sso-session that is not there", "[profile p]|region = eu-west-1|sso_session = corp|{account}", "", "", P, BothFail("corp")),
    case("an SSO role nobody may use", "[profile p]|region = eu-west-1|sso_session = corp|sso_account_id = 111111111111|sso_role_name = Admin|[sso-session corp]|{sso}", "", "", P, BothFail("ForbiddenException: No access")),
    case("a role over SSO", "[profile p]|region = eu-west-1|role_arn = {closed}|source_profile = s|[profile s]|sso_session = corp|{account}|[sso-session corp]|{sso}", "", "", P, BothFail("AccessDenied")),
    case("aws login", "[profile p]|region = eu-west-1|login_session = {login}", "", "", P, Same),
    case("aws login nobody did", "[profile p]|region = eu-west-1|login_session = arn:aws:iam::1:user/x", "", "", P, BothFail("aws login")),
    case("a process", "[profile p]|region = eu-west-1|credential_process = {process}", "", "", P, Same),
    case("a process that fails", "[profile p]|region = eu-west-1|credential_process = false", "", "", P, BothFail("credential_process")),
    case("a process that says nothing", "[profile p]|region = eu-west-1|credential_process = true", "", "", P, BothFail("credential_process")),
    case("a process that is not there", "[profile p]|region = eu-west-1|credential_process = /nowhere/x", "", "", P, BothFail("credential_process")),
    case("keys before the process", "[profile p]|region = eu-west-1|credential_process = false", KEYS, "", P, Same),
    case("a role over a process", "[profile p]|region = eu-west-1|role_arn = {closed}|source_profile = q|[profile q]|credential_process = {process}", "", "", P, BothFail("AccessDenied")),
    case("the container alone", "[default]|region = eu-west-1", "", ECS, NONE, Same),
    case("a profile without credentials in a container", REGION, "", ECS, P, Same),
    case("a container on another host", REGION, "", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.com/x", P, BothFail("AWS_CONTAINER_CREDENTIALS_FULL_URI")),
    case("the instance alone", "[default]|region = eu-west-1", "", IMDS, NONE, Same),
    // More of the same, found by trying.
    case("spaces in the brackets", "[ profile p ]|region = eu-west-1", KEYS, "", P, OursOnly("user/dev")),
    case("two spaces in the brackets", "[profile   p]|region = eu-west-1", KEYS, "", P, Same),
    case("a tab in the brackets", "[profile\tp]|region = eu-west-1", KEYS, "", P, Same),
    case("a profile of the config file without its word", "[p]|region = eu-west-1", KEYS, "", P, BothFail("no AWS region is set for profile \"p\"")),
    case("a profile of the credentials file with its word", REGION, "[profile p]|{dev}", "", P, BothFail("\"p\"")),
    case("line ends of Windows", "[profile p]\r|region = eu-west-1\r|", "[p]\r|aws_access_key_id = {dev.id}\r|aws_secret_access_key = {dev.secret}\r|", "", P, Same),
    case("a byte order mark", "\u{feff}[profile p]|region = eu-west-1", KEYS, "", P, OursOnly("user/dev")),
    case("no spaces around =", "[profile p]|region=eu-west-1", "[p]|aws_access_key_id={dev.id}|aws_secret_access_key={dev.secret}", "", P, Same),
    case("a section twice", "[profile p]|output = json|[profile p]|region = eu-west-1", KEYS, "", P, OursOnly("user/dev")),
    case("a line that is nothing", "[profile p]|region = eu-west-1|what is this", KEYS, "", P, BothFail(".aws/config:3: neither a section nor")),
    case("a line before any section", "region = us-east-1|[profile p]|region = eu-west-1", KEYS, "", P, BothFail(".aws/config:1: a property in front of")),
    case("a section that does not end", "[profile p|region = eu-west-1", KEYS, "", P, BothFail(".aws/config:1: a section header without")),
    case("quotes around a value", "[profile p]|region = \"eu-west-1\"", KEYS, "", P, BothFail("which is not an AWS region")),
    case("empty keys", REGION, "[p]|aws_access_key_id =|aws_secret_access_key =", "", P, BothFail("no AWS credentials are configured for profile \"p\"")),
    case("an empty token", REGION, "[p]|{dev}|aws_session_token =", "", P, Same),
    case("an empty external id", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|external_id =", D, "", P, OursOnly("assumed-role/reader")),
    case("an empty session name", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|role_session_name =", D, "", P, Same),
    case("an empty role", "[profile p]|region = eu-west-1|role_arn =|source_profile = d", D, "", P, BothFail("no AWS credentials")),
    case("an empty duration", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|duration_seconds =", D, "", P, Same),
    case("a negative duration", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|duration_seconds = -1", D, "", P, BothFail("MalformedInput")),
    case("a duration too short", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = d|duration_seconds = 60", D, "", P, BothFail("greater than or equal to 900")),
    case("a role and a web identity and a source", "[profile p]|region = eu-west-1|role_arn = {web}|web_identity_token_file = {home}/token|source_profile = d", D, "", P, Same),
    case("a role and a process", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_process = {process}", "", "", P, BothFail("needs a source_profile or a credential_source")),
    case("SSO and keys", "[profile p]|region = eu-west-1|sso_session = corp|{account}|[sso-session corp]|{sso}", KEYS, "", P, Same),
    case("SSO and a process", "[profile p]|region = eu-west-1|credential_process = {process}|sso_session = corp|{account}|[sso-session corp]|{sso}", "", "", P, Same),
    case("SSO without its region", "[profile p]|region = eu-west-1|sso_session = corp|{account}|[sso-session corp]|sso_start_url = https://example.awsapps.com/start", "", "", P, BothFail("sso_region")),
    case("SSO without its account", "[profile p]|region = eu-west-1|sso_session = corp|sso_role_name = Developer|[sso-session corp]|{sso}", "", "", P, BothFail("sso_account_id")),
    case("an sso-session that differs from the profile", "[profile p]|region = eu-west-1|sso_session = corp|sso_region = us-east-1|{account}|[sso-session corp]|{sso}", "", "", P, BothFail("sso_region differs")),
    case("a role over the profile named default", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = default", "[default]|{dev}", "", P, Same),
    case("a role over a profile that falls to the container", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = q|[profile q]|region = eu-west-1", "", ECS, P, BothFail("source_profile \"q\" has no credentials")),
    case("a role over a profile with credential_source alone", "[profile p]|region = eu-west-1|role_arn = {reader}|source_profile = q|[profile q]|credential_source = EcsContainer", "", ECS, P, OursOnly("assumed-role/reader")),
    case("a chain of three", "[profile p]|region = eu-west-1|role_arn = {second}|source_profile = q|[profile q]|role_arn = {first}|source_profile = r|[profile r]|role_arn = {reader}|source_profile = d", D, "", P, Same),
    case("credential_source Environment with a session", "[profile p]|region = eu-west-1|role_arn = {reader}|credential_source = Environment", "", "AWS_ACCESS_KEY_ID={session.id} AWS_SECRET_ACCESS_KEY={session.secret} AWS_SESSION_TOKEN={session.token}", P, Same),
    case("the default profile is a role", "[default]|region = eu-west-1|role_arn = {reader}|source_profile = d", D, "", NONE, Same),
    case("AWS_PROFILE=default", "[default]|region = eu-west-1", "[default]|{dev}", "AWS_PROFILE=default", NONE, Same),
    case("default@", "[default]|region = eu-west-1", "[default]|{dev}", ENV, "codecommit://default@demo-repo", Same),
    case("the container's keys and the default profile's", "[default]|region = eu-west-1", "[default]|{dev}", ECS, NONE, Same),
    case("the environment's region by two names", "", KEYS, "AWS_REGION=us-east-1 AWS_DEFAULT_REGION=eu-west-1", P, Same),
    case("a host with a slash as endpoint", REGION, KEYS, "CODE_COMMIT_ENDPOINT={git}/", P, BothFail("is not a host name")),
    case("a URL as endpoint", REGION, KEYS, "CODE_COMMIT_ENDPOINT=https://{git}", P, BothFail("without https://")),
    case("another site as endpoint", REGION, KEYS, "CODE_COMMIT_ENDPOINT=example.com", P, BothFail("example.com")),
    case("a name with .git", REGION, KEYS, "", "codecommit://p@demo-repo.git", OursOnly("user/dev")),
    case("a port", REGION, KEYS, "", "codecommit://p@demo-repo:443", BothFail("is not a repository name")),
    case("AWS_CONTAINER_CREDENTIALS_FULL_URI by localhost", "[default]|region = eu-west-1", "", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost:1/x", NONE, BothFail("localhost:1")),
    case("a boolean that is none", "[profile p]|region = eu-west-1|use_fips_endpoint = yes", KEYS, "", P, Same),
    case("AWS_MAX_ATTEMPTS that is no number", READER, D, "AWS_MAX_ATTEMPTS=x", P, BothFail("AWS_MAX_ATTEMPTS is \"x\"")),
    case("AWS_CA_BUNDLE that is not there", READER, D, "AWS_CA_BUNDLE=/nowhere/ca.pem", P, BothFail("/nowhere/ca.pem")),
    case("a file of AWS_CREDENTIAL_FILE", "[default]|region = eu-west-1", "AWSAccessKeyId={dev.id}|AWSSecretKey={dev.secret}", "AWS_CREDENTIAL_FILE={home}/.aws/credentials AWS_SHARED_CREDENTIALS_FILE=/nowhere/x", NONE, Open("no AWS credentials")),
    case("a file of boto 2", "[default]|region = eu-west-1", "[Credentials]|{dev}", "BOTO_CONFIG={home}/.aws/credentials AWS_SHARED_CREDENTIALS_FILE=/nowhere/x", NONE, Open("no AWS credentials")),
];

/// Runs both tools on a case.
fn sides(stage: &mut Stage, case: &Case) -> Sides {
    let address = stage.text(case.asked);
    let address = address.strip_prefix("codecommit::").unwrap_or(&address);
    let arguments = ["origin", address];
    stage.prepare(case);
    let environment = stage.environment(case);
    let ours = stage.run(
        &ours("git-remote-codecommit"),
        &arguments,
        &environment,
        "list\n\n",
    );
    let ours_saw = stage.seen();
    stage.prepare(case);
    let theirs = stage.run("grc", &arguments, &environment, "");
    if let Some(url) = &theirs.url {
        stage.worker.get(url);
    }
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

/// Compares every second case, so that two threads share the work.
fn compare(first: usize) {
    let mut stage = Stage::set();
    let mut failures = Vec::new();
    for case in CASES.iter().skip(first).step_by(2) {
        let sides = sides(&mut stage, case);
        failures.extend(judge(case, &sides).err());
    }
    conclude(CASES.len(), 150, &failures);
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn addresses_come_to_the_same_requests() {
    compare(0);
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn addresses_come_to_the_same_requests_too() {
    compare(1);
}
