"""A server that is deleted from, and remembers every request it executed.

It reads whole requests, notes each in its ledger, and only then decides how
to answer, or how to die: so whatever a client makes of that, the ledger says
what was done.  Modes, by a function of the path:

	done       204
	slow       204, after a moment
	reset      RST instead of an answer
	close      FIN instead of an answer
	stall      nothing, until the client gives up
	garbage    bytes that are not HTTP
	head       half a head, then FIN or RST
	body       a head of 200 and half its body, then FIN or RST
	redirect   302
"""

import collections
import random
import re
import socket
import struct
import threading
import time

LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.I)


class Target:
    """Threads of its own; begin with start(), stop with stop()."""

    def __init__(self, mode, address="127.0.0.1", delay=0.0, seed=1):
        self.mode = mode
        self.delay = delay
        self.random = random.Random(seed)
        self.ledger = collections.Counter()
        self.order = []
        self.lock = threading.Lock()
        self.connections = 0
        self.socket = socket.create_server((address, 0), backlog=1024)
        self.url = "http://%s:%d" % self.socket.getsockname()
        self.thread = None

    def start(self):
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def stop(self):
        """Wake the thread first: the next target may get the descriptor."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()

    def accept(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(
                target=self.serve, args=(peer,), daemon=True
            ).start()

    def serve(self, peer):
        try:
            while self.serve_one(peer):
                pass
        except OSError:
            pass
        peer.close()

    def serve_one(self, peer):
        head = b""
        while b"\r\n\r\n" not in head:
            data = peer.recv(65536)
            if not data:
                return False
            head += data
        head, body = head.split(b"\r\n\r\n", 1)
        length = LENGTH.search(head)
        while length and len(body) < int(length.group(1)):
            body += peer.recv(65536)
        method, path, _ = head.split(b"\r\n")[0].decode().split(" ", 2)
        with self.lock:
            self.ledger[f"{method} {path}"] += 1
            self.order.append((time.monotonic_ns(), f"{method} {path}"))
        if self.delay:
            time.sleep(self.delay * self.random.random())
        return getattr(self, self.mode(path))(peer)

    def done(self, peer):
        peer.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        return True

    def slow(self, peer):
        time.sleep(0.02 * self.random.random())
        return self.done(peer)

    def reset(self, peer):
        peer.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        return False

    def close(self, peer):
        peer.shutdown(socket.SHUT_WR)
        return False

    def stall(self, peer):
        peer.settimeout(60)
        while peer.recv(65536):
            pass
        return False

    def garbage(self, peer):
        peer.sendall(self.random.randbytes(self.random.randint(1, 3000)))
        return False

    def die(self, peer):
        return self.reset(peer) if self.random.random() < 0.5 else False

    def head(self, peer):
        whole = b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n"
        peer.sendall(whole[: self.random.randint(1, len(whole) - 1)])
        return self.die(peer)

    def body(self, peer):
        whole = b'{"state": "deleted"}'
        peer.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole)
            + whole[: self.random.randint(0, len(whole) - 1)]
        )
        return self.die(peer)

    def redirect(self, peer):
        peer.sendall(
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
            b"Location: %s\r\n\r\n" % self.location.encode()
        )
        return True
