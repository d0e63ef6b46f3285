//! What goes wrong, and what the person reads then: the whole of this project's words.
//!
//! Every failure leaves the clone and the repository as they were, and asks for nothing.

use std::time::Duration;

use local_aws::{
    Action, CONTRIBUTOR_ROLE, EXECUTION_ROLE_SESSION, Fault, LocalAws, Protocol, Service,
};

use crate::harness::{HTTPS, Studio, WITH_REGION, WITHOUT_REGION, every_git};

/// The newest git, which is the first on PATH.
fn studio() -> Studio {
    let aws = LocalAws::builder().repository("demo-repo").start();
    Studio::new(&every_git()[0], aws)
}

/// Clones, expects failure and nothing left behind; returns this project's words.
fn cannot_clone(studio: &Studio, address: &str) -> String {
    let said = studio.git(&["clone", address, "clone"]).failed();
    assert!(!studio.home().join("clone").exists(), "{said:?}");
    assert!(
        !said.stderr.contains("fatal: could not read Username"),
        "{said:?}"
    );
    said.said()
}

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
    assert_eq!(
        cannot_clone(&studio, "codecommit://demo-repo.git"),
        "git-remote-codecommit: \"demo-repo.git\" is not a repository name\n\
         hint: leave out \".git\": CodeCommit repositories are named without it"
    );
    assert!(
        studio.aws.requests().is_empty(),
        "nothing was asked of anyone"
    );
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
             hint: the profiles are: CrossAccountAccessProfile"
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
        "git-remote-codecommit: no AWS Region is set for profile \"p\"\n\
         hint: name it in the address, as in codecommit::eu-west-1://demo-repo\n\
         hint: or add a line such as region = eu-west-1 to profile \"p\""
    );
}

#[test]
fn an_unreachable_container_endpoint_is_named_by_host() {
    let mut studio = studio();
    studio.set(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "http://127.0.0.1:9/secret-path",
    );
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        "git-remote-codecommit: no container credentials: cannot connect to 127.0.0.1:9: \
         Connection refused (os error 111)\n\
         hint: the variable belongs to the container it was set in: in Studio, open a new terminal or \
         restart the space"
    );
    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        format!(
            "git-remote-codecommit: profile \"CrossAccountAccessProfile\" ({}/.aws/config:3): \
             credential_source is EcsContainer, but no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or \
             …_FULL_URI is in the environment\n\
             hint: in a container, run this from the user's own terminal: sudo, su and cron drop the \
             variable",
            studio.home().display()
        )
    );
}

#[test]
fn a_container_endpoint_that_says_no_is_quoted() {
    let studio = studio();
    let body = "{\"code\":\"NoId\",\"message\":\"no such task\"}";
    studio
        .aws
        .fail(Fault::new(Service::Container, Action::status(400, body)).always());
    let said = cannot_clone(&studio, WITH_REGION);
    assert!(
        said.contains("answered 400 Bad Request: NoId no such task\n"),
        "{said}"
    );
    assert_eq!(
        studio.aws.container_requests().len(),
        1,
        "a definite answer is final"
    );

    studio.aws.clear_faults();
    studio
        .aws
        .fail(Fault::new(Service::Container, Action::status(503, "")));
    studio.git(&["clone", WITH_REGION]).succeeded();
}

#[test]
fn sts_access_denied_says_which_policies_to_look_at() {
    let role = "arn:aws:iam::111111111111:role/Closed";
    let nobody = "arn:aws:iam::333333333333:role/Somebody";
    let aws = LocalAws::builder()
        .repository("demo-repo")
        .role_trusted_by(role, nobody)
        .start();
    let studio = Studio::without_profile(&every_git()[0], aws);
    let config = format!("[profile p]\nrole_arn = {role}\ncredential_source = EcsContainer\n");
    studio.write(".aws/config", &config);
    assert_eq!(
        cannot_clone(&studio, "codecommit::eu-west-1://p@demo-repo"),
        format!(
            "git-remote-codecommit: cannot assume role {role} (profile \"p\", {}/.aws/config:2): \
             AccessDenied: User: {EXECUTION_ROLE_SESSION} is not authorized to perform: sts:AssumeRole \
             on resource: {role}\n\
             hint: the caller's own policy must allow sts:AssumeRole on {role}\n\
             hint: the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)\n\
             hint: in a Studio domain that passes on the user's identity, both must also allow \
             sts:SetSourceIdentity",
            studio.home().display()
        )
    );
}

#[test]
fn an_unreachable_sts_is_named_with_the_endpoint_a_vpc_needs() {
    let mut studio = studio();
    studio.set("AWS_ENDPOINT_URL_STS", "https://localhost:9");
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        format!(
            "git-remote-codecommit: cannot reach STS at localhost:PORT to assume {CONTRIBUTOR_ROLE}: \
             Connection refused (os error 111)\n\
             hint: check the network and https_proxy; a VPC without internet needs the interface \
             endpoint com.amazonaws.eu-west-1.sts\n\
             hint: STS is asked in the region of AWS_DEFAULT_REGION, else of the profile"
        )
    );
}

#[test]
fn every_http_error_of_the_git_host_is_explained() {
    let session = "arn:aws:sts::111111111111:assumed-role/\
                   MyCrossAccountRepositoryContributorRole/git-codecommit";
    let signed_by = format!("hint: signed by {session}");
    let policy = "hint: its policy must allow codecommit:GitPull on \
                  arn:aws:codecommit:eu-west-1:*:demo-repo\n\
                  hint: check that the repository is in this region, and this profile's account";
    for (code, error, hints) in [
        (
            401,
            "the signature for repository \"demo-repo\" in eu-west-1 was not accepted",
            format!("{signed_by}\n{policy}"),
        ),
        (
            403,
            "access to repository \"demo-repo\" in eu-west-1 was refused",
            format!("{signed_by}\n{policy}"),
        ),
        (
            404,
            "repository \"demo-repo\" in eu-west-1 was not found",
            format!(
                "{signed_by}\nhint: check the name, upper and lower case too, and that the repository \
                 is in this identity's account and in eu-west-1"
            ),
        ),
        (
            503,
            "the git host of repository \"demo-repo\" in eu-west-1 failed",
            "hint: try again in a moment".into(),
        ),
    ] {
        // On the first request, and, the references being known, on the one for the pack.
        for method in ["GET", "POST"] {
            let studio = studio();
            let fault = Fault::new(Service::Git, Action::status(code, "")).on_method(method);
            studio.aws.fail(fault.always());
            assert_eq!(
                cannot_clone(&studio, WITH_REGION),
                format!("git-remote-codecommit: {error} (localhost:PORT, HTTP {code})\n{hints}"),
                "{method}"
            );
        }
    }
}

#[test]
fn a_plain_text_error_body_is_shown_as_git_shows_it() {
    let studio = studio();
    let body = "The repository is \x1b[31mlocked\nby its owner";
    studio
        .aws
        .fail(Fault::new(Service::Git, Action::status(403, body)));
    let said = studio.git(&["ls-remote", WITH_REGION]).failed();
    assert!(
        said.stderr
            .starts_with("remote: The repository is \\u{1b}[31mlocked\nremote: by its owner\n"),
        "{said:?}"
    );
}

#[test]
fn a_wrong_clock_is_named_first() {
    let studio = studio();
    studio.aws.set_clock_offset(time::Duration::minutes(-40));
    let keys = studio.aws.issue_user("dev");
    studio.write(
        ".aws/credentials",
        &format!(
            "[dev]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            keys.access_key_id, keys.secret_access_key
        ),
    );
    let said = cannot_clone(&studio, "codecommit::eu-west-1://dev@demo-repo");
    assert!(
        said.contains(
            "HTTP 403)\nhint: this machine's clock is 40 minutes ahead of the git host's"
        ),
        "{said}"
    );
    assert!(
        said.contains(&format!(
            "hint: signed by access key {}",
            keys.access_key_id
        )),
        "{said}"
    );
}

#[test]
fn a_cut_connection_is_an_error_in_both_protocols() {
    for protocol in [Protocol::V0Only, Protocol::Any] {
        let aws = LocalAws::builder()
            .repository("demo-repo")
            .protocol(protocol);
        let studio = Studio::new(&every_git()[0], aws.start());
        for method in ["GET", "POST"] {
            for action in [Action::Reset, Action::CutBody(100), Action::CutBody(0)] {
                studio
                    .aws
                    .fail(Fault::new(Service::Git, action.clone()).on_method(method));
                let said = cannot_clone(&studio, WITH_REGION);
                let line = said.lines().next().unwrap_or_default();
                assert!(
                    line.starts_with(
                        "git-remote-codecommit: the connection to localhost:PORT was cut: "
                    ),
                    "{protocol:?} {method} {action:?}: {said}"
                );
                assert!(said.ends_with("\nhint: try again"), "{said}");
            }
        }
    }
}

#[test]
fn a_push_that_fails_leaves_both_sides_as_they_were() {
    let studio = studio();
    studio.git(&["clone", WITH_REGION]).succeeded();
    let before = studio.remote_ref("refs/heads/main");
    let commit = studio.commit("demo-repo", "x", "x");
    for action in [
        Action::status(403, ""),
        Action::status(500, ""),
        Action::Reset,
    ] {
        for method in ["GET", "POST"] {
            studio
                .aws
                .fail(Fault::new(Service::Git, action.clone()).on_method(method));
            let said = studio.git_in("demo-repo", &["push"]).failed();
            assert_ne!(said.said(), "", "{said:?}");
            assert_eq!(studio.remote_ref("refs/heads/main"), before);
            assert_eq!(studio.head("demo-repo"), commit);
            let here = studio
                .git_in("demo-repo", &["rev-parse", "origin/main"])
                .succeeded();
            assert_eq!(here.stdout.trim(), before);
        }
    }
    studio.git_in("demo-repo", &["push"]).succeeded();
    assert_eq!(studio.remote_ref("refs/heads/main"), commit);
}

#[test]
fn a_push_without_permission_names_the_permission() {
    let aws = LocalAws::builder()
        .repository("demo-repo")
        .permission(CONTRIBUTOR_ROLE, local_aws::Permission::Pull);
    let studio = Studio::new(&every_git()[0], aws.start());
    studio.git(&["clone", WITH_REGION]).succeeded();
    studio.commit("demo-repo", "x", "x");
    let said = studio.git_in("demo-repo", &["push"]).failed().said();
    assert!(
        said.contains("must allow codecommit:GitPush on arn:aws:codecommit:eu-west-1:*:demo-repo"),
        "{said}"
    );
}

#[test]
fn a_certificate_that_is_not_trusted_says_how_to_trust_it() {
    let mut studio = studio();
    let keys = studio.aws.issue_user("dev");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.unset("AWS_CA_BUNDLE");
    assert_eq!(
        cannot_clone(&studio, "codecommit::eu-west-1://demo-repo"),
        "git-remote-codecommit: no secure connection to localhost:PORT: invalid peer certificate: \
         UnknownIssuer\n\
         hint: if a proxy inspects TLS, put its CA certificate (PEM) in a file and name it in \
         AWS_CA_BUNDLE"
    );
    studio.set("AWS_CA_BUNDLE", "/no/such/file");
    let said = cannot_clone(&studio, "codecommit::eu-west-1://demo-repo");
    assert!(
        said.starts_with("git-remote-codecommit: cannot read the CA bundle /no/such/file: "),
        "{said}"
    );
}

#[test]
fn an_answer_that_is_not_gits_is_recognised() {
    let studio = studio();
    let page = Action::Status {
        code: 200,
        body: "<html>Please log in</html>".into(),
        content_type: "text/html; charset=utf-8".into(),
        headers: Vec::new(),
    };
    studio.aws.fail(Fault::new(Service::Git, page));
    assert_eq!(
        cannot_clone(&studio, WITH_REGION),
        "git-remote-codecommit: localhost:PORT did not answer as a git host: its content type is \
         \"text/html\"\n\
         hint: a proxy's login page or a wrong CODE_COMMIT_ENDPOINT answers like this"
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let studio = studio();
    let elsewhere = Action::status(302, "").header("Location", "https://evil.example/");
    studio.aws.fail(Fault::new(Service::Git, elsewhere));
    let said = cannot_clone(&studio, WITH_REGION);
    assert!(
        said.contains("in eu-west-1 redirects elsewhere (localhost:PORT, HTTP 302)"),
        "{said}"
    );
    assert_eq!(studio.aws.git_requests().len(), 1);
}

#[test]
fn what_is_not_supported_yet_is_named_by_both_helpers() {
    let studio = studio().with_https("!git-credential-codecommit --profile sso");
    studio.write(
        ".aws/config",
        "[profile sso]\nregion = eu-west-1\nsso_session = corp\n",
    );
    let words = |program: &str| {
        format!(
            "{program}: profile \"sso\" uses IAM Identity Center (sso_session), which git-codecommit \
             does not support yet\n\
             hint: until then: eval \"$(aws configure export-credentials --profile 'sso' --format env)\" \
             and an address without a profile"
        )
    };
    assert_eq!(
        cannot_clone(&studio, "codecommit://sso@demo-repo"),
        words("git-remote-codecommit")
    );
    assert_eq!(
        cannot_clone(&studio, HTTPS),
        words("git-credential-codecommit")
    );
}

#[test]
fn a_warning_is_said_where_the_environment_overrides_the_profiles_region() {
    let mut studio = studio();
    studio.set("AWS_DEFAULT_REGION", "eu-central-1");
    let said = cannot_clone(&studio, WITHOUT_REGION);
    assert!(
        said.starts_with(
            "git-remote-codecommit: warning: AWS_DEFAULT_REGION=eu-central-1 is used instead of region \
             eu-west-1 of profile \"CrossAccountAccessProfile\"; codecommit::eu-west-1://… chooses the other\n"
        ),
        "{said}"
    );
}

#[test]
fn a_slow_host_is_waited_for() {
    let studio = studio();
    for service in [Service::Container, Service::Sts, Service::Git] {
        studio.aws.fail(Fault::new(
            service,
            Action::Delay(Duration::from_millis(700)),
        ));
    }
    studio.git(&["clone", WITH_REGION]).succeeded();
}

#[test]
fn a_helper_started_by_hand_says_who_starts_it() {
    let studio = studio();
    let said = studio.helper("git-remote-codecommit", &[], "").failed();
    assert_eq!(said.code, Some(2));
    assert_eq!(
        said.stderr,
        "git-remote-codecommit: git starts this program with a remote and an address; it got 0 \
         arguments\nhint: type git clone codecommit::eu-west-1://profile@repository\n"
    );
    let said = studio
        .helper("git-remote-codecommit", &["origin", WITH_REGION], "dance\n")
        .failed();
    assert!(said.stderr.contains("does not know: \"dance\""), "{said:?}");
    let said = studio
        .helper("git-credential-codecommit", &["--prifile", "x", "get"], "")
        .failed();
    assert!(
        said.stderr.contains("unknown option \"--prifile\""),
        "{said:?}"
    );
}

#[test]
fn a_push_whose_answer_is_lost_is_not_said_to_have_failed() {
    for action in [Action::CutBody(10), Action::status(502, ""), Action::Reset] {
        let studio = studio();
        studio.git(&["clone", WITH_REGION]).succeeded();
        studio.commit("demo-repo", "x", "x");
        let fault = Fault::new(Service::Git, action.clone()).on_method("POST");
        studio.aws.fail(fault);
        let said = studio.git_in("demo-repo", &["push"]).failed().said();
        let unclear = "\nhint: the push may have arrived: run git fetch, then git status, to see\n";
        assert!(said.contains(unclear), "{action:?}: {said}");
        // What the hint says to do works, whichever way it went.
        studio.git_in("demo-repo", &["fetch"]).succeeded();
        studio.git_in("demo-repo", &["push"]).succeeded();
    }
}

#[test]
fn nothing_configured_anywhere_says_so() {
    let mut studio = studio();
    studio.write(".aws/config", "");
    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    studio.unset("AWS_EC2_METADATA_DISABLED");
    studio.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9");
    let said = cannot_clone(&studio, "codecommit::eu-west-1://demo-repo");
    assert!(
        said.starts_with(
            "git-remote-codecommit: no AWS credentials are configured for profile \"default\", and there is \
             no EC2 instance metadata service that has any ("
        ),
        "{said}"
    );
    assert!(
        said.contains("\nhint: give the profile a role_arn with credential_source"),
        "{said}"
    );
}
