//! The templates of `iac/`, and what `git codecommit policy` and `studio` print for administrators.
//!
//! The tests that need Python packages are ignored; `scripts/iac` installs those and runs them.

mod commands;
mod deployed;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::helpers;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const UPDATE: &str = "scripts/iac --update writes the script into the templates";

#[expect(
    clippy::disallowed_methods,
    reason = "tests start the programs they test"
)]
fn said(program: &Path, arguments: &[&str]) -> (bool, String) {
    let said = Command::new(program)
        .args(arguments)
        // terraform would ask its maker for news.
        .env("CHECKPOINT_DISABLE", "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    (
        said.status.success(),
        text + &String::from_utf8_lossy(&said.stderr),
    )
}

/// The Python of `scripts/iac`.
#[expect(clippy::disallowed_methods, reason = "the script names its Python")]
fn python() -> PathBuf {
    std::env::var_os("IAC_PYTHON")
        .expect("scripts/iac runs this test: it sets IAC_PYTHON")
        .into()
}

fn git_codecommit(arguments: &[&str]) -> String {
    let (done, text) = said(&helpers().join("git-codecommit"), arguments);
    assert!(done, "{text}");
    text
}

/// The arguments of a lifecycle script with values that need no quotes.
fn lifecycle<'a>(source: &'a str, sha256: &'a str) -> [&'a str; 12] {
    [
        "studio",
        "lifecycle-script",
        "--source",
        source,
        "--sha256",
        sha256,
        "--role-arn",
        "arn:aws:iam::111111111111:role/R",
        "--region",
        "eu-west-1",
        "--profile",
        "P",
    ]
}

/// What [`lifecycle`] has of setup's arguments.
const ARGUMENTS: &str =
    "--role-arn=arn:aws:iam::111111111111:role/R --region=eu-west-1 --profile=P";

/// The script that the templates hold, with values.
fn script() -> String {
    script_with(&lifecycle("", "")[6..])
}

/// The same with other arguments of setup.
fn script_with(setup: &[&str]) -> String {
    let sum = "0".repeat(64);
    let mut arguments = lifecycle("s3://the-bucket/the-key", &sum)[..6].to_vec();
    arguments.extend(setup);
    git_codecommit(&arguments)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

#[test]
fn the_templates_hold_the_script_that_the_program_prints() {
    let expected = script();
    let template = read("iac/cloudformation/studio-account.yaml");
    let values = [
        ("${Bucket}", "the-bucket"),
        ("${ProgramsKey}", "the-key"),
        ("${ProgramsSha256}", &"0".repeat(64)),
        ("${Strict}", "false"),
        ("${Arguments}", ARGUMENTS),
    ];
    let mut found = 0;
    for block in template.split("              #!/bin/sh\n").skip(1) {
        let lines = block
            .lines()
            .take_while(|line| line.is_empty() || line.starts_with("              "));
        let text: Vec<&str> = lines
            .map(|line| line.strip_prefix("              ").unwrap_or(line))
            .collect();
        let text = format!("#!/bin/sh\n{}\n", text.join("\n").trim_end());
        let filled = values
            .iter()
            .fold(text, |text, (name, value)| text.replace(name, value));
        assert_eq!(filled.replace("${!", "${"), expected, "{UPDATE}");
        found += 1;
    }
    assert_eq!(found, 2, "JupyterLab and CodeEditor");

    let values = [
        ("${source}", "s3://the-bucket/the-key"),
        ("${sha256}", &"0".repeat(64)),
        ("${strict}", "false"),
    ];
    let template = read("iac/terraform/studio-account/lifecycle.sh.tftpl");
    // Terraform itself fills this expression in another test.
    let (before, rest) = template.split_once("${join(").unwrap();
    let template = format!("{before}{ARGUMENTS}{}", rest.split_once("]))}").unwrap().1);
    let filled = values
        .iter()
        .fold(template, |text, (name, value)| text.replace(name, value));
    assert_eq!(filled.replace("$${", "${"), expected, "{UPDATE}");
}

/// The arguments of `policy` for everything it knows.
fn policy<'a>(format: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "policy",
        "--repository-account",
        "111111111111",
        "--studio-account",
        "222222222222",
        "--region",
        "eu-west-1",
        "--repository",
        "demo-repo",
        "--execution-role",
        "service-role/Execution",
        "--format",
        format,
    ];
    arguments.extend(more);
    arguments
}

const ALL: [&str; 9] = [
    "--protect",
    "main",
    "--source-identity",
    "--external-id",
    "an-id",
    "--vpc-endpoint",
    "vpce-0a1",
    "--sts-vpc-endpoint",
    "vpce-0b2",
];

const SCP: [&str; 7] = [
    "--scp",
    "--organization",
    "o-a1b2c3d4e5",
    "--vpc",
    "vpc-0a1",
    "--vpc",
    "vpc-0b2",
];

#[test]
fn a_service_control_policy_needs_a_perimeter() {
    let program = helpers().join("git-codecommit");
    let (done, text) = said(&program, &policy("json", &["--scp"]));
    assert!(!done, "{text}");
    let (done, text) = said(&program, &policy("json", &["--vpc", "vpc-0a1"]));
    assert!(!done && text.contains("--scp is missing"), "{text}");
    let more = [
        "--principal-tag",
        "team=ml",
        "--organization",
        "o-a1b2c3d4e5",
        "--scp",
    ];
    let said: serde_json::Value =
        serde_json::from_str(&git_codecommit(&policy("json", &more))).unwrap();
    assert_eq!(
        said["Statement"][0],
        serde_json::json!({
            "Sid": "OutsideOrganization",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": { "StringNotEqualsIfExists": {
                "aws:ResourceOrgID": "o-a1b2c3d4e5",
                "aws:PrincipalTag/team": "ml",
            } },
        })
    );
}

#[test]
fn roles_of_another_partition_or_account_are_refused() {
    for (argument, arn, problem) in [
        (
            "--execution-role",
            "arn:aws-cn:iam::222222222222:role/Execution",
            "a role ARN is in partition aws-cn, but --region eu-west-1 is in aws",
        ),
        (
            "--role-name",
            "arn:aws-us-gov:iam::111111111111:role/R",
            "a role ARN is in partition aws-us-gov, but --region eu-west-1 is in aws",
        ),
        (
            "--execution-role",
            "arn:aws:iam::111111111111:role/Execution",
            "the ARN in --execution-role belongs to another account",
        ),
    ] {
        let program = helpers().join("git-codecommit");
        let (done, text) = said(&program, &policy("json", &[argument, arn]));
        assert!(!done && text.contains(problem), "{text}");
        assert!(!text.contains("\"Statement\""), "{text}");
    }
}

#[test]
fn terraform_finds_nothing_to_format_and_fills_the_script_as_it_is_printed() {
    let Some(terraform) = on_path("terraform") else {
        local_aws::skip_even_in_ci("terraform");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.tf");
    for more in [&[][..], &ALL, &SCP] {
        std::fs::write(&file, git_codecommit(&policy("terraform", more))).unwrap();
        let (done, text) = said(
            &terraform,
            &["fmt", "-check", "-diff", file.to_str().unwrap()],
        );
        assert!(done, "{text}");
    }
    let iac = format!("{ROOT}/iac/terraform");
    let (done, text) = said(&terraform, &["fmt", "-check", "-recursive", "-diff", &iac]);
    assert!(done, "{text}");

    // Its own template language against ours; that needs no provider.
    let template = format!("{iac}/studio-account/lifecycle.sh.tftpl");
    let role = "role_arn = \"arn:aws:iam::111111111111:role/R\", region = \"eu-west-1\"";
    let no_role = "role_arn = null, region = null";
    let forms = [
        (role, "\"P\"", &lifecycle("", "")[6..]),
        (role, "null", &lifecycle("", "")[6..10]),
        (no_role, "\"P\"", &lifecycle("", "")[10..]),
        (no_role, "null", &[]),
    ];
    let outputs = forms.iter().enumerate().map(|(number, (role, profile, _))| {
        let values = format!(
            "{{source = \"s3://the-bucket/the-key\", sha256 = \"{}\", strict = false, {role}, profile = {profile}}}",
            "0".repeat(64)
        );
        format!("output \"script{number}\" {{\n  value = templatefile({template:?}, {values})\n}}\n")
    });
    std::fs::write(&file, outputs.collect::<String>()).unwrap();
    let chdir = format!("-chdir={}", folder.path().display());
    let (done, text) = said(
        &terraform,
        &[&chdir, "apply", "-auto-approve", "-input=false"],
    );
    assert!(done, "{text}");
    let state = std::fs::read_to_string(folder.path().join("terraform.tfstate")).unwrap();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    for (number, (_, _, setup)) in forms.iter().enumerate() {
        let output = &state["outputs"][format!("script{number}")]["value"];
        assert_eq!(output, &script_with(setup));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests look for the machine's tools themselves"
)]
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
