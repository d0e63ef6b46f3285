#!/usr/bin/env python3
"""Write the Python wheel: the three programs as scripts, and nothing else that runs.

usage: packaging/wheel.py VERSION PLATFORM STAGE README OUTPUT      PLATFORM such as x86_64-linux

Linux's programs are static, so that one wheel serves each Linux with this processor: it has the tags of glibc and of musl.
SOURCE_DATE_EPOCH decides the time of each file; the same input gives the same bytes.
"""
import base64
import hashlib
import os
import re
import sys
import time
import zipfile
from pathlib import Path

PROGRAMS = ('git-codecommit', 'git-credential-codecommit', 'git-remote-codecommit')
TAGS = {
    'x86_64-linux': ('manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'musllinux_1_1_x86_64'),
    'aarch64-linux': ('manylinux_2_17_aarch64', 'manylinux2014_aarch64', 'musllinux_1_1_aarch64'),
    'x86_64-macos': ('macosx_11_0_x86_64',),
    'aarch64-macos': ('macosx_11_0_arm64',),
    'x86_64-windows': ('win_amd64',),
}
SYSTEMS = {'linux': 'POSIX :: Linux', 'macos': 'MacOS', 'windows': 'Microsoft :: Windows'}
SUMMARY = 'Native git remote helper and credential helper for AWS CodeCommit'
BESIDE = '''\
This package has the three programs `git-codecommit`, `git-credential-codecommit` and `git-remote-codecommit`.

The package `git-remote-codecommit` has a program of the same name. In one environment the package installed last wins, and to
uninstall either removes that program. So use an environment of its own (`pipx install git-codecommit` or
`uv tool install git-codecommit`), or `pip uninstall git-remote-codecommit` first. Where the other one is in our place,
`git codecommit setup` says so and changes nothing; `pip install --force-reinstall --no-deps git-codecommit` brings ours back.
After `git codecommit setup`, git uses ours, whatever comes first on PATH.

'''


def python_version(version):
    """Turn 1.0.0-rc.1 into the form of Python packages: 1.0.0rc1."""
    match = re.fullmatch(r'(\d+\.\d+\.\d+)(?:-(alpha|beta|rc)\.(\d+))?', version)
    if not match:
        raise SystemExit(f'wheel.py: {version} has no form among Python versions')
    number, stage, count = match.groups()
    return number + ({'alpha': 'a', 'beta': 'b', 'rc': 'rc'}[stage] + count if stage else '')


def metadata(version, system, readme):
    head = [
        'Metadata-Version: 2.4',
        'Name: git-codecommit',
        f'Version: {version}',
        f'Summary: {SUMMARY}',
        'Keywords: git,aws,codecommit,credential-helper',
        'License-Expression: Apache-2.0',
        'License-File: LICENSE',
        'License-File: NOTICE',
        'Classifier: Environment :: Console',
        f'Classifier: Operating System :: {SYSTEMS[system]}',
        'Classifier: Topic :: Software Development :: Version Control :: Git',
        'Description-Content-Type: text/markdown',
    ]
    # Links of README point into the repository: on the package's page they would lead nowhere.
    text = re.sub(r'!\[[^]]*\]\([^)]*\)\n*', '', readme)
    text = re.sub(r'\[([^]]*)\]\((?!https:)[^)]*\)', r'\1', text)
    return '\n'.join(head) + '\n\n' + BESIDE + text


def write(path, files, moment):
    """Write a zip archive of (name, mode, content), with RECORD as its last file."""
    record = ''
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, mode, content in files:
            if name.endswith('/RECORD'):
                content = f'{record}{name},,\n'.encode()
            else:
                digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()
                record += f'{name},sha256={digest},{len(content)}\n'
            entry = zipfile.ZipInfo(name, moment)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def main(version, platform, stage, readme, output):
    version, stage = python_version(version), Path(stage)
    tags, system = TAGS[platform], platform.split('-')[1]
    end = '.exe' if system == 'windows' else ''
    base = f'git_codecommit-{version}'
    info = f'{base}.dist-info'
    wheel = 'Wheel-Version: 1.0\nGenerator: git-codecommit\nRoot-Is-Purelib: false\n'
    wheel += ''.join(f'Tag: py3-none-{tag}\n' for tag in tags)
    files = [(f'{base}.data/scripts/{name}{end}', 0o755, (stage / f'{name}{end}').read_bytes()) for name in PROGRAMS]
    files += [
        (f'{info}/METADATA', 0o644, metadata(version, system, Path(readme).read_text()).encode()),
        (f'{info}/WHEEL', 0o644, wheel.encode()),
        (f'{info}/licenses/LICENSE', 0o644, (stage / 'LICENSE').read_bytes()),
        (f'{info}/licenses/NOTICE', 0o644, (stage / 'NOTICE').read_bytes()),
        (f'{info}/RECORD', 0o644, b''),
    ]
    # A zip archive knows no time before 1980, and only even seconds.
    moment = time.gmtime(max(int(os.environ['SOURCE_DATE_EPOCH']), 315532800))[:6]
    write(Path(output) / f'{base}-py3-none-{".".join(tags)}.whl', files, moment)


if __name__ == '__main__':
    if len(sys.argv) != 6:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
