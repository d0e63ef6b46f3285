"""One broken exchange, and what has to be true after it."""

import random
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import homes
from answers import BODY_SPOTS, REPORTS, SPOTS, Fault
from hosts import Plan

LIMIT, THEIR_LIMIT = 60, 20
OPERATIONS = {
    "clone": ("advertisement", "pack"),
    "clone, v2": ("advertisement", "ls-refs", "pack"),
    "shallow clone": ("advertisement", "negotiation", "pack"),
    "fetch": ("advertisement", "negotiation", "pack", "container", "STS", "request"),
    "shallow fetch": ("negotiation", "pack"),
    "lazy fetch": ("advertisement", "pack"),
    "push": ("advertisement", "report", "request"),
    "large push": ("advertisement", "probe", "report", "request"),
    "credential get": ("container", "STS"),
}
STATUSES = (204, 301, 302, 307, 400, 401, 403, 404, 407, 409, 413, 418, 429, 500, 501, 502, 503, 504)
FETCHES = ("fetch", "shallow fetch")
WHOLE = ("silence", "hang up", "a length too long", "a length too short", "a length that is none", "a wrong type",
         "no HTTP", "headers without end", "drip", "nothing in it")
IN_PACKETS = ("bytes behind it", "twice", "no packets", "a packet too long", "a negative length", "an early flush")
# What git's own https lets pass and we refuse.
STRICTER = {
    "a wrong type": "git does not look at the type of an answer to a POST",
    "bytes behind it": "git does not look at bytes behind the last flush of an answer to a POST",
    "twice": "git does not look at bytes behind the last flush of an answer to a POST",
    "status 204": "git takes every status below 300 for an answer",
    "garbage": "git does not look at control characters in names and capabilities",
}


# What tells a person that a push which failed may be there: our words, or git's.
SAYS_SO = re.compile("may have arrived|remote failed to report status")


def known(case):
    """The reason for a verdict that is not git's, where there is one."""
    if (case.ours, case.theirs) == ("failed", "hung"):
        return "git waits for ever where an answer is whole in HTTP and cut in its packets"
    if case.fault.exchange == "probe" and case.fault.action in ("reset", "close"):
        if (case.ours, case.theirs) == ("succeeded", "failed"):
            return "git does not send again what it has not kept, ours begins again while the host cannot have all of it"
        return ""
    if (case.ours, case.theirs) == ("succeeded", "failed") and case.fault.action == "stall" and case.fault.spot == "the end":
        return "the host does not answer the next request on the connection: git gives up, ours asks again where that does no harm"
    if (case.ours, case.theirs) == ("succeeded", "failed") and case.operation == "lazy fetch" and "demultiplexer" in case.said:
        return "the pack was whole before the cut, and what git asked for is there although its fetch-pack failed"
    if (case.ours, case.theirs) == ("failed", "succeeded"):
        if case.fault.spot == "the end" or case.fault.action == "a length too long":
            return "git takes an answer for whole when its last packet is there, although HTTP's end is not"
        if case.fault.action == "garbage" and case.fault.exchange != "advertisement":
            return "git does not look at packets behind the last byte of the pack or of the list"
        return STRICTER.get(case.fault.action, "")
    return ""


@dataclass
class Case:
    """One case and what came of it."""

    number: int
    operation: str
    fault: Fault
    seed: int
    ours: str = ""
    theirs: str = ""
    seconds: float = 0
    wrong: list = field(default_factory=list)
    known: str = ""
    repeated: bool = False
    said: str = ""

    def __str__(self):
        return f"case {self.number} (seed {self.seed}): {self.operation}; {self.fault}"


def every(rng):
    """Every operation with every fault that its exchanges can meet, in an order by the seed."""
    found = []
    for operation, exchanges in OPERATIONS.items():
        for exchange in exchanges:
            for fault in faults(exchange):
                found.append((operation, fault))
    for operation in ("clone", "push"):
        found += [(operation, Fault("TLS", action)) for action in ("alert", "expired", "name")]
    for operation in ("credential get", "fetch"):
        found += [(operation, Fault("TLS of STS", action)) for action in ("alert", "expired", "name")]
    rng.shuffle(found)
    # Every kind of fault at every kind of exchange comes before any comes twice.
    seen = {}
    keyed = []
    for operation, fault in found:
        key = (fault.exchange, fault.action)
        seen[key] = seen.get(key, 0) + 1
        keyed.append((seen[key], operation, fault))
    keyed.sort(key=lambda entry: entry[0])
    return [Case(number, operation, fault, rng.randrange(1 << 30)) for number, (_, operation, fault) in enumerate(keyed)]


def faults(exchange):
    if exchange == "request":
        return [Fault(exchange, action, once=once) for action in ("reset", "close", "early 500", "stall")
                for once in (True, False)]
    packets = exchange not in ("container", "STS")
    ends = SPOTS if packets else [spot for spot in SPOTS if "packet" not in spot and "flush" not in spot]
    bodies = BODY_SPOTS if packets else [spot for spot in BODY_SPOTS if spot in ends]
    found = [Fault(exchange, action, spot) for action in ("reset", "close", "stall") for spot in ends]
    found += [Fault(exchange, action, spot) for action in ("cut", "garbage") for spot in bodies]
    found += [Fault(exchange, f"status {status}") for status in STATUSES]
    found += [Fault(exchange, action) for action in WHOLE + (IN_PACKETS if packets else ())]
    if exchange == "report":
        found += [Fault(exchange, action) for action in REPORTS]
    found += [Fault(exchange, action, spot, once=True) for action, spot in
              (("reset", "the middle"), ("cut", "the middle"), ("status 503", ""), ("hang up", ""))]
    return found


class Faults:
    """Runs cases against hosts."""

    def __init__(self, world, hosts):
        self.world, self.hosts = world, hosts
        self.old = homes.tip(world.place / "templates/behind", "refs/remotes/origin/main")
        self.tip = homes.tip(world.place / "templates/host", "refs/heads/main")

    def run(self, cases, workers, until):
        """Runs them side by side until the time is over; those that were run."""
        done = []

        def one(case):
            if time.monotonic() < until:
                self.case(case)
                done.append(case)

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(one, cases))
        return done

    def case(self, case):
        began = time.monotonic()
        prefix = "v2" if case.operation.endswith("v2") else "c"
        ours = f"{prefix}{case.number:05}"
        case.ours, left = self.side(case, ours, oracle=False)
        case.seconds = time.monotonic() - began
        comparable = case.fault.exchange not in ("container", "STS", "TLS of STS") and not case.fault.once
        if comparable and case.operation != "credential get":
            case.theirs, theirs = self.side(case, f"{prefix}{case.number:05}git", oracle=True)
            left -= theirs
            if case.ours != case.theirs:
                case.known = known(case)
                if not case.known:
                    case.wrong.append(f"ours {case.ours}, git's own https {case.theirs}")
        if case.operation == "lazy fetch" and case.ours == "failed":
            # What git index-pack leaves of a pack that ends early, whoever fetches: git gc removes it.
            left = {name for name in left if not name.startswith("/home/work/.git/objects/pack/tmp_")}
        case.wrong += [f"{name} is left behind" for name in sorted(left)]
        for name in (ours, f"{ours}git"):
            shutil.rmtree(self.world.place / "cases" / name, ignore_errors=True)
            shutil.rmtree(self.world.place / f"{name}.git", ignore_errors=True)
            self.hosts.plans.pop(name, None)

    def side(self, case, name, oracle):
        """One run with the fault and one without; the verdict of the first, and what it left behind."""
        world, fault = self.world, case.fault
        tls = f" {fault.action}" if fault.exchange == "TLS" else ""
        sts = f" {fault.action}" if fault.exchange == "TLS of STS" else ""
        plan = self.hosts.plans[name] = Plan(None if tls or sts else fault, case.seed)
        home = world.home(name)
        host = world.place / f"{name}.git"
        homes.copy(world, "host", host)
        environment = world.environment(home, name, tls, sts)
        if oracle:
            (home / ".gitconfig").write_text(homes.GITCONFIG + "[http]\n\textraHeader = Authorization: Basic eDp5\n")
        command, stdin = self.prepare(case, name, home, oracle, tls)
        ended = homes.run(command, environment, home, THEIR_LIMIT if oracle else LIMIT, stdin)
        verdict = {0: "succeeded", None: "hung"}.get(ended.code, "failed")
        left = homes.leftovers(home.parent)
        if oracle:
            return verdict, left
        case.said = ended.stderr
        if not tls and not sts and not plan.struck:
            case.wrong.append(f"the fault was not met: {plan.asked}")
        self.check(case, name, home, ended, plan)
        plan.fault = None
        self.repeat(case, name, home, tls)
        return verdict, left

    def prepare(self, case, name, home, oracle, tls):
        """The operation's command and its input, in a home with what it needs."""
        remote = self.world.remote(name, oracle, tls)
        clone = ["git", "-c", f"protocol.version={2 if 'v2' in case.operation else 0}", "clone", "--quiet", remote, "work"]
        if case.operation.startswith("clone"):
            return clone, ""
        if case.operation == "shallow clone":
            return [*clone, "--depth", "2"], ""
        if case.operation == "credential get":
            request = f"protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/{name}\n\n"
            return ["git-credential-codecommit", "--profile", "P", "get"], request
        template = {"fetch": "behind", "shallow fetch": "behind", "lazy fetch": "partial", "push": "small", "large push": "large"}[case.operation]
        if not (home / "work").exists():
            homes.copy(self.world, template, home / "work", remote)
        if case.operation in FETCHES:
            depth = [] if case.operation == "fetch" else ["--depth", "2"]
            return ["git", "-c", "protocol.version=0", "-C", "work", "fetch", "--quiet", *depth, "origin"], ""
        if case.operation == "lazy fetch":
            return ["git", "-c", "protocol.version=0", "-C", "work", "checkout", "--quiet", "main"], ""
        return ["git", "-C", "work", "push", "--quiet", "origin", "main"], ""

    def check(self, case, name, home, ended, plan):
        """What has to be true after every run."""
        wrong = case.wrong
        if ended.code is None:
            wrong.append(f"hung for {LIMIT} s")
        elif ended.code < 0 or ended.code not in (0, 1, 2, 3, 4, 5, 128):
            wrong.append(f"exit code {ended.code}")
        for word in ("panicked", "stack backtrace", "RUST_BACKTRACE"):
            if word in ended.stderr:
                wrong.append(f"says {word}")
        if homes.secrets_in(ended):
            wrong.append("says a secret")
        if ended.code and not re.search("^(git-|fatal: |error: )", ended.stderr, re.MULTILINE):
            wrong.append("failed without a word")
        if case.operation == "credential get":
            if (ended.code == 0) != ("password=" in ended.stdout):
                wrong.append(f"exit code {ended.code} with {'a' if 'password=' in ended.stdout else 'no'} password")
        wrong += [f"left a process behind: {process}" for process in homes.orphans(name)]
        self.references(case, name, home, ended, plan)

    def references(self, case, name, home, ended, plan):
        """Both repositories are whole, and their references as before or as reported."""
        wrong, host, work = case.wrong, self.world.place / f"{name}.git", home / "work"
        for folder in (host, work):
            if folder.exists() and case.operation != "credential get":
                said = homes.git(folder, "fsck", "--strict", "--no-dangling", check=False)
                if said.returncode:
                    wrong.append(f"git fsck of {folder.name}: {said.stdout}{said.stderr}")
        now = homes.tip(host, "refs/heads/main")
        if case.operation in FETCHES:
            known = homes.tip(work, "refs/remotes/origin/main")
            if known not in (self.old, self.tip) or (ended.code == 0 and known != self.tip):
                wrong.append(f"origin/main is {known} after exit code {ended.code}")
        elif case.operation == "lazy fetch":
            missing = homes.git(work, "rev-list", "--objects", "--missing=print", "HEAD").stdout.count("\n?")
            if (ended.code == 0) != (missing == 0):
                wrong.append(f"{missing} objects are missing after exit code {ended.code}")
        elif "push" in case.operation:
            new = homes.tip(work, "HEAD")
            if now not in (self.tip, new) or (ended.code == 0 and now != new):
                wrong.append(f"the host's main is {now} after exit code {ended.code}")
            if ended.code and now == new and case.fault.action not in REPORTS and not SAYS_SO.search(ended.stderr):
                wrong.append("it was pushed, and nobody says so")
            if plan.pushes > 1:
                wrong.append(f"pushed {plan.pushes} times")
        elif "clone" in case.operation and ended.code:
            if work.exists():
                wrong.append("a clone that failed is there")
        elif "clone" in case.operation and homes.tip(work, "HEAD") != self.tip:
            wrong.append("a clone without the host's commit")

    def repeat(self, case, name, home, tls):
        """The same command once more, without the fault."""
        if "clone" in case.operation:
            shutil.rmtree(home / "work", ignore_errors=True)
        command, stdin = self.prepare(case, name, home, False, "")
        environment = self.world.environment(home, name)
        ended = homes.run(command, environment, home, LIMIT, stdin)
        if ended.code:
            case.wrong.append(f"the repeat ended with {ended.code}: {ended.stderr}")
        case.repeated = ended.code == 0
        host = homes.tip(self.world.place / f"{name}.git", "refs/heads/main")
        if case.repeated and case.operation != "credential get":
            work = home / "work"
            here = homes.tip(work, "refs/remotes/origin/main" if case.operation in FETCHES else "HEAD")
            if here != host:
                case.wrong.append(f"after the repeat: {here} here, {host} there")
