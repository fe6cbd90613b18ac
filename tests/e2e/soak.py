"""Clients of every kind, for as long as one likes.

usage: soak.py ARCHIVE KEYS SECONDS IDLE SEED PAUSE

ARCHIVE is from make_archive KEYS N.  Clients that are well-behaved and others
that stall, reset, send garbage, halves and slow bodies, or do not read, run
side by side, with IDLE connections that do nothing.  Whoever asks properly
gets the right answer; memory and descriptors of the server do not grow.  PAUSE is the
mean time, in seconds, that a client rests between two conversations.
"""

import asyncio
import json
import logging
import os
import random
import re
import socket
import struct
import sys
import time

from obit import Tap
from server import Server

CLIENTS = 48
IDLE_TIME = 30  # seconds: what the server allows
REQUEST_TIME = 20
SAMPLES = 40
MEMORY_MAX = 160 << 20  # with 10,000 idle connections
RIGHT = re.compile(rb"Content-Length: (\d+)", re.I)


class Wrong(Exception):
    """The server did not do what it should."""


def deletion(key, extra=b""):
    return (
        b"DELETE /v1/p/instances/i-%d HTTP/1.1\r\n"
        b"Host: ecs.example.com\r\n%s\r\n" % (key, extra)
    )


async def answer(reader):
    """Status and body of the next response."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = RIGHT.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return int(head.split()[1]), body


async def expect(reader, key):
    status, body = await answer(reader)
    if status != 200 or json.loads(body)["key"] != key:
        raise Wrong(f"key {key}: {status} {body!r}")


class Crowd:
    """The clients and what they saw.

    A client that did not come to run for as long as the server waits for a
    request was late, and may be told so; on a busy machine that happens.
    """

    def __init__(self, address, keys, seed, pause):
        self.address = address
        self.keys = keys
        self.pause = pause
        self.random = random.Random(seed)
        self.count = {}
        self.wrong = []
        self.late = 0

    def key(self):
        return self.random.randrange(self.keys)

    async def proper(self, reader, writer):
        keys = [self.key() for _ in range(self.random.randint(1, 8))]
        for key in keys:
            writer.write(deletion(key))
        for key in keys:
            await expect(reader, key)

    async def stalling(self, reader, writer):
        key = self.key()
        request = deletion(key)
        cut = self.random.randrange(1, len(request))
        writer.write(request[:cut])
        await asyncio.sleep(self.random.random())
        writer.write(request[cut:])
        await expect(reader, key)

    async def half(self, _, writer):
        request = deletion(self.key())
        writer.write(request[: self.random.randrange(len(request))])

    async def resetting(self, _, writer):
        for _ in range(self.random.randint(1, 50)):
            writer.write(deletion(self.key()))
        await writer.drain()
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )

    async def garbage(self, reader, writer):
        writer.write(b"\x16\x03\x01" + self.random.randbytes(200))
        status, _ = await answer(reader)
        if status != 400:
            raise Wrong(f"garbage: {status}")

    async def slow_body(self, reader, writer):
        body = b'{"slow":"%d"}' % self.key()
        writer.write(
            b"POST /v1/p/none HTTP/1.1\r\nHost: ecs.example.com\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        for byte in body:
            writer.write(b"1\r\n%c\r\n" % byte)
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.write(b"0\r\n\r\n")
        status, _ = await answer(reader)
        if status != 404:
            raise Wrong(f"slow body: {status}")

    async def not_reading(self, reader, writer):
        keys = [self.key() for _ in range(500)]
        for key in keys:
            writer.write(deletion(key))
        await asyncio.sleep(self.random.random())
        for key in keys:
            await expect(reader, key)

    async def long_head(self, reader, writer):
        writer.write(deletion(self.key(), b"X-Long: " + b"x" * (300 << 10)))
        status, _ = await answer(reader)
        if status != 431:
            raise Wrong(f"long head: {status}")

    async def one(self, kind):
        reader, writer = await asyncio.open_connection(*self.address)
        try:
            await asyncio.wait_for(kind(reader, writer), 3 * REQUEST_TIME)
        except ConnectionError as e:
            # A server may close on what it refuses before it was read.
            if kind in (self.proper, self.stalling, self.not_reading):
                raise Wrong(f"{kind.__name__}: {e!r}") from e
        finally:
            writer.close()

    async def run(self, end):
        kinds = [self.proper] * 6 + [
            self.stalling,
            self.half,
            self.resetting,
            self.garbage,
            self.slow_body,
            self.not_reading,
            self.long_head,
        ]
        while time.monotonic() < end:
            kind = self.random.choice(kinds)
            self.count[kind.__name__] = self.count.get(kind.__name__, 0) + 1
            begin = time.monotonic()
            try:
                await self.one(kind)
            except (Wrong, EOFError, asyncio.TimeoutError, OSError) as e:
                taken = time.monotonic() - begin
                if taken < REQUEST_TIME:
                    self.wrong.append(f"{kind.__name__}, {taken:.1f} s: {e!r}")
                else:
                    self.late += 1
            await asyncio.sleep(self.random.random() * 2 * self.pause)


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s*(\d+)", f.read())[1]) << 10


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


async def idle(address, count, seconds, end):
    """Hold this many connections, each anew when the server closes it."""
    spread = min(IDLE_TIME, seconds / 2)

    async def hold(i):
        await asyncio.sleep(spread * i / count)
        while time.monotonic() < end:
            reader, writer = await asyncio.open_connection(*address)
            left = max(0, end - time.monotonic())
            try:
                await asyncio.wait_for(reader.read(1), left)
            except asyncio.TimeoutError:
                pass
            writer.close()

    await asyncio.gather(*(hold(i) for i in range(count)))


async def watch(pid, seconds, samples):
    begin = time.monotonic()
    for i in range(SAMPLES):
        due = begin + seconds * (i + 1) / SAMPLES
        await asyncio.sleep(due - time.monotonic())
        samples.append(memory(pid))


async def soak(server, crowd, seconds, idle_count):
    samples = []
    end = time.monotonic() + seconds
    await asyncio.gather(
        watch(server.process.pid, seconds, samples),
        idle(server.address, idle_count, seconds, end),
        *(crowd.run(end) for _ in range(CLIENTS)),
    )
    return samples


def settled(pid, before):
    """Has the server closed all that its clients have?"""
    for _ in range(300):
        now = descriptors(pid)
        if now <= before:
            return True
        time.sleep(0.1)
    return False


def main():
    archive = sys.argv[1]
    keys, seconds, idle_count, seed = map(int, sys.argv[2:6])
    pause = float(sys.argv[6])
    # It warns of what is written to those who reset.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    tap = Tap()
    server = Server(archive, "--idle-time", IDLE_TIME, "--request-time", REQUEST_TIME)
    before = descriptors(server.process.pid)
    crowd = Crowd(server.address, keys, seed, pause)
    samples = asyncio.run(soak(server, crowd, seconds, idle_count))

    kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(crowd.count.items()))
    print(f"# {kinds}, {idle_count} idle, {crowd.late} late")
    early, late = max(samples[: SAMPLES // 4]), max(samples[-SAMPLES // 4 :])
    print(f"# memory in MiB: {early >> 20} early, {late >> 20} late")
    tap.result(crowd.count.get("proper", 0) > 0, "well-behaved clients were there")
    tap.result(
        not crowd.wrong,
        "every answer is right",
        "\n".join([f"{len(crowd.wrong)} wrong", *crowd.wrong[:20]]),
    )
    if "SANITIZERS" not in os.environ:
        tap.result(late < MEMORY_MAX, "memory has a bound", late)
    if seconds >= 60:
        tap.result(
            late <= early * 1.05 + (1 << 20),
            "memory does not grow",
            [sample >> 10 for sample in samples],
        )
    # One more is the event loop's own, opened with the first connection.
    tap.result(settled(server.process.pid, before + 1), "no descriptor is left")
    status, words = server.stop()
    tap.result(status == 0, "it ends as it should", words)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
