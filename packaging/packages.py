#!/usr/bin/env python3
"""Write the packages for Debian, Red Hat and Alpine with nfpm.

usage: packaging/packages.py NFPM VERSION PROCESSOR STAGE OUTPUT

They hold the programs, completions, manual pages and licenses in the distribution's places, run no script, and depend on
git alone. SOURCE_DATE_EPOCH decides the time of each file; the same input gives the same bytes.
"""
import gzip
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

PROGRAMS = ('git-codecommit', 'git-credential-codecommit', 'git-remote-codecommit')
NAMES = {'x86_64': 'amd64', 'aarch64': 'arm64'}
NEEDS = {'deb': 'git (>= 1:2.28)', 'rpm': 'git >= 2.28', 'apk': 'git>=2.28'}
DESCRIPTION = '''Native git remote helper and credential helper for AWS CodeCommit
It needs neither Python nor the AWS CLI, signs each request when it sends it, and supports every source of AWS
credentials. "git codecommit setup" configures git, and "git codecommit doctor" says what to fix.'''


def contents(stage, folder, moment):
    """List the files of a package in nfpm's form."""
    def file(source, place, mode=0o644, packager=None):
        entry = {'src': str(source), 'dst': place, 'file_info': {'mode': mode, 'mtime': moment, 'owner': 'root', 'group': 'root'}}
        return entry | ({'packager': packager} if packager else {})

    yield from (file(stage / name, f'/usr/bin/{name}', 0o755) for name in PROGRAMS)
    for page in sorted((stage / 'man').iterdir()):
        packed = folder / f'{page.name}.gz'
        packed.write_bytes(gzip.compress(page.read_bytes(), 9, mtime=0))
        yield file(packed, f'/usr/share/man/man1/{packed.name}')
    completions = stage / 'completions'
    yield file(completions / 'git-codecommit.bash', '/usr/share/bash-completion/completions/git-codecommit')
    yield file(completions / 'git-codecommit.fish', '/usr/share/fish/vendor_completions.d/git-codecommit.fish')
    for packager, place in (('deb', 'vendor-completions'), ('rpm', 'site-functions'), ('apk', 'site-functions')):
        yield file(completions / '_git-codecommit', f'/usr/share/zsh/{place}/_git-codecommit', packager=packager)
    # Debian wants a file "copyright", the others the license under its own name.
    doc = '/usr/share/doc/git-codecommit'
    yield file(stage / 'LICENSE', f'{doc}/copyright', packager='deb')
    yield file(stage / 'NOTICE', f'{doc}/NOTICE', packager='deb')
    for packager in ('rpm', 'apk'):
        for name in ('LICENSE', 'NOTICE'):
            yield file(stage / name, f'/usr/share/licenses/git-codecommit/{name}', packager=packager)
    # Folders that only this package has: to remove the package removes them too.
    yield {'dst': doc, 'type': 'dir', 'packager': 'deb', 'file_info': {'mode': 0o755, 'mtime': moment}}
    for packager in ('rpm', 'apk'):
        yield {'dst': '/usr/share/licenses/git-codecommit', 'type': 'dir', 'packager': packager,
               'file_info': {'mode': 0o755, 'mtime': moment}}


def settings(packager, version, processor, moment, files):
    """Return nfpm's configuration for one packager."""
    result = {
        'name': 'git-codecommit',
        'arch': NAMES[processor],
        'platform': 'linux',
        'version': version,
        'version_schema': 'semver',
        'section': 'vcs',
        'priority': 'optional',
        'maintainer': 'The git-codecommit maintainers <maintainers@git-codecommit.invalid>',
        'description': DESCRIPTION,
        'license': 'Apache-2.0',
        'depends': [NEEDS[packager]],
        'mtime': moment,
        'contents': files,
        'rpm': {'buildhost': 'localhost', 'group': 'Development/Tools'},
    }
    if packager == 'apk':
        # apk knows 1.0.0_rc1 and no dot in it, and each line of its description is a field.
        number, _, stage = version.partition('-')
        result |= {'version': number, 'prerelease': stage.replace('.', ''), 'description': DESCRIPTION.splitlines()[0]}
    return result


def main(nfpm, version, processor, stage, output):
    moment = datetime.fromtimestamp(int(os.environ['SOURCE_DATE_EPOCH']), timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    with tempfile.TemporaryDirectory() as folder:
        files = list(contents(Path(stage), Path(folder), moment))
        for packager in NEEDS:
            # JSON is YAML.
            configuration = Path(folder) / 'nfpm.yaml'
            configuration.write_text(json.dumps(settings(packager, version, processor, moment, files), indent=1))
            # Not nfpm's own name: places that publish files change the ~ of a release candidate.
            target = Path(output) / f'git-codecommit-{version}-{processor}.{packager}'
            subprocess.run([nfpm, 'package', '--config', configuration, '--packager', packager, '--target', target],
                           check=True, stdout=subprocess.DEVNULL)


if __name__ == '__main__':
    if len(sys.argv) != 6:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
