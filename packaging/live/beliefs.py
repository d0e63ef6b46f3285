"""What this project believes about CodeCommit's git host: docs/service.md has the source of each.

A belief has a name, a check that returns what was seen, and what is believed: a text, several, or None where nothing is
known and the answer is only noted.
"""
import json
import time
from dataclasses import dataclass
from typing import Callable

CAPABILITIES = 'multi_ack_detailed shallow side-band-64k thin-pack allow-tip-sha1-in-want allow-reachable-sha1-in-want'


class Skip(Exception):
    """The belief cannot be checked in this run; the text says why."""


@dataclass
class Belief:
    name: str
    check: Callable
    believed: object

    def holds(self, seen):
        return self.believed is None or seen == self.believed or isinstance(self.believed, tuple) and seen in self.believed


def capabilities(advertisement):
    """Return the capabilities of an advertisement of protocol v0, or its first line if it is none."""
    line = advertisement.split(b'0000', 1)[-1].split(b'\n', 1)[0]
    if b'\0' not in line:
        return f'no capabilities: {advertisement[:60]!r}'
    return line.split(b'\0', 1)[1].decode('ascii', 'replace').strip()


def status(run, credential, **more):
    return str(run.host.advertisement(credential, **more)[0])


def advertised(run):
    return capabilities(run.host.advertisement(run.host.credential())[2])


def version_2(run):
    body = run.host.advertisement(run.host.credential(), headers=[('Git-Protocol', 'version=2')])[2]
    return 'v2' if b'version 2' in body else 'v0'


def receive_pack(run):
    seen = capabilities(run.host.advertisement(run.host.credential(), service='git-receive-pack')[2]).split()
    return ' '.join(name for name in ('report-status', 'delete-refs') if name in seen)


def without_credential(run):
    code, headers, _ = run.host.advertisement()
    return f'{code} with a challenge' if 'www-authenticate' in headers else str(code)


def wrong_signature(run):
    user, password = run.host.credential()
    return status(run, (user, password[:-1] + ('0' if password[-1] != '0' else '1')))


def no_such_repository(run):
    name = f'{run.options.name}-not'
    return status(run, run.host.credential(f'v1/repos/{name}'), name=name)


def git_suffix(run):
    """Sign for NAME.git and ask for it: whether the service takes the name of a repository with its suffix."""
    name = f'{run.options.name}.git'
    return status(run, run.host.credential(f'v1/repos/{name}'), name=name)


def date_header(run):
    return 'there' if 'date' in run.host.advertisement()[1] else 'missing'


def clock(offset):
    def check(run):
        credential = run.host.signed(offset)
        if not credential:
            raise Skip('needs AWS_ACCESS_KEY_ID in the environment')
        return status(run, credential)
    return check


def password_age(run):
    """Use one password each minute until it is refused; return the last minute at which it was taken."""
    if not run.options.slow:
        raise Skip('needs --slow')
    credential, begin, last = run.host.credential(), time.monotonic(), 'never'
    for minute in range(21):
        time.sleep(max(0, begin + 60 * minute - time.monotonic()))
        if status(run, credential) != '200':
            break
        last = minute
    return str(last)


def lfs(run):
    body = json.dumps({'operation': 'upload', 'transfers': ['basic'], 'objects': [{'oid': 'a' * 64, 'size': 1}]})
    kind = 'application/vnd.git-lfs+json'
    path = f'/v1/repos/{run.options.name}/info/lfs/objects/batch'
    code, headers, _ = run.host.request('POST', path, run.host.credential(), [('Accept', kind), ('Content-Type', kind)], body)
    return f'{code} {headers.get("content-type", "")}'.strip()


def throttled(_run):
    raise Skip('to provoke it would disturb others: a 429 met by chance is in the transcript')


BELIEFS = (
    Belief('advertisement', advertised, CAPABILITIES),
    Belief('protocol-v2', version_2, 'v0'),
    Belief('receive-pack', receive_pack, 'report-status delete-refs'),
    Belief('no-credential', without_credential, '401 with a challenge'),
    Belief('wrong-signature', wrong_signature, '403'),
    Belief('no-such-repository', no_such_repository, '404'),
    Belief('git-suffix', git_suffix, '404'),
    Belief('date-header', date_header, 'there'),
    Belief('clock-14-minutes-slow', clock(-14), '200'),
    Belief('clock-16-minutes-slow', clock(-16), '403'),
    Belief('clock-16-minutes-fast', clock(16), '403'),
    Belief('password-age', password_age, ('14', '15')),
    Belief('http-version', lambda run: run.host.offered(), ('http/1.1', 'none')),
    Belief('lfs', lfs, None),
    Belief('throttling', throttled, '429'),
)
