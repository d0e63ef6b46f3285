//! The address, the profile and the region: nothing is asked of anyone.

use local_aws::{Action, Fault, Service};

use expect_test::expect;

use super::{cannot_clone, studio};
use crate::harness::{HTTPS, Studio, WITH_REGION, WITHOUT_REGION, stable};

#[test]
fn a_malformed_address_shows_the_forms() {
    let studio = studio();
    let forms = "hint: write codecommit://profile@repository or codecommit::region://profile@repository; \
                 the profile may be left out";
    for (address, error) in [
        (
            "codecommit://",
            "\"codecommit://\" is not a CodeCommit address",
        ),
        (
            "codecommit://@demo-repo",
            "the address names an empty profile before the \"@\"",
        ),
    ] {
        let expected = format!("git-remote-codecommit: {error}\n{forms}");
        assert_eq!(cannot_clone(&studio, address), expected);
    }
    assert_eq!(
        cannot_clone(&studio, "codecommit::github://demo-repo"),
        "git-remote-codecommit: \"github\" is not an AWS region\n\
         hint: a region looks like eu-west-1, as in codecommit::eu-west-1://repository"
    );
    assert!(
        studio.aws.requests().is_empty(),
        "nothing was asked of anyone"
    );
}

#[test]
fn a_repository_name_that_ends_in_git_is_understood_with_one_warning() {
    let studio = Studio::default();
    let listed = studio.git(&["ls-remote", WITH_REGION]).succeeded().stdout;
    let warning = "git-remote-codecommit: warning: using repository demo-repo: \
                   the names of CodeCommit repositories do not end in .git\n";
    let url = "https://CrossAccountAccessProfile@git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo";
    let url_with_region = url.replace("https:", "eu-west-1:");
    for (address, warning) in [
        (format!("{WITH_REGION}.git"), warning),
        (format!("codecommit::{url}.git"), warning),
        (format!("codecommit::{url_with_region}"), ""),
    ] {
        let said = studio.git(&["ls-remote", &address]).succeeded();
        assert_eq!(
            (said.stdout, said.stderr.as_str()),
            (listed.clone(), warning)
        );
    }
    let git = ["url", "git::codecommit::eu-west-1://P@demo-repo.git/"];
    studio.helper("git-codecommit", &git, "").is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: warning: using repository demo-repo: the names of CodeCommit repositories do not end in .git
        git-codecommit: profile "P", chosen by the address, is not in ~/.aws/config or ~/.aws/credentials
        hint: name one of these profiles: CrossAccountAccessProfile
    "#]]);
}

#[test]
fn a_near_miss_is_answered_with_the_address_to_type() {
    let studio = studio();
    for (address, typed) in [
        (
            "codecommit://eu-west-1/demo-repo",
            "codecommit::eu-west-1://demo-repo",
        ),
        (
            "codecommit://P@eu-west-1/demo-repo.git",
            "codecommit::eu-west-1://P@demo-repo",
        ),
        (
            "codecommit::eu-west-1:P@demo-repo",
            "codecommit::eu-west-1://P@demo-repo",
        ),
        (
            "codecommit::eu-west-1/demo-repo",
            "codecommit::eu-west-1://demo-repo",
        ),
        (
            "codecommit::us-east-1://P@git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo",
            "codecommit::eu-west-1://P@demo-repo",
        ),
        (
            "codecommit::ssh://APKAEXAMPLE@git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo",
            "codecommit::eu-west-1://demo-repo",
        ),
        (
            "codecommit::https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/demo-repo/browse?region=eu-west-1",
            "codecommit::eu-west-1://demo-repo",
        ),
    ] {
        let told = address.strip_prefix("codecommit::").unwrap_or(address);
        let expected = format!(
            "git-remote-codecommit: \"{told}\" is not a CodeCommit address\nhint: type {typed}"
        );
        assert_eq!(cannot_clone(&studio, address), expected);
    }
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn an_unknown_profile_is_named_with_those_that_exist() {
    let mut studio = studio();
    let address = WITH_REGION.replace("CrossAccountAccessProfile", "typo");
    let home = studio.home().display().to_string();
    let words = |by| {
        format!(
            "git-remote-codecommit: profile \"typo\", chosen by {by}, is not in \
             {home}/.aws/config or {home}/.aws/credentials\n\
             hint: name one of these profiles: CrossAccountAccessProfile"
        )
    };
    assert_eq!(cannot_clone(&studio, &address), words("the address"));
    studio.set("AWS_PROFILE", "typo");
    assert_eq!(
        cannot_clone(&studio, "codecommit::eu-west-1://demo-repo"),
        words("AWS_PROFILE")
    );
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn a_missing_region_is_asked_for() {
    let studio = studio();
    studio.write(
        ".aws/config",
        "[profile p]\ncredential_source = EcsContainer\n",
    );
    assert_eq!(
        cannot_clone(&studio, "codecommit://p@demo-repo"),
        "git-remote-codecommit: no AWS region is set for profile \"p\"\n\
         hint: name it in the address, as in codecommit::eu-west-1://demo-repo\n\
         hint: or add a line such as region = eu-west-1 to profile \"p\""
    );
}

#[test]
fn a_warning_is_said_where_the_environment_overrides_the_profiles_region() {
    let mut studio = studio();
    studio.set("AWS_DEFAULT_REGION", "eu-central-1");
    let said = cannot_clone(&studio, WITHOUT_REGION);
    expect![[r#"
        git-remote-codecommit: warning: AWS_DEFAULT_REGION=eu-central-1 is used instead of region eu-west-1 of profile "CrossAccountAccessProfile"; codecommit::eu-west-1://… chooses the other
        git-remote-codecommit: access to repository "demo-repo" in eu-central-1 denied (localhost:PORT, HTTP 403)
        hint: signed as arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit
        hint: its policy must allow codecommit:GitPull on arn:aws:codecommit:eu-central-1:*:demo-repo
        hint: check that the repository is in this region, and this profile's account
        hint: git codecommit doctor shows which step fails (outside a clone, add the address)"#]].assert_eq(&stable(&said));
}

#[test]
fn a_helper_started_by_hand_says_who_starts_it() {
    let studio = studio();
    let said = studio.helper("git-remote-codecommit", &[], "").failed();
    assert_eq!(said.code, Some(2));
    assert_eq!(
        said.stderr,
        "git-remote-codecommit: git starts this program with two arguments, a remote and an address, \
         not with 0\nhint: type git clone codecommit::eu-west-1://profile@repository\n"
    );
    let said = studio
        .helper("git-remote-codecommit", &["origin", WITH_REGION], "dance\n")
        .failed();
    assert_eq!(
        said.said(),
        "git-remote-codecommit: unknown command from git: \"dance\"\n\
         hint: git starts this program; do not run it by hand"
    );
    let said = studio
        .helper("git-credential-codecommit", &["--prifile", "x", "get"], "")
        .failed();
    assert_eq!(
        said.said(),
        "git-credential-codecommit: unknown option \"--prifile\"\n\
         hint: usage: git-credential-codecommit [--profile NAME] [--region REGION] [--role-arn ARN] \
         [--ignore-host-check] get|store|erase|capability"
    );
}

#[test]
fn exit_codes_tell_settings_from_credentials_from_the_network() {
    let code = |change: &dyn Fn(&mut Studio), address: &str| {
        let mut studio = studio();
        change(&mut studio);
        let input = "list\n\n";
        let helper = "git-remote-codecommit";
        let said = studio.helper(helper, &["origin", address], input);
        said.failed().code.unwrap()
    };
    let nothing = |_: &mut Studio| {};
    assert_eq!(code(&nothing, "codecommit://"), 3);
    assert_eq!(code(&nothing, "codecommit://typo@demo-repo"), 3);
    let no_container = |studio: &mut Studio| {
        studio.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/");
    };
    assert_eq!(code(&no_container, WITH_REGION), 4);
    let no_host = |studio: &mut Studio| studio.set("CODE_COMMIT_ENDPOINT", "127.0.0.1:9");
    assert_eq!(code(&no_host, WITH_REGION), 5);
}

#[test]
fn the_https_form_gives_the_same_reasons_and_asks_nobody() {
    let mut studio = studio().with_our_helper();
    studio.set("GIT_TERMINAL_PROMPT", "1");
    studio.aws.fail(Fault::new(
        Service::Sts,
        Action::sts_error(403, "AccessDenied", "no"),
    ));
    let said = cannot_clone(&studio, HTTPS);
    expect![[r#"
        git-credential-codecommit: cannot assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (profile "CrossAccountAccessProfile", ~/.aws/config:4): AccessDenied: no
        hint: the caller's own policy must allow sts:AssumeRole on arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole
        hint: the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)
        hint: in a Studio domain that passes on the user's identity, both must also allow sts:SetSourceIdentity; a trust policy may also ask for MFA (mfa_serial)"#]].assert_eq(&stable(&said));
    studio.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/");
    let said = cannot_clone(&studio, HTTPS);
    expect![[r#"
        git-credential-codecommit: no container credentials: cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
        hint: the variable belongs to the container it was set in: in Studio, open a new terminal or restart the space"#]].assert_eq(&stable(&said));
}
