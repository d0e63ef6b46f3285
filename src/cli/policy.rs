//! `git codecommit policy`.

use super::session::Session;
use super::wanted::{region, repository};
use crate::aws::Region;
use crate::aws::RepositoryName;
use crate::aws::iam::ExternalId;
use crate::error::{Error, UsageError};
use crate::policy::{Account, Branch, Format, Pattern, RoleName, VpcEndpoint};

/// Print the IAM policies for repositories in another account, with the fewest permissions
///
/// Three policies: whom the repositories' role trusts, what it may do, and what the execution roles of
/// SageMaker Studio need to assume it.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  git codecommit policy --repository-account 111111111111 --studio-account 222222222222 \\
    --region eu-west-1 --repository demo-repo --execution-role service-role/AmazonSageMaker-ExecutionRole \\
    --protect main --format cloudformation")]
pub(super) struct Policy {
    /// The account of the repositories
    #[arg(long, value_name = "ACCOUNT")]
    repository_account: Account,
    /// The account of SageMaker Studio
    #[arg(long, value_name = "ACCOUNT")]
    studio_account: Account,
    /// The region of the repositories
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Region,
    /// A repository
    #[arg(long = "repository", value_name = "NAME", required = true, value_parser = repository)]
    repositories: Vec<RepositoryName>,
    /// An execution role of the domain or of user profiles: its name with the path, or its ARN
    #[arg(long = "execution-role", value_name = "ROLE", required = true)]
    execution_roles: Vec<RoleName>,
    /// The role to make in the repositories' account
    #[arg(
        long,
        value_name = "NAME",
        default_value = "MyCrossAccountRepositoryContributorRole"
    )]
    role_name: RoleName,
    /// Clone and fetch only
    #[arg(long)]
    read_only: bool,
    /// A branch that nobody may push to, or delete
    #[arg(long = "protect", value_name = "BRANCH")]
    protected: Vec<Branch>,
    /// The domain has ExecutionRoleIdentityConfig=USER_PROFILE_NAME: CloudTrail then names the user
    ///
    /// It can be set while no app of the domain runs, and every execution role's own trust policy must allow
    /// sagemaker.amazonaws.com sts:SetSourceIdentity: --format json prints that statement.
    #[arg(long)]
    source_identity: bool,
    /// An external id that must be given (git codecommit setup --external-id)
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,
    /// The only VPC endpoint for git-codecommit through which git is served
    #[arg(long = "vpc-endpoint", value_name = "ID")]
    git_endpoints: Vec<VpcEndpoint>,
    /// The only VPC endpoint for sts through which the role can be assumed
    #[arg(long = "sts-vpc-endpoint", value_name = "ID")]
    sts_endpoints: Vec<VpcEndpoint>,
    /// How to print them
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Json)]
    format: Format,
}

impl Policy {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Error> {
        let is_elsewhere = |role: &RoleName, account| !role.is_of(account);
        for (argument, wrong) in [
            (
                "--execution-role",
                self.execution_roles
                    .iter()
                    .any(|role| is_elsewhere(role, &self.studio_account)),
            ),
            (
                "--role-name",
                is_elsewhere(&self.role_name, &self.repository_account),
            ),
        ] {
            if wrong {
                return Err(UsageError {
                    problem: format!("the ARN of {argument} is of another account"),
                    hint: "--execution-role is in --studio-account, --role-name in --repository-account".into(),
                }
                .into());
            }
        }
        let partition = self.region.partition();
        let other = |role| RoleName::other_partition(role, partition);
        let wrong = self.execution_roles.iter().find_map(other);
        if let Some(other) = wrong.or_else(|| other(&self.role_name)) {
            return Err(UsageError {
                problem: format!(
                    "a role's ARN is of the partition {other}, and --region {} is in {partition}",
                    self.region
                ),
                hint:
                    "no role can be assumed across partitions: give a role and a region of the same"
                        .into(),
            }
            .into());
        }
        let pattern = Pattern {
            repository_account: self.repository_account,
            studio_account: self.studio_account,
            region: self.region,
            repositories: self.repositories,
            execution_roles: self.execution_roles,
            role_name: self.role_name,
            read_only: self.read_only,
            protected: self.protected,
            source_identity: self.source_identity,
            external_id: self.external_id,
            git_endpoints: self.git_endpoints,
            sts_endpoints: self.sts_endpoints,
        };
        session
            .out
            .write_all(pattern.in_format(self.format).as_bytes())?;
        Ok(())
    }
}
