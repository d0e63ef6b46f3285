"""Deploys templates to moto, a local AWS API, and prints what came of them as JSON.

usage: deploy.py ACCOUNT   from standard input a list of [TEMPLATE, [NAME=VALUE, ...]]: each as one stack in an
                           account that is empty but for a VPC and the role service-role/Execution; the VPC's and
                           the subnet's id stand for VPC and SUBNET in a value
       deploy.py grammar   from standard input a list of policies: for each, what IAM says against it
       deploy.py serve     an S3 and STS until the end of standard input
"""

import ast
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request


def serve():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(url + "/moto-api/data.json", timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    else:
        server.kill()
        sys.exit("moto did not start")
    print(url, flush=True)
    sys.stdin.read()
    server.kill()


def document(policy):
    # moto gives some policies as Python text.
    return ast.literal_eval(policy) if isinstance(policy, str) else policy


made = []


def teach_moto():
    """Makes its CloudFormation accept what it does not know, and note it in `made` with every function resolved."""
    from moto.core.common_models import CloudFormationModel

    class Noted(CloudFormationModel):
        # moto reads a service's name off this.
        __module__ = "moto.sagemaker"

        def __init__(self, properties):
            self.physical_resource_id = properties["StudioLifecycleConfigName"]

        @staticmethod
        def cloudformation_name_type():
            return ""

        @classmethod
        def has_cfn_attr(cls, attr):
            return attr == "StudioLifecycleConfigArn"

        def get_cfn_attribute(self, attribute_name):
            return "arn:aws:sagemaker:eu-west-1:222222222222:studio-lifecycle-config/" + self.physical_resource_id

        @classmethod
        def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
            made.append([cls.cloudformation_type(), cloudformation_json["Properties"]])
            return cls({"StudioLifecycleConfigName": resource_name, **cloudformation_json["Properties"]})

    class StudioLifecycleConfig(Noted, CloudFormationModel):
        __module__ = "moto.sagemaker"

        @staticmethod
        def cloudformation_type():
            return "AWS::SageMaker::StudioLifecycleConfig"

    class Domain(Noted, CloudFormationModel):
        __module__ = "moto.sagemaker"

        @staticmethod
        def cloudformation_type():
            return "AWS::SageMaker::Domain"


def deploy(template, parameters):
    import boto3

    made.clear()

    def client(service):
        return boto3.client(service, "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")

    iam, ec2, stacks = client("iam"), client("ec2"), client("cloudformation")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName="Execution", Path="/service-role/", AssumeRolePolicyDocument=trust)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    given = {"VPC": vpc, "SUBNET": subnet}
    pairs = [parameter.split("=", 1) for parameter in parameters]
    with open(template) as file:
        stacks.create_stack(
            StackName="stack",
            TemplateBody=file.read(),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": given.get(value, value)} for name, value in pairs
            ],
        )
    stack = stacks.describe_stacks(StackName="stack")["Stacks"][0]
    roles = {}
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        roles[name] = {
            "arn": role["Arn"],
            "trust": document(role["AssumeRolePolicyDocument"]),
            "policies": {
                policy: document(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
                for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
            },
        }
    return {
        "status": stack["StackStatus"],
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
        "roles": roles,
        "buckets": [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
        "made": list(made),
        "groups": {
            group["Description"]: {
                "id": group["GroupId"],
                "from": sorted(
                    source
                    for rule in group["IpPermissions"]
                    for source in [r["CidrIp"] for r in rule["IpRanges"]]
                    + [pair["GroupId"] for pair in rule["UserIdGroupPairs"]]
                ),
            }
            for group in ec2.describe_security_groups()["SecurityGroups"]
        },
        "endpoints": {
            endpoint["ServiceName"]: endpoint.get("PolicyDocument")
            for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]
        },
    }


def grammar(policies):
    import boto3
    from botocore.exceptions import ClientError

    iam = boto3.client("iam", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")

    def answer(number, policy):
        try:
            iam.create_policy(PolicyName=f"policy{number}", PolicyDocument=policy)
            return ""
        except ClientError as error:
            return str(error)

    return [answer(number, policy) for number, policy in enumerate(policies)]


if sys.argv[1] == "serve":
    serve()
elif sys.argv[1] == "grammar":
    from moto import mock_aws

    with mock_aws():
        print(json.dumps(grammar(json.load(sys.stdin))))
else:
    os.environ["MOTO_ACCOUNT_ID"] = sys.argv[1]
    from moto import mock_aws

    teach_moto()
    results = []
    for job in json.load(sys.stdin):
        with mock_aws():
            results.append(deploy(*job))
    print(json.dumps(results, default=str))
