"""A git host and STS that cost next to nothing, so that what is measured is the client.

One process serves what `main()`'s arguments say and prints a JSON line for each event:
{"at": seconds by CLOCK_MONOTONIC, "what": "open" | "tls" | "request" | "answered", ...}.

The repository `real` is served by git http-backend, to whoever shows any Authorization; every other one is
made up, with a pack of random bytes. No signature is checked here: the tests do that.
"""

import argparse
import gzip
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from functools import cache, partial

from delay import Delay, accept, listener

OID = b"7d39b4094437f4764644978043104e18f0a80422"
# 1 MiB of side-band packets of the largest size, in 16 chunks of HTTP.
PACKET = b"fff0\x01" + os.urandom(65515)
STORED = b"000eunpack ok\n0017ok refs/heads/main\n0000"


def said(what, **more):
    line = json.dumps({"at": time.monotonic(), "what": what, **more}) + "\n"
    os.write(1, line.encode())


def secured(connection, options):
    """TLS on a connection, after the pause that was asked for."""
    time.sleep(options.tls_delay)
    return options.context.wrap_socket(connection, server_side=True)


def packet(text):
    return b"%04x" % (len(text) + 4) + text


def advertisement(service, version2, references):
    start = packet(b"# service=" + service + b"\n") + b"0000"
    if version2 and service == b"git-upload-pack":
        return start + packet(b"version 2\n") + packet(b"fetch\n") + packet(b"ls-refs\n") + b"0000"
    capabilities = (
        b"multi_ack_detailed shallow side-band-64k thin-pack"
        if service == b"git-upload-pack"
        else b"report-status delete-refs"
    )
    lines = [packet(OID + b" refs/heads/main\0" + capabilities + b"\n")]
    lines += [packet(b"%040x refs/tags/release-%08d\n" % (number, number)) for number in range(1, references)]
    return start + b"".join(lines) + b"0000"


def chunk(data):
    return b"%x\r\n" % len(data) + data + b"\r\n"


class Git(threading.Thread):
    """A connection to the git host."""

    def __init__(self, connection, at, options):
        super().__init__(daemon=True)
        self.connection, self.at, self.options = connection, at, options

    def run(self):
        try:
            said("open", host="git", at=self.at)
            tls = secured(self.connection, self.options)
            said("tls", host="git")
            while self.request(tls):
                pass
        except (ConnectionError, ssl.SSLError, OSError):
            pass

    def request(self, tls):
        head = b""
        while b"\r\n\r\n" not in head:
            more = tls.recv(65536)
            if not more:
                return False
            head += more
        head, body = head.split(b"\r\n\r\n", 1)
        lines = head.split(b"\r\n")
        method, path, _ = lines[0].split(b" ")
        headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
        said("request", host="git", method=method.decode(), path=path.decode(),
             signed=b"authorization" in headers)
        name = b"git-" + path.rsplit(b"git-", 1)[1]
        if b"/real/" in path:
            self.real(tls, method, path, headers, body)
            return True
        if b"transfer-encoding" in headers:
            self.discard(tls, body)
        else:
            self.whole(tls, headers, body)
        if method == b"GET":
            kind = b"application/x-" + name + b"-advertisement"
            answer = self.options.advertisement(name, b"git-protocol" in headers and self.options.v2)
        else:
            kind = b"application/x-" + name + b"-result"
            answer = STORED
        head = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n"
        if method == b"POST" and name == b"git-upload-pack":
            tls.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"0008NAK\n"))
            size, packets = self.options.chunk, PACKET * 16
            block = memoryview(b"".join(chunk(packets[at:at + size])
                                        for at in range(0, len(packets), size)))
            for _ in range(self.options.mebibytes):
                tls.sendall(block)
            tls.sendall(chunk(b"0000") + b"0\r\n\r\n")
        else:
            tls.sendall(head + b"Content-Length: %d\r\n\r\n" % len(answer) + answer)
        said("answered", host="git")
        return True

    def whole(self, tls, headers, body):
        """A request's body, of which some has been read."""
        if b"transfer-encoding" not in headers:
            while len(body) < int(headers.get(b"content-length", 0)):
                body += tls.recv(65536)
            return gzip.decompress(body) if b"content-encoding" in headers else body
        while not body.endswith(b"\r\n0\r\n\r\n"):
            body += tls.recv(65536)
        data = b""
        while not body.startswith(b"0\r\n"):
            size, body = body.split(b"\r\n", 1)
            size = int(size, 16)
            data, body = data + body[:size], body[size + 2:]
        return data

    def real(self, tls, method, path, headers, body):
        """What git http-backend says."""
        body = self.whole(tls, headers, body)
        if b"authorization" not in headers:
            tls.sendall(b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")
            return
        path, _, query = path.decode().removeprefix("/v1/repos").partition("?")
        said = subprocess.run(
            ["git", "http-backend"], input=body, stdout=subprocess.PIPE, check=True, env={
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": self.options.repositories,
                "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": "me", "REQUEST_METHOD": method.decode(),
                "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
                "CONTENT_TYPE": headers.get(b"content-type", b"").decode(),
                "GIT_PROTOCOL": headers.get(b"git-protocol", b"").decode() if self.options.v2 else "",
            }).stdout
        head, answer = said.split(b"\r\n\r\n", 1)
        tls.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)

    def discard(self, tls, start):
        end, buffer = start[-7:], bytearray(1 << 18)
        view = memoryview(buffer)
        while not end.endswith(b"\r\n0\r\n\r\n") and end != b"0\r\n\r\n":
            count = tls.recv_into(view)
            if not count:
                raise ConnectionError
            end = (end + bytes(view[max(0, count - 7):count]))[-7:]


class Sts(threading.Thread):
    """A connection to STS, which answers every AssumeRole after a while."""

    def __init__(self, connection, at, options):
        super().__init__(daemon=True)
        self.connection, self.at, self.options = connection, at, options

    def run(self):
        try:
            said("open", host="sts", at=self.at)
            tls = self.options.context.wrap_socket(self.connection, server_side=True)
            said("tls", host="sts")
            tls.recv(65536)
            said("request", host="sts")
            time.sleep(self.options.sts_delay)
            until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
            body = (
                '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
                "<AssumeRoleResult><AssumedRoleUser><AssumedRoleId>A:s</AssumedRoleId>"
                "<Arn>arn:aws:sts::111111111111:assumed-role/R/s</Arn></AssumedRoleUser>"
                "<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret"
                f"</SecretAccessKey><SessionToken>token</SessionToken><Expiration>{until}"
                "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
            ).encode()
            tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: "
                        b"%d\r\n\r\n" % len(body) + body)
            said("answered", host="sts")
            tls.recv(65536)
        except (ConnectionError, ssl.SSLError, OSError):
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate")
    parser.add_argument("--mebibytes", type=int, default=0)
    parser.add_argument("--chunk", type=int, default=1 << 16)
    parser.add_argument("--v2", action="store_true")
    parser.add_argument("--sts-delay", type=float, default=0)
    parser.add_argument("--tls-delay", type=float, default=0)
    parser.add_argument("--round-trip", type=float, default=0)
    parser.add_argument("--repositories")
    parser.add_argument("--references", type=int, default=1)
    options = parser.parse_args()
    options.advertisement = cache(partial(advertisement, references=options.references))
    ports = {}
    options.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    options.context.load_cert_chain(options.certificate)
    for name, kind in (("git", Git), ("sts", Sts)):
        sock, port = listener()
        accept(sock, lambda connection, at, kind=kind: kind(connection, at, options).start())
        if options.round_trip:
            slow, ports[name] = listener()
            accept(slow, Delay(port, options.round_trip).serve)
        else:
            ports[name] = port
    said("ready", **ports)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
