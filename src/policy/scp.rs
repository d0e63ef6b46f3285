//! The service control policy (SCP) of a data perimeter, with an exception for the cross-account pattern.
//!
//! An SCP grants nothing, and nothing overrides its Deny: what lets a request through is an exception in the Deny
//! itself. As in AWS's guide for pipelines, the exception is a tag of the role. For a role with the tag, a second
//! statement denies all but the pattern.
//!
//! Source: "Service Control Policies with Pipelines" in "IAM Access Management" of SageMaker's developer guide, and
//! "Global condition context keys" of IAM's user guide.

use serde_json::{Value, json};

use super::names::{OrganizationId, PrincipalTag, Vpc};
use super::{Format, Pattern, document};

const NAME: &str = "GitCodecommitPerimeter";
const DESCRIPTION: &str =
    "Data perimeter with an exception for CodeCommit across accounts (git codecommit policy --scp)";

pub(crate) struct ControlPolicy {
    pub(crate) pattern: Pattern,
    /// Requests for resources outside it are denied.
    pub(crate) organization: Option<OrganizationId>,
    /// Requests from outside of all of them are denied.
    pub(crate) vpcs: Vec<Vpc>,
    pub(crate) tag: PrincipalTag,
}

impl ControlPolicy {
    pub(crate) fn in_format(&self, format: Format) -> String {
        match format {
            Format::Json => format!("{:#}\n", self.policy()),
            Format::CloudFormation => format!("{:#}\n", self.in_cloudformation()),
            Format::Terraform => self.in_terraform(),
        }
    }

    fn policy(&self) -> Value {
        let mut statements = Vec::new();
        if let Some(organization) = &self.organization {
            let other = json!({ "aws:ResourceOrgID": organization.0 });
            statements.extend(self.perimeter("OutsideOrganization", other, None));
        }
        if !self.vpcs.is_empty() {
            let vpcs: Vec<&str> = self.vpcs.iter().map(|vpc| vpc.0.as_str()).collect();
            let other = json!({ "aws:SourceVpc": vpcs });
            // Services call others for their users from networks of their own.
            let by_itself = json!({ "aws:ViaAWSService": "false" });
            statements.extend(self.perimeter("OutsideVpc", other, Some(by_itself)));
        }
        document(statements)
    }

    /// Denies what is `other`: everything to roles without the tag, and all but the pattern to roles with it.
    fn perimeter(&self, sid: &str, other: Value, by_itself: Option<Value>) -> [Value; 2] {
        let key = format!("aws:PrincipalTag/{}", self.tag.key);
        let mut untagged = other.clone();
        untagged[&key] = self.tag.value.as_str().into();
        let mut general = json!({
            "Sid": sid,
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": { "StringNotEqualsIfExists": untagged },
        });
        let mut tagged = json!({
            "Sid": format!("{sid}Tagged"),
            "Effect": "Deny",
            "Action": "*",
            "NotResource": self.reached(),
            "Condition": {
                "StringNotEqualsIfExists": other,
                "StringEquals": { key: self.tag.value },
            },
        });
        for statement in [&mut general, &mut tagged] {
            if let Some(by_itself) = &by_itself {
                statement["Condition"]["BoolIfExists"] = by_itself.clone();
            }
        }
        [general, tagged]
    }

    /// What the pattern asks for: the role, and with its session the repositories.
    fn reached(&self) -> Vec<String> {
        let mut reached = vec![self.pattern.role_arn()];
        reached.extend(self.pattern.resources());
        reached
    }

    fn in_cloudformation(&self) -> Value {
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": DESCRIPTION,
            "Parameters": {
                "TargetIds": {
                    "Type": "CommaDelimitedList",
                    "Description": "The accounts and organizational units to attach the policy to",
                },
            },
            "Resources": {
                "ControlPolicy": {
                    "Type": "AWS::Organizations::Policy",
                    "Properties": {
                        "Name": NAME,
                        "Description": DESCRIPTION,
                        "Type": "SERVICE_CONTROL_POLICY",
                        "Content": self.policy(),
                        "TargetIds": { "Ref": "TargetIds" },
                    },
                },
            },
        })
    }

    fn in_terraform(&self) -> String {
        format!(
            "# Apply it in the organization's management account.\n\
             variable \"target_ids\" {{\n\
             \x20 description = \"The accounts and organizational units to attach the policy to.\"\n\
             \x20 type        = set(string)\n\
             }}\n\n\
             resource \"aws_organizations_policy\" \"perimeter\" {{\n\
             \x20 name        = \"{NAME}\"\n\
             \x20 description = \"{DESCRIPTION}\"\n\
             \x20 type        = \"SERVICE_CONTROL_POLICY\"\n\
             \x20 content     = <<-POLICY\n{policy}\n  POLICY\n\
             }}\n\n\
             resource \"aws_organizations_policy_attachment\" \"perimeter\" {{\n\
             \x20 for_each  = var.target_ids\n\
             \x20 policy_id = aws_organizations_policy.perimeter.id\n\
             \x20 target_id = each.value\n\
             }}\n",
            policy = super::formats::indented(&self.policy()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::pattern;
    use super::*;

    fn control() -> ControlPolicy {
        ControlPolicy {
            pattern: pattern(),
            organization: Some("o-a1b2c3d4e5".parse().unwrap()),
            vpcs: vec!["vpc-0a1".parse().unwrap(), "vpc-0b2".parse().unwrap()],
            tag: "codecommit=cross-account".parse().unwrap(),
        }
    }

    /// A request as the condition keys describe it; empty: the key is not there.
    struct Request {
        resource: &'static str,
        organization: &'static str,
        vpc: &'static str,
        tag: &'static str,
        by_service: bool,
    }

    /// Whether a statement denies a request, by the rules of IAM's user guide for these operators.
    fn denies(statement: &Value, request: &Request) -> bool {
        let resource = match (&statement["Resource"], &statement["NotResource"]) {
            (Value::String(all), Value::Null) => all == "*",
            (Value::Null, Value::Array(not)) => not.iter().all(|one| one != request.resource),
            other => panic!("{other:?}"),
        };
        let value = |key: &str| match key {
            "aws:ResourceOrgID" => request.organization,
            "aws:SourceVpc" => request.vpc,
            "aws:PrincipalTag/codecommit" => request.tag,
            "aws:ViaAWSService" if request.by_service => "true",
            "aws:ViaAWSService" => "false",
            other => panic!("{other}"),
        };
        let conditions = statement["Condition"].as_object().unwrap();
        resource
            && statement["Action"] == "*"
            && conditions.iter().all(|(operator, keys)| {
                let mut keys = keys.as_object().unwrap().iter();
                keys.all(|(key, values)| {
                    let value = value(key);
                    let is_listed = match values {
                        Value::Array(all) => all.iter().any(|one| one == value),
                        one => one == value,
                    };
                    match operator.as_str() {
                        "StringNotEqualsIfExists" => value.is_empty() || !is_listed,
                        "StringEquals" => !value.is_empty() && is_listed,
                        "BoolIfExists" => value.is_empty() || is_listed,
                        other => panic!("{other}"),
                    }
                })
            })
    }

    #[test]
    fn a_role_with_the_tag_reaches_the_pattern_outside_the_perimeter_and_nothing_else() {
        const ROLE: &str = "arn:aws:iam::111111111111:role/Contributor";
        const REPOSITORY: &str = "arn:aws:codecommit:eu-west-1:111111111111:demo-repo";
        const BUCKET: &str = "arn:aws:s3:::somewhere";
        const OWN: &str = "o-a1b2c3d4e5";
        const TAG: &str = "cross-account";
        #[rustfmt::skip]
        let requests = [
            // Inside: for everybody.
            (BUCKET, OWN, "vpc-0a1", "", false, false),
            (BUCKET, OWN, "vpc-0b2", TAG, false, false),
            // Services call from elsewhere.
            (BUCKET, OWN, "", "", true, false),
            // Outside the organization, or where no organization is known.
            (ROLE, "o-other", "vpc-0a1", "", false, true),
            (ROLE, "", "vpc-0a1", "", false, true),
            (ROLE, "o-other", "vpc-0a1", "else", false, true),
            (ROLE, "o-other", "vpc-0a1", TAG, false, false),
            (REPOSITORY, "", "vpc-0a1", TAG, false, false),
            (BUCKET, "o-other", "vpc-0a1", TAG, false, true),
            (BUCKET, "o-other", "", TAG, true, true),
            // Outside the VPCs.
            (REPOSITORY, OWN, "vpc-0c3", "", false, true),
            (REPOSITORY, OWN, "", "", false, true),
            (REPOSITORY, OWN, "vpc-0c3", TAG, false, false),
            (BUCKET, OWN, "vpc-0c3", TAG, false, true),
        ];
        let policy = control().policy();
        let statements = policy["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), 4);
        for (resource, organization, vpc, tag, by_service, is_denied) in requests {
            let request = Request {
                resource,
                organization,
                vpc,
                tag,
                by_service,
            };
            let denied = statements
                .iter()
                .any(|statement| denies(statement, &request));
            assert_eq!(
                denied, is_denied,
                "{resource} {organization:?} {vpc:?} {tag:?}"
            );
        }
    }

    #[test]
    fn each_perimeter_is_printed_only_if_it_is_given() {
        let sids = |control: &ControlPolicy| {
            let policy = control.policy();
            let statements = policy["Statement"].as_array().unwrap().iter();
            let sids = statements.map(|statement| statement["Sid"].as_str().unwrap().to_owned());
            sids.collect::<Vec<_>>()
        };
        let mut control = control();
        control.vpcs.clear();
        let organization = ["OutsideOrganization", "OutsideOrganizationTagged"];
        assert_eq!(sids(&control), organization);
        control = self::control();
        control.organization = None;
        assert_eq!(sids(&control), ["OutsideVpc", "OutsideVpcTagged"]);
    }

    #[test]
    fn every_format_holds_the_same_policy_and_the_longest_is_within_the_limit() {
        let mut control = control();
        let policy = control.policy();
        let template = control.in_cloudformation();
        assert_eq!(
            template["Resources"]["ControlPolicy"]["Properties"]["Content"],
            policy
        );
        let terraform = control.in_terraform();
        let (_, rest) = terraform.split_once("<<-POLICY\n").unwrap();
        let (content, _) = rest.split_once("  POLICY\n").unwrap();
        assert_eq!(serde_json::from_str::<Value>(content).unwrap(), policy);
        // "Quotas and service limits for AWS Organizations": 5,120 characters in the older regions' documents.
        control.vpcs = vec![control.vpcs[0].clone(); 20];
        control.pattern.repositories = vec![control.pattern.repositories[0].clone(); 10];
        assert!(control.policy().to_string().len() <= 5120);
    }
}
