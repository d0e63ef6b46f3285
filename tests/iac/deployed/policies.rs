//! The policies that `git codecommit policy` prints, and the template of the repository's account.

use std::path::PathBuf;

use serde_json::Value;

use super::super::{ALL, ROOT, SCP, git_codecommit, policy, python, said};
use super::{ROLE, assert_same, deploy};

fn tool(name: &str) -> PathBuf {
    python().with_file_name(name)
}

/// The name of what `policy` gives the execution roles.
fn inline() -> String {
    format!("AssumeCodeCommitRole-111111111111-{ROLE}")
}

#[test]
#[ignore = "needs Python packages: scripts/iac"]
fn cfn_lint_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let iac = format!("{ROOT}/iac/cloudformation");
    let mut files = ["repository", "studio"]
        .map(|a| format!("{iac}/{a}-account.yaml"))
        .to_vec();
    let wishes = [&[][..], &["--read-only"], &ALL, &SCP];
    for (n, more) in wishes.iter().enumerate() {
        let file = folder.path().join(format!("{n}.json"));
        std::fs::write(&file, git_codecommit(&policy("cloudformation", more))).unwrap();
        files.push(file.display().to_string());
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (done, text) = said(&tool("cfn-lint"), &files);
    assert!(done, "{text}");
}

#[test]
#[ignore = "needs Python packages: scripts/iac"]
fn the_policy_template_makes_each_accounts_part_in_that_account() {
    let folder = tempfile::tempdir().unwrap();
    let wishes = [&[][..], &["--read-only"], &ALL];
    let files: Vec<String> = (0..wishes.len())
        .map(|n| {
            folder
                .path()
                .join(format!("{n}.json"))
                .display()
                .to_string()
        })
        .collect();
    for (file, more) in files.iter().zip(wishes) {
        std::fs::write(file, git_codecommit(&policy("cloudformation", more))).unwrap();
    }
    let jobs: Vec<(&str, Vec<&str>)> = files.iter().map(|f| (f.as_str(), Vec::new())).collect();
    let repository = deploy("111111111111", &jobs);
    let studio = deploy("222222222222", &jobs);
    for ((repository, studio), more) in repository.iter().zip(&studio).zip(wishes) {
        let expected: Value = serde_json::from_str(&git_codecommit(&policy("json", more))).unwrap();
        let made = &repository["roles"][ROLE];
        assert_eq!(made["arn"], expected["RepositoryAccount"]["RoleArn"]);
        assert_eq!(repository["outputs"]["RoleArn"], made["arn"]);
        assert_same(
            &made["trust"],
            &expected["RepositoryAccount"]["AssumeRolePolicyDocument"],
        );
        assert_same(
            &made["policies"]["Git"],
            &expected["RepositoryAccount"]["PolicyDocument"],
        );
        let none = serde_json::json!({});
        assert_eq!(repository["roles"]["Execution"]["policies"], none);
        assert!(studio["roles"].get(ROLE).is_none());
        assert_same(
            &studio["roles"]["Execution"]["policies"][inline()],
            &expected["StudioAccount"]["PolicyDocument"],
        );
    }
}

#[test]
#[ignore = "needs Python packages: scripts/iac"]
fn the_repository_accounts_template_makes_the_same_policies() {
    let least = [
        "RepositoryName=demo-repo",
        "StudioAccountId=222222222222",
        "ExecutionRoleArns=arn:aws:iam::222222222222:role/service-role/Execution",
    ];
    let all = [
        "ProtectedBranches=refs/heads/main",
        "SourceIdentity=true",
        "ExternalId=an-id",
        "GitVpcEndpointIds=vpce-0a1",
        "StsVpcEndpointIds=vpce-0b2",
    ];
    let wishes = [
        (&[][..], &[][..]),
        (&["ReadOnly=true"], &["--read-only"]),
        (&all, &ALL),
        (&["ExternalId=an-id"], &["--external-id", "an-id"]),
    ];
    let template = format!("{ROOT}/iac/cloudformation/repository-account.yaml");
    let jobs = wishes.map(|(parameters, _)| {
        let parameters = least.iter().chain(parameters).copied();
        (template.as_str(), parameters.collect())
    });
    for (deployed, (_, more)) in deploy("111111111111", &jobs).iter().zip(wishes) {
        let expected: Value = serde_json::from_str(&git_codecommit(&policy("json", more))).unwrap();
        let expected = &expected["RepositoryAccount"];
        let made = &deployed["roles"][ROLE];
        assert_same(&made["trust"], &expected["AssumeRolePolicyDocument"]);
        assert_same(&made["policies"]["Git"], &expected["PolicyDocument"]);
    }
}

/// moto knows the grammar of policies, of their operators and condition keys.
#[test]
#[ignore = "needs Python packages: scripts/iac"]
#[expect(clippy::disallowed_methods, reason = "tests start the tools they need")]
fn a_service_control_policy_follows_the_grammar() {
    let check = |policies: &[&str]| {
        let input = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(input.path(), serde_json::to_string(policies).unwrap()).unwrap();
        let said = std::process::Command::new(python())
            .args([&format!("{ROOT}/tests/iac/deploy.py"), "grammar"])
            .stdin(input.reopen().unwrap())
            .output()
            .unwrap();
        assert!(said.status.success(), "{said:?}");
        serde_json::from_slice::<Vec<String>>(&said.stdout).unwrap()
    };
    let printed = git_codecommit(&policy("json", &SCP));
    let mistakes = [
        printed.replace("\"Deny\"", "\"Forbid\""),
        printed.replace("StringNotEqualsIfExists", "StringNotEqualIfExists"),
        printed.replace("\"Resource\"", "\"Resources\""),
    ];
    let [first, second, third] = mistakes.each_ref().map(String::as_str);
    let answers = check(&[&printed, first, second, third]);
    assert_eq!(answers[0], "", "{printed}");
    for answer in &answers[1..] {
        assert!(answer.contains("MalformedPolicyDocument"), "{answers:?}");
    }
}
