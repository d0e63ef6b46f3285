//! AWS CodeConnections: repositories of other providers behind AWS's git hosts. What AWS itself takes could not be
//! tried; the local AWS checks the signature that the AWS CLI's helper makes.

use expect_test::expect;
use local_aws::{Auth, EXECUTION_ROLE, Permission};

use crate::harness::{Outcome, Studio, every_git, helpers};

const HOSTS: [&str; 2] = [
    "codeconnections.eu-west-1.amazonaws.com",
    "codestar-connections.us-east-1.amazonaws.com",
];
const PATH: &str =
    "git-http/111111111111/eu-west-1/1d4e2f30-aaaa-bbbb-cccc-0123456789ab/owner/demo-repo.git";

/// A home after plain setup, in which git reaches the hosts through the local AWS.
fn studio() -> Studio {
    let studio = Studio::with_aws(|aws| aws.permission(EXECUTION_ROLE, Permission::PullPush));
    let studio = studio.without_profile().with_real_hosts();
    let ca = studio.aws.ca_file().display().to_string();
    for host in HOSTS {
        studio.configure(
            &format!("http.https://{host}.proxy"),
            &studio.aws.proxy_url(),
        );
        studio.configure(&format!("http.https://{host}.sslCAInfo"), &ca);
    }
    let bin = helpers().display().to_string();
    let setup = ["setup", "--yes", "--bin-dir", &bin];
    studio.helper("git-codecommit", &setup, "").succeeded();
    studio
}

#[test]
fn git_clones_and_pushes_by_both_hosts_as_the_execution_role() {
    for git in every_git() {
        for host in HOSTS {
            let studio = studio().with_git(&git);
            let url = format!("https://{host}/{PATH}");
            studio.git(&["clone", "--quiet", &url, "clone"]).succeeded();
            let commit = studio.commit("clone", "a", "a");
            studio.git_in("clone", &["push", "--quiet"]).succeeded();
            assert_eq!(studio.remote_ref("refs/heads/main"), commit);
            let requests = studio.aws.git_requests();
            let signed = requests
                .iter()
                .filter(|request| request.status == Some(200));
            let mut arns = signed.map(|request| match &request.authorization {
                Auth::Ok { arn, .. } => arn.as_str(),
                other => panic!("{other:?}"),
            });
            assert!(arns.all(|arn| arn.contains(":assumed-role/SageMakerExecutionRole/")));
        }
    }
}

#[test]
fn a_path_that_names_no_repository_is_refused_and_nobody_else_is_asked() {
    let studio = studio();
    for path in [
        "v1/repos/demo-repo",
        "git-http/111111111111/eu-west-1/1d4e/owner",
    ] {
        let request = format!("protocol=https\nhost={}\npath={path}\n", HOSTS[0]);
        let said = studio.helper("git-credential-codecommit", &["get"], &request);
        assert_eq!(said.stdout, "quit=1\n");
        assert_eq!(
            said.said(),
            format!(
                "git-credential-codecommit: the path \"/{path}\" cannot be signed\n\
                 hint: a CodeConnections URL ends in /git-http/ACCOUNT/REGION/CONNECTION/OWNER/REPOSITORY.git"
            )
        );
    }
    // A host that only looks like one gets neither an answer nor an error.
    for host in [
        "codeconnections.eu-west-1.amazonaws.com.evil.example",
        "codestar-connections.cn-north-1.amazonaws.com.cn",
    ] {
        let request = format!("protocol=https\nhost={host}\npath={PATH}\n");
        let said = studio.helper("git-credential-codecommit", &["get"], &request);
        assert_eq!(
            (said.code, said.stdout.as_str(), said.stderr.as_str()),
            (Some(0), "", "")
        );
    }
}

/// The checks from the address on.
fn checks(mut said: Outcome) -> Outcome {
    let (_, checks) = said.stdout.split_once("\n\n").unwrap();
    let bin = helpers().display().to_string();
    said.stdout = checks
        .replace(&bin, "BIN")
        .replace(env!("CARGO_PKG_VERSION"), "VERSION");
    said
}

#[test]
fn the_doctor_examines_such_a_url_and_leaves_the_request_to_git() {
    let studio = studio();
    let url = format!("https://{}/{PATH}", HOSTS[0]);
    let said = studio.git(&["codecommit", "doctor", "--offline", &url]);
    checks(said).is(&expect![[r#"
        -- stdout
        https://codeconnections.eu-west-1.amazonaws.com/git-http/111111111111/eu-west-1/1d4e2f30-aaaa-bbbb-cccc-0123456789ab/owner/demo-repo.git
        ok      address: git uses https, and asks its credential helpers
        ok      protocol permission: allowed (git's default)
        ok      helper program: git starts BIN/git-credential-codecommit (VERSION)
        ok      credential helpers: git-credential-codecommit (~/.config/git-codecommit/gitconfig)
        ok      profile: default (nothing else)
        ok      plan: container credentials
        skipped DNS name of the git host, TCP to the git host, TLS with the git host, clock, container credentials, repository, git ls-remote: offline

        10 ok, 7 skipped
    "#]]);
    let wrong = format!("https://{}/v1/repos/demo-repo", HOSTS[0]);
    let said = studio.git(&["codecommit", "doctor", "--offline", &wrong]);
    checks(said).is(&expect![[r#"
        exit code 3
        -- stdout
        https://codeconnections.eu-west-1.amazonaws.com/v1/repos/demo-repo
        failed  address: the URL does not name a repository behind AWS CodeConnections
                fix: a CodeConnections URL ends in /git-http/ACCOUNT/REGION/CONNECTION/OWNER/REPOSITORY.git
        skipped profile, plan, credentials, repository, git ls-remote: address failed

        4 ok, 1 failed, 5 skipped
        first problem: address; fix: a CodeConnections URL ends in /git-http/ACCOUNT/REGION/CONNECTION/OWNER/REPOSITORY.git
    "#]]);
    // Online, with git's own request; the doctor's own checks of the host go by git's proxy.
    let said = studio.git(&["codecommit", "doctor", "--json", &url]);
    let report: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let status = |id: &str| {
        let mut checks = report["checks"].as_array().unwrap().iter();
        let check = checks.find(|check| check["id"] == id);
        check.unwrap_or_else(|| panic!("{report:#}"))["status"].clone()
    };
    assert_eq!(said.code, Some(0), "{report:#}");
    assert_eq!(
        (status("repository"), status("git-request")),
        ("skipped".into(), "ok".into())
    );
}
