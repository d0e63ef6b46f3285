"""Listening sockets, and a slow way to one."""

import queue
import socket
import threading
import time


class Delay:
    """Leads to a port by a slow way: every byte takes half a round trip, opening a connection one."""

    def __init__(self, port, round_trip):
        self.port, self.half = port, round_trip / 2

    def serve(self, connection, _):
        opened = time.monotonic() + 2 * self.half
        there = socket.create_connection(("127.0.0.1", self.port))
        there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink in ((connection, there), (there, connection)):
            way = queue.SimpleQueue()
            threading.Thread(target=self.take, args=(source, way, opened), daemon=True).start()
            threading.Thread(target=self.give, args=(way, sink), daemon=True).start()

    def take(self, source, way, opened):
        data = b"start"
        while data:
            try:
                data = source.recv(1 << 16)
            except OSError:
                data = b""
            way.put((max(time.monotonic(), opened) + self.half, data))

    def give(self, way, sink):
        try:
            while True:
                due, data = way.get()
                time.sleep(max(0, due - time.monotonic()))
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
        except OSError:
            pass


def listener():
    """A listening socket and its port."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    sock.listen(64)
    return sock, sock.getsockname()[1]


def accept(sock, handle):
    """Hands every connection on, with the time at which it came."""
    def loop():
        while True:
            connection, _ = sock.accept()
            at = time.monotonic()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            handle(connection, at)

    threading.Thread(target=loop, daemon=True).start()
