"""Answers, and the ways in which they are broken."""

import time
from dataclasses import dataclass


class Over(Exception):
    """The connection ends here."""


@dataclass(frozen=True)
class Fault:
    """What happens to one exchange."""

    exchange: str
    action: str
    spot: str = ""
    once: bool = False

    @property
    def in_place(self):
        """Whether it takes the place of the answer: the host did nothing."""
        return self.action.startswith("status ") or self.action in ("silence", "hang up")

    def __str__(self):
        return f"{self.exchange}: {self.action}{' at ' + self.spot if self.spot else ''}{', once' if self.once else ''}"


@dataclass
class Answer:
    """A whole one."""

    status: str
    kind: str
    body: bytes
    more: str = ""


def session(role, secret, token, expires):
    body = (
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>'
        f"<AssumedRoleId>AROAEXAMPLE:s</AssumedRoleId><Arn>arn:aws:sts::111111111111:assumed-role/{role}/s</Arn>"
        f"</AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLEEXAMPLE01</AccessKeyId><SecretAccessKey>{secret}"
        f"</SecretAccessKey><SessionToken>{token}</SessionToken><Expiration>{expires}</Expiration></Credentials>"
        "</AssumeRoleResult></AssumeRoleResponse>"
    )
    return Answer("200 OK", "text/xml", body.encode())


def throttled():
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>Throttling'
        "</Code><Message>Rate exceeded</Message></Error><RequestId>0</RequestId></ErrorResponse>"
    )
    return Answer("400 Bad Request", "text/xml", body.encode())


def packets(body):
    """The offsets at which packets start; nothing behind the first that is none."""
    at, starts = 0, []
    while at + 4 <= len(body):
        try:
            size = int(body[at:at + 4], 16)
        except ValueError:
            break
        starts.append(at)
        at += max(size, 4)
    return starts


BODY_SPOTS = ("the first byte", "a packet's length", "a packet's middle", "between packets", "the last packet",
              "the middle", "the final flush", "its last byte")
SPOTS = ("the status line", "the headers", "the end of the headers", *BODY_SPOTS, "the end")


def offset(body, spot, rng):
    """Where in the body it is."""
    starts = packets(body)
    start = rng.choice(starts) if starts else rng.randrange(len(body))
    last = starts[-2] if len(starts) > 1 else 0
    at = {
        "the first byte": 1, "a packet's length": start + 2, "a packet's middle": start + 5 + rng.randrange(16),
        "between packets": start, "the last packet": last + 6, "the middle": len(body) // 2,
        "the final flush": len(body) - 4, "its last byte": len(body) - 1, "the end": len(body),
    }[spot]
    # Only "the end" is behind everything.
    return max(0, min(at, len(body) - (spot != "the end")))


def damage(body, fault, rng):
    """The body, broken inside HTTP that is whole."""
    if fault.action == "cut":
        return body[:offset(body, fault.spot, rng)]
    if fault.action == "garbage":
        at = min(offset(body, fault.spot, rng), len(body) - 1)
        noise = rng.randbytes(8)
        return body[:at] + noise + body[at + 8:]
    return {
        "nothing in it": b"", "bytes behind it": body + b"0008more", "twice": body + body,
        "no packets": b"<html>Sign in to the network</html>\n",
        "a packet too long": b"fff1" + body[4:], "a negative length": b"-001" + body[4:],
        "an early flush": b"0000" + body,
    }.get(fault.action, body)


def band(report):
    text = b"".join(b"%04x" % (len(line) + 4) + line for line in report) + b"0000"
    return b"%04x" % (len(text) + 5) + b"\x01" + text


REPORTS = {
    "unpack failed, reference ok": band([b"unpack disk full\n", b"ok refs/heads/main\n"]) + b"0000",
    "reference refused": band([b"unpack ok\n", b"ng refs/heads/main hook declined\n"]) + b"0000",
    "reference unnamed": band([b"unpack ok\n"]) + b"0000",
    "no outer flush": band([b"unpack ok\n", b"ok refs/heads/main\n"]),
    "an error behind the report": band([b"unpack ok\n", b"ok refs/heads/main\n"]) + b"000d\x03broken\n" + b"0000",
    "an unknown band": band([b"unpack ok\n", b"ok refs/heads/main\n"]) + b"0009\x07what" + b"0000",
}


def framed(body, chunked):
    """The body for the wire, and where each of its bytes went."""
    if not chunked:
        return body, lambda at: at
    pieces, size = [], 5000
    for at in range(0, len(body), size):
        piece = body[at:at + size]
        pieces.append(b"%04x\r\n" % len(piece) + piece + b"\r\n")
    return b"".join(pieces) + b"0\r\n\r\n", lambda at: at + 6 + (at // size) * 8 if at < len(body) else at + 8 * len(pieces)


def head(answer, length):
    return (f"HTTP/1.1 {answer.status}\r\nContent-Type: {answer.kind}\r\nCache-Control: no-cache\r\n{answer.more}"
            f"{length}\r\n\r\n").encode()


LENGTHS = {"a length too long": 10, "a length too short": -5}


def send(request, answer, fault, rng):
    """Sends an answer, broken as the fault says; whether the connection goes on."""
    request.body()
    if fault and fault.in_place:
        answer = instead(request, fault)
    action = fault.action if fault else ""
    body = REPORTS.get(action) or (damage(answer.body, fault, rng) if fault else answer.body)
    if action == "a wrong type":
        answer.kind = "text/html"
    chunked = bool(fault) and action not in LENGTHS and rng.random() < 0.5
    wire, where = framed(body, chunked)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body) + LENGTHS.get(action, 0)}"
    if action == "a length that is none":
        length = "Content-Length: many"
    start = head(answer, length)
    if action == "no HTTP":
        start = b"SSH-2.0-OpenSSH_9.6\r\n"
    if action == "headers without end":
        start = start[:-2] + b"".join(b"X-%d: %s\r\n" % (at, b"x" * 8000) for at in range(150)) + b"\r\n"
    if action in ("reset", "close", "stall"):
        stop = {"the status line": 9, "the headers": len(start) // 2, "the end of the headers": len(start)}.get(fault.spot)
        if stop is None:
            stop = len(start) + where(offset(body, fault.spot, rng))
        request.sock.sendall((start + wire)[:stop])
        return end(request, action)
    if action == "drip":
        drip(request.sock, start + wire)
    else:
        request.sock.sendall(start + wire)
    if action in LENGTHS or action in ("no HTTP", "headers without end"):
        raise Over
    return True


def instead(request, fault):
    if fault.action == "silence":
        end(request, "stall")
    if fault.action == "hang up":
        raise Over
    status = fault.action.removeprefix("status ")
    more = "Location: https://localhost:9/elsewhere\r\n" if status.startswith("3") else ""
    return Answer(f"{status} So", "text/plain", b"The host says so.\n", more)


def end(request, action):
    """Ends the connection in the middle."""
    if action == "reset":
        request.reset()
    if action == "stall":
        request.sock.settimeout(90)
        while request.sock.recv(65536):
            pass
    raise Over


def drip(sock, data):
    """Everything, in some thirty pieces over a second and a half."""
    size = max(1, len(data) // 30)
    for at in range(0, len(data), size):
        sock.sendall(data[at:at + size])
        time.sleep(0.05)


def interrupt(request, fault):
    """Breaks a request before all of it was read."""
    if fault.action == "early 500":
        request.sock.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n")
        raise Over
    end(request, fault.action)
