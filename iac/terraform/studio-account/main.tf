# What SageMaker Studio needs to use CodeCommit: the permission to assume the role of another account's repository or
# to use one of this account, and lifecycle configurations that set git up at each start of a space:
# cloudformation/studio-account.yaml as a module. Apply it in the Studio account and region.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.70"
    }
  }
}

variable "repository_role_arn" {
  description = "The output role_arn of repository-account; if null, git uses the profile or the execution role itself."
  type        = string
  default     = null
  validation {
    condition     = var.repository_role_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", var.repository_role_arn))
    error_message = "A role's ARN looks like arn:aws:iam::111111111111:role/Name."
  }
}

variable "repository_region" {
  description = "The repository's region; required with repository_role_arn."
  type        = string
  default     = null
  validation {
    condition     = var.repository_region == null || can(regex("^[a-z]{2,}(-[a-z0-9]+)+-[0-9]+$", var.repository_region))
    error_message = "A region looks like eu-west-1."
  }
}

variable "profile" {
  description = "With repository_role_arn, the AWS profile to create (CrossAccountAccessProfile by default); without it, an existing profile."
  type        = string
  default     = null
  validation {
    condition     = var.profile == null || can(regex("^[A-Za-z0-9_-]{1,64}$", var.profile))
    error_message = "A profile's name has letters, digits, dashes and underscores."
  }
}

variable "repository_name" {
  description = "A repository of this account that the execution role may use; a * stands for any characters."
  type        = string
  default     = null
  validation {
    condition     = var.repository_name == null || can(regex("^[A-Za-z0-9._*-]{1,100}$", var.repository_name))
    error_message = "A repository's name has letters, digits, dots, dashes and underscores."
  }
}

variable "execution_role_name" {
  description = "The name of the domain's existing execution role, without its path."
  type        = string
}

variable "source_identity" {
  description = "true if the domain has ExecutionRoleIdentityConfig=USER_PROFILE_NAME; the execution role's own trust policy must then allow sagemaker.amazonaws.com sts:SetSourceIdentity."
  type        = bool
  default     = false
}

variable "archive" {
  description = "The archive of the programs and install.sh, a local file."
  type        = string
}

variable "bucket" {
  description = "The bucket of the archive; if null, a bucket is created. The archive is encrypted with S3's own keys."
  type        = string
  default     = null
  validation {
    condition     = var.bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits, dots and dashes."
  }
}

variable "strict" {
  description = "If true, a space does not start when the script fails."
  type        = bool
  default     = false
}

locals {
  key    = "git-codecommit-${substr(filesha256(var.archive), 0, 12)}.tar.gz"
  bucket = var.bucket == null ? aws_s3_bucket.programs[0].bucket : var.bucket
  script = templatefile("${path.module}/lifecycle.sh.tftpl", {
    source   = "s3://${local.bucket}/${local.key}"
    sha256   = filesha256(var.archive)
    strict   = var.strict
    role_arn = var.repository_role_arn
    region   = var.repository_region
    profile  = var.profile
  })
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "programs" {
  count         = var.bucket == null ? 1 : 0
  bucket_prefix = "git-codecommit-"
}

resource "aws_s3_bucket_versioning" "programs" {
  count  = var.bucket == null ? 1 : 0
  bucket = aws_s3_bucket.programs[0].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "programs" {
  count                   = var.bucket == null ? 1 : 0
  bucket                  = aws_s3_bucket.programs[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "programs" {
  count  = var.bucket == null ? 1 : 0
  bucket = aws_s3_bucket.programs[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Encrypted"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.programs[0].arn, "${aws_s3_bucket.programs[0].arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_object" "programs" {
  bucket                 = local.bucket
  key                    = local.key
  source                 = var.archive
  source_hash            = filesha256(var.archive)
  server_side_encryption = "AES256"
}

resource "aws_iam_role_policy" "execution" {
  # The name is unique, so that no other module and no "git codecommit policy" overwrites this policy.
  name_prefix = "AssumeCodeCommitRole-"
  role        = var.execution_role_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      var.repository_role_arn == null ? [] : [{
        Sid      = "CodeCommitRole"
        Effect   = "Allow"
        Action   = concat(["sts:AssumeRole"], var.source_identity ? ["sts:SetSourceIdentity"] : [])
        Resource = var.repository_role_arn
      }],
      var.repository_name == null ? [] : [{
        Sid      = "Git"
        Effect   = "Allow"
        Action   = ["codecommit:GitPull", "codecommit:GitPush"]
        Resource = "arn:${data.aws_partition.current.partition}:codecommit:*:${data.aws_caller_identity.current.account_id}:${var.repository_name}"
      }],
      [{
        Sid      = "Programs"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${local.bucket}/${local.key}"
      }],
    )
  })
}

# A lifecycle configuration cannot be changed: its content's hash is part of its name.
resource "aws_sagemaker_studio_lifecycle_config" "app" {
  for_each                         = toset(["JupyterLab", "CodeEditor"])
  studio_lifecycle_config_name     = "git-codecommit-${lower(each.value)}-${substr(sha256(local.script), 0, 32)}"
  studio_lifecycle_config_app_type = each.value
  studio_lifecycle_config_content  = base64encode(local.script)
  depends_on                       = [aws_s3_object.programs]
  lifecycle {
    create_before_destroy = true
    precondition {
      condition     = var.repository_role_arn == null || var.repository_region != null
      error_message = "repository_role_arn needs repository_region."
    }
  }
}

output "built_in_lifecycle_config_arns" {
  description = "For default_user_settings.jupyter_lab_app_settings and .code_editor_app_settings, and default_space_settings.jupyter_lab_app_settings, of aws_sagemaker_domain."
  value       = { for app, config in aws_sagemaker_studio_lifecycle_config.app : app => config.arn }
}
