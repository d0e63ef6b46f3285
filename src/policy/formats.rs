//! The policies as JSON, CloudFormation and Terraform.

use serde_json::{Value, json};

use super::{Pattern, RoleName};

/// The name of the execution roles' inline policy.
const INLINE: &str = "AssumeCodeCommitRole";
/// The name of the repository role's inline policy.
const PERMISSIONS: &str = "Git";

impl Pattern {
    pub(super) fn in_json(&self) -> Value {
        json!({
            "RepositoryAccount": {
                "AccountId": self.repository_account.0,
                "RoleArn": self.role_arn(),
                "AssumeRolePolicyDocument": self.trust(),
                "PolicyDocument": self.permissions(),
            },
            "StudioAccount": {
                "AccountId": self.studio_account.0,
                "ExecutionRoles": self.execution_roles.iter().map(|role| &role.0).collect::<Vec<_>>(),
                "PolicyName": INLINE,
                "PolicyDocument": self.execution(),
            },
        })
    }

    /// One template for both accounts: a stack set may bring it to each.
    pub(super) fn in_cloudformation(&self) -> Value {
        let is_account = |id: &str| json!({ "Fn::Equals": [{ "Ref": "AWS::AccountId" }, id] });
        let (path, name) = path_and_name(&self.role_name);
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "CodeCommit across accounts: the role in the repository's account, and the permission to assume it \
                            in that of SageMaker Studio. Each account creates its own part.",
            "Conditions": {
                "IsRepositoryAccount": is_account(&self.repository_account.0),
                "IsStudioAccount": is_account(&self.studio_account.0),
            },
            "Resources": {
                "RepositoryRole": {
                    "Type": "AWS::IAM::Role",
                    "Condition": "IsRepositoryAccount",
                    "Properties": {
                        "Path": path,
                        "RoleName": name,
                        // Role chaining ends a session after an hour in any case.
                        "MaxSessionDuration": 3600,
                        "AssumeRolePolicyDocument": self.trust(),
                        "Policies": [{
                            "PolicyName": PERMISSIONS,
                            "PolicyDocument": self.permissions(),
                        }],
                    },
                },
                "ExecutionRolePolicy": {
                    "Type": "AWS::IAM::Policy",
                    "Condition": "IsStudioAccount",
                    "Properties": {
                        "PolicyName": INLINE,
                        "PolicyDocument": self.execution(),
                        "Roles": self.execution_roles.iter().map(RoleName::name).collect::<Vec<_>>(),
                    },
                },
            },
            "Outputs": {
                "RoleArn": {
                    "Condition": "IsRepositoryAccount",
                    "Description": "For git codecommit setup --role-arn",
                    "Value": { "Fn::GetAtt": ["RepositoryRole", "Arn"] },
                },
            },
        })
    }

    pub(super) fn in_terraform(&self) -> String {
        let (path, name) = path_and_name(&self.role_name);
        let roles: Vec<String> = self
            .execution_roles
            .iter()
            .map(|role| format!("{:?}", role.name()))
            .collect();
        format!(
            "# CodeCommit across accounts: the role in {repository}, and the permission to assume it in {studio}.\n\
             # A module: providers = {{ aws.repository = ..., aws.studio = ... }} says which provider is which account.\n\
             terraform {{\n\
             \x20 required_providers {{\n\
             \x20   aws = {{\n\
             \x20     source                = \"hashicorp/aws\"\n\
             \x20     configuration_aliases = [aws.repository, aws.studio]\n\
             \x20   }}\n\
             \x20 }}\n\
             }}\n\n\
             resource \"aws_iam_role\" \"repository\" {{\n\
             \x20 provider             = aws.repository\n\
             \x20 path                 = {path:?}\n\
             \x20 name                 = {name:?}\n\
             \x20 max_session_duration = 3600\n\
             \x20 assume_role_policy   = <<-POLICY\n{trust}\n  POLICY\n\
             }}\n\n\
             resource \"aws_iam_role_policy\" \"repository\" {{\n\
             \x20 provider = aws.repository\n\
             \x20 name     = \"{PERMISSIONS}\"\n\
             \x20 role     = aws_iam_role.repository.id\n\
             \x20 policy   = <<-POLICY\n{permissions}\n  POLICY\n\
             }}\n\n\
             resource \"aws_iam_role_policy\" \"execution\" {{\n\
             \x20 provider = aws.studio\n\
             \x20 for_each = toset([{roles}])\n\
             \x20 name     = \"{INLINE}\"\n\
             \x20 role     = each.value\n\
             \x20 policy   = <<-POLICY\n{execution}\n  POLICY\n\
             }}\n\n\
             output \"role_arn\" {{\n\
             \x20 description = \"For git codecommit setup --role-arn\"\n\
             \x20 value       = aws_iam_role.repository.arn\n\
             }}\n",
            repository = self.repository_account.0,
            studio = self.studio_account.0,
            trust = indented(&self.trust()),
            permissions = indented(&self.permissions()),
            execution = indented(&self.execution()),
            roles = roles.join(", "),
        )
    }
}

/// A role's path, with slashes around it, and its name.
fn path_and_name(role: &RoleName) -> (String, &str) {
    match role.0.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), role.0.as_str()),
    }
}

fn indented(document: &Value) -> String {
    let text = format!("{document:#}");
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::pattern;
    use super::*;

    #[test]
    fn every_format_holds_the_same_policies() {
        let pattern = pattern();
        let json = pattern.in_json();
        let template = pattern.in_cloudformation();
        let role = &template["Resources"]["RepositoryRole"]["Properties"];
        assert_eq!(
            role["AssumeRolePolicyDocument"],
            json["RepositoryAccount"]["AssumeRolePolicyDocument"]
        );
        assert_eq!(
            role["Policies"][0]["PolicyDocument"],
            json["RepositoryAccount"]["PolicyDocument"]
        );
        let terraform = pattern.in_terraform();
        let documents: Vec<Value> = terraform
            .split("<<-POLICY\n")
            .skip(1)
            .map(|rest| serde_json::from_str(rest.split_once("  POLICY\n").unwrap().0).unwrap())
            .collect();
        assert_eq!(
            documents,
            [
                json["RepositoryAccount"]["AssumeRolePolicyDocument"].clone(),
                json["RepositoryAccount"]["PolicyDocument"].clone(),
                json["StudioAccount"]["PolicyDocument"].clone(),
            ]
        );
        assert!(!terraform.contains("${"));
    }
}
