#!/usr/bin/env python3
"""Check what can be seen of programs for macOS without running them.

usage: packaging/macho.py PROCESSOR PROGRAM...      PROCESSOR is aarch64 or x86_64

Each must be for that processor, load no library but the system's, start on macOS 11, be position independent and, where the
processor asks for it, signed (ad hoc by the linker). Source: <mach-o/loader.h>.
"""
import struct
import sys
from pathlib import Path

MAGIC = 0xfeedfacf
PROCESSORS = {'x86_64': 0x01000007, 'aarch64': 0x0100000c}
EXECUTE, PIE = 2, 0x200000
LOAD_DYLIB, CODE_SIGNATURE, VERSION_MIN, BUILD_VERSION = 0xc, 0x1d, 0x24, 0x32
WEAK_DYLIB, REEXPORT_DYLIB = 0x80000018, 0x8000001f
OLDEST = 11 << 16


def commands(data, count):
    """Yield each load command: its number and its bytes."""
    place = 32
    for _ in range(count):
        command, size = struct.unpack_from('<II', data, place)
        yield command, data[place:place + size]
        place += size


def problems(data, processor):
    """Yield what is wrong with a program."""
    if len(data) < 32 or struct.unpack_from('<I', data)[0] != MAGIC:
        yield 'is not a program for macOS'
        return
    _, found, _, kind, count, _, flags, _ = struct.unpack_from('<8I', data)
    if found != PROCESSORS[processor] or kind != EXECUTE:
        yield f'is not a program for {processor}'
        return
    if not flags & PIE:
        yield 'is not position independent'
    numbers, oldest = set(), None
    for command, body in commands(data, count):
        numbers.add(command)
        if command in (LOAD_DYLIB, WEAK_DYLIB, REEXPORT_DYLIB):
            name = body[struct.unpack_from('<I', body, 8)[0]:].split(b'\0')[0].decode()
            if not name.startswith(('/usr/lib/', '/System/Library/Frameworks/')):
                yield f'loads {name}, which is not the system\'s'
        elif command == BUILD_VERSION:
            oldest = struct.unpack_from('<I', body, 12)[0]
        elif command == VERSION_MIN:
            oldest = struct.unpack_from('<I', body, 8)[0]
    if oldest is None or oldest > OLDEST:
        yield 'does not start on macOS 11'
    if processor == 'aarch64' and CODE_SIGNATURE not in numbers:
        yield 'is not signed, and this processor starts no such program'


def main(processor, *programs):
    bad = [f'{program} {problem}' for program in programs for problem in problems(Path(program).read_bytes(), processor)]
    if bad:
        raise SystemExit('\n'.join(f'macho.py: {line}' for line in bad))


if __name__ == '__main__':
    if len(sys.argv) < 3 or sys.argv[1] not in PROCESSORS:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
