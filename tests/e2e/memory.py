#!/usr/bin/env python3
"""Captures that want all the memory there is.

    memory.py OBIT [FLOWS] [LIMIT_MIB]

Makes captures of FLOWS connections that never come to an end, each in
another way, reads them with --memory LIMIT_MIB, and compares the most memory
that the process ever had with that of a harmless capture: the difference must
not be more than the limit, and 1 MiB for what differs from one run to the next
of the very same (where libraries and stacks come to lie).  Prints TAP.

Where they are recorded nonetheless that is one with as many exchanges on one
connection, since an archive takes memory too, and 2 MiB more for what it
remembers of connections; else it is one handshake.
"""

import os
import resource
import struct
import subprocess
import sys
import tempfile

obit = sys.argv[1]
flows = int(sys.argv[2]) if len(sys.argv) > 2 else 500_000
limit = int(sys.argv[3]) if len(sys.argv) > 3 else 64

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
            [obit, "capture", "--memory", f"{limit}M", "--max-body", "1M",
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


kept = bodies, waiting
others = heads, holes, empty, noise, long_line, chunk, backwards
print(f"1..{len(kept + others)}")
failed = False
with tempfile.TemporaryDirectory() as folder:
    os.environ["XDG_CONFIG_HOME"] = folder
    least = {True: peak(answered, folder)[1], False: peak(little, folder)[1]}
    for number, make in enumerate(kept + others, 1):
        status, size, seconds = peak(make, folder)
        more = (size - least[make in kept]) / (1 << 20)
        good = status in (0, 4) and more <= limit + 1 + 2 * (make in kept)
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {number} - {make.__name__}: "
              f"{size / (1 << 20):.1f} MiB, {more:.1f} more than without, "
              f"{seconds:.1f} s, exit {status}", flush=True)
sys.exit(failed)
