# The role that lets SageMaker Studio in another account use one CodeCommit repository with git, and nothing
# more: cloudformation/repository-account.yaml as a module. Apply it in the repository's account and region.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.70"
    }
  }
}

variable "repository_name" {
  type = string
  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,100}$", var.repository_name))
    error_message = "A repository's name has letters, digits, dots, dashes and underscores."
  }
}

variable "studio_account_id" {
  type = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.studio_account_id))
    error_message = "An account number has 12 digits."
  }
}

variable "execution_role_arns" {
  description = "The execution roles of the domain and of its user profiles, with their paths."
  type        = list(string)
  validation {
    condition = length(var.execution_role_arns) > 0 && alltrue([
      for arn in var.execution_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))
    ])
    error_message = "A role's ARN looks like arn:aws:iam::222222222222:role/service-role/Name."
  }
}

variable "role_name" {
  type    = string
  default = "MyCrossAccountRepositoryContributorRole"
}

variable "read_only" {
  description = "Allow clone and fetch only."
  type        = bool
  default     = false
}

variable "protected_branches" {
  description = "For example refs/heads/main; the role cannot push to these branches or delete them."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for branch in var.protected_branches : can(regex("^refs/heads/[^*?$]+$", branch))])
    error_message = "A branch is given as refs/heads/main."
  }
}

variable "source_identity" {
  description = "true if the domain has ExecutionRoleIdentityConfig=USER_PROFILE_NAME."
  type        = bool
  default     = false
}

variable "external_id" {
  type    = string
  default = null
}

variable "sts_vpc_endpoint_ids" {
  description = "The only endpoints for sts through which the role can be assumed."
  type        = list(string)
  default     = []
}

variable "git_vpc_endpoint_ids" {
  description = "The only endpoints for git-codecommit through which git can be used."
  type        = list(string)
  default     = []
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition  = data.aws_partition.current.partition
  repository = "arn:${local.partition}:codecommit:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:${var.repository_name}"
  conditions = merge(
    var.external_id == null ? {} : { "sts:ExternalId" = [var.external_id] },
    length(var.sts_vpc_endpoint_ids) == 0 ? {} : { "aws:SourceVpce" = var.sts_vpc_endpoint_ids },
  )
}

data "aws_iam_policy_document" "trust" {
  # The principal is the account, and the roles are a condition: a role that is deleted and created again has
  # another id, and a principal with its ARN would no longer match.
  dynamic "statement" {
    for_each = concat(["sts:AssumeRole"], var.source_identity ? ["sts:SetSourceIdentity"] : [])
    content {
      sid     = statement.value == "sts:AssumeRole" ? "ExecutionRoles" : "SourceIdentity"
      actions = [statement.value]
      principals {
        type        = "AWS"
        identifiers = ["arn:${local.partition}:iam::${var.studio_account_id}:root"]
      }
      condition {
        test     = "ArnEquals"
        variable = "aws:PrincipalArn"
        values   = var.execution_role_arns
      }
      dynamic "condition" {
        for_each = statement.value == "sts:AssumeRole" ? local.conditions : {}
        content {
          test     = "StringEquals"
          variable = condition.key
          values   = condition.value
        }
      }
    }
  }
}

data "aws_iam_policy_document" "git" {
  statement {
    sid       = "Git"
    actions   = var.read_only ? ["codecommit:GitPull"] : ["codecommit:GitPull", "codecommit:GitPush"]
    resources = [local.repository]
    dynamic "condition" {
      for_each = length(var.git_vpc_endpoint_ids) == 0 ? [] : [var.git_vpc_endpoint_ids]
      content {
        test     = "StringEquals"
        variable = "aws:SourceVpce"
        values   = condition.value
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.protected_branches) == 0 ? [] : [var.protected_branches]
    content {
      sid       = "ProtectedBranches"
      effect    = "Deny"
      actions   = ["codecommit:GitPush", "codecommit:DeleteBranch", "codecommit:PutFile", "codecommit:Merge*"]
      resources = [local.repository]
      condition {
        test     = "StringEqualsIfExists"
        variable = "codecommit:References"
        values   = statement.value
      }
      # AWS evaluates a push twice, the first time without a reference.
      condition {
        test     = "Null"
        variable = "codecommit:References"
        values   = ["false"]
      }
    }
  }
}

resource "aws_iam_role" "repository" {
  name                 = var.role_name
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "git" {
  name   = "Git"
  role   = aws_iam_role.repository.id
  policy = data.aws_iam_policy_document.git.json
}

output "role_arn" {
  description = "For repository_role_arn of studio-account."
  value       = aws_iam_role.repository.arn
}
