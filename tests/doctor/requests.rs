//! Network, credentials and the repository.

use expect_test::expect;

use local_aws::{Action, CONTRIBUTOR_ROLE, EXECUTION_ROLE_SESSION, Fault, LocalAws, Role, Service};

use super::found;
use crate::harness::{HTTPS, PROFILE, SERIAL, Studio, WITH_REGION};

#[test]
fn where_all_is_well_each_service_is_asked_once_as_in_a_fetch() {
    let studio = Studio::default();
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(0));
    assert_eq!(said.report["status"], "ok");
    let expected = [
        "git",
        "programs",
        "surroundings",
        "stored-passwords",
        "address",
        "protocol",
        "helper",
        "credential-helpers",
        "profile",
        "plan",
        "sts-dns",
        "sts-tcp",
        "sts-tls",
        "git-dns",
        "git-tcp",
        "git-tls",
        "clock",
        "source",
        "role-1",
        "repository",
    ];
    assert_eq!(said.ids("ok"), expected);
    assert_eq!(said.checks().len(), expected.len());
    said.is("plan", &expect![[r#"
        ok
          container credentials, then 1 role
          step 1: container credentials: credential_source = EcsContainer (~/.aws/config:3)
          step 2: AssumeRole arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (~/.aws/config:4)
          STS: localhost:PORT in eu-west-1 (the region of profile "CrossAccountAccessProfile")
          session: not cached: codecommit.cache is false, or the space is shared
    "#]]);
    let role = said.detail("role-1");
    assert!(
        role.starts_with(
            "account 111111111111\n\
             arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit\n\
             expires "
        ),
        "{role}"
    );
    assert_eq!(said.detail("repository"), "readable: 3 references");
    let count = |service| {
        let requests = studio.aws.requests().into_iter();
        requests
            .filter(|request| request.service == service)
            .count()
    };
    assert_eq!(count(Service::Container), 1);
    // One of them has no signature, and asks what time it is.
    assert_eq!(count(Service::Sts), 2);
    assert_eq!(count(Service::Git), 2);
}

#[test]
fn offline_nobody_is_asked() {
    let studio = Studio::default();
    let said = found(&studio, &["--offline", WITH_REGION]);
    assert_eq!(said.code, Some(0));
    let skipped = [
        "sts-dns",
        "sts-tcp",
        "sts-tls",
        "git-dns",
        "git-tcp",
        "git-tls",
        "clock",
        "source",
        "role-1",
        "repository",
    ];
    assert_eq!(said.ids("skipped"), skipped);
    assert_eq!(said.detail("repository"), "offline");
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn a_profile_that_is_not_there_is_where_it_ends() {
    let studio = Studio::default();
    let said = found(&studio, &["codecommit::eu-west-1://typo@demo-repo"]);
    assert_eq!(said.code, Some(3));
    assert_eq!(said.ids("failed"), ["profile"]);
    assert_eq!(
        said.fix("profile"),
        format!("name one of these profiles: {PROFILE}")
    );
    assert_eq!(said.ids("skipped"), ["plan", "source", "repository"]);
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn a_dead_container_endpoint_fails_the_source_and_skips_the_role() {
    let mut studio = Studio::default();
    studio.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/");
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(4));
    assert_eq!(said.ids("failed"), ["source"]);
    said.is("source", &expect![[r#"
        failed
          no container credentials: cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
        fix: the variable belongs to the container it was set in: in Studio, open a new terminal or restart the space
    "#]]);
    assert_eq!(said.detail("role-1"), "the step before it failed");
    assert_eq!(said.detail("repository"), "there are no credentials");
}

#[test]
fn a_role_that_sts_refuses_is_named_with_who_asked() {
    let closed = "arn:aws:iam::111111111111:role/Closed";
    let role = Role::new(closed).trusts("arn:aws:iam::3:root");
    let studio = Studio::with_aws(|aws| aws.role_with(role));
    let config = studio.home().join(".aws/config");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace(CONTRIBUTOR_ROLE, closed)).unwrap();
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(4));
    assert_eq!(said.ids("failed"), ["role-1"]);
    assert_eq!(said.status("source"), "ok");
    let detail = said.detail("role-1");
    assert!(detail.contains("AccessDenied: "), "{detail}");
    assert!(detail.contains(EXECUTION_ROLE_SESSION), "{detail}");
    said.is("role-1", &expect![[r#"
        failed
          cannot assume role arn:aws:iam::111111111111:role/Closed (profile "CrossAccountAccessProfile", ~/.aws/config:4): AccessDenied: User: arn:aws:sts::222222222222:assumed-role/SageMakerExecutionRole/SageMaker is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/Closed
        fix: the caller's own policy must allow sts:AssumeRole on arn:aws:iam::111111111111:role/Closed
        fix: the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)
        fix: in a Studio domain that passes on the user's identity, both must also allow sts:SetSourceIdentity; a trust policy may also ask for MFA (mfa_serial)
    "#]]);
    assert_eq!(said.detail("repository"), "there are no credentials");
}

#[test]
fn a_host_without_an_address_names_the_vpc_endpoint_that_is_missing() {
    let studio = Studio::default().with_real_hosts();
    // A region that no name server knows.
    let address = format!("codecommit::zz-nowhere-9://{PROFILE}@demo-repo");
    studio.configure("codecommit.stsRegion", "zz-nowhere-9");
    let said = found(&studio, &[&address]);
    assert_eq!(said.code, Some(5));
    assert_eq!(said.ids("failed"), ["sts-dns", "git-dns"]);
    for (check, service) in [("sts-dns", "sts"), ("git-dns", "git-codecommit")] {
        assert!(said.detail(check).contains(&format!(
            "{service}.zz-nowhere-9.amazonaws.com has no address"
        )));
        assert!(
            said.fix(check).starts_with(&format!(
                "a VPC without internet needs the interface endpoint com.amazonaws.zz-nowhere-9.{service}, "
            )),
            "{}",
            said.fix(check)
        );
    }
    // What does not depend on it is checked all the same.
    assert_eq!(said.status("source"), "ok");
    assert_eq!(said.detail("role-1"), "STS was not reached");
    assert_eq!(studio.aws.container_requests().len(), 1);
}

#[test]
fn a_host_that_refuses_connections_is_told_from_one_without_an_address() {
    let mut studio = Studio::default();
    studio.set("CODE_COMMIT_ENDPOINT", "localhost:9");
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(5));
    assert_eq!(said.ids("failed"), ["git-tcp"]);
    assert_eq!(said.detail("git-tls"), "TCP to the git host failed");
    assert_eq!(
        said.fix("git-tcp"),
        "check CODE_COMMIT_ENDPOINT and the network"
    );
    assert_eq!(said.status("role-1"), "ok");
    assert_eq!(said.detail("repository"), "the git host was not reached");
}

#[test]
fn a_certificate_that_is_not_trusted_fails_at_tls() {
    let mut studio = Studio::default();
    let other = LocalAws::builder().start();
    studio.set("AWS_CA_BUNDLE", other.ca_file().to_str().unwrap());
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(5));
    assert_eq!(said.ids("failed"), ["sts-tls", "git-tls"]);
    said.is("git-tls", &expect![[r#"
        failed
          TLS handshake with localhost:PORT failed: invalid peer certificate: BadSignature
        fix: if a proxy inspects TLS, put its CA certificate (PEM) in a file and name it in AWS_CA_BUNDLE
    "#]]);
    studio.set("AWS_CA_BUNDLE", "/nowhere.pem");
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(3));
    assert_eq!(said.ids("failed"), ["sts-settings", "git-settings"]);
}

#[test]
fn a_proxy_is_where_the_way_leads_and_where_it_may_end() {
    let mut studio = Studio::default().with_real_hosts();
    let proxy = studio.aws.proxy_url();
    studio.set("https_proxy", &proxy);
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(0), "{:#}", said.report);
    let name = proxy.strip_prefix("http://").unwrap();
    for (check, host) in [("sts-tls", "sts"), ("git-tls", "git-codecommit")] {
        assert_eq!(
            said.detail(check),
            format!(
                "{host}.eu-west-1.amazonaws.com answers through the proxy {name} (https_proxy)"
            )
        );
    }
    studio.set("https_proxy", "http://user:hunter2@127.0.0.1:9");
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(5));
    assert_eq!(said.ids("failed"), ["sts-tcp", "git-tcp"]);
    assert_eq!(
        said.fix("sts-tcp"),
        "check the proxy 127.0.0.1:9 (https_proxy), or list the host in no_proxy"
    );
    assert!(!said.report.to_string().contains("hunter2"));
    studio.set("https_proxy", &proxy.replace("http://", "ftp://"));
    assert_eq!(found(&studio, &[WITH_REGION]).code, Some(3));
}

#[test]
fn a_wrong_clock_is_a_warning_for_it_may_be_corrected_for() {
    let studio = Studio::default();
    studio.aws.set_clock_offset(time::Duration::minutes(23));
    let said = found(&studio, &[WITH_REGION]);
    said.is(
        "clock",
        &expect![[r#"
        warning
          23 minutes behind that of STS
        fix: set this machine's clock: AWS refuses signatures that are 5 minutes off
    "#]],
    );
    // As in a fetch: the git host's time is signed with.
    assert_eq!(said.code, Some(0));
    assert_eq!(said.ids("warning"), ["clock", "repository"]);
    said.is("repository", &expect![[r#"
        warning
          readable: 3 references
          warning: this machine's clock is 23 minutes behind the git host's: signing with the host's time; correct the clock
    "#]]);
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
}

#[test]
fn what_the_git_host_refuses_is_explained_as_to_git() {
    for (status, words) in [
        (
            403,
            "access to repository \"demo-repo\" in eu-west-1 denied",
        ),
        (404, "repository \"demo-repo\" in eu-west-1 not found"),
    ] {
        let studio = Studio::default();
        let fault = Fault::new(Service::Git, Action::status(status, "the host's words"));
        studio.aws.fail(fault.on_method("GET").always());
        let said = found(&studio, &[WITH_REGION]);
        assert_eq!(said.code, Some(5));
        assert_eq!(said.ids("failed"), ["repository"]);
        assert!(said.detail("repository").starts_with(words));
        let detail = said.detail("repository");
        assert!(
            detail.contains(": the host's words\nsigned as arn:aws:sts::111111111111:"),
            "{detail}"
        );
        assert!(!said.fix("repository").contains("signed"));
        let git = studio.git(&["ls-remote", WITH_REGION]).failed().said();
        for line in said.fix("repository").lines() {
            assert!(git.contains(line), "{line}: {git}");
        }
    }
}

#[test]
fn nobody_is_asked_for_an_mfa_code_without_a_terminal() {
    let mut studio = Studio::with_mfa_profile();
    studio.set("GIT_ASKPASS", "/bin/false");
    let said = found(&studio, &["codecommit://careful@demo-repo"]);
    assert_eq!(said.code, Some(0));
    let why = format!(
        "an MFA code of {SERIAL} is needed, and the doctor asks for one on a terminal only"
    );
    assert_eq!(said.detail("role-1"), why);
    assert_eq!(said.detail("repository"), "there are no credentials");
    assert!(studio.aws.container_requests().is_empty());
}

#[test]
fn on_a_terminal_the_code_is_asked_for_once() {
    let mut studio = Studio::with_mfa_profile().with_cache();
    studio.unset("GIT_TERMINAL_PROMPT");
    studio.set("TERM", "xterm");
    let typed = format!("{}\n", studio.aws.mfa_code(SERIAL));
    let command = "git codecommit doctor codecommit://careful@demo-repo";
    let said = studio.on_a_terminal(command, &typed).succeeded();
    let prompt = format!("Enter MFA code for {SERIAL}: ");
    assert_eq!(said.stdout.matches(&prompt).count(), 1, "{said:?}");
    // As after any command, the session is cached.
    studio
        .git(&["ls-remote", "codecommit://careful@demo-repo"])
        .succeeded();
    assert_eq!(
        found(&studio, &["codecommit://careful@demo-repo"]).code,
        Some(0)
    );
}

#[test]
fn where_git_would_ask_for_another_code_its_own_request_is_skipped() {
    let studio = Studio::with_mfa_profile().with_cache();
    let mut studio = studio.with_https("!git-credential-codecommit --profile careful");
    studio.set("SAGEMAKER_SPACE_TYPE_LOWERCASE", "shared");
    studio.unset("CODE_COMMIT_ENDPOINT");
    studio.unset("GIT_TERMINAL_PROMPT");
    studio.set("TERM", "xterm");
    let typed = format!("{}\n", studio.aws.mfa_code(SERIAL));
    let command = format!("git codecommit doctor {HTTPS}");
    let said = studio.on_a_terminal(&command, &typed).succeeded();
    let line = format!("git ls-remote: git would ask for another MFA code of {SERIAL}");
    assert!(said.stdout.contains(&line), "{said:?}");
}

#[test]
fn a_cached_session_is_used_and_sts_may_then_be_away() {
    let mut studio = Studio::default().with_cache();
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
    studio.aws.clear_record();
    studio.set("AWS_ENDPOINT_URL_STS", "https://localhost:9");
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.code, Some(0));
    assert_eq!(said.ids("warning"), ["sts-tcp"]);
    assert_eq!(said.detail("source"), "not needed with the cached session");
    said.is("role-1", &expect![[r#"
        ok
          account 111111111111 (cached session)
          arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit
          expires TIME
          git codecommit cache clear removes the cached session
    "#]]);
    assert_eq!(said.status("repository"), "ok");
    assert!(studio.aws.container_requests().is_empty());
}
