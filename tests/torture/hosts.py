"""A git host, STS and the container endpoint, each of which can break an answer at a chosen byte.

Git's answers are those of real `git http-backend`. The name of a repository, a role or a container path is the name
of a case, and the case says what goes wrong. No signature is checked here: the tests do that.
"""

import gzip
import json
import os
import random
import socket
import ssl
import struct
import subprocess
import threading
import time
from urllib.parse import parse_qs

import answers

SECRET, TOKEN = "canary/secret+key", "canary+session/token=="


class Plan:
    """What goes wrong for a case, and what it asked for."""

    def __init__(self, fault=None, seed=0):
        self.fault, self.seed = fault, seed
        self.asked, self.pushes, self.struck, self.busy = [], 0, 0, 0
        self.lock = threading.Lock()

    def strike(self, exchange):
        """The fault that meets this exchange, if there is one."""
        with self.lock:
            self.asked.append((time.monotonic(), exchange))
            fault = self.fault
            if fault is None or fault.exchange != exchange or (fault.once and self.struck):
                return None
            self.struck += 1
            return fault


class Hosts:
    """All of it, on threads of this process."""

    def __init__(self, place, contexts, throttle=None):
        self.place, self.throttle = place, throttle
        self.plans, self.nobody = {}, Plan()
        self.ports = {"container": self.listen(None, self.container)}
        for name, serve in (("git", self.git), ("sts", self.sts)):
            for kind, context in contexts.items():
                self.ports[name + kind] = self.listen(context, serve)

    def plan(self, case):
        return self.plans.get(case, self.nobody)

    def listen(self, context, serve):
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.listen(512)

        def loop():
            while True:
                connection, _ = sock.accept()
                threading.Thread(target=self.connection, args=(connection, context, serve), daemon=True).start()

        threading.Thread(target=loop, daemon=True).start()
        return sock.getsockname()[1]

    def connection(self, sock, context, serve):
        try:
            sock.settimeout(120)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context == "alert":
                sock.recv(65536)
                sock.sendall(b"\x15\x03\x03\x00\x02\x02\x28")  # fatal, handshake_failure (RFC 8446 section 6)
                return
            if context:
                sock = context.wrap_socket(sock, server_side=True)
            while serve(Request(sock)):
                pass
        except (answers.Over, OSError, ValueError):
            pass
        finally:
            sock.close()

    def git(self, request):
        """One request of git; false at the end of the connection."""
        if not request.head():
            return False
        case, _, rest = request.path.removeprefix("/v1/repos/").partition("/")
        plan = self.plan(case)
        service = rest.rpartition("git-")[2]
        if request.method == "GET":
            exchange = "advertisement"
        else:
            fault = plan.fault
            if fault and fault.exchange == "request" and not (fault.once and plan.struck):
                plan.strike("request")
                answers.interrupt(request, fault)
            body = request.body()
            exchange = {b"0000": "probe"}.get(body, "report" if service == "receive-pack" else "pack")
            if b"command=ls-refs" in body[:40]:
                exchange = "ls-refs"
        answer = None
        if exchange == "pack":
            # Only the answer tells whether the host has agreed with git on what it lacks.
            answer = self.backend(request, case, rest, plan)
            exchange = "pack" if b"PACK" in answer.body else "negotiation"
        fault = plan.strike(exchange)
        if fault and fault.in_place:
            return answers.send(request, None, fault, random.Random(plan.seed))
        if exchange == "report":
            plan.pushes += 1
        answer = answer or self.backend(request, case, rest, plan)
        return answers.send(request, answer, fault, random.Random(plan.seed))

    def backend(self, request, case, rest, plan):
        plan.busy += 1
        try:
            return self.asked(request, case, rest)
        finally:
            plan.busy -= 1

    def asked(self, request, case, rest):
        rest, _, query = rest.partition("?")
        protocol = request.headers.get("git-protocol", "") if case.startswith("v2") else ""
        said = subprocess.run(
            ["git", "http-backend"], input=request.body(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=60, env={
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.place), "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": "me", "REQUEST_METHOD": request.method, "PATH_INFO": f"/{case}.git/{rest}",
                "QUERY_STRING": query, "CONTENT_LENGTH": str(len(request.body())),
                "CONTENT_TYPE": request.headers.get("content-type", ""), "GIT_PROTOCOL": protocol,
                "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent",
            }).stdout
        head, _, body = said.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        if "Content-Type" not in headers:
            raise answers.Over  # the case is over, and its repository gone
        return answers.Answer(headers.pop("Status", "200 OK"), headers["Content-Type"], body)

    def sts(self, request):
        """One AssumeRole."""
        if not request.head():
            return False
        form = parse_qs(request.body().decode())
        role = form["RoleArn"][0].rpartition("/")[2]
        plan = self.plan(role)
        fault = plan.strike("STS")
        if self.throttle and not self.throttle.take(role):
            return answers.send(request, answers.throttled(), None, None)
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        answer = answers.session(role, SECRET, TOKEN, expires)
        return answers.send(request, answer, fault, random.Random(plan.seed))

    def container(self, request):
        """The execution role's keys."""
        if not request.head():
            return False
        plan = self.plan(request.path.strip("/"))
        body = {"AccessKeyId": "ASIAEXAMPLEEXAMPLE00", "SecretAccessKey": SECRET, "Token": TOKEN,
                "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))}
        answer = answers.Answer("200 OK", "application/json", json.dumps(body).encode())
        return answers.send(request, answer, plan.strike("container"), random.Random(plan.seed))


class Request:
    """A request as it comes."""

    def __init__(self, sock):
        self.sock, self.rest, self.whole = sock, b"", None

    def head(self):
        while b"\r\n\r\n" not in self.rest:
            more = self.sock.recv(65536)
            if not more:
                return False
            self.rest += more
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        self.method, self.path, _ = lines[0].split(" ")
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        return True

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise answers.Over
        self.rest += data

    def body(self):
        """All of the body, decoded."""
        if self.whole is None:
            if "transfer-encoding" in self.headers:
                body = b""
                while chunk := self.chunk():
                    body += chunk
            else:
                size = int(self.headers.get("content-length", 0))
                while len(self.rest) < size:
                    self.more()
                body, self.rest = self.rest[:size], self.rest[size:]
            self.whole = gzip.decompress(body) if "content-encoding" in self.headers else body
        return self.whole

    def chunk(self):
        while b"\r\n" not in self.rest:
            self.more()
        size, self.rest = self.rest.split(b"\r\n", 1)
        size = int(size, 16)
        while len(self.rest) < size + 2:
            self.more()
        data, self.rest = self.rest[:size], self.rest[size + 2:]
        return data

    def reset(self):
        """Ends the connection by RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise answers.Over


def contexts(place):
    """TLS as it should be, and three ways in which it is not."""
    made = {"": None, " expired": None, " name": None}
    for kind in made:
        made[kind] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made[kind].load_cert_chain(place / f"server{kind.replace(' ', '-')}.pem")
    return made | {" alert": "alert"}
