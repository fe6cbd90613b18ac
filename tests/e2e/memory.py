#!/usr/bin/env python3
"""Captures that want all the memory there is.

    memory.py OBIT [FLOWS] [LIMIT_MIB]

Makes captures of FLOWS connections that never come to an end, each in
another way, reads them with --memory LIMIT_MIB, and compares the most memory
that the process ever had with that of a harmless capture: the difference must
not be more than the limit, and 1 MiB for what differs from one run to the next
of the very same (where libraries and stacks come to lie).  Prints TAP.

Of some, what was recorded is looked at as well: whose bodies are too much for
the memory, and have to go, but without any harm to small deletions between.

Where they are recorded nonetheless that is one with as many exchanges on one
connection, since an archive takes memory too, and 2 MiB more for what it
remembers of connections; else it is one handshake.
"""

import hashlib
import json
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile

obit = sys.argv[1]
flows = int(sys.argv[2]) if len(sys.argv) > 2 else 500_000
limit = int(sys.argv[3]) if len(sys.argv) > 3 else 64

MAX_BODY = limit << 18  # a quarter
SYN, ACK, FIN = 2, 16, 1
REQUEST = b"DELETE /things/%d HTTP/1.1\r\nHost: a\r\nX-Filler: " + b"x" * 150
CLIENT, SERVER = 0, 1


class Capture:
    """A pcap of raw IPv4 whose packets are written as they are made."""

    def __init__(self, path):
        self.out = open(path, "wb", buffering=1 << 20)
        self.out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        self.time = 0

    def packet(self, flow, way, seq, ack, flags, data=b"", step=1):
        self.time += step
        ends = struct.pack(">I", 0x0A000000 + flow), b"\xc0\xa8\x00\x01"
        ports = 40000, 80
        tcp = struct.pack(">HHIIBBHHH", ports[way], ports[1 - way], seq, ack,
                          0x50, flags, 65535, 0, 0)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0)
        frame = ip + ends[way] + ends[1 - way] + tcp + data
        seconds, micro = divmod(1_600_000_000_000_000 + self.time, 1_000_000)
        self.out.write(struct.pack("<IIII", seconds, micro, len(frame), len(frame)))
        self.out.write(frame)

    def connect(self, flow):
        self.packet(flow, CLIENT, 0, 0, SYN)
        self.packet(flow, SERVER, 0, 1, SYN | ACK)


def answered(c):
    """As many requests with their responses, one after the other."""
    c.connect(1)
    seq = ack = 1
    answer = b"HTTP/1.1 204 No Content\r\n\r\n"
    for f in range(flows):
        request = REQUEST % f + b"\r\n\r\n"
        c.packet(1, CLIENT, seq % 2**32, ack % 2**32, ACK, request)
        seq += len(request)
        c.packet(1, SERVER, ack % 2**32, seq % 2**32, ACK, answer)
        ack += len(answer)


def little(c):
    c.connect(1)


def heads(c):
    """Requests whose head does not end."""
    for f in range(flows):
        c.connect(f)
        c.packet(f, CLIENT, 1, 1, ACK, REQUEST % f)


def bodies(c):
    """Requests whose body does not end."""
    for f in range(flows):
        c.connect(f)
        c.packet(f, CLIENT, 1, 1, ACK, REQUEST % f +
                 b"\r\nContent-Length: 100000\r\n\r\n" + b"b" * 500)


def holes(c):
    """Segments behind one that never comes."""
    for f in range(flows):
        c.connect(f)
        c.packet(f, CLIENT, 100, 1, ACK, REQUEST % f)


def waiting(c):
    """Whole requests that are not answered."""
    for f in range(flows):
        c.connect(f)
        c.packet(f, CLIENT, 1, 1, ACK, REQUEST % f + b"\r\n\r\n")


def empty(c):
    """Connections without a byte."""
    for f in range(flows):
        c.connect(f)
        c.packet(f, CLIENT, 1, 1, FIN | ACK)
        c.packet(f, SERVER, 1, 2, FIN | ACK)


def noise(c):
    """One packet each of something else."""
    for f in range(flows):
        c.packet(f, CLIENT, f, 1, ACK, b"\x16\x03\x01" + b"n" * 60)


def long_line(c):
    """One field that has as many bytes as there are flows elsewhere, times 200."""
    c.connect(1)
    c.packet(1, CLIENT, 1, 1, ACK, REQUEST % 1)
    seq = 1 + len(REQUEST % 1)
    for _ in range(flows * 200 // 1400):
        c.packet(1, CLIENT, seq % 2**32, 1, ACK, b"l" * 1400)
        seq += 1400


def chunk(c):
    """A chunk of 2^64-1 bytes."""
    c.connect(1)
    data = (REQUEST % 1 + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"ffffffffffffffff\r\n")
    c.packet(1, CLIENT, 1, 1, ACK, data)
    seq = 1 + len(data)
    for _ in range(flows * 200 // 1400):
        c.packet(1, CLIENT, seq % 2**32, 1, ACK, b"c" * 1400)
        seq += 1400


def backwards(c):
    """Time runs backwards from the first packet on."""
    for f in range(flows):
        c.packet(f, CLIENT, 0, 0, SYN, step=-1)
        c.packet(f, CLIENT, 1, 1, ACK, REQUEST % f, step=-1)


class Uploads:
    """Eight bodies at once, and a hundred small deletions meanwhile."""

    def __init__(self, name, size, chunked):
        self.__name__ = name
        self.size = size // 20 * 20
        self.chunked = chunked
        self.digests = {}

    def __call__(self, c):
        random.seed(1)
        sent = {}
        for flow in range(8 + 5):
            c.connect(flow)
            sent[flow] = [1, 1]

        def say(flow, way, data):
            c.packet(flow, way, sent[flow][way], sent[flow][1 - way], ACK, data)
            sent[flow][way] += len(data)

        for flow in range(8):
            self.digests[f"/up/{flow}"] = hashlib.sha256()
            say(flow, CLIENT, b"DELETE /up/%d HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n" % (
                flow, b"Transfer-Encoding: chunked" if self.chunked
                else b"Content-Length: %d" % self.size))
        for n in range(20):
            for flow in range(8):
                for at in range(0, self.size // 20, 50_000):
                    part = random.randbytes(min(50_000, self.size // 20 - at))
                    self.digests[f"/up/{flow}"].update(part)
                    if self.chunked:
                        part = b"%x\r\n%s\r\n" % (len(part), part)
                    say(flow, CLIENT, part)
            for flow in range(8, 13):
                say(flow, CLIENT, b"DELETE /small/%d-%d HTTP/1.1\r\nHost: a\r\n\r\n"
                    % (flow, n))
                say(flow, SERVER, b"HTTP/1.1 204 No Content\r\n\r\n")
        for flow in range(8):
            say(flow, CLIENT, b"0\r\n\r\n" if self.chunked else b"")
            say(flow, SERVER, b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    def problems(self, archive):
        listed = [json.loads(x) for x in subprocess.run(
            [obit, "ls", "--json", archive], stdout=subprocess.PIPE,
            check=True).stdout.splitlines()]
        small = [x for x in listed if x["status"] == 204 and not x["flaws"]]
        large = [x for x in listed if x["status"] == 202
                 and x["flaws"] in ([], ["limit"])
                 and x["request"]["body_bytes"] == self.size
                 and x["request"]["body_sha256"]
                 == self.digests[x["target"]].hexdigest()]
        whole = sum(not x["flaws"] for x in large)
        found = []
        if len(small) != 100:
            found.append(f"{len(small)} of 100 small ones known")
        if len(large) != 8:
            found.append(f"{len(large)} of 8 large ones known")
        if self.size > MAX_BODY and whole > 0 or \
                self.size <= MAX_BODY and not 0 < whole < 8:
            found.append(f"{whole} of 8 large ones whole")
        return found


def peak(make, folder):
    """Bytes of memory that reading such a capture took at most."""
    path = os.path.join(folder, "a.pcap")
    archive = os.path.join(folder, "a.obit")
    capture = Capture(path)
    make(capture)
    capture.out.close()
    for name in os.listdir(folder):
        if name.startswith("a.obit"):
            os.unlink(os.path.join(folder, name))
    pid = os.fork()
    if pid == 0:
        status = subprocess.run(
            [obit, "capture", "--memory", f"{limit}M", "--max-body", str(MAX_BODY),
             "-r", path, archive],
            stdout=subprocess.DEVNULL).returncode
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(os.path.join(folder, "peak"), "w") as out:
            print(status, usage.ru_maxrss * 1024, usage.ru_utime, file=out)
        os._exit(0)
    os.waitpid(pid, 0)
    with open(os.path.join(folder, "peak")) as text:
        status, size, seconds = text.read().split()
    return int(status), int(size), float(seconds)


uploads = (Uploads("uploads that are too long", MAX_BODY + 200_000, False),
           Uploads("uploads in chunks that are too long", MAX_BODY + 200_000, True),
           Uploads("uploads", MAX_BODY // 20 * 19, False),
           Uploads("uploads in chunks", MAX_BODY // 20 * 19, True))
kept = heads, holes, backwards, bodies, waiting, *uploads
others = empty, noise, long_line, chunk
print(f"1..{len(kept + others)}")
failed = False
with tempfile.TemporaryDirectory() as folder:
    os.environ["XDG_CONFIG_HOME"] = folder
    least = {True: peak(answered, folder)[1], False: peak(little, folder)[1]}
    for number, make in enumerate(kept + others, 1):
        status, size, seconds = peak(make, folder)
        more = (size - least[make in kept]) / (1 << 20)
        good = status in (0, 4) and more <= limit + 1 + 2 * (make in kept)
        found = []
        if make in uploads:
            found = make.problems(os.path.join(folder, "a.obit"))
        good &= not found
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {number} - {make.__name__}: "
              f"{size / (1 << 20):.1f} MiB, {more:.1f} more than without, "
              f"{seconds:.1f} s, exit {status} {', '.join(found)}", flush=True)
sys.exit(failed)
