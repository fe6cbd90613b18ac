#!/usr/bin/env python3
"""A capture of COUNT exchanges, one every 100 us, each answered after 50 us,
on 64 connections in turn: send_pcap.py METHOD COUNT >FILE
"""

import struct
import sys

CLIENT, SERVER = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
BEGIN = 1_780_000_000 * 1_000_000  # us
SYN, ACK, PUSH = 2, 16, 8


class Connection:
    def __init__(self, port):
        self.port = port
        self.seq = [1000, 2000]

    def packet(self, time, side, flags, data=b""):
        ports = (self.port, 80) if side == 0 else (80, self.port)
        addresses = CLIENT + SERVER if side == 0 else SERVER + CLIENT
        tcp = struct.pack(">HHIIBBHHH", *ports, self.seq[side],
                          self.seq[1 - side] if flags & ACK else 0,
                          80, flags, 65535, 0, 0) + data
        ip = struct.pack(">BBHHHBBH", 69, 0, 20 + len(tcp), 0, 0, 64, 6, 0)
        frame = ip + addresses + tcp
        self.seq[side] += len(data) + (flags & SYN) // 2
        return struct.pack("<IIII", time // 1_000_000, time % 1_000_000,
                           len(frame), len(frame)) + frame


def main(method, count):
    write = sys.stdout.buffer.write
    write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
    connections = [Connection(10000 + i) for i in range(64)]
    for i, c in enumerate(connections):
        write(c.packet(BEGIN + 3 * i, 0, SYN))
        write(c.packet(BEGIN + 3 * i + 1, 1, SYN | ACK))
        write(c.packet(BEGIN + 3 * i + 2, 0, ACK))
    for i in range(count):
        c, time = connections[i % 64], BEGIN + 1000 + 100 * i
        write(c.packet(time, 0, ACK | PUSH,
                       b"%s /v1/things/%d HTTP/1.1\r\nHost: recorded.test\r\n"
                       b"\r\n" % (method.encode(), i)))
        write(c.packet(time + 50, 1, ACK | PUSH,
                       b"HTTP/1.1 204 No Content\r\n\r\n"))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
