"""Signals at random points, and what has to be true after them."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import homes
from hosts import SECRET, TOKEN, Plan

ROOT = Path(__file__).parents[2]
PROGRAMS = ("git-remote-codecommit", "git-credential-codecommit", "git-codecommit")
# What is run, and who gets the signal: the process itself, or the helper below it.
VICTIMS = (("credential get", "itself"), ("clone", "itself"), ("clone", "helper"), ("fetch", "itself"), ("fetch", "helper"),
           ("push", "itself"), ("push", "helper"), ("setup", "itself"), ("install.sh", "itself"), ("install.sh", "group"))
# A process that is stopped goes on after the pause, in seconds.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGSTOP)
PAUSE = 1.2
ROLE = "arn:aws:iam::111111111111:role/Contributor"
MINE = "[user]\n\tname = Data Scientist\n\temail = ds@example.com\n# a remark\n"


@dataclass
class Kill:
    """One signal and what came of it."""

    number: int
    operation: str
    victim: str
    signal: signal.Signals
    moment: float
    after: float = 0
    hit: bool = False
    code: int | None = None
    wrong: list = field(default_factory=list)
    said: str = ""
    # Locks that git itself leaves when it is killed.
    locks: int = 0

    def __str__(self):
        return (f"kill {self.number}: {self.signal.name} to {self.operation} ({self.victim}) after "
                f"{self.after * 1000:.0f} ms, exit code {self.code}")


class Kills:
    """Runs commands and ends them."""

    def __init__(self, world, hosts):
        self.world, self.hosts = world, hosts
        self.tip = homes.tip(world.place / "templates/host", "refs/heads/main")
        self.old = homes.tip(world.place / "templates/behind", "refs/remotes/origin/main")
        self.longest = {}

    def run(self, seed, most, workers, until, only=None):
        rng = random.Random(seed)
        kills = [Kill(number, *VICTIMS[number % len(VICTIMS)], SIGNALS[number // len(VICTIMS) % len(SIGNALS)], rng.random())
                 for number in range(most)]
        for operation in dict.fromkeys(operation for operation, _ in VICTIMS):
            self.longest[operation] = self.undisturbed(operation)
        done = []

        def one(kill):
            if time.monotonic() < until and only in (None, kill.number):
                self.kill(kill)
                done.append(kill)

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(one, kills))
        return done

    def undisturbed(self, operation):
        """How long it takes to its end."""
        name = f"whole{operation.replace(' ', '')}"
        home = self.start(operation, name)
        command, stdin = self.command(operation, name, home)
        ended = homes.run(command, self.environment(home, name), home, 60, stdin)
        if ended.code:
            raise SystemExit(f"{operation} fails undisturbed: {ended}")
        self.clear(name)
        return ended.seconds

    def kill(self, kill):
        name = f"k{kill.number:05}"
        home = self.start(kill.operation, name)
        command, stdin = self.command(kill.operation, name, home)
        environment = self.environment(home, name)
        child = subprocess.Popen(command, env=environment, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True)
        began = time.monotonic()
        child.stdin.write(stdin)
        child.stdin.close()
        child.stdin = None
        time.sleep(kill.moment * self.longest[kill.operation])
        self.strike(kill, child, name)
        kill.after = time.monotonic() - began
        try:
            _, kill.said = child.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            kill.wrong.append("goes on for 20 s after it")
            child.kill()
            child.communicate()
        kill.code = child.returncode
        if kill.signal == signal.SIGSTOP and kill.code:
            kill.wrong.append(f"stopped and continued, it ended with {kill.code}")
        kill.wrong += [f"left a process behind: {process}" for process in homes.orphans(name, 5)]
        if "panicked" in kill.said:
            kill.wrong.append("says panicked")
        self.whole(kill, name, home)
        self.again(kill, name, home, environment)
        self.clear(name)

    def strike(self, kill, child, name):
        """Sends the signal, if there is still somebody to send it to."""
        struck = []

        def send(process, to):
            try:
                (os.killpg if kill.victim == "group" else os.kill)(process, to)
                struck.append(process)
            except ProcessLookupError:
                pass

        if kill.victim == "helper":
            for process in homes.alive(name):
                try:
                    if Path(f"/proc/{process}/comm").read_text().startswith("git-remote-code"):
                        send(process, kill.signal)
                except FileNotFoundError:
                    continue
        elif child.poll() is None:
            send(child.pid, kill.signal)
        kill.hit = bool(struck)
        if kill.signal == signal.SIGSTOP:
            time.sleep(PAUSE)
            for process in tuple(struck):
                send(process, signal.SIGCONT)

    def environment(self, home, name):
        return self.world.environment(home, name)

    def start(self, operation, name):
        """A home as it is before the operation."""
        home = self.world.home(name)
        self.hosts.plans[name] = Plan()
        homes.copy(self.world, "host", self.world.place / f"{name}.git")
        remote = self.world.remote(name, False)
        if operation == "fetch":
            homes.copy(self.world, "behind", home / "work", remote)
        if operation == "push":
            homes.copy(self.world, "large", home / "work", remote)
        if operation == "setup":
            (home / ".gitconfig").write_text(MINE)
        if operation == "install.sh":
            for folder, version in (("there/bin", "1.0.0"), ("built", "2.0.0")):
                (home / folder).mkdir(parents=True)
                for program in PROGRAMS:
                    path = home / folder / program
                    path.write_text(stand_in(version))
                    path.chmod(0o755)
        return home

    def command(self, operation, name, home):
        if operation == "credential get":
            request = f"protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/{name}\n\n"
            return ["git-credential-codecommit", "--profile", "P", "get"], request
        return {
            "clone": ["git", "clone", "--quiet", self.world.remote(name, False), "work"],
            "fetch": ["git", "-C", "work", "fetch", "--quiet", "origin"],
            "push": ["git", "-C", "work", "push", "--quiet", "origin", "main"],
            "setup": ["git", "codecommit", "setup", "--yes", "--role-arn", ROLE, "--region", "eu-west-1"],
            "install.sh": ["sh", str(ROOT / "install.sh"), "--from", str(home / "built"), "--prefix", str(home / "there"),
                           "--no-setup", "--quiet"],
        }[operation], ""

    def whole(self, kill, name, home):
        """What has to be true right after it."""
        wrong = kill.wrong
        for session in (home / ".aws/cli/cache").glob("*.json"):
            try:
                json.loads(session.read_text())["Credentials"]["SessionToken"]
            except (ValueError, KeyError) as problem:
                wrong.append(f"a damaged session: {problem!r}")
        for path in (home / ".aws/cli/cache").glob(".git-codecommit-*"):
            # The kernel's lock and a session half written have names of their own: the next run takes both over.
            text = path.read_text()
            if path.suffix == ".lock" and (SECRET in text or TOKEN in text):
                wrong.append(f"{path.name} holds keys")
            elif path.suffix != ".lock" and not path.name.endswith(".json.new"):
                wrong.append(f"{path.name} is left in the cache")
        for folder in (self.world.place / f"{name}.git", home / "work"):
            # What a killed clone leaves is no repository yet: git removes it at TERM and INT, and cannot at KILL.
            if folder.exists() and not (folder == home / "work" and kill.operation == "clone"):
                said = homes.git(folder, "fsck", "--strict", "--no-dangling", check=False)
                if said.returncode:
                    wrong.append(f"git fsck of {folder.name}: {said.stdout}{said.stderr}")
        now = homes.tip(self.world.place / f"{name}.git", "refs/heads/main")
        if kill.operation == "push" and now not in (self.tip, homes.tip(home / "work", "HEAD")):
            wrong.append(f"the host's main is {now}")
        if kill.operation == "fetch" and homes.tip(home / "work", "refs/remotes/origin/main") not in (self.old, self.tip):
            wrong.append("origin/main is neither old nor new")
        if kill.operation == "setup":
            configuration(home, wrong)
        if kill.operation == "install.sh":
            for program in PROGRAMS:
                path = home / "there/bin" / program
                if not path.exists() or path.read_text() not in (stand_in("1.0.0"), stand_in("2.0.0")):
                    wrong.append(f"{program} is neither old nor new")

    def again(self, kill, name, home, environment):
        """The same command once more; it succeeds, and leaves nothing of the one that was killed."""
        if kill.operation == "clone":
            shutil.rmtree(home / "work", ignore_errors=True)
        if kill.operation in ("fetch", "push"):
            for lock in [*(home / "work/.git").rglob("*.lock")]:
                kill.locks += 1
                lock.unlink()
        for staged in (home / "there/bin").glob(".git-codecommit.*"):
            # The installer sweeps what is older than an hour: another one may be at work on the rest.
            os.utime(staged, (time.time() - 7200,) * 2)
        until = time.monotonic() + 10
        while self.hosts.plans[name].busy and time.monotonic() < until:
            time.sleep(0.02)  # the host has not ended the push yet: a second one would meet its lock
        command, stdin = self.command(kill.operation, name, home)
        ended = homes.run(command, environment, home, 60, stdin)
        if ended.code:
            kill.wrong.append(f"the repeat ended with {ended.code}: {ended.stderr}")
        left = {path for path in homes.leftovers(home.parent) if not path.startswith("/home/work/.git/objects/")}
        # Git's own programs are killed with it, and git collects what they leave.
        kill.wrong += [f"{path} is left after the repeat" for path in sorted(left)]
        if kill.operation == "setup":
            configuration(home, kill.wrong)
        if kill.operation == "install.sh":
            there = sorted(path.name for path in (home / "there/bin").iterdir())
            if there != sorted(PROGRAMS) or any((home / "there/bin" / name).read_text() != stand_in("2.0.0") for name in there):
                kill.wrong.append(f"after the repeat there is {there}")

    def clear(self, name):
        shutil.rmtree(self.world.place / "cases" / name, ignore_errors=True)
        shutil.rmtree(self.world.place / f"{name}.git", ignore_errors=True)
        self.hosts.plans.pop(name, None)


def stand_in(version):
    """A program that takes two reads to copy."""
    return f"#!/bin/sh\necho git-codecommit {version}\n" + "# so that it is longer than a block\n" * 4000


def configuration(home, wrong):
    """A person's own settings are there, and both files can be read."""
    said = homes.git(home, "config", "--file", str(home / ".gitconfig"), "--list", check=False)
    if said.returncode or "user.email=ds@example.com" not in said.stdout or "# a remark" not in (home / ".gitconfig").read_text():
        wrong.append(f".gitconfig is damaged: {said.stderr}")
    aws = (home / ".aws/config").read_text()
    if not aws.startswith("[profile P]\nregion = eu-west-1\n") or not aws.endswith("\n"):
        wrong.append(".aws/config is damaged")


def table(done):
    """Rows of Markdown."""
    print("| command | signal to | kills | while it ran | ended by itself first | git's own locks removed | repeats failed or wrong |")
    print("|---|---|---|---|---|---|---|")
    rows = {}
    for kill in done:
        rows.setdefault((kill.operation, kill.victim), []).append(kill)
    for (operation, victim), group in sorted(rows.items()):
        hit = sum(kill.hit for kill in group)
        print(f"| {operation} | {victim} | {len(group)} | {hit} | {len(group) - hit} | {sum(k.locks for k in group)} | "
              f"{sum(bool(k.wrong) for k in group)} |")
