#!/usr/bin/env python3
"""repeat.py FILE TIMES: a pcap file several times in a row, on standard output.

Each round begins more than an hour after the end of the one before: what
comes sooner on the same ports, with the same sequence numbers, is an echo.
"""
import struct
import sys

HEADER, RECORD = 24, 16

data = bytearray(open(sys.argv[1], "rb").read())
order = "<" if data[0] in (0xd4, 0x4d) else ">"
seconds = struct.Struct(order + "I")
length = struct.Struct(order + "8xI")

starts = []
at = HEADER
while at + RECORD <= len(data):
    starts.append(at)
    at += RECORD + length.unpack_from(data, at)[0]
times = [seconds.unpack_from(data, at)[0] for at in starts]
shift = max(times) - min(times) + 3602

sys.stdout.buffer.write(data[:HEADER])
for _ in range(int(sys.argv[2])):
    sys.stdout.buffer.write(memoryview(data)[HEADER:])
    for at in starts:
        seconds.pack_into(data, at, seconds.unpack_from(data, at)[0] + shift)
