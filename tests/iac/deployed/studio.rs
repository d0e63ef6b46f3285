//! The template of the Studio account: a domain, its script and what its role may do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::{ROOT, git_codecommit, lifecycle, policy};
use super::{ROLE, assert_same, deploy};

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
