#!/usr/bin/env python3
"""Write what the programs are made of: NOTICE (licenses) and a CycloneDX 1.6 bill of materials.

usage: packaging/bill.py CHECKOUT VERSION OUTPUT MUSL_COPYRIGHT TARGET...

Only crates that are linked into the programs count: neither those of tests nor of build scripts and procedural macros.
MUSL_COPYRIGHT is the license file of the C library, which is linked as well ("" if it is not at hand).
"""
import json
import os
import re
import subprocess
import sys
import tomllib
import uuid
from datetime import datetime, timezone
from pathlib import Path

NAME = re.compile(r'^(LICEN[SC]E|COPYING|COPYRIGHT|NOTICE|UNLICENSE)([-._].*)?$', re.I)


def run(checkout, *command):
    return subprocess.run(command, cwd=checkout, check=True, stdout=subprocess.PIPE, text=True).stdout


def shipped(checkout, targets):
    """Return the names and versions of the crates that are linked into the programs."""
    found = set()
    for target in targets:
        tree = run(checkout, 'cargo', 'tree', '--locked', '--package', 'git-codecommit', '--edges', 'normal,no-proc-macro',
                   '--target', target, '--prefix', 'none', '--format', '{p}')
        for line in filter(None, tree.splitlines()):
            name, version = line.split()[:2]
            found.add((name, version.removeprefix('v')))
    return found


def crates(checkout, targets):
    """Return the packages of cargo metadata that are linked, sorted, each with its checksum; ours is left out."""
    data = json.loads(run(checkout, 'cargo', 'metadata', '--locked', '--format-version', '1'))
    lock = tomllib.loads((Path(checkout) / 'Cargo.lock').read_text())
    sums = {(each['name'], each['version']): each.get('checksum') for each in lock['package']}
    wanted = shipped(checkout, targets)
    result = []
    for package in data['packages']:
        key = package['name'], package['version']
        if key in wanted and package['source']:
            result.append(package | {'checksum': sums[key]})
    if len(result) != len(wanted) - 1:
        raise SystemExit(f'bill.py: {len(wanted)} crates are linked, and cargo metadata knows {len(result)} of them')
    return sorted(result, key=lambda package: (package['name'], package['version']))


def license_of(package):
    """Return the SPDX expression; old crates separate alternatives by a slash."""
    if not package['license']:
        raise SystemExit(f'bill.py: {package["name"]} {package["version"]} names no license')
    return re.sub(r'\s*/\s*', ' OR ', package['license'])


def texts(package):
    folder = Path(package['manifest_path']).parent
    for file in sorted(folder.iterdir()):
        if NAME.match(file.name) and file.is_file():
            yield file.read_text(errors='replace').strip()


def notice(packages, musl):
    """Return the text of NOTICE. A text that several crates have stands in it once."""
    head = ['git-codecommit is licensed under the Apache License 2.0 (LICENSE). Its programs contain the software below.', '']
    by_text = {}
    for package in packages:
        title = f'{package["name"]} {package["version"]} ({license_of(package)})'
        found = list(texts(package))
        head.append(title if found else f'{title}: its package has no license file')
        for text in found:
            by_text.setdefault(' '.join(text.split()), (text, []))[1].append(f'{package["name"]} {package["version"]}')
    head.append('the standard library of Rust (MIT OR Apache-2.0)')
    if musl:
        head.append('musl (MIT)')
        text = Path(musl).read_text().strip()
        by_text[text] = text, ['musl']
    parts = ['\n'.join(head)]
    parts += [f'{"-" * 80}\n{", ".join(names)}\n\n{text}' for text, names in by_text.values()]
    return '\n\n'.join(parts) + '\n'


def component(package):
    name, version = package['name'], package['version']
    result = {
        'type': 'library',
        'bom-ref': f'pkg:cargo/{name}@{version}',
        'name': name,
        'version': version,
        'licenses': [{'expression': license_of(package)}],
        'purl': f'pkg:cargo/{name}@{version}',
        'hashes': [{'alg': 'SHA-256', 'content': package['checksum']}],
    }
    if package['repository']:
        result['externalReferences'] = [{'type': 'vcs', 'url': package['repository']}]
    return result


def bill(packages, version, musl):
    moment = datetime.fromtimestamp(int(os.environ['SOURCE_DATE_EPOCH']), timezone.utc)
    ours = f'pkg:cargo/git-codecommit@{version}'
    components = [component(package) for package in packages]
    components.append({'type': 'library', 'bom-ref': 'rust-std', 'name': 'rust-std',
                       'licenses': [{'expression': 'MIT OR Apache-2.0'}]})
    if musl:
        components.append({'type': 'library', 'bom-ref': 'musl', 'name': 'musl', 'licenses': [{'license': {'id': 'MIT'}}]})
    return {
        'bomFormat': 'CycloneDX',
        'specVersion': '1.6',
        # The same content has the same number, so that the same commit gives the same bytes.
        'serialNumber': uuid.uuid5(uuid.NAMESPACE_URL, ours + json.dumps(components)).urn,
        'version': 1,
        'metadata': {
            'timestamp': moment.strftime('%Y-%m-%dT%H:%M:%SZ'),
            'component': {'type': 'application', 'bom-ref': ours, 'name': 'git-codecommit', 'version': version,
                          'licenses': [{'license': {'id': 'Apache-2.0'}}], 'purl': ours},
        },
        'components': components,
        'dependencies': [{'ref': ours, 'dependsOn': [each['bom-ref'] for each in components]}],
    }


def main(checkout, version, output, musl, *targets):
    packages = crates(checkout, targets)
    (Path(output) / 'NOTICE').write_text(notice(packages, musl))
    text = json.dumps(bill(packages, version, musl), indent=1, sort_keys=True) + '\n'
    (Path(output) / f'git-codecommit-{version}.cdx.json').write_text(text)
    print(f'   {len(packages)} crates, the standard library{" and musl" if musl else ""}')


if __name__ == '__main__':
    if len(sys.argv) < 6:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
