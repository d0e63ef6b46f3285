#!/usr/bin/env python3
"""Write stubs of Apple's libraries: text files (.tbd) with which a linker on another system can link programs for macOS.

usage: packaging/apple.py CHECKOUT FOLDER

A stub says which names a library exports and where a Mac has it; nothing of Apple's is in it. The names are those that
the crates declare, so that linking shows whether the programs fit together, and not whether a Mac has each name.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

# The library, the crate that declares its names, the beginnings of these names, and the library's place on a Mac.
LIBRARIES = (
    ('Security.framework/Security', 'security-framework-sys', ('',),
     '/System/Library/Frameworks/Security.framework/Versions/A/Security'),
    ('CoreFoundation.framework/CoreFoundation', 'core-foundation-sys', ('',),
     '/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation'),
    ('libiconv', 'libc', ('iconv',), '/usr/lib/libiconv.2.dylib'),
)
TARGETS = '[ x86_64-macos, arm64-macos ]'
NAME = re.compile(r'^\s*pub (?:fn|static(?: mut)?) (\w+)\s*[(:]', re.M)
STUB = '''\
--- !tapi-tbd
tbd-version: 4
targets: {targets}
install-name: '{place}'
exports:
  - targets: {targets}
    symbols: [ {symbols} ]
...
'''


def sources(checkout):
    """Return the folder of each crate that programs for macOS have."""
    said = subprocess.run(['cargo', 'metadata', '--locked', '--format-version', '1', '--filter-platform', 'aarch64-apple-darwin'],
                          cwd=checkout, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {package['name']: Path(package['manifest_path']).parent for package in json.loads(said)['packages']}


def declared(crate, beginnings):
    texts = (file.read_text() for file in sorted((crate / 'src').rglob('*.rs')))
    return sorted({name for text in texts for name in NAME.findall(text) if name.startswith(beginnings)})


def main(checkout, folder):
    crates = sources(checkout)
    for library, crate, beginnings, place in LIBRARIES:
        names = declared(crates[crate], beginnings)
        if not names:
            raise SystemExit(f'apple.py: {crate} declares no name of {library}')
        stub = Path(folder) / f'{library}.tbd'
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text(STUB.format(targets=TARGETS, place=place, symbols=', '.join(f'_{name}' for name in names)))


if __name__ == '__main__':
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
