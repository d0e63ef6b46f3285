"""Times the credential helpers' `get` with a cached session, in turn; prints a Markdown table.

The answers must agree in the user name: what fails fast would look fast.
"""

import os
import statistics
import subprocess
import sys
import time

REQUEST = b"protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/R\n"
OURS = [os.environ["PROGRAMS"] + "/git-credential-codecommit", "--profile", "P", "get"]
AWS = [os.environ["AWS"], "--profile", "P", "codecommit", "credential-helper", "get"]
ENVIRONMENT = {
    "HOME": os.environ["HOME"],
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def timed(command):
    """Runs a command once; its milliseconds and its answer."""
    began = time.perf_counter()
    said = subprocess.run(command, input=REQUEST, stdout=subprocess.PIPE, env=ENVIRONMENT, check=True)
    return (time.perf_counter() - began) * 1000, said.stdout


def main():
    runs = int(os.environ["RUNS"])
    names = {"ours": OURS, "aws": AWS, "nothing": ["/bin/true"]}
    times = {name: [] for name in names}
    for name, command in names.items():
        _, answer = timed(command)
        if name != "nothing" and b"username=ASIAEXAMPLE%token\n" not in answer:
            sys.exit(f"{name} did not answer from the cache: {answer!r}")
    # The slow one runs a tenth as often, in between.
    for turn in range(runs):
        for name, command in names.items():
            if name != "aws" or turn % 10 == 0:
                times[name].append(timed(command)[0])
    ours = statistics.median(times["ours"])
    aws = statistics.median(times["aws"])
    print("| | median | least | |")
    print("|---|---|---|---|")
    for name, label in [
        ("nothing", "`/bin/true`"),
        ("ours", "`git-credential-codecommit get`"),
        ("aws", "`aws codecommit credential-helper get`"),
    ]:
        ratio = f"{aws / ours:.0f} times ours" if name == "aws" else ""
        print(f"| {label} | {statistics.median(times[name]):.1f} ms | {min(times[name]):.1f} ms | {ratio} |")


main()
