"""A file system that shows a folder as a network would: FUSE's protocol on /dev/fuse, without a library.

usage: fuse.py SOURCE MOUNTPOINT [--refuse WORD]... [--fail [KIND.]N:ERRNO] [--slow SECONDS] [--clock SECONDS]

WORD is locks (ENOLCK for flock and POSIX locks), no-locks (EOPNOTSUPP), links, tmpfile or noreplace. --fail lets the Nth
request, or the Nth of a kind such as unlink, counted from 1, fail once. --slow is how long each fsync takes. --clock is how far the server's clock is ahead.
Prints "ready" when it is mounted; when standard input ends, unmounts and prints the number of requests, of all and of each
kind, and in a second line the numbers of those that are the first of their kind for their file.

Source: linux/fuse.h, version 7.31.
"""

import argparse
import ctypes
import errno
import os
import stat
import struct
import sys
import threading
import time

(LOOKUP, FORGET, GETATTR, SETATTR, READLINK, SYMLINK) = range(1, 7)
(MKNOD, MKDIR, UNLINK, RMDIR, RENAME, LINK, OPEN, READ, WRITE, STATFS, RELEASE) = range(8, 19)
FSYNC, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, FSYNCDIR, GETLK, SETLK, SETLKW, ACCESS, CREATE, INTERRUPT = (
    20, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36)
DESTROY, BATCH_FORGET, RENAME2, TMPFILE = 38, 42, 45, 51
POSIX_LOCKS, BIG_WRITES, FLOCK_LOCKS = 1 << 1, 1 << 5, 1 << 10
# The kernel does not tell a program of their failure.
SILENT = {FORGET, RELEASE, INIT, RELEASEDIR, INTERRUPT, DESTROY, BATCH_FORGET}
NO_REPLY = {FORGET, BATCH_FORGET, INTERRUPT}
ROOT = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def system(name, *arguments):
    if getattr(LIBC, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def name_of(data):
    return data.split(b"\0")[0]


class Served:
    def __init__(self, source, options):
        self.options, self.requests, self.kinds = options, 0, {}
        self.seen, self.firsts = set(), []
        self.paths, self.ids, self.next = {ROOT: os.fsencode(source)}, {os.fsencode(source): ROOT}, ROOT + 1
        self.files = {}
        self.failing, self.error = None, 0
        if options.fail:
            number, error = options.fail.split(":")
            self.failing, self.error = number, getattr(errno, error)

    def refuses(self, word):
        return word in self.options.refuse

    def answer(self, opcode, node, data):
        """The reply's bytes; raises OSError."""
        known = {
            LOOKUP: self.lookup, GETATTR: self.getattr, SETATTR: self.setattr, READLINK: self.readlink, SYMLINK: self.symlink,
            MKNOD: self.mknod, MKDIR: self.mkdir, UNLINK: self.unlink, RMDIR: self.rmdir, RENAME: self.rename, RENAME2: self.rename2,
            LINK: self.link, OPEN: self.open, READ: self.read, WRITE: self.write, STATFS: self.statfs, RELEASE: self.release,
            FSYNC: self.fsync, FLUSH: self.nothing, INIT: self.init, OPENDIR: self.opendir, READDIR: self.readdir,
            RELEASEDIR: self.nothing, FSYNCDIR: self.fsyncdir, GETLK: self.lock, SETLK: self.lock, SETLKW: self.lock,
            ACCESS: self.access, CREATE: self.create, DESTROY: self.nothing, TMPFILE: self.tmpfile,
        }
        if opcode not in SILENT:
            self.requests += 1
            kind = known[opcode].__name__ if opcode in known else "other"
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
            # In these requests the name of the file stands behind other fields of so many bytes.
            behind = {LOOKUP: 0, UNLINK: 0, RMDIR: 0, MKDIR: 8, RENAME: 8, LINK: 8, MKNOD: 16, CREATE: 16, RENAME2: 16}.get(opcode)
            key = kind, self.paths.get(node), name_of(data[behind:]) if behind is not None else None
            if key not in self.seen:
                self.seen.add(key)
                self.firsts.append(self.requests)
            if self.failing in (str(self.requests), f"{kind}.{self.kinds[kind]}"):
                raise OSError(self.error, "once")
        if opcode not in known:
            raise OSError(errno.ENOSYS, "not spoken here")
        return known[opcode](node, data)

    # Names

    def path(self, node):
        if node not in self.paths:
            raise OSError(errno.ESTALE, "gone")
        return self.paths[node]

    def below(self, node, name):
        return os.path.join(self.path(node), name)

    def node_of(self, path):
        if path not in self.ids:
            self.ids[path], self.paths[self.next] = self.next, path
            self.next += 1
        return self.ids[path]

    def forget_path(self, path):
        node = self.ids.pop(path, None)
        self.paths.pop(node, None)

    def moved(self, old, new):
        self.forget_path(new)
        for path in [path for path in self.ids if path == old or path.startswith(old + b"/")]:
            node = self.ids.pop(path)
            self.ids[new + path[len(old):]] = node
            self.paths[node] = new + path[len(old):]

    def attributes(self, found):
        ahead = int(self.options.clock)
        seconds = [int(at) + ahead for at in (found.st_atime, found.st_mtime, found.st_ctime)]
        parts = [at % 10**9 for at in (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns)]
        return struct.pack("<6Q10I", found.st_ino, found.st_size, found.st_blocks, *seconds, *parts, found.st_mode, found.st_nlink,
                           found.st_uid, found.st_gid, found.st_rdev, 4096, 0)

    def entry(self, path):
        found = os.lstat(path)
        return struct.pack("<QQQQII", self.node_of(path), 0, 0, 0, 0, 0) + self.attributes(found)

    def init(self, node, data):
        _major, _minor, readahead, _flags = struct.unpack_from("<4I", data)
        refuses_locks = self.refuses("locks") or self.refuses("no-locks")
        # Otherwise the kernel keeps the locks itself.
        flags = BIG_WRITES | (POSIX_LOCKS | FLOCK_LOCKS if refuses_locks else 0)
        return struct.pack("<4IHHIIHHI7I", 7, 31, readahead, flags, 16, 12, 1 << 17, 1, 32, 0, 0, *[0] * 7)

    def lookup(self, node, data):
        return self.entry(self.below(node, name_of(data)))

    def readlink(self, node, data):
        return os.readlink(self.path(node))

    def access(self, node, data):
        self.path(node)
        return b""

    def nothing(self, node, data):
        return b""

    # Attributes

    def stat(self, node, handle):
        if handle in self.files:
            return os.fstat(handle)
        return os.lstat(self.path(node))

    def getattr(self, node, data):
        flags, _, handle = struct.unpack_from("<IIQ", data)
        return struct.pack("<QII", 0, 0, 0) + self.attributes(self.stat(node, handle if flags & 1 else -1))

    def setattr(self, node, data):
        valid, _, handle, size, _owner, atime, mtime, _ctime, _, _, _, mode, _, uid, gid, _ = struct.unpack_from("<IIQQQQQQ8I", data)
        target = handle if valid & 64 and handle in self.files else self.path(node)
        is_link = isinstance(target, bytes) and os.path.islink(target)
        follow = {} if isinstance(target, int) else {"follow_symlinks": False}
        if valid & 1 and not is_link:
            os.chmod(target, stat.S_IMODE(mode))
        if valid & 6:
            os.chown(target, uid if valid & 2 else -1, gid if valid & 4 else -1, **follow)
            if valid & 1 and not is_link:
                os.chmod(target, stat.S_IMODE(mode))
        if valid & 8:
            os.truncate(target, size)
        if valid & 48:
            now = time.time()
            os.utime(target, (now if valid & 128 else atime, now if valid & 256 else mtime), **follow)
        return struct.pack("<QII", 0, 0, 0) + self.attributes(self.stat(node, handle if valid & 64 else -1))

    def statfs(self, node, data):
        found = os.statvfs(self.paths[ROOT])
        return struct.pack("<5Q4I6I", found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree, found.f_bsize, 255,
                           found.f_frsize, 0, *[0] * 6)

    # Making and removing

    def mkdir(self, node, data):
        mode, _umask = struct.unpack_from("<II", data)
        path = self.below(node, name_of(data[8:]))
        os.mkdir(path)
        os.chmod(path, stat.S_IMODE(mode))
        return self.entry(path)

    def mknod(self, node, data):
        mode, device, _umask, _ = struct.unpack_from("<4I", data)
        path = self.below(node, name_of(data[16:]))
        os.mknod(path, mode, device)
        os.chmod(path, stat.S_IMODE(mode))
        return self.entry(path)

    def symlink(self, node, data):
        name, target = data.split(b"\0")[:2]
        path = self.below(node, name)
        os.symlink(target, path)
        return self.entry(path)

    def unlink(self, node, data):
        path = self.below(node, name_of(data))
        os.unlink(path)
        self.forget_path(path)
        return b""

    def rmdir(self, node, data):
        path = self.below(node, name_of(data))
        os.rmdir(path)
        self.forget_path(path)
        return b""

    def renamed(self, node, folder, names):
        old, new = names.split(b"\0")[:2]
        old, new = self.below(node, old), self.below(folder, new)
        os.rename(old, new)
        self.moved(old, new)
        return b""

    def rename(self, node, data):
        return self.renamed(node, struct.unpack_from("<Q", data)[0], data[8:])

    def rename2(self, node, data):
        folder, flags, _ = struct.unpack_from("<QII", data)
        if flags:
            if self.refuses("noreplace"):
                raise OSError(errno.EINVAL, "no flags")
            if flags != 1 or os.path.lexists(self.below(folder, data[16:].split(b"\0")[1])):
                raise OSError(errno.EEXIST, "it is there")
        return self.renamed(node, folder, data[16:])

    def link(self, node, data):
        if self.refuses("links"):
            raise OSError(errno.EOPNOTSUPP, "no links")
        path = self.below(node, name_of(data[8:]))
        os.link(self.path(struct.unpack_from("<Q", data)[0]), path, follow_symlinks=False)
        return self.entry(path)

    # Open files

    def opened(self, path, flags, mode=0):
        handle = os.open(path, flags & ~(os.O_NOFOLLOW | os.O_DIRECT) | os.O_CLOEXEC, mode)
        self.files[handle] = path
        return handle

    def open(self, node, data):
        flags, _ = struct.unpack_from("<II", data)
        # The kernel says where to write, in files that are opened to append, too.
        handle = self.opened(self.path(node), flags & ~(os.O_CREAT | os.O_EXCL | os.O_APPEND))
        return struct.pack("<QII", handle, 0, 0)

    def create(self, node, data):
        flags, mode, _umask, _ = struct.unpack_from("<4I", data)
        path = self.below(node, name_of(data[16:]))
        handle = self.opened(path, flags & ~os.O_APPEND | os.O_CREAT, 0o600)
        os.fchmod(handle, stat.S_IMODE(mode))
        return self.entry(path) + struct.pack("<QII", handle, 0, 0)

    def tmpfile(self, node, data):
        raise OSError(errno.EOPNOTSUPP, "no files without a name")

    def read(self, node, data):
        handle, offset, size = struct.unpack_from("<QQI", data)
        return os.pread(handle, size, offset)

    def write(self, node, data):
        handle, offset, size = struct.unpack_from("<QQI", data)
        return struct.pack("<II", os.pwrite(handle, data[40:40 + size], offset), 0)

    def release(self, node, data):
        handle = struct.unpack_from("<Q", data)[0]
        if self.files.pop(handle, None) is not None:
            os.close(handle)
        return b""

    def fsync(self, node, data):
        time.sleep(self.options.slow)
        os.fsync(struct.unpack_from("<Q", data)[0])
        return b""

    def fsyncdir(self, node, data):
        time.sleep(self.options.slow)
        return b""

    def lock(self, node, data):
        raise OSError(errno.ENOLCK if self.refuses("locks") else errno.EOPNOTSUPP, "no locks")

    # Folders

    def opendir(self, node, data):
        os.scandir(self.path(node)).close()
        return struct.pack("<QII", 0, 0, 0)

    def readdir(self, node, data):
        _handle, offset, size = struct.unpack_from("<QQI", data)
        names = [b".", b".."] + sorted(os.listdir(self.path(node)))
        reply = b""
        for at, name in enumerate(names[offset:], offset + 1):
            record = struct.pack("<QQII", 1, at, len(name), 0) + name
            record += b"\0" * (-len(record) % 8)
            if len(reply) + len(record) > size:
                break
            reply += record
        return reply


def serve(device, served):
    while True:
        try:
            request = os.read(device, (1 << 17) + (1 << 12))
        except OSError as error:
            if error.errno in (errno.EINTR, errno.ENOENT, errno.EAGAIN):
                continue
            return
        length, opcode, unique, node = struct.unpack_from("<IIQQ", request)
        try:
            reply, error = served.answer(opcode, node, request[40:length]), 0
        except OSError as problem:
            reply, error = b"", -(problem.errno or errno.EIO)
        if opcode in NO_REPLY:
            continue
        try:
            os.write(device, struct.pack("<IiQ", 16 + len(reply), error, unique) + reply)
        except OSError:
            # The request was given up meanwhile.
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("mountpoint")
    parser.add_argument("--refuse", action="append", default=[])
    parser.add_argument("--fail")
    parser.add_argument("--slow", type=float, default=0)
    parser.add_argument("--clock", type=float, default=0)
    options = parser.parse_args()
    os.umask(0)
    device = os.open("/dev/fuse", os.O_RDWR)
    data = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()},default_permissions,allow_other"
    system("mount", b"network", os.fsencode(options.mountpoint), b"fuse.network", 6, data.encode())
    served = Served(options.source, options)
    threading.Thread(target=serve, args=(device, served), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    system("umount2", os.fsencode(options.mountpoint), 2)
    print(served.requests, *(f"{kind}={count}" for kind, count in sorted(served.kinds.items())))
    print(*served.firsts, flush=True)


main()
