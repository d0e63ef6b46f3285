"""Many homes that start at the same time, against an STS that lets through only so many calls."""

import shutil
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import homes
from hosts import Plan

AT_A_TIME = 100


class Bucket:
    """A token bucket, as AWS throttles: so many calls a second, and a burst."""

    def __init__(self, rate, burst):
        self.rate, self.burst, self.tokens = rate, burst, burst
        self.at, self.lock, self.calls = time.monotonic(), threading.Lock(), []

    def take(self, role):
        with self.lock:
            now = time.monotonic()
            self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
            self.at = now
            granted = self.tokens >= 1
            self.tokens -= granted
            self.calls.append((now, role, granted))
            return granted


class Fleet:
    """Runs the homes and judges what STS saw."""

    def __init__(self, world, hosts):
        self.world, self.hosts = world, hosts
        self.wrong, self.ended, self.locks, self.started = [], [], {}, 0

    def run(self, count, rate, burst, until, shared):
        """Starts them; in one of `shared` homes a notebook and a terminal need the session at the same moment."""
        bucket = self.hosts.throttle = Bucket(rate, burst)
        names = [f"space{number:05}" for number in range(count) for _ in range(1 + (number % shared == 0))]
        began = time.monotonic()
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            list(pool.map(lambda name: self.process(name, began, until), names))
        names = sorted({name for name, *_ in self.ended})
        for name, code, said, _ in self.ended:
            if code:
                self.wrong.append(f"{name} ended with {code}: {said}")
        self.failed = len(self.wrong)
        granted = {}
        for _, role, was in bucket.calls:
            granted[role] = granted.get(role, 0) + was
        for name in names:
            if granted.get(name) != 1:
                self.wrong.append(f"{name} made {granted.get(name)} AssumeRole calls that succeeded")
            shutil.rmtree(self.world.place / "cases" / name, ignore_errors=True)
        return bucket, names

    def process(self, name, began, until):
        with self.lock(name):
            home = self.world.place / "cases" / name / "home"
            if not home.exists():
                if time.monotonic() > until:
                    return
                self.world.home(name)
                self.hosts.plans[name] = Plan()
            self.started = max(self.started, time.monotonic() - began)
        environment = self.world.environment(home, name)
        del environment["AWS_MAX_ATTEMPTS"]
        request = "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/demo\n\n"
        ended = homes.run(["git-credential-codecommit", "--profile", "P", "get"], environment, home, 120, request)
        code = ended.code if ended.code != 0 or "password=" in ended.stdout else "no password"
        self.ended.append((name, code, ended.stderr, ended.seconds))

    def lock(self, name):
        return self.locks.setdefault(name, threading.Lock())


def pauses(calls):
    """The pauses before the second call of each home, before the third, and so on."""
    times, found = {}, {}
    for at, role, _ in calls:
        times.setdefault(role, []).append(at)
    for made in times.values():
        for number, (one, two) in enumerate(zip(made, made[1:])):
            found.setdefault(number, []).append(two - one)
    return found


HEAD = f"""| homes | processes, {AT_A_TIME} at a time | started within | that failed | STS lets through | AssumeRole calls | throttled | longest | wrong |
|---|---|---|---|---|---|---|---|---|"""


def row(part, bucket, names):
    """A row of Markdown."""
    calls = bucket.calls
    throttled = sum(not granted for _, _, granted in calls)
    return (f"| {len(names)} | {len(part.ended)} | {part.started:.0f} s | {part.failed} | {bucket.rate} a second, a burst of {bucket.burst} | "
            f"{len(calls)} | {throttled} | {max(seconds for *_, seconds in part.ended):.0f} s | {len(part.wrong)} |")


def waits(bucket):
    """The pauses between the calls of a home, as rows of Markdown."""
    print("\n| pause before | homes | least | median | most |\n|---|---|---|---|---|")
    for number, found in sorted(pauses(bucket.calls).items()):
        print(f"| call {number + 2} | {len(found)} | {min(found):.2f} s | {statistics.median(found):.2f} s | {max(found):.2f} s |")


def judged(calls, wrong):
    """Whether pauses are spread, and grow."""
    found = pauses(calls)
    first = found.get(0, [])
    if len(first) < 10:
        wrong.append(f"only {len(first)} homes were throttled: STS let too many through")
    elif statistics.pstdev(first) < 0.15 * statistics.mean(first):
        wrong.append("the homes come back together")
    second = found.get(1, [])
    if len(second) >= 10 and statistics.mean(second) < statistics.mean(first):
        wrong.append("the pauses do not grow")


def plot(bucket, path):
    """Calls over time, as SVG."""
    began, step = bucket.calls[0][0], 0.5
    bars = {}
    for at, _, granted in bucket.calls:
        bars.setdefault(int((at - began) / step), [0, 0])[0 if granted else 1] += 1
    most = max(sum(bar) for bar in bars.values())
    last = max(bars) + 1
    width, height, left, bottom = 760, 300, 50, 260
    x, y = (width - left - 20) / last, (bottom - 50) / most
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
        "<title>Calls of AssumeRole over time: let through and throttled</title>",
        "<style>text { font: 13px system-ui, sans-serif; fill: #57606a } .through { fill: #2da44e } .throttled { fill: #d4a72c }"
        " line { stroke: #8c959f }</style>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for number, (through, throttled) in sorted(bars.items()):
        at = left + number * x
        lines.append(f'<rect class="through" x="{at:.1f}" y="{bottom - through * y:.1f}" width="{x * 0.8:.1f}" height="{through * y:.1f}"/>')
        lines.append(f'<rect class="throttled" x="{at:.1f}" y="{bottom - (through + throttled) * y:.1f}" width="{x * 0.8:.1f}" '
                     f'height="{throttled * y:.1f}"/>')
    limit = bottom - bucket.rate * step * y
    lines += [
        f'<line x1="{left}" y1="{bottom}" x2="{width - 20}" y2="{bottom}"/>',
        f'<line x1="{left}" y1="{limit:.1f}" x2="{width - 20}" y2="{limit:.1f}" stroke-dasharray="4 4"/>',
        f'<text x="{width - 20}" y="{limit - 5:.1f}" text-anchor="end">{bucket.rate} a second</text>',
        f'<text x="{left - 8}" y="{bottom - most * y + 5:.1f}" text-anchor="end">{most / step:.0f}/s</text>',
        f'<text x="{left}" y="{bottom + 20}">0 s</text>',
        f'<text x="{width - 20}" y="{bottom + 20}" text-anchor="end">{last * step:.0f} s</text>',
        f'<rect class="through" x="{left}" y="14" width="12" height="12"/><text x="{left + 18}" y="25">let through</text>',
        f'<rect class="throttled" x="{left + 110}" y="14" width="12" height="12"/><text x="{left + 128}" y="25">throttled</text>',
        "</svg>",
    ]
    path.write_text("\n".join(lines) + "\n")
