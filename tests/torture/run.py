"""Breaks, kills and crowds the programs, and prints what came of it as Markdown.

usage: run.py PLACE PROGRAMS SEED SECONDS faults|kills|fleet [NUMBER]
"""

import random
import sys
import time
from pathlib import Path

import homes
import fleet as many
from faults import Faults, every
from hosts import Hosts, contexts
from kills import Kills, table


def faults(world, hosts, seed, seconds, only=None):
    """The part on faults: a table, and whether all was as it has to be."""
    cases = every(random.Random(seed))
    if only is not None:
        cases = [case for case in cases if case.number == only]
    done = Faults(world, hosts).run(cases, 12, time.monotonic() + seconds)
    for case in done:
        if only is not None:
            print(f"{case}\nours {case.ours}, theirs {case.theirs}\n{case.said}", file=sys.stderr)
    wrong = [case for case in done if case.wrong]
    rows = {}
    for case in done:
        rows.setdefault((case.operation, case.fault.exchange), []).append(case)
    print("| operation | broken exchange | runs | succeeded, failed | compared with git's https | same verdict | repeats that succeeded | longest | wrong |")
    print("|---|---|---|---|---|---|---|---|---|")
    for (operation, exchange), group in sorted(rows.items()):
        compared = [case for case in group if case.theirs]
        print(f"| {operation} | {exchange} | {len(group)} | {sum(c.ours == 'succeeded' for c in group)}, "
              f"{sum(c.ours == 'failed' for c in group)} | {len(compared) or '–'} | "
              f"{sum(c.ours == c.theirs for c in compared) if compared else '–'} | {sum(c.repeated for c in group)} | "
              f"{max(c.seconds for c in group):.0f} s | {sum(bool(c.wrong) for c in group)} |")
    known = {}
    for case in done:
        if case.known:
            known.setdefault((case.known, case.ours), []).append(case)
    for (reason, ours), group in sorted(known.items()):
        print(f"\n{len(group)} of them {ours} here and not so in git's https: {reason}.")
    print(f"\n{len(done)} of {len(cases)} cases were run in this time.")
    report(wrong)
    return not wrong


def kills(world, hosts, seed, seconds, only=None):
    """The part on signals: a table, and whether all was as it has to be."""
    done = Kills(world, hosts).run(seed, 1200, 8, time.monotonic() + seconds, only)
    table(done)
    wrong = [kill for kill in done if kill.wrong]
    report(wrong)
    return not wrong


def fleet(world, hosts, seed, seconds, only=None):
    """The part on many homes: a table and a plot."""
    wrong, rows, short = [], [], seconds < 30
    until = time.monotonic() + seconds
    # A hundred crowds that all meet at once, and as many spaces as a large company starts in a minute.
    for count, rate, shared in [(100, 20, 1)] if short else [(100, 20, 1), (2500, 45, 10)]:
        part = many.Fleet(world, hosts)
        bucket, names = part.run(count, rate, 10, until, shared)
        many.judged(bucket.calls, part.wrong)
        rows.append(many.row(part, bucket, names))
        wrong += part.wrong
    print(many.HEAD, *rows, sep="\n")
    many.waits(bucket)
    many.plot(bucket, world.place.parent / "fleet.svg")
    for line in wrong:
        print(f"home {line}", file=sys.stderr)
    return not wrong


def report(wrong):
    for case in wrong:
        print(f"{case}: {'; '.join(case.wrong)}\n{case.said}", file=sys.stderr)


def main():
    place, programs = Path(sys.argv[1]), Path(sys.argv[2])
    seed, seconds, part = int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
    homes.templates(place, random.Random(seed))
    hosts = Hosts(place, contexts(place))
    world = homes.World(place, programs, hosts.ports)
    only = int(sys.argv[6]) if len(sys.argv) > 6 else None
    parts = {"faults": faults, "kills": kills, "fleet": fleet}
    return 0 if parts[part](world, hosts, seed, seconds, only) else 1


if __name__ == "__main__":
    sys.exit(main())
