"""Writes the lifecycle script into the templates; scripts/iac --update runs it.

CloudFormation and Terraform have no way to read the file, and take ${...} for their own.
"""

import pathlib
import re

root = pathlib.Path(__file__).parents[2]
script = (root / "src/studio/lifecycle.sh").read_text()


def filled(escaped, values):
    text = script.replace("${", escaped)
    settings = {name.upper(): values[name] for name in ["source", "sha256", "strict", "arguments"]} | {"CLONE": ":"}
    return re.sub("@([A-Z0-9]+)@", lambda name: settings[name[1]], text)


terraform = {name: "${%s}" % name for name in ["source", "sha256", "strict"]}
terraform["arguments"] = (
    '${join(" ", compact([role_arn == null ? "" : "--role-arn=${role_arn} --region=${region}", '
    'profile == null ? "" : "--profile=${profile}"]))}'
)
(root / "iac/terraform/studio-account/lifecycle.sh.tftpl").write_text(filled("$${", terraform))

cloudformation = {
    "source": "s3://${Bucket}/${ProgramsKey}",
    "sha256": "${ProgramsSha256}",
    "strict": "${Strict}",
    "arguments": "${Arguments}",
}
indent = " " * 14
lines = filled("${!", cloudformation).splitlines()
block = "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
template = root / "iac/cloudformation/studio-account.yaml"
text = template.read_text()
text, count = re.subn(rf"(?m)^{indent}#!/bin/sh\n(?:{indent}.*\n|\n)*", lambda _: block, text)
assert count == 2, count
template.write_text(text)
