#!/usr/bin/env python3
"""Write what the programs for a target are made of: NOTICE (licenses) and a CycloneDX 1.6 bill of materials.

usage: packaging/bill.py CHECKOUT VERSION TARGET ZIG NOTICE BILL

Only what is linked into the programs counts: neither the crates of tests nor those of build scripts and procedural macros.
The parts of a C library and of a compiler count too. ZIG is the folder of the compiler zig, which has their license texts.
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

# What is linked besides crates: its name, its license, and the places of the license's text ("zig/" is the compiler's folder).
# None: the license asks for no text where a compiler has put its own parts into a program. A Mac's libraries stay its own.
RUST = ('rust-std', 'MIT OR Apache-2.0', None)
UNWIND = ('llvm-libunwind', 'Apache-2.0 WITH LLVM-exception', None)
LINKED = {
    'linux-musl': (RUST, UNWIND, ('musl', 'MIT', ('zig/lib/libc/musl/COPYRIGHT',)), ('zig-runtime', 'MIT', ('zig/LICENSE',))),
    'windows-gnu': (RUST, ('libgcc', 'GPL-3.0-or-later WITH GCC-exception-3.1', None),
                    ('mingw-w64-runtime', 'ZPL-2.1 AND LicenseRef-mingw-w64',
                     ('/usr/share/doc/mingw-w64-x86-64-dev/copyright', '/usr/share/doc/mingw-w64-common/copyright'))),
    'apple-darwin': (RUST,),
}
NAME = re.compile(r'^(LICEN[SC]E|COPYING|COPYRIGHT|NOTICE|UNLICENSE)([-._].*)?$', re.I)


def run(checkout, *command):
    return subprocess.run(command, cwd=checkout, check=True, stdout=subprocess.PIPE, text=True).stdout


def shipped(checkout, target):
    """Return the names and versions of the crates that are linked into the programs."""
    tree = run(checkout, 'cargo', 'tree', '--locked', '--package', 'git-codecommit', '--edges', 'normal,no-proc-macro',
               '--target', target, '--prefix', 'none', '--format', '{p}')
    lines = (line.split() for line in filter(None, tree.splitlines()))
    return {(name, version.removeprefix('v')) for name, version, *_ in lines}


def linked(target, zig):
    """Return what is linked besides crates: name, license and text (None if none is needed)."""
    for name, license, places in LINKED['-'.join(target.split('-')[-2:])]:
        files = [Path(re.sub('^zig/', f'{zig}/', place)) for place in places or ()]
        found = next((file for file in files if file.is_file()), None)
        if files and not found:
            raise SystemExit(f'bill.py: the license of {name} is in none of these files: {", ".join(map(str, files))}')
        yield name, license, found and found.read_text(errors='replace').strip()


def crates(checkout, target):
    """Return the packages of cargo metadata that are linked, sorted, each with its checksum; ours is left out."""
    data = json.loads(run(checkout, 'cargo', 'metadata', '--locked', '--format-version', '1'))
    lock = tomllib.loads((Path(checkout) / 'Cargo.lock').read_text())
    sums = {(each['name'], each['version']): each.get('checksum') for each in lock['package']}
    wanted = shipped(checkout, target)
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


def notice(packages, others):
    """Return the text of NOTICE. A text that several crates have stands in it once."""
    head = ['git-codecommit is licensed under the Apache License 2.0 (LICENSE). Its programs contain the software below.', '']
    by_text = {}
    for package in packages:
        title = f'{package["name"]} {package["version"]} ({license_of(package)})'
        found = list(texts(package))
        head.append(title if found else f'{title}: its package has no license file')
        for text in found:
            by_text.setdefault(' '.join(text.split()), (text, []))[1].append(f'{package["name"]} {package["version"]}')
    for name, license, text in others:
        head.append(f'{name} ({license})')
        if text:
            by_text.setdefault(' '.join(text.split()), (text, []))[1].append(name)
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


def bill(packages, others, version):
    moment = datetime.fromtimestamp(int(os.environ['SOURCE_DATE_EPOCH']), timezone.utc)
    ours = f'pkg:cargo/git-codecommit@{version}'
    components = [component(package) for package in packages]
    components += [{'type': 'library', 'bom-ref': name, 'name': name, 'licenses': [{'expression': license}]}
                   for name, license, _ in others]
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


def main(checkout, version, target, zig, notice_file, bill_file):
    packages, others = crates(checkout, target), list(linked(target, zig))
    Path(notice_file).write_text(notice(packages, others))
    Path(bill_file).write_text(json.dumps(bill(packages, others, version), indent=1, sort_keys=True) + '\n')
    print(f'   {len(packages)} crates, and {", ".join(name for name, _, _ in others)}')


if __name__ == '__main__':
    if len(sys.argv) != 7:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
