#!/usr/bin/env python3
"""Write a folder to a .zip archive: the same files give the same bytes.

usage: packaging/zip.py FOLDER ARCHIVE      with SOURCE_DATE_EPOCH in the environment
"""
import os
import sys
import time
import zipfile
from pathlib import Path


def main(folder, archive):
    folder, new = Path(folder), f'{archive}.new'
    # The format knows no time before 1980, and no odd seconds.
    date = max(time.gmtime(int(os.environ['SOURCE_DATE_EPOCH']))[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(new, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as pack:
        for path in sorted(path for path in folder.rglob('*') if path.is_file()):
            member = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), date)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = (0o100755 if path.suffix == '.exe' else 0o100644) << 16
            pack.writestr(member, path.read_bytes())
    os.replace(new, archive)


if __name__ == '__main__':
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
