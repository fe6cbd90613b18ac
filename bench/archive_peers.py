#!/usr/bin/env python3
"""Write what bench/archive wrote as a capture and as HAR.

    archive_peers.py RAW LIST PCAP HAR

One connection for each number in the list: its handshake, a packet for each
message, an acknowledgement of each response, and its end.
"""
import datetime
import json
import struct
import sys

CLIENT, SERVER = bytes([10, 0, 3, 7]), bytes([100, 125, 0, 12])
FIN, SYN, PSH, ACK = 1, 2, 8, 16


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


class Capture:
    def __init__(self, path):
        self.out = open(path, "wb")
        self.out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        self.ids = [0, 0]

    def packet(self, time, c, side, flags, data=b""):
        """From side 0, the client, or 1."""
        ends = (CLIENT, SERVER) if side == 0 else (SERVER, CLIENT)
        ports = (c["port"], 80) if side == 0 else (80, c["port"])
        tcp = struct.pack("!HHIIBBHHH", *ports, c["seq"][side],
                          c["seq"][1 - side] if flags & ACK else 0, 0x50,
                          flags, 64240, 0, 0)
        pseudo = b"".join(ends) + struct.pack("!BBH", 0, 6, len(tcp + data))
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp + data)) + \
            tcp[18:]
        self.ids[side] = self.ids[side] + 1 & 0xffff
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp + data),
                         self.ids[side], 0x4000, 64, 6, 0) + b"".join(ends)
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        macs = b"\2\0\0\0\0\2", b"\2\0\0\0\0\1"
        frame = macs[side] + macs[1 - side] + b"\x08\0" + ip + tcp + data
        self.out.write(struct.pack("<IIII", time // 10**9,
                                   time % 10**9 // 1000, len(frame),
                                   len(frame)) + frame)
        c["seq"][side] = c["seq"][side] + len(data) + \
            bool(flags & (SYN | FIN)) & 0xffffffff

    def begin(self, number, time):
        c = {"port": 32768 + number % 28000, "last": time,
             "seq": [number * 2654435761 & 0xffffffff,
                     number * 2246822519 & 0xffffffff]}
        self.packet(time - 400000, c, 0, SYN)
        self.packet(time - 200000, c, 1, SYN | ACK)
        self.packet(time - 100000, c, 0, ACK)
        return c

    def exchange(self, c, first, last, request, response):
        self.packet(first, c, 0, PSH | ACK, request)
        self.packet(last, c, 1, PSH | ACK, response)
        self.packet(last + 50000, c, 0, ACK)
        c["last"] = last

    def end(self, c):
        self.packet(c["last"] + 60000, c, 0, FIN | ACK)
        self.packet(c["last"] + 160000, c, 1, FIN | ACK)
        self.packet(c["last"] + 170000, c, 0, ACK)


def fields(head):
    lines = head.decode().split("\r\n")[1:-2]
    return [dict(zip(("name", "value"), x.split(": ", 1))) for x in lines]


def entry(number, first, last, request, response):
    """HAR 1.2, as browsers and proxies write it."""
    method, target, _ = request.split(b"\r\n")[0].decode().split(" ")
    head, _, body = response.partition(b"\r\n\r\n")
    head += b"\r\n\r\n"
    _, status, text = head.split(b"\r\n")[0].decode().split(" ", 2)
    host = next(f["value"] for f in fields(request) if f["name"] == "Host")
    took = round((last - first) / 1e6, 3)
    begun = datetime.datetime.fromtimestamp(first // 10**9,
                                            datetime.timezone.utc)
    return {
        "startedDateTime": begun.strftime("%Y-%m-%dT%H:%M:%S") +
        f".{first % 10**9 // 10**6:03d}Z",
        "time": took,
        "request": {"method": method, "url": f"http://{host}{target}",
                    "httpVersion": "HTTP/1.1", "cookies": [],
                    "headers": fields(request), "queryString": [],
                    "headersSize": len(request), "bodySize": 0},
        "response": {"status": int(status), "statusText": text,
                     "httpVersion": "HTTP/1.1", "cookies": [],
                     "headers": fields(head),
                     "content": {"size": len(body),
                                 "mimeType": "application/json",
                                 "text": body.decode()},
                     "redirectURL": "", "headersSize": len(head),
                     "bodySize": len(body)},
        "cache": {}, "timings": {"send": 0, "wait": took, "receive": 0},
        "serverIPAddress": "100.125.0.12", "connection": str(number)}


def main():
    raw_path, list_path, pcap_path, har_path = sys.argv[1:]
    capture, number, c = Capture(pcap_path), None, None
    with open(raw_path, "rb") as raw, open(list_path) as lines, \
            open(har_path, "w") as har:
        har.write('{"log":{"version":"1.2","creator":{"name":"x",'
                  '"version":"1"},"entries":[')
        for i, line in enumerate(lines):
            n, first, last, request, response = map(int, line.split())
            request, response = raw.read(request), raw.read(response)
            if n != number:
                if c:
                    capture.end(c)
                number, c = n, capture.begin(n, first)
            capture.exchange(c, first, last, request, response)
            har.write(",\n" if i else "\n")
            json.dump(entry(n, first, last, request, response), har)
        capture.end(c)
        har.write("]}}\n")
    capture.out.close()


main()
