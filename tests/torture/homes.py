"""Homes, repositories, and what may be left of a command that has ended."""

import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from hosts import SECRET, TOKEN

GITCONFIG = """[user]
	name = Data Scientist
	email = ds@example.com
[init]
	defaultBranch = main
[advice]
	detachedHead = false
[gc]
	auto = 0
[pack]
	threads = 1
[http]
	lowSpeedLimit = 1
	lowSpeedTime = 3
	maxRetries = 1
	retryAfter = 0
	postBuffer = 65536
"""


@dataclass
class Ended:
    """A command that has ended; the code is None where the limit ended it."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float


class World:
    """What every case shares: the programs, the hosts' ports and the repositories to copy."""

    def __init__(self, place, programs, ports):
        self.place, self.programs, self.ports = place, programs, ports

    def environment(self, home, case, tls="", sts=""):
        local = "https://localhost:%d"
        return {
            "HOME": str(home), "PATH": f"{self.programs}:{os.environ['PATH']}", "TMPDIR": str(home.parent / "tmp"),
            "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "TORTURE_CASE": case,
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "2",
            "CODE_COMMIT_ENDPOINT": "localhost:%d" % self.ports["git" + tls],
            "AWS_ENDPOINT_URL_STS": local % self.ports["sts" + sts],
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{self.ports['container']}/{case}",
            "AWS_CA_BUNDLE": str(self.place / "ca.pem"), "GIT_SSL_CAINFO": str(self.place / "ca.pem"),
        }

    def home(self, case, cache=True):
        """A new home with the profile of the cross-account pattern."""
        home = self.place / "cases" / case / "home"
        (home / ".aws").mkdir(parents=True)
        (home.parent / "tmp").mkdir()
        (home / ".aws/config").write_text(
            "[profile P]\nregion = eu-west-1\ncredential_source = EcsContainer\n"
            f"role_arn = arn:aws:iam::111111111111:role/{case}\n")
        (home / ".gitconfig").write_text(GITCONFIG + ("" if cache else "[codecommit]\n\tcache = false\n"))
        return home

    def remote(self, case, oracle, tls=""):
        """The address of a case's repository: git's own https with a header, or ours."""
        if oracle:
            return f"https://localhost:{self.ports['git' + tls]}/v1/repos/{case}"
        return f"codecommit::eu-west-1://P@{case}"


def run(arguments, environment, cwd, limit, stdin=""):
    """Runs a command to its end, in a session of its own."""
    began = time.monotonic()
    child = subprocess.Popen(arguments, env=environment, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True)
    try:
        stdout, stderr = child.communicate(stdin, timeout=limit)
        code = child.returncode
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        stdout, stderr = child.communicate()
        code = None
    return Ended(code, stdout, stderr, time.monotonic() - began)


def alive(case):
    """The processes of a case."""
    mark, found = f"TORTURE_CASE={case}\0".encode(), []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            if mark in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def orphans(case, patience=4):
    """The processes that outlive a case by so many seconds; they are ended here."""
    until = time.monotonic() + patience
    while found := alive(case):
        if time.monotonic() > until:
            names = []
            for process in found:
                try:
                    names.append(Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip())
                    os.kill(process, signal.SIGKILL)
                except OSError:
                    continue
            return names
        time.sleep(0.05)
    return []


TEMPORARY = re.compile(r"\.lock$|/\.git-codecommit-|tmp_|/tmp/.")


def leftovers(case_place):
    """Locks and temporary files, with what is random in their names taken out."""
    found = set()
    for folder, _, files in os.walk(case_place):
        for name in files:
            path = f"{folder}/{name}".removeprefix(str(case_place))
            # The file that carries the kernel's lock on the cache stays by design.
            if TEMPORARY.search(path) and not path.startswith("/home/.aws/cli/cache/"):
                found.add(re.sub(r"_\w+$", "_*", path))
            elif "/cli/cache/" in path and not re.search(r"/[0-9a-f]{40}\.json$|\.lock$", path):
                found.add(path)
    return found


def git(folder, *arguments, **more):
    """A git command of the test itself."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
                   "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a",
                   "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
                   "GIT_COMMITTER_DATE": more.get("date", "2026-01-02T03:04:05Z")}
    return subprocess.run(["git", "-C", str(folder), *arguments], env=environment, check=more.get("check", True),
                          capture_output=True, text=True, errors="replace")


def tip(folder, name):
    """A reference; empty if it is not there."""
    return git(folder, "rev-parse", "--verify", "--quiet", name, check=False).stdout.strip()


def secrets_in(ended):
    return any(secret in text for secret in (SECRET, TOKEN) for text in (ended.stderr,))


def templates(place, rng):
    """Repositories to copy: the host's, one that is behind it, a partial clone, and two with something to push."""
    made = place / "templates"
    made.mkdir()
    work = made / "work"
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(work)], check=True)
    for number in range(8):
        (work / f"file{number}").write_bytes(rng.randbytes(30_000))
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "-m", f"commit {number}")
    subprocess.run(["git", "clone", "--quiet", "--bare", str(work), str(made / "host")], check=True)
    for key in ("http.receivepack", "uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(made / "host", "config", key, "true")
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{made / 'host'}", str(made / "partial")],
                   check=True)
    for name in ("behind", "small", "large"):
        subprocess.run(["git", "clone", "--quiet", "--no-local", str(made / "host"), str(made / name)], check=True)
    git(made / "behind", "reset", "--quiet", "--hard", "HEAD~3")
    git(made / "behind", "update-ref", "refs/remotes/origin/main", "HEAD")
    # Git offers 16 commits at first: of these the host knows none, so that the two negotiate.
    for number in range(20):
        git(made / "behind", "commit", "--quiet", "--allow-empty", "-m", f"here {number}", date="2026-02-03T04:05:06Z")
    git(made / "behind", "reflog", "expire", "--expire=now", "--all")
    git(made / "behind", "repack", "-adq")
    git(made / "behind", "prune", "--expire=now")
    for name, size in (("small", 300), ("large", 400_000)):
        (made / name / "new").write_bytes(rng.randbytes(size))
        git(made / name, "add", "--all")
        git(made / name, "commit", "--quiet", "-m", name)


def copy(world, template, to, remote=None):
    shutil.copytree(world.place / "templates" / template, to)
    if remote:
        git(to, "config", "remote.origin.url", remote)
