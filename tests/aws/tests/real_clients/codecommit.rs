//! CodeCommit's API, asked by botocore.

use std::process::{Command, Stdio};

use local_aws::{Auth, LocalAws, Permission};

use crate::harness::contributor;

/// The names that botocore lists, page by page; or its error.
fn listed(aws: &LocalAws) -> String {
    let python = std::env::var_os("INTEROP_PYTHON");
    let python = python.expect("scripts/interop names the Python with the reference tools");
    let keys = contributor(aws);
    let script = "import botocore.session as s\n\
        client = s.Session().create_client('codecommit', region_name='eu-west-1')\n\
        try:\n \
        for page in client.get_paginator('list_repositories').paginate(sortBy='repositoryName', order='ascending'):\n  \
        print(*[found['repositoryName'] for found in page['repositories']])\n\
        except Exception as error: print(type(error).__name__, error)\n";
    let output = Command::new(python)
        .env_clear()
        .envs(aws.environment())
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key)
        .env("AWS_SESSION_TOKEN", keys.session_token.unwrap_or_default())
        .args(["-c", script])
        .stderr(Stdio::inherit())
        .output()
        .expect("python starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn botocore_lists_the_repositories_page_by_page() {
    let aws = LocalAws::builder()
        .repository("one")
        .repository("three")
        .repository("two")
        .page_size(2)
        .start();
    assert_eq!(listed(&aws), "one three\ntwo\n");
    let requests = aws.codecommit_requests();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert!(
            matches!(request.authorization, Auth::Ok { .. }),
            "{request:?}"
        );
        assert!(request.parameters.contains(&(
            "target".into(),
            "CodeCommit_20150413.ListRepositories".into()
        )));
    }
}

#[test]
#[ignore = "needs the reference tools: run scripts/interop"]
fn botocore_is_refused_as_by_codecommit() {
    let aws = LocalAws::builder().start();
    aws.set_permission(local_aws::CONTRIBUTOR_ROLE, Permission::None);
    let said = listed(&aws);
    assert!(
        said.starts_with(
            "ClientError An error occurred (AccessDeniedException) when calling the ListRepositories operation: User: "
        ),
        "{said}"
    );
}
