use super::session::Session;
use super::setup_args::{region, repository};
use crate::aws::Region;
use crate::aws::RepositoryName;
use crate::aws::iam::ExternalId;
use crate::error::{Error, UsageError};
use crate::policy::{
    Account, Branch, ControlPolicy, Format, OrganizationId, Pattern, PrincipalTag, RoleName, Vpc,
    VpcEndpoint,
};

/// Print least-privilege IAM policies for repositories in another account
///
/// It prints three policies: the trust policy and the permissions of the role in the repositories' account, and
/// the permission to assume it for the execution roles of SageMaker Studio.
///
/// --scp prints a service control policy instead, for accounts whose organization denies requests outside itself or
/// its VPCs: those denials, with an exception for roles that have a tag, and for them only what this pattern needs.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("perimeter").multiple(true))]
#[command(after_help = "\
Example:
  git codecommit policy --repository-account 111111111111 --studio-account 222222222222 \\
    --region eu-west-1 --repository demo-repo --execution-role service-role/AmazonSageMaker-ExecutionRole \\
    --protect main --format cloudformation")]
pub(super) struct Policy {
    /// Account of the repositories
    #[arg(long, value_name = "ACCOUNT")]
    repository_account: Account,
    /// Account of SageMaker Studio
    #[arg(long, value_name = "ACCOUNT")]
    studio_account: Account,
    /// Region of the repositories
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Region,
    /// Name of a repository
    #[arg(long = "repository", value_name = "NAME", required = true, value_parser = repository)]
    repositories: Vec<RepositoryName>,
    /// Execution role of the domain or a user profile: path and name, or ARN
    #[arg(long = "execution-role", value_name = "ROLE", required = true)]
    execution_roles: Vec<RoleName>,
    /// Name of the role to create in the repositories' account
    #[arg(
        long,
        value_name = "NAME",
        default_value = "MyCrossAccountRepositoryContributorRole"
    )]
    role_name: RoleName,
    /// Allow clone and fetch, but no push
    #[arg(long)]
    read_only: bool,
    /// Deny pushes to this branch, and its deletion
    #[arg(long = "protect", value_name = "BRANCH")]
    protected: Vec<Branch>,
    /// Allow sts:SetSourceIdentity, so that CloudTrail names the user
    ///
    /// For a domain with ExecutionRoleIdentityConfig=USER_PROFILE_NAME, which can be set while no app of the domain
    /// runs. The trust policy of every execution role must allow sagemaker.amazonaws.com sts:SetSourceIdentity:
    /// --format json prints that statement.
    #[arg(long)]
    source_identity: bool,
    /// Require this external ID (git codecommit setup --external-id)
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,
    /// Serve git through this git-codecommit VPC endpoint only
    #[arg(long = "vpc-endpoint", value_name = "ID")]
    git_endpoints: Vec<VpcEndpoint>,
    /// Let the role be assumed through this sts VPC endpoint only
    #[arg(long = "sts-vpc-endpoint", value_name = "ID")]
    sts_endpoints: Vec<VpcEndpoint>,
    /// Print the service control policy that lets this pattern through
    #[arg(long, requires = "perimeter")]
    scp: bool,
    /// Deny resources outside this organization
    #[arg(long, value_name = "ID", requires = "scp", group = "perimeter")]
    organization: Option<OrganizationId>,
    /// Deny requests from outside this VPC
    #[arg(
        long = "vpc",
        id = "vpcs",
        value_name = "ID",
        requires = "scp",
        group = "perimeter"
    )]
    vpcs: Vec<Vpc>,
    /// Tag of the execution roles and of the repository role
    #[arg(
        long,
        value_name = "KEY=VALUE",
        requires = "scp",
        default_value = "codecommit=cross-account"
    )]
    principal_tag: PrincipalTag,
    /// Choose the output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Json)]
    format: Format,
}

impl Policy {
    /// Refuses ARNs of another account or partition.
    fn check(&self) -> Result<(), UsageError> {
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
                    problem: format!("the ARN in {argument} belongs to another account"),
                    hint: "--execution-role must be in --studio-account, and --role-name in --repository-account".into(),
                });
            }
        }
        let partition = self.region.partition();
        let other = |role| RoleName::other_partition(role, partition);
        let wrong = self.execution_roles.iter().find_map(other);
        if let Some(other) = wrong.or_else(|| other(&self.role_name)) {
            return Err(UsageError {
                problem: format!(
                    "a role ARN is in partition {other}, but --region {} is in {partition}",
                    self.region
                ),
                hint: "a role cannot be assumed across partitions: choose both in the same one"
                    .into(),
            });
        }
        Ok(())
    }

    pub(super) fn run(self, session: &mut Session) -> Result<(), Error> {
        self.check()?;
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
        let text = match self.scp {
            false => pattern.in_format(self.format),
            true => ControlPolicy {
                pattern,
                organization: self.organization,
                vpcs: self.vpcs,
                tag: self.principal_tag,
            }
            .in_format(self.format),
        };
        session.out.write_all(text.as_bytes())?;
        Ok(())
    }
}
