//! `git codecommit list`.

use expect_test::expect;
use local_aws::{Action, Auth, CONTRIBUTOR_ROLE, Fault, Permission, Service};

use super::{WITH_PROFILE, run, studio, studio_with};
use crate::harness::Studio;

/// An error as CodeCommit's API words it.
fn refusal(status: u16, code: &str, message: &str) -> Action {
    let body = format!(r#"{{"__type":"com.amazonaws.codecommit#{code}","message":"{message}"}}"#);
    Action::status(status, &body).content_type("application/x-amz-json-1.1")
}

fn list(studio: &Studio, more: &[&str]) -> crate::harness::Outcome {
    run(studio, &[&["list"], &WITH_PROFILE[..], more].concat())
}

#[test]
fn the_addresses_are_ready_to_paste() {
    let studio = studio();
    let listed = list(&studio, &[]);
    listed.is(&expect![[r#"
        -- stdout
        codecommit::eu-west-1://CrossAccountAccessProfile@Other.repo_2
        codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
    "#]]);
    for (number, address) in listed.stdout.lines().enumerate() {
        let folder = format!("clone-{number}");
        studio.git(&["clone", address, &folder]).succeeded();
    }
    let requests = studio.aws.codecommit_requests();
    let [request] = requests.as_slice() else {
        panic!("{requests:#?}");
    };
    assert!(
        matches!(&request.authorization, Auth::Ok { arn, .. }
            if arn.starts_with("arn:aws:sts::111111111111:assumed-role/MyCross")),
        "{request:#?}"
    );
    let asked = [
        ("target", "CodeCommit_20150413.ListRepositories"),
        ("region", "eu-west-1"),
        ("order", "\"ascending\""),
        ("sortBy", "\"repositoryName\""),
    ];
    let asked = asked.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(request.parameters, asked);
}

#[test]
fn without_a_profile_the_settings_choose_and_the_addresses_name_none() {
    let studio = studio();
    for key in [
        "codecommit.profile",
        "codecommit.codecommit::eu-west-1://.profile",
        "codecommit.https://git-codecommit.eu-west-1.amazonaws.com/v1/repos.profile",
    ] {
        studio.configure(key, super::PROFILE);
        run(&studio, &["list", "--region", "eu-west-1"]).is(&expect![[r#"
            -- stdout
            codecommit::eu-west-1://Other.repo_2
            codecommit::eu-west-1://demo-repo
        "#]]);
        studio.unconfigure(key);
    }
}

#[test]
fn json_has_what_a_script_needs() {
    list(&studio(), &["--json"]).is(&expect![[r#"
        -- stdout
        [
          {
            "name": "Other.repo_2",
            "id": "00000000-0000-4000-8000-00000000000c",
            "region": "eu-west-1",
            "address": "codecommit::eu-west-1://CrossAccountAccessProfile@Other.repo_2",
            "url": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/Other.repo_2"
          },
          {
            "name": "demo-repo",
            "id": "00000000-0000-4000-8000-000000000009",
            "region": "eu-west-1",
            "address": "codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo",
            "url": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo"
          }
        ]
    "#]]);
}

#[test]
fn an_account_without_repositories_has_an_empty_list() {
    let studio = studio();
    list(&studio, &["--region", "us-east-1"]).is(&expect![""]);
    list(&studio, &["--region", "us-east-1", "--json"]).is(&expect![[r#"
        -- stdout
        []
    "#]]);
}

#[test]
fn every_page_is_asked_for_and_every_region_with_the_same_keys() {
    let studio = studio_with(|aws| aws.repository("zebra").page_size(1));
    let regions = [
        "--region",
        "eu-west-1",
        "--region",
        "us-east-1",
        "--region",
        "eu-west-1",
    ];
    list(&studio, &regions).is(&expect![[r#"
        -- stdout
        codecommit::eu-west-1://CrossAccountAccessProfile@Other.repo_2
        codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
        codecommit::eu-west-1://CrossAccountAccessProfile@zebra
    "#]]);
    assert_eq!(studio.aws.codecommit_requests().len(), 4);
    assert_eq!(studio.aws.sts_requests().len(), 1, "one session serves all");
}

#[test]
fn a_list_without_an_end_is_refused() {
    let studio = studio();
    let page = r#"{"repositories":[{"repositoryName":"r"}],"nextToken":"again"}"#;
    let endless = Fault::new(Service::CodeCommit, Action::status(200, page));
    studio.aws.fail(endless.always());
    list(&studio, &[]).is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: the response from localhost:PORT is not a list of repositories: it has no end
        hint: check which server answers at this address
    "#]]);
    assert_eq!(studio.aws.codecommit_requests().len(), 2);
}

#[test]
fn an_answer_that_is_no_list_is_refused() {
    for (body, problem) in [
        ("<html>", "it is not JSON with repositories"),
        (
            r#"{"repositories":[{"repositoryName":"../x"}]}"#,
            "it has a name that no repository can have",
        ),
    ] {
        let studio = studio();
        let answer = Fault::new(Service::CodeCommit, Action::status(200, body));
        studio.aws.fail(answer.always());
        let said = list(&studio, &[]).failed();
        assert_eq!(said.code, Some(5));
        let expected = format!(
            "git-codecommit: the response from localhost:PORT is not a list of repositories: {problem}\n"
        );
        assert_eq!(said.said().split_inclusive('\n').next().unwrap(), expected);
        assert_eq!(said.stdout, "");
    }
}

#[test]
fn a_refusal_names_the_identity_and_the_permission() {
    let studio = studio();
    studio
        .aws
        .set_permission(CONTRIBUTOR_ROLE, Permission::None);
    let said = list(&studio, &[]);
    let stderr = &said.stderr;
    let session = stderr.split("User: ").nth(1).unwrap();
    let session = session.split(' ').next().unwrap().to_owned();
    assert!(session.starts_with("arn:aws:sts::111111111111:assumed-role/MyCross"));
    assert_eq!(
        stderr.replace(&session, "ARN"),
        "git-codecommit: CodeCommit in eu-west-1 refused ListRepositories: AccessDeniedException: User: ARN is not \
         authorized to perform: codecommit:ListRepositories on resource: * because no identity-based policy allows the \
         codecommit:ListRepositories action\n\
         hint: signed as ARN\n\
         hint: its policy must allow codecommit:ListRepositories on *\n"
    );
    assert_eq!(said.code, Some(5));
}

#[test]
fn throttling_and_faults_of_the_service_are_waited_out() {
    for action in [
        refusal(400, "ThrottlingException", "Rate exceeded"),
        Action::status(503, ""),
    ] {
        let studio = studio();
        studio.aws.fail(Fault::new(Service::CodeCommit, action));
        let said = list(&studio, &[]).succeeded();
        assert_eq!(said.stdout.lines().count(), 2);
        assert!(
            said.stderr.ends_with("trying again for up to 60 seconds\n"),
            "{said:?}"
        );
        assert_eq!(studio.aws.codecommit_requests().len(), 2);
    }
}

#[test]
fn of_several_regions_one_that_fails_does_not_hide_the_others() {
    let studio = studio();
    let answer = refusal(
        400,
        "UnrecognizedClientException",
        "The security token is invalid",
    );
    studio.aws.fail(Fault::new(Service::CodeCommit, answer));
    let said = list(&studio, &["--region", "us-east-1", "--region", "eu-west-1"]);
    let session = said.stderr.split("signed as ").nth(1).unwrap();
    let session = session.lines().next().unwrap().to_owned();
    assert_eq!(
        said.stderr.replace(&session, "ARN"),
        "git-codecommit: CodeCommit in us-east-1 refused ListRepositories: UnrecognizedClientException: The security \
         token is invalid\n\
         hint: signed as ARN\n\
         hint: the access key is unknown to this partition, or its account has not enabled this region\n"
    );
    assert_eq!(
        said.stdout,
        "codecommit::eu-west-1://CrossAccountAccessProfile@Other.repo_2\n\
         codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo\n"
    );
    assert_eq!(said.code, Some(5));
}

#[test]
fn an_endpoint_that_is_not_https_is_refused_before_any_key_is_fetched() {
    let mut studio = studio();
    studio.set("AWS_ENDPOINT_URL_CODECOMMIT", "http://127.0.0.1:9");
    list(&studio, &[]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: AWS_ENDPOINT_URL_CODECOMMIT is not an https URL without user name and password
        hint: it must look like https://codecommit.eu-west-1.amazonaws.com
    "#]]);
    assert!(studio.aws.container_requests().is_empty());
}

#[test]
fn the_api_is_reached_by_its_name_in_every_partition() {
    let mut studio = studio();
    studio.unset("AWS_ENDPOINT_URL_CODECOMMIT");
    studio.set("https_proxy", &studio.aws.proxy_url());
    for region in ["us-east-1", "cn-north-1", "us-gov-west-1"] {
        studio.aws.clear_record();
        list(&studio, &["--region", region]).is(&expect![""]);
        let requests = studio.aws.codecommit_requests();
        assert!(
            matches!(requests[0].authorization, Auth::Ok { .. }),
            "{region}: {requests:#?}"
        );
    }
}

#[test]
fn without_a_region_the_error_says_how_to_name_one() {
    let studio = studio();
    studio.write(
        ".aws/config",
        "[profile p]\ncredential_source=EcsContainer\n",
    );
    run(&studio, &["list", "--profile", "p"]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: no AWS region is set for profile "p"
        hint: name it, as in --region eu-west-1
        hint: or add a line such as region = eu-west-1 to profile "p"
    "#]]);
}
