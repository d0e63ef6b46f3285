"""`git fetch-pack --stateless-rpc` and `git send-pack --stateless-rpc` that do no work of their own.

STUB_SIZE is how many bytes of an answer fetch-pack takes, and of a pack send-pack makes.
"""

import os
import sys

from hosts import OID, STORED, packet

PIECE = packet(os.urandom(65516))


def exactly(count):
    text = b""
    while len(text) < count:
        more = os.read(0, count - len(text))
        if not more:
            sys.exit(1)
        text += more
    return text


def packets():
    """Reads packets up to a flush."""
    while (length := int(exactly(4), 16)) > 0:
        exactly(length - 4)


def write(data):
    data = memoryview(data)
    while data:
        data = data[os.write(1, data):]


def main():
    size = int(os.environ["STUB_SIZE"])
    packets()  # what is wanted
    packets()  # the advertisement
    if sys.argv[1] == "fetch-pack":
        write(packet(packet(b"want " + OID + b"\n") + b"0000" + packet(b"done\n")) + b"0000")
        with open("/dev/null", "wb") as nowhere:
            while size:
                moved = os.splice(0, nowhere.fileno(), min(size, 1 << 20))
                if not moved:
                    sys.exit(1)
                size -= moved
        write(b"0000")
    else:
        write(packet(packet(OID + b" " + OID + b" refs/heads/main\0 report-status") + b"0000"))
        block = PIECE * 16
        for _ in range(size // len(block)):
            write(block)
        write(b"0000")
        exactly(len(STORED))
        write(b"0000" b"ok refs/heads/main\n")


main()
