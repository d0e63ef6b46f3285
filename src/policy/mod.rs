//! The IAM policies of the cross-account pattern, with the fewest permissions that git needs.
//!
//! The repository's account has a role; the Studio account's execution roles may assume it. git needs `codecommit:GitPull` and
//! `GitPush` and no API action; AWS's published policy grants `Create*`, `Update*` and `Put*` as well, which
//! include triggers that send a repository's events elsewhere.
//!
//! Source: "CodeCommit permissions reference" of CodeCommit's user guide, and IAM's user guide.

mod formats;
mod names;
mod scp;

use serde_json::{Value, json};

use crate::aws::Region;
use crate::aws::RepositoryName;
use crate::aws::iam::ExternalId;

pub(crate) use names::{Account, Branch, OrganizationId, PrincipalTag, RoleName, Vpc, VpcEndpoint};
pub(crate) use scp::ControlPolicy;

#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) repository_account: Account,
    pub(crate) studio_account: Account,
    pub(crate) region: Region,
    pub(crate) repositories: Vec<RepositoryName>,
    pub(crate) execution_roles: Vec<RoleName>,
    pub(crate) role_name: RoleName,
    pub(crate) read_only: bool,
    pub(crate) protected: Vec<Branch>,
    /// The domain puts the user's name into the session.
    pub(crate) source_identity: bool,
    pub(crate) external_id: Option<ExternalId>,
    /// Through these alone may git be served.
    pub(crate) git_endpoints: Vec<VpcEndpoint>,
    /// Through these alone may the role be assumed.
    pub(crate) sts_endpoints: Vec<VpcEndpoint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// JSON document with the three policies
    Json,
    /// CloudFormation template for both accounts: each creates its own part
    #[value(name = "cloudformation")]
    CloudFormation,
    /// Terraform module with the providers aws.repository and aws.studio
    Terraform,
}

impl Pattern {
    pub(crate) fn in_format(&self, format: Format) -> String {
        match format {
            Format::Json => format!("{:#}\n", self.in_json()),
            Format::CloudFormation => format!("{:#}\n", self.in_cloudformation()),
            Format::Terraform => self.in_terraform(),
        }
    }

    fn permissions(&self) -> Value {
        let actions: &[&str] = if self.read_only {
            &["codecommit:GitPull"]
        } else {
            &["codecommit:GitPull", "codecommit:GitPush"]
        };
        let mut git = json!({
            "Sid": "Git",
            "Effect": "Allow",
            "Action": actions,
            "Resource": self.resources(),
        });
        if !self.git_endpoints.is_empty() {
            git["Condition"] = json!({
                "StringEquals": { "aws:SourceVpce": names(&self.git_endpoints, |e| &e.0) }
            });
        }
        let mut statements = vec![git];
        if !self.protected.is_empty() {
            statements.push(json!({
                "Sid": "ProtectedBranches",
                "Effect": "Deny",
                "Action": [
                    "codecommit:GitPush",
                    "codecommit:DeleteBranch",
                    "codecommit:PutFile",
                    "codecommit:Merge*",
                ],
                "Resource": self.resources(),
                // A push asks twice; the first time it names no reference yet.
                "Condition": {
                    "StringEqualsIfExists": {
                        "codecommit:References": names(&self.protected, |branch| &branch.0),
                    },
                    "Null": { "codecommit:References": "false" },
                },
            }));
        }
        document(statements)
    }

    /// Who may assume the role. The account is the principal and the roles a condition: a role that is made
    /// anew under its old name has another id, and would be trusted no longer.
    fn trust(&self) -> Value {
        let partition = self.region.partition();
        let account = &self.studio_account.0;
        let roles: Vec<String> = self
            .execution_roles
            .iter()
            .map(|role| format!("arn:{partition}:iam::{account}:role/{}", role.0))
            .collect();
        let statement = |sid: &str, action: &str| {
            json!({
                "Sid": sid,
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:{partition}:iam::{account}:root") },
                "Action": action,
                "Condition": { "ArnEquals": { "aws:PrincipalArn": roles } },
            })
        };
        let mut assume = statement("ExecutionRoles", "sts:AssumeRole");
        let mut equals = serde_json::Map::new();
        if let Some(id) = &self.external_id {
            equals.insert("sts:ExternalId".into(), id.as_str().into());
        }
        if !self.sts_endpoints.is_empty() {
            let endpoints = names(&self.sts_endpoints, |endpoint| &endpoint.0);
            equals.insert("aws:SourceVpce".into(), endpoints.into());
        }
        if !equals.is_empty() {
            assume["Condition"]["StringEquals"] = equals.into();
        }
        let mut statements = vec![assume];
        if self.source_identity {
            // A statement of its own: it is another action of the same call, and knows no external id.
            statements.push(statement("SourceIdentity", "sts:SetSourceIdentity"));
        }
        document(statements)
    }

    fn execution(&self) -> Value {
        let actions: &[&str] = if self.source_identity {
            &["sts:AssumeRole", "sts:SetSourceIdentity"]
        } else {
            &["sts:AssumeRole"]
        };
        document(vec![json!({
            "Sid": "CodeCommitRole",
            "Effect": "Allow",
            "Action": actions,
            "Resource": self.role_arn(),
        })])
    }

    fn role_arn(&self) -> String {
        format!(
            "arn:{}:iam::{}:role/{}",
            self.region.partition(),
            self.repository_account.0,
            self.role_name.0
        )
    }

    fn resources(&self) -> Vec<String> {
        let (partition, region) = (self.region.partition(), &self.region);
        let account = &self.repository_account.0;
        names(&self.repositories, |name| name)
            .into_iter()
            .map(|name| format!("arn:{partition}:codecommit:{region}:{account}:{name}"))
            .collect()
    }
}

fn names<'a, T, N: ToString + ?Sized + 'a>(
    all: &'a [T],
    name: impl Fn(&'a T) -> &'a N,
) -> Vec<String> {
    all.iter().map(|one| name(one).to_string()).collect()
}

fn document(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn pattern() -> Pattern {
        Pattern {
            repository_account: "111111111111".parse().unwrap(),
            studio_account: "222222222222".parse().unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            repositories: vec![RepositoryName::parse("demo-repo").unwrap()],
            execution_roles: vec!["service-role/Execution".parse().unwrap()],
            role_name: "Contributor".parse().unwrap(),
            read_only: false,
            protected: Vec::new(),
            source_identity: false,
            external_id: None,
            git_endpoints: Vec::new(),
            sts_endpoints: Vec::new(),
        }
    }

    #[test]
    fn the_least_is_two_actions_on_one_repository_for_one_role() {
        let pattern = pattern();
        assert_eq!(
            pattern.permissions()["Statement"],
            json!([{
                "Sid": "Git",
                "Effect": "Allow",
                "Action": ["codecommit:GitPull", "codecommit:GitPush"],
                "Resource": ["arn:aws:codecommit:eu-west-1:111111111111:demo-repo"],
            }])
        );
        assert_eq!(
            pattern.trust()["Statement"],
            json!([{
                "Sid": "ExecutionRoles",
                "Effect": "Allow",
                "Principal": { "AWS": "arn:aws:iam::222222222222:root" },
                "Action": "sts:AssumeRole",
                "Condition": { "ArnEquals": {
                    "aws:PrincipalArn": ["arn:aws:iam::222222222222:role/service-role/Execution"]
                } },
            }])
        );
        assert_eq!(
            pattern.execution()["Statement"],
            json!([{
                "Sid": "CodeCommitRole",
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Resource": "arn:aws:iam::111111111111:role/Contributor",
            }])
        );
    }

    #[test]
    fn each_wish_is_one_statement_or_condition_more() {
        let mut pattern = pattern();
        pattern.read_only = true;
        pattern.protected = vec![
            "main".parse().unwrap(),
            "refs/heads/release/1".parse().unwrap(),
        ];
        pattern.source_identity = true;
        pattern.external_id = Some("an-id".parse().unwrap());
        pattern.git_endpoints = vec!["vpce-0a1".parse().unwrap()];
        pattern.sts_endpoints = vec!["vpce-0b2".parse().unwrap()];
        let permissions = pattern.permissions();
        assert_eq!(
            permissions["Statement"][0]["Action"],
            json!(["codecommit:GitPull"])
        );
        assert_eq!(
            permissions["Statement"][0]["Condition"],
            json!({ "StringEquals": { "aws:SourceVpce": ["vpce-0a1"] } })
        );
        assert_eq!(
            permissions["Statement"][1]["Condition"],
            json!({
                "StringEqualsIfExists": {
                    "codecommit:References": ["refs/heads/main", "refs/heads/release/1"]
                },
                "Null": { "codecommit:References": "false" },
            })
        );
        let trust = pattern.trust();
        assert_eq!(
            trust["Statement"][0]["Condition"]["StringEquals"],
            json!({ "sts:ExternalId": "an-id", "aws:SourceVpce": ["vpce-0b2"] })
        );
        assert_eq!(trust["Statement"][1]["Action"], "sts:SetSourceIdentity");
        assert!(
            trust["Statement"][1]["Condition"]
                .get("StringEquals")
                .is_none()
        );
        assert_eq!(
            pattern.execution()["Statement"][0]["Action"],
            json!(["sts:AssumeRole", "sts:SetSourceIdentity"])
        );
    }

    #[test]
    fn china_has_its_own_arns() {
        let mut pattern = pattern();
        pattern.region = Region::parse("cn-north-1").unwrap();
        assert_eq!(
            pattern.role_arn(),
            "arn:aws-cn:iam::111111111111:role/Contributor"
        );
        assert!(pattern.resources()[0].starts_with("arn:aws-cn:codecommit:cn-north-1:"));
    }
}
