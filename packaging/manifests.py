#!/usr/bin/env python3
"""Write the manifests of package managers from one table: the names and hashes of a release's archives.

usage: packaging/manifests.py VERSION URL OUTPUT

URL is the folder of the release's files. Reads the archives in OUTPUT, fills in packaging/templates/, and writes to
OUTPUT/packaging/. A template is left out, and named, if the release lacks an archive that it needs. A block between
"@if PLATFORM" and "@end" lines appears if the release has that platform's archive.
"""
import hashlib
import re
import sys
from pathlib import Path

TEMPLATES = Path(__file__).parent / 'templates'
ARCHIVES = {
    'x86_64_linux': 'x86_64-linux.tar.gz',
    'aarch64_linux': 'aarch64-linux.tar.gz',
    'x86_64_macos': 'x86_64-macos.tar.gz',
    'aarch64_macos': 'aarch64-macos.tar.gz',
    'x86_64_windows': 'x86_64-windows.zip',
    'source': 'source.tar.gz',
}
BLOCK = re.compile(r'^[ \t]*(?:# )?@if (\w+)\n(.*?)^[ \t]*(?:# )?@end\n', re.M | re.S)
# Shells, YAML and Ruby use the dollar themselves.
PLACEHOLDER = re.compile(r'@\{(\w+)\}')


def table(version, url, output):
    """Return the values of all placeholders; a platform without an archive has none."""
    # conda takes no hyphen in a version: 1.0.0rc1.
    plain = version.replace('-', '').replace('rc.', 'rc')
    values = {'version': version, 'conda_version': plain, 'url': url, 'homepage': url.split('/releases/')[0]}
    for platform, end in ARCHIVES.items():
        file = Path(output) / f'git-codecommit-{version}-{end}'
        if file.is_file():
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            values |= {f'{platform}_file': file.name, f'{platform}_url': f'{url}/{file.name}', f'{platform}_sha256': digest,
                       f'{platform}_SHA256': digest.upper()}
    return values


def fill(text, values):
    """Return the text with its placeholders replaced; KeyError names one that has no value."""
    chosen = BLOCK.sub(lambda block: block[2] if f'{block[1]}_file' in values else '', text)
    return PLACEHOLDER.sub(lambda name: values[name[1]], chosen)


def main(version, url, output):
    values = table(version, url, output)
    for template in sorted(path for path in TEMPLATES.rglob('*') if path.is_file()):
        name = template.relative_to(TEMPLATES)
        try:
            text = fill(template.read_text(), values)
        except KeyError as missing:
            print(f'   {name}: left out, for the release has no {missing.args[0]}')
            continue
        target = Path(output) / 'packaging' / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


if __name__ == '__main__':
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
