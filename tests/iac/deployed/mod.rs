//! The templates in cfn-lint and in moto.

mod policies;
mod studio;

use serde_json::Value;

use super::{ROOT, python};

const ROLE: &str = "MyCrossAccountRepositoryContributorRole";

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
