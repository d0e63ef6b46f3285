"""Puts the parts of a run together as docs/reliability.md.

usage: page.py PLACE SEED COMMIT
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

PARTS = {
    "faults": ("Broken answers", """\
A git host, STS and a container endpoint break an answer (a list of references, an agreement on what git lacks, a pack, a report, keys): by a reset, an end or a stall at a kind of byte (the status line, the headers, a
packet's length, its middle, between packets, the last flush, the end), by a cut or noise inside packets while HTTP is whole, by a wrong
length, type or status, by a reset or an early answer while the request is sent, or by TLS (an alert, a certificate that has expired, or one of another name). The fault stays until git has ended, or (*once*)
strikes the first time only. After each: the exit code is right, no panic, no secret is printed, `git fsck` finds both repositories whole,
references are as before or as reported, nothing was pushed twice, a push that arrived and failed says so, no process, lock or temporary file
is left that git's own https does not leave (a lazy fetch that fails leaves the `tmp_pack` of `git index-pack`), and the same command succeeds when it is repeated. Git's own https transport meets the same
answers, and its verdict (success or failure) is compared: it shares no code with this project."""),
    "kills": ("Signals", """\
TERM, INT, KILL, and STOP with CONT 1.2 s later, in turn, at a random moment of a run, to git, to the helper below it, to setup and to the
installer (or its whole process group). After each: what was continued succeeds; the cache's sessions, the configuration and the programs are whole, old or new; references are old or new; no process is
left; the repeat succeeds and leaves nothing of the run that was killed, a session half written included."""),
    "fleet": ("Many homes at once", """\
Homes that start together, against an STS that throttles by a token bucket: a hundred with two processes in each, then 2,500 with two
in every tenth. Every process gets its password, each home's role is assumed once, and throttled homes come back apart from each other,
later each time.

![Calls of AssumeRole over time](pictures/fleet.svg)"""),
    "fuzz": ("Made-up input", """\
Unit tests make addresses, packets, advertisements, responses in pieces, git's configuration, files to edit, sessions, profiles and credential
requests at random, for the most part well formed, and compare what is read with what was written, or with a second reader in the test.
`TORTURE_CASES` sets how many."""),
}


ROOT = Path(__file__).parents[2]
# So many lines of what went wrong are shown.
MOST = 30


def main():
    place, seed, commit = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    print("# Reliability\n\nWritten by scripts/torture: do not edit. What was broken on purpose, how often, and what came of it.\n")
    print(f"{time.strftime('%Y-%m-%d', time.gmtime())}, {os.cpu_count()} cores, {version}, git-codecommit {commit}, "
          f"{os.environ.get('TORTURE_BUILD', 'debug build')}, seed {seed}. *Wrong* counts runs of which one of these statements was not true.")
    for part, (title, text) in PARTS.items():
        if not (place / f"{part}.md").exists():
            continue
        print(f"\n## {title}\n\n{text}\n\n`scripts/torture --seed {seed} {part}`\n")
        print((place / f"{part}.md").read_text().rstrip())
        wrong = [line for line in (place / f"{part}.wrong").read_text().split("\n") if line.startswith(("case ", "kill ", "home "))]
        if wrong:
            number = "--case N" if part in ("faults", "kills") else ""
            print(f"\nWhat was not as it has to be (`scripts/torture --seed {seed} {number} {part}` repeats one):\n")
            print("\n".join(f"- {shown(line)}" for line in wrong[:MOST]))
            if len(wrong) > MOST:
                print(f"- and {len(wrong) - MOST} more")
    print("\n## What was found, and its tests\n\nEach was found by an attack on the programs; these tests fail where it comes back. "
          "`scripts/test NAME` runs one.\n\n| fault | tests |\n|---|---|")
    for fault, tests in tested():
        print(f"| {fault} | {', '.join(f'`{test}`' for test in tests)} |")
    print("\nInput made at random, mutants, home directories on network file systems and the search for secrets: "
          "[hostile-input.md](hostile-input.md).")


def tested():
    """The faults of tested.txt with the names of their tests, each of which is there."""
    lines = (ROOT / "tests/torture/tested.txt").read_text().splitlines()
    for line in lines:
        if line.startswith("#"):
            continue
        fault, tests = line.split("\t")
        names = []
        for test in tests.split():
            module, _, name = test.rpartition("::")
            path = ROOT / module.replace("::", "/")
            files = [path.with_suffix(".rs"), path / "mod.rs"]
            if not any(file.exists() and f"fn {name}()" in file.read_text() for file in files):
                raise SystemExit(f"tested.txt names {test}, which is not there")
            names.append(test.removeprefix("tests::").removeprefix("src::"))
        yield fault, names


def shown(line):
    """A line for the page: no random names, and not too long."""
    line = re.sub(r"/tmp/tmp\.\w+/\w+/cases/\w+/", "~", line)
    return line if len(line) < 300 else line[:297] + "…"


main()
