//! The templates in cfn-lint and in moto.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{ALL, ROOT, SCP, git_codecommit, lifecycle, policy, python, said};

fn tool(name: &str) -> PathBuf {
    python().with_file_name(name)
}

/// Deploys templates with their parameters, each to an account that is as good as empty.
#[expect(clippy::disallowed_methods, reason = "tests start the tools they need")]
fn deploy(account: &str, jobs: &[(&str, Vec<&str>)]) -> Vec<Value> {
    let input = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(input.path(), serde_json::to_string(jobs).unwrap()).unwrap();
    let said = std::process::Command::new(python())
        .args([&format!("{ROOT}/tests/iac/deploy.py"), account])
        .stdin(input.reopen().unwrap())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{errors}");
    let deployed: Vec<Value> = serde_json::from_slice(&said.stdout).unwrap();
    for one in &deployed {
        assert_eq!(one["status"], "CREATE_COMPLETE", "{errors}");
    }
    deployed
}

/// Lists of one, and the text that stands for one, are the same to IAM. moto leaves a null where
/// CloudFormation leaves `AWS::NoValue` out.
fn normal(policy: &Value) -> Value {
    match policy {
        Value::Array(all) => {
            let mut all: Vec<Value> = all
                .iter()
                .filter(|one| !one.is_null())
                .map(normal)
                .collect();
            match all.len() {
                1 => all.remove(0),
                _ => Value::Array(all),
            }
        }
        Value::Object(all) => all
            .iter()
            .map(|(key, value)| (key.clone(), normal(value)))
            .collect(),
        other => other.clone(),
    }
}

#[track_caller]
fn assert_same(deployed: &Value, expected: &Value) {
    assert_eq!(normal(deployed), normal(expected), "{deployed:#}");
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

const ROLE: &str = "MyCrossAccountRepositoryContributorRole";

/// The name of what `policy` gives the execution roles.
fn inline() -> String {
    format!("AssumeCodeCommitRole-111111111111-{ROLE}")
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

#[test]
#[ignore = "needs Python packages: scripts/iac"]
fn the_studio_accounts_template_makes_a_domain_that_runs_the_script() {
    let sum = "0".repeat(64);
    let hash = format!("ProgramsSha256={sum}");
    let role = format!("arn:aws:iam::111111111111:role/{ROLE}");
    let role_arn = format!("RepositoryRoleArn={role}");
    let least = [
        role_arn.as_str(),
        "RepositoryRegion=eu-west-1",
        "ExecutionRoleName=Execution",
        "ExecutionRoleArn=arn:aws:iam::222222222222:role/service-role/Execution",
        &hash,
    ];
    let with = |more: &[&'static str]| least.iter().copied().chain(more.iter().copied()).collect();
    let template = format!("{ROOT}/iac/cloudformation/studio-account.yaml");
    let jobs = [
        with(&[
            "SourceIdentity=true",
            "SuggestedRepositoryUrl=https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo",
            "VpcId=VPC",
            "SubnetIds=SUBNET",
            "VpcCidr=10.0.0.0/16",
        ]),
        // With a bucket and a domain that are there.
        with(&[
            "ProgramsBucket=mine",
            "Strict=true",
            "Profile=CrossAccountAccessProfile",
        ]),
    ]
    .map(|parameters| (template.as_str(), parameters));
    let deployed = deploy("222222222222", &jobs);
    let bucket = deployed[0]["buckets"][0].as_str().unwrap();
    assert_eq!(deployed[1]["buckets"], serde_json::json!([]));

    for (deployed, bucket, (wish, strict)) in [
        (&deployed[0], bucket, ("--source-identity", None)),
        (&deployed[1], "mine", ("--read-only", Some("--strict"))),
    ] {
        let expected: Value =
            serde_json::from_str(&git_codecommit(&policy("json", &[wish]))).unwrap();
        let policies = &deployed["roles"]["Execution"]["policies"];
        assert_same(
            &policies["AssumeCodeCommitRole-stack"],
            &expected["StudioAccount"]["PolicyDocument"],
        );
        let programs = &policies["CodeCommitPrograms-stack"]["Statement"][0];
        assert_eq!(programs["Action"], "s3:GetObject");
        assert_eq!(
            programs["Resource"],
            format!("arn:aws:s3:::{bucket}/git-codecommit.tar.gz")
        );

        // Both configurations hold, byte for byte, what the program prints.
        let source = format!("s3://{bucket}/git-codecommit.tar.gz");
        let mut arguments = lifecycle(&source, &sum).to_vec();
        arguments[7] = &role;
        match strict {
            Some(strict) => {
                arguments[11] = "CrossAccountAccessProfile";
                arguments.push(strict);
            }
            None => arguments.truncate(10),
        }
        let script = git_codecommit(&arguments);
        let made = deployed["made"].as_array().unwrap();
        let configurations: Vec<&Value> = made
            .iter()
            .filter(|made| made[0] == "AWS::SageMaker::StudioLifecycleConfig")
            .map(|made| &made[1])
            .collect();
        assert_eq!(configurations.len(), 2);
        for (configuration, app) in configurations.iter().zip(["JupyterLab", "CodeEditor"]) {
            assert_eq!(configuration["StudioLifecycleConfigAppType"], app);
            let content = configuration["StudioLifecycleConfigContent"]
                .as_str()
                .unwrap();
            let content = STANDARD.decode(content).unwrap();
            assert_eq!(String::from_utf8(content).unwrap(), script);
        }
    }

    let domain = |deployed: &Value| {
        let made = deployed["made"].as_array().unwrap();
        let mut domains = made
            .iter()
            .filter(|made| made[0] == "AWS::SageMaker::Domain");
        domains.next().map(|made| made[1].clone())
    };
    assert_eq!(domain(&deployed[1]), None);
    assert_eq!(deployed[1]["endpoints"], serde_json::json!({}));
    let domain = domain(&deployed[0]).unwrap();
    assert_eq!(domain["AppNetworkAccessType"], "VpcOnly");
    let identity = &domain["DomainSettings"]["ExecutionRoleIdentityConfig"];
    assert_eq!(identity, "USER_PROFILE_NAME");
    for (settings, app, output) in [
        ("DefaultUserSettings", "JupyterLab", "JupyterLabScriptArn"),
        ("DefaultUserSettings", "CodeEditor", "CodeEditorScriptArn"),
        ("DefaultSpaceSettings", "JupyterLab", "JupyterLabScriptArn"),
    ] {
        let app = &domain[settings][format!("{app}AppSettings")];
        assert_eq!(
            app["BuiltInLifecycleConfigArn"],
            deployed[0]["outputs"][output]
        );
    }
    for settings in ["DefaultUserSettings", "DefaultSpaceSettings"] {
        assert_eq!(
            domain[settings]["JupyterLabAppSettings"]["CodeRepositories"],
            serde_json::json!([{
                "RepositoryUrl": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo"
            }])
        );
    }
    // VpcOnly needs a group in both, and the endpoints admit it.
    let groups = &domain["DefaultUserSettings"]["SecurityGroups"];
    assert_eq!(&domain["DefaultSpaceSettings"]["SecurityGroups"], groups);
    let apps = groups[0].as_str().unwrap();
    let admitted =
        &deployed[0]["groups"]["https to the interface endpoints for sts and git-codecommit"];
    assert_eq!(
        deployed[0]["groups"]["The apps of the SageMaker Studio domain"]["id"],
        apps
    );
    assert_eq!(admitted["from"], serde_json::json!(["10.0.0.0/16", apps]));
    let endpoints = deployed[0]["endpoints"].as_object().unwrap();
    assert_eq!(
        endpoints.keys().collect::<Vec<_>>(),
        [
            "com.amazonaws.eu-west-1.git-codecommit",
            "com.amazonaws.eu-west-1.sts"
        ]
    );
    let git = endpoints["com.amazonaws.eu-west-1.git-codecommit"]
        .as_str()
        .unwrap();
    assert!(git.contains("arn:aws:codecommit:*:111111111111:*"), "{git}");
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

#[test]
#[ignore = "needs Python packages: scripts/iac"]
fn without_a_role_the_studio_accounts_template_uses_a_profile_or_the_execution_role() {
    let sum = "0".repeat(64);
    let hash = format!("ProgramsSha256={sum}");
    let least = [
        "ExecutionRoleName=Execution",
        "ExecutionRoleArn=arn:aws:iam::222222222222:role/service-role/Execution",
        "ProgramsBucket=mine",
        &hash,
    ];
    let template = format!("{ROOT}/iac/cloudformation/studio-account.yaml");
    let forms: [(&[&str], &[&str]); 2] = [
        (&["Profile=P"], &["--profile", "P"]),
        (
            &[
                "RepositoryName=team-*",
                "VpcId=VPC",
                "SubnetIds=SUBNET",
                "VpcCidr=10.0.0.0/16",
            ],
            &[],
        ),
    ];
    let jobs = forms.map(|(parameters, _)| {
        let parameters = least.iter().chain(parameters).copied();
        (template.as_str(), parameters.collect::<Vec<_>>())
    });
    let deployed = deploy("222222222222", &jobs);
    let source = "s3://mine/git-codecommit.tar.gz";
    for (deployed, (_, setup)) in deployed.iter().zip(forms) {
        let mut arguments = lifecycle(source, &sum)[..6].to_vec();
        arguments.extend(setup);
        let script = git_codecommit(&arguments);
        let made = deployed["made"].as_array().unwrap();
        let content = made[0][1]["StudioLifecycleConfigContent"].as_str().unwrap();
        let content = STANDARD.decode(content).unwrap();
        assert_eq!(String::from_utf8(content).unwrap(), script);
    }
    let policies = |deployed: &Value| {
        let policies = deployed["roles"]["Execution"]["policies"].as_object();
        policies.unwrap().clone()
    };
    let profile = policies(&deployed[0]);
    assert_eq!(
        profile.keys().collect::<Vec<_>>(),
        ["CodeCommitPrograms-stack"]
    );
    let execution_role = policies(&deployed[1]);
    let names = ["CodeCommitPrograms-stack", "CodeCommitRepository-stack"];
    assert_eq!(execution_role.keys().collect::<Vec<_>>(), names);
    assert_same(
        &execution_role["CodeCommitRepository-stack"]["Statement"][0],
        &serde_json::json!({
            "Sid": "Git",
            "Effect": "Allow",
            "Action": ["codecommit:GitPull", "codecommit:GitPush"],
            "Resource": "arn:aws:codecommit:*:222222222222:team-*",
        }),
    );
    let endpoint = &deployed[1]["endpoints"]["com.amazonaws.eu-west-1.git-codecommit"];
    let endpoint = endpoint.as_str().unwrap();
    assert!(
        endpoint.contains("arn:aws:codecommit:*:222222222222:*"),
        "{endpoint}"
    );
}
