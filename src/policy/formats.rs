//! The policies as JSON, CloudFormation and Terraform.

use serde_json::{Value, json};

use super::{Pattern, RoleName};

/// The name of the repository role's inline policy.
const PERMISSIONS: &str = "Git";

impl Pattern {
    pub(super) fn in_json(&self) -> Value {
        let mut all = json!({
            "RepositoryAccount": {
                "AccountId": self.repository_account.0,
                "RoleArn": self.role_arn(),
                "AssumeRolePolicyDocument": self.trust(),
                "PolicyDocument": self.permissions(),
            },
            "StudioAccount": {
                "AccountId": self.studio_account.0,
                "ExecutionRoles": self.execution_roles.iter().map(|role| &role.0).collect::<Vec<_>>(),
                "PolicyName": self.inline_name(),
                "PolicyDocument": self.execution(),
            },
        });
        if self.source_identity {
            all["StudioAccount"]["ExecutionRoleTrustStatement"] = execution_trust();
        }
        all
    }

    /// The name of the execution roles' inline policy: another for each role of the repositories' accounts, or
    /// the second would take the first one's place. Two names of at most 64 characters and an account's number
    /// stay below IAM's 128.
    fn inline_name(&self) -> String {
        let (account, role) = (&self.repository_account.0, self.role_name.name());
        format!("AssumeCodeCommitRole-{account}-{role}")
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
                        "PolicyName": self.inline_name(),
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
             \x20 name     = {inline:?}\n\
             \x20 role     = each.value\n\
             \x20 policy   = <<-POLICY\n{execution}\n  POLICY\n\
             }}\n\n\
             output \"role_arn\" {{\n\
             \x20 description = \"For git codecommit setup --role-arn\"\n\
             \x20 value       = aws_iam_role.repository.arn\n\
             }}\n",
            repository = self.repository_account.0,
            studio = self.studio_account.0,
            inline = self.inline_name(),
            trust = indented(&self.trust()),
            permissions = indented(&self.permissions()),
            execution = indented(&self.execution()),
            roles = roles.join(", "),
        )
    }
}

/// What the execution roles' own trust policies must say where the domain puts the user's name into the session.
/// Source: "Turn on sourceIdentity in CloudTrail logs" of SageMaker's developer guide.
fn execution_trust() -> Value {
    json!({
        "Sid": "SourceIdentity",
        "Effect": "Allow",
        "Principal": { "Service": "sagemaker.amazonaws.com" },
        "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
    })
}

/// A role's path, with slashes around it, and its name.
fn path_and_name(role: &RoleName) -> (String, &str) {
    match role.0.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), role.0.as_str()),
    }
}

pub(super) fn indented(document: &Value) -> String {
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

    #[test]
    fn each_role_has_an_inline_policy_of_its_own_name() {
        let one = pattern();
        let mut other = pattern();
        other.repository_account = "333333333333".parse().unwrap();
        let mut third = pattern();
        third.role_name = format!("a/path/{}", "r".repeat(64)).parse().unwrap();
        let names = [&one, &other, &third].map(Pattern::inline_name);
        assert_eq!(names[0], "AssumeCodeCommitRole-111111111111-Contributor");
        assert_eq!(names[1], "AssumeCodeCommitRole-333333333333-Contributor");
        assert!(names[2].len() <= 128 && names[2].ends_with(&format!("-{}", "r".repeat(64))));
        let policy = &one.in_cloudformation()["Resources"]["ExecutionRolePolicy"];
        assert_eq!(policy["Properties"]["PolicyName"], names[0]);
        assert_eq!(one.in_json()["StudioAccount"]["PolicyName"], names[0]);
        assert!(one.in_terraform().contains(&format!("{:?}", names[0])));
    }

    #[test]
    fn the_execution_roles_trust_is_printed_where_source_identity_needs_it() {
        let mut pattern = pattern();
        let trust = |pattern: &Pattern| {
            pattern.in_json()["StudioAccount"]
                .get("ExecutionRoleTrustStatement")
                .cloned()
        };
        assert_eq!(trust(&pattern), None);
        pattern.source_identity = true;
        let statement = trust(&pattern).unwrap();
        assert_eq!(
            statement["Action"],
            json!(["sts:AssumeRole", "sts:SetSourceIdentity"])
        );
        assert_eq!(statement["Principal"]["Service"], "sagemaker.amazonaws.com");
    }
}
