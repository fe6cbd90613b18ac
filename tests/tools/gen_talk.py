#!/usr/bin/env python3
"""gen_talk.py - captures of clients and servers that really react, with truth.

gen_pcap.py writes conversations in which every request waits for its answer,
or a batch for all of its own.  Here clients, servers, the wire between them
and the tap are simulated, so that the capture shows what such a pair would
have sent: requests under way while answers arrive, acknowledgements that run
ahead, answers before the request is whole, servers that just close.  A
response is written only after the request's bytes have arrived, and every
segment acknowledges what had arrived when it was sent.

The same arguments give the same bytes.  OUT.truth.jsonl has a line for each
request that was sent, as gen_pcap.py writes it; "status" is null where the
server never answered.  A response that nobody asked for has a line, too, with
"unasked", its status.
"""
import argparse
import hashlib
import heapq
import json
import random
import struct

NETWORKS = ("ip vlan qinq mpls pppoe gre vxlan geneve ipip 6in4 ip6 raw sll "
            "sll2 null").split()
ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
A = ap.add_argument
A("-o", "--out", required=True)
A("--seed", type=int, default=1)
A("--conns", type=int, default=30)
A("--exchanges", type=int, default=20, help="per connection")
A("--client", default="serial", choices=("serial", "batch", "sliding", "warm", "moody", "any"),
  help="when it sends: after each answer; batches; always DEPTH under way; that after a few waits; by whim; one of these each")
A("--depth", type=int, default=3, help="requests under way at most")
A("--mss", type=int, default=700)
for name, text in (
        ("stall", "the client pauses until all is answered, after a response"),
        ("coalesce", "a client's segment holds several requests, where it may"),
        ("fast", "a server answers before later requests reach it"),
        ("early", "a response is sent when only the request's head has come"),
        ("interim", "a 1xx response that nobody asked for"),
        ("expect", "a POST asks for 100 (Continue)"),
        ("head", "a request is HEAD"), ("notmod", "a response is 304 with a length"),
        ("chunked", "a response is chunked, with trailers half the time"),
        ("quote", "the body of a response holds others, each in a segment of its own"),
        ("syn-data", "the first request comes with the SYN"),
        ("hurry", "an acknowledgement is sent at once, not with the next data"),
        ("loss", "a packet is not captured"), ("loss-client", "the same, of clients only"),
        ("loss-server", "the same, of servers only"),
        ("burst", "after a packet that was not captured, the next is not either"),
        ("lose-message", "all packets that hold a byte of a message are not captured"),
        ("lose-edge", "the packet in which a message begins is not captured"),
        ("again", "a segment is sent twice"), ("conflict", "and then with other bytes"),
        ("twice", "a packet is captured twice"), ("shuffle", "a packet is captured some places later"),
        ("probe", "a keep-alive or zero-window probe is sent before a segment")):
    A("--" + name, type=float, default=0.0, metavar="P", help=text)
for name, text in (
        ("join", "the capture begins in the middle"), ("client-only", "only its packets are captured"),
        ("server-only", "likewise"), ("skew", "the tap sees one direction late"),
        ("quit", "the server closes after some answer without a word"),
        ("announce", "the same with Connection: close"), ("abort", "the client closes while it is owed answers"),
        ("rst", "a reset in the middle"), ("open", "nobody closes"), ("server-first", "the server closes first, at the end"),
        ("timeout", "it ends in 408, for which nobody asked"),
        ("until-close", "the last body ends with the connection"), ("connect", "all inside a CONNECT tunnel"),
        ("upgrade", "it ends in 101 and bytes that only look like HTTP"),
        ("slow", "the server takes longer for each answer than the way to the client and back"),
        ("ponder", "the client takes its time before it sends more"),
        ("echo", "the server repeats X-Request-Id"),
        ("share", "requests have another id before that, which some have in common and the server repeats"),
        ("retry", "the same, and a request now and then is another attempt under the id of the one before it"),
        ("reuse", "the next connection has the same ports, and sees old segments"),
        ("wrap", "sequence numbers wrap")):
    A("--" + name, type=float, default=0.0, metavar="P", help="of connections: " + text)
A("--frag", type=float, default=0.0, metavar="P", help="an IPv4 packet comes in fragments")
A("--net", default="ip", choices=NETWORKS + ["any"])
A("--snaplen", type=int, default=262144)
a = ap.parse_args()
R = random.Random(a.seed)
if a.net == "any":
    a.net = R.choice(NETWORKS)
SYN, RST, ACK, FIN = 2, 4, 16, 1


def chance(p):
    return p > 0 and R.random() < p


# -------------------------------------------------------------- networks
def checksum(b):
    b += b"\0" * (len(b) & 1)
    return ~(int.from_bytes(b, "big") % 65535) & 0xffff


def ip4(src, dst, proto, data, ident=0, flags=0x4000):
    h = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(data), ident, flags, 64, proto, 0, src, dst)
    return h[:10] + checksum(h).to_bytes(2, "big") + h[12:] + data


def ip6(src, dst, proto, data):
    return struct.pack("!IHBB", 6 << 28, len(data), proto, 64) + src + dst + data


def ether(kind, data):
    return b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01" + kind.to_bytes(2, "big") + data


def udp(port, data):
    return ip4(0xC0A80001, 0xC0A80002, 17, struct.pack("!HHHH", 40000, port, 8 + len(data), 0) + data)


def tcp_packets(c, way, seg):
    """The IP packets of a TCP segment."""
    if a.net == "ip6" or a.net == "6in4":
        src, dst = (b"\x20\x01\x0d\xb8" + b"\0" * 8 + x.to_bytes(4, "big") for x in c.addr[::1 - 2 * way])
        seg = seg[:16] + checksum(src + dst + struct.pack("!IHBB", len(seg), 0, 0, 6) + seg).to_bytes(2, "big") + seg[18:]
        return [ip6(src, dst, 6, seg)]
    src, dst = c.addr[::1 - 2 * way]
    seg = seg[:16] + checksum(struct.pack("!IIHH", src, dst, 6, len(seg)) + seg).to_bytes(2, "big") + seg[18:]
    ident = R.randrange(65536)
    if len(seg) > 64 and chance(a.frag):
        cut = len(seg) // 16 * 8
        parts = [ip4(src, dst, 6, seg[:cut], ident, 0x2000), ip4(src, dst, 6, seg[cut:], ident, cut >> 3)]
        return parts[::R.choice((1, -1))]
    return [ip4(src, dst, 6, seg, ident)]


def frame(ip):
    kind = 0x86dd if a.net == "ip6" else 0x0800
    if a.net == "vlan":
        return ether(0x8100, struct.pack("!HH", 7, kind) + ip)
    if a.net == "qinq":
        return ether(0x88a8, struct.pack("!HHHH", 7, 0x8100, 9, kind) + ip)
    if a.net == "mpls":
        return ether(0x8847, struct.pack("!II", 0x12000 | 64, 0x13100 | 64) + ip)
    if a.net == "pppoe":
        return ether(0x8864, struct.pack("!BBHHH", 0x11, 0, 1, len(ip) + 2, 0x21) + ip)
    if a.net == "gre":
        return ether(0x0800, ip4(0xC0A80001, 0xC0A80002, 47, struct.pack("!HH", 0, kind) + ip))
    if a.net == "vxlan":
        return ether(0x0800, udp(4789, b"\x08\0\0\0\0\0\x2a\0" + ether(kind, ip)))
    if a.net == "geneve":
        return ether(0x0800, udp(6081, struct.pack("!BBHI", 0, 0, 0x6558, 42 << 8) + ether(kind, ip)))
    if a.net == "ipip":
        return ether(0x0800, ip4(0xC0A80001, 0xC0A80002, 4, ip))
    if a.net == "6in4":
        return ether(0x0800, ip4(0xC0A80001, 0xC0A80002, 41, ip))
    if a.net == "sll":
        return struct.pack("!HHH8sH", 0, 1, 6, b"\x02\0\0\0\0\x02\0\0", kind) + ip
    if a.net == "sll2":
        return struct.pack("!HHIHBB8s", kind, 0, 2, 1, 0, 6, b"\x02\0\0\0\0\x02\0\0") + ip
    if a.net == "null":
        return struct.pack("<I", 2) + ip
    return ip if a.net == "raw" else ether(kind, ip)


LINK = {"raw": 101, "sll": 113, "sll2": 276, "null": 0}.get(a.net, 1)


# -------------------------------------------------------------- messages
class Exchange:
    """What is sent for one request, and where it stands in its direction."""


def digest(b):
    return hashlib.sha256(b).hexdigest()


def chunks(parts):
    wire = [b""]
    for part in parts:
        for i in range(0, len(part), 500):
            wire += [b"%x\r\n" % len(part[i:i + 500]), part[i:i + 500], b"\r\n"]
    wire.append(b"0\r\n" + (b"X-Sum: 1\r\n" if R.random() < .5 else b"") + b"\r\n")
    return wire if a.quote else [b"".join(wire)]


def quoted(fields):
    """The parts of a body that holds responses: alone, one after another, or in a batch."""
    kind = R.choice(("alone", "row", "batch"))
    parts = []
    for _ in range(1 if kind == "alone" else R.randrange(1, 4)):
        status, text = R.choice((200, 204, 404, 409)), R.randbytes(R.choice((1, 100))).hex()
        length = "" if status == 204 else "Content-Length: %d\r\n" % len(text)
        if kind == "batch":
            parts.append(b"--b\r\nContent-Type: application/http\r\n\r\n")
        parts.append(("HTTP/1.1 %d Quoted\r\n%s%s\r\n%s" % (status, R.choice(("", fields)), length, text if length else "")).encode())
        if kind == "batch":
            parts.append(b"\r\n")
    return parts + ([b"--b--\r\n"] if kind == "batch" else [])


def make_exchange(c, n):
    x = Exchange()
    rid = "%08x-%06d" % (c.number, n)
    method = R.choice(("DELETE",) * 4 + ("GET", "GET", "POST", "PUT"))
    if chance(a.head):
        method = "HEAD"
    x.expect = method in ("POST", "PUT") and chance(a.expect)
    body = R.randbytes(R.choice((0, 1, 40, 300, 1500))).hex().encode() if method in ("POST", "PUT") or R.random() < .1 else b""
    target = "/v1/%s/%x" % (R.choice(("servers", "disks", "jobs")), R.getrandbits(40))
    x.head = "%s %s HTTP/1.1\r\nHost: api.example\r\n" % (method, target)
    c.intents += c.retries and not chance(.1)
    shared = n // c.shares if c.shares else c.intents
    shared = "X-Client-Request-Id: %08x-%06d\r\n" % (c.number, shared) if c.shares or c.retries else ""
    x.head += "%sX-Request-Id: %s\r\n" % (shared, rid)
    x.head += "Content-Length: %d\r\n" % len(body) if body or method in ("POST", "PUT") else ""
    x.head = (x.head + ("Expect: 100-continue\r\n" if x.expect else "") + "\r\n").encode()
    x.body = body
    status = R.choice((200, 201, 202, 204, 204, 400, 403, 404, 409, 429, 500, 503))
    if chance(a.notmod):
        status = 304
    entity = b"" if status == 204 else R.randbytes(R.choice((0, 3, 30, 200, 900))).hex().encode()
    fields = shared + ("X-Request-Id: %s\r\n" % rid if c.echoes else "")
    wire = [entity]
    if status != 204 and chance(a.quote):
        wire = [b""] + quoted(fields)
        entity = b"".join(wire)
    if status != 204 and chance(a.chunked):
        fields += "Transfer-Encoding: chunked\r\n"
        wire = chunks(wire)
    elif status != 204:
        fields += "Content-Length: %d\r\n" % len(entity)
    if method == "HEAD" or status == 304:
        entity, wire = b"", [b""]
    x.status, x.fields, x.wire = status, fields, wire
    x.interim = b"HTTP/1.1 100 Continue\r\n\r\n" if x.expect else b""
    if chance(a.interim):
        x.interim += R.choice((b"HTTP/1.1 102 Processing\r\n\r\n",
                               b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"))
    x.early = chance(a.early)
    x.truth = dict(conn=c.number, n=n, method=method, target=target, status=None, req_len=len(body),
                   req_sha256=digest(body), resp_len=len(entity), resp_sha256=digest(entity))
    return x


def make_connect(c):
    x = make_exchange(c, 0)
    x.head = ("CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\nX-Request-Id: %08x-000000\r\n\r\n" % c.number).encode()
    x.body, x.wire, x.interim = b"", [b""], b""
    x.status, x.fields, x.early, x.expect = 200, "", False, False
    x.truth.update(method="CONNECT", target="api.example:443", req_len=0, req_sha256=digest(b""), resp_len=0, resp_sha256=digest(b""))
    return x


# -------------------------------------------------------------- endpoints
class End:
    """One end of a connection, as TCP sees it."""

    def __init__(self, c, way):
        self.c, self.way = c, way
        isn = R.randrange(1 << 32)
        self.isn = (1 << 32) - R.randrange(1, 3000) if c.wraps else isn
        self.sent = 0       # bytes, SYN and FIN counted
        self.got = 0        # the same of the peer's
        self.unacked = 0    # segments since an ACK
        self.closed = False

    def put(self, flags, data=b"", at=None):
        """Send one segment."""
        c, at = self.c, self.sent if at is None else at
        peer = c.ends[1 - self.way]
        seg = struct.pack("!HHIIBBHHH", *c.ports[::1 - 2 * self.way], (self.isn + at) & 0xffffffff,
                          (peer.isn + self.got) & 0xffffffff if flags & ACK else 0, 0x50, flags, 65535, 0, 0) + data
        c.tap(self.way, seg, at, len(data))
        self.unacked = 0
        return at + len(data) + (flags & SYN > 0) + (flags & FIN)

    def arrive(self, to):
        """The peer's bytes up to here will have come after the wire's delay."""
        peer = self.c.ends[1 - self.way]
        self.c.after(self.c.delay[self.way], lambda: peer.receive(to))

    def say(self, data, flags=ACK):
        mss = a.mss if a.mss > 50 else 50
        while data:
            n = min(len(data), R.choice((mss, mss, mss, R.randrange(1, mss))))
            if chance(a.probe):
                if R.random() < .5 and self.sent > 1:
                    self.put(ACK, R.choice((b"", b"\0")), self.sent - 1)
                else:
                    self.put(ACK, data[:1])
            old, self.sent = self.sent, self.put(flags, data[:n])
            self.arrive(self.sent)
            if chance(a.again):
                bytes_ = data[:n]
                if chance(a.conflict):
                    bytes_ = b"X" * n
                    self.c.telling.append((self.way, old, old + n))
                self.c.after(R.random() * .01, lambda b=bytes_, o=old: self.put(ACK, b, o))
            data = data[n:]

    def receive(self, to):
        if self.closed or to <= self.got:
            return
        self.got = to
        self.unacked += 1
        if chance(a.hurry) or self.unacked >= 2:
            self.put(ACK)
        else:
            self.c.after(.04, self.late_ack)
        self.c.react(self.way)

    def late_ack(self):
        if self.unacked and not self.closed:
            self.put(ACK)


class Connection:
    """A client and a server; makes the packets that the tap shows."""

    def __init__(self, number, start, like=None):
        self.number, self.now, self.queue, self.events = number, start, [], 0
        self.packets, self.edges, self.telling = [], [[], []], []
        self.wraps = chance(a.wrap)
        self.addr = like.addr if like else (0x0A000002 + number, 0xC0A80A01 + number % 5)
        self.ports = like.ports if like else (20000 + number * 7 % 40000, 8080)
        self.ends = [End(self, 0), End(self, 1)]
        if like:  # RFC 6528: the next initial number is a little higher
            for way in 0, 1:
                old = like.ends[way]
                self.ends[way].isn = (old.isn + old.sent + R.randrange(1000, 100000)) & 0xffffffff
        self.delay = [R.choice((.0001, .002, .02)), R.choice((.0001, .002, .02))]
        self.lag = [R.choice((.001, .03, .1)) if chance(a.skew) else 0, 0]
        self.mode = a.client if a.client != "any" else R.choice(("serial", "batch", "sliding", "warm", "moody"))
        self.echoes, self.shares = chance(a.echo), R.choice((2, 3, 1000)) if chance(a.share) else 0
        self.retries, self.intents = chance(a.retry), 0
        self.limit, self.warm = 1, R.randrange(1, 4)
        self.plan = [make_exchange(self, n) for n in range(a.exchanges)]
        if chance(a.connect):
            self.plan[0] = make_connect(self)
        self.tunnel = self.plan[0].truth["method"] == "CONNECT"
        self.slow, self.ponders, self.pondering = chance(a.slow), chance(a.ponder), False
        self.sent = self.answered = self.taken = 0  # requests; responses; responses at the client
        self.stalled = self.busy = self.over = False
        self.script_end()

    def script_end(self):
        """How it will end."""
        n, last = len(self.plan), self.plan[-1]
        self.quits = R.randrange(n) if chance(a.quit) else None
        self.announces = R.randrange(n) if chance(a.announce) else None
        self.aborts = R.randrange(1, n) if chance(a.abort) else None
        self.resets = R.randrange(1, n) if chance(a.rst) else None
        self.stays_open, self.server_first = chance(a.open), chance(a.server_first)
        self.times_out = chance(a.timeout)
        self.until_close = chance(a.until_close) and last.status != 204 and last.truth["resp_len"] > 0 and "chunked" not in last.fields
        self.upgrades = not self.until_close and chance(a.upgrade)
        if self.upgrades:
            last.status, last.wire, last.interim, last.early, last.expect = 101, [b""], b"", False, False
            last.body, last.fields = b"", "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            last.head = last.head.split(b"\r\nContent-Length")[0].rstrip(b"\r\n").replace(b"\r\nExpect: 100-continue", b"")
            last.head += b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            last.truth.update(req_len=0, req_sha256=digest(b""), resp_len=0, resp_sha256=digest(b""))

    def after(self, delay, do):
        self.events += 1
        heapq.heappush(self.queue, (self.now + delay, self.events, do))

    def tap(self, way, seg, at, n):
        self.events += 1
        self.packets.append([self.now + self.delay[way] * (1 - way) + self.lag[way], self.events, way, at, n, seg])

    # ---- the client
    def may_send(self):
        under_way = self.sent - self.taken
        if self.sent == 0 or self.stalled or (self.tunnel and self.taken == 0):
            return under_way == 0
        if self.mode == "serial" or (self.mode == "warm" and self.taken < self.warm):
            return under_way == 0
        if self.mode == "batch":
            if under_way == 0:
                self.limit = self.sent + R.randrange(1, a.depth + 1)
            return self.sent < self.limit
        if self.mode == "moody" and R.random() < .4:
            return under_way == 0
        return under_way < a.depth

    def waits_for_continue(self):
        return self.sent > 0 and self.plan[self.sent - 1].expect and not self.plan[self.sent - 1].went_on

    def client(self):
        end, data = self.ends[0], b""
        if self.over or end.closed:
            return
        if self.waits_for_continue():
            x = self.plan[self.sent - 1]
            if end.got < getattr(x, "continue_at", 1 << 60):
                return
            x.went_on = True
            end.say(x.body)
            x.end = end.sent
        while self.sent < len(self.plan) and self.may_send() and not (self.upgrades and self.sent == len(self.plan) - 1 and self.sent > self.taken):
            x = self.plan[self.sent]
            x.start = end.sent + len(data)
            x.head_end = x.start + len(x.head)
            x.went_on = False
            data += x.head + (b"" if x.expect else x.body)
            x.end = x.start + len(x.head) + len(x.body)
            self.edges[0].append((x.start, x.end))
            truth.append(x.truth)
            self.sent += 1
            self.stalled = False
            if x.expect:
                break
            if not chance(a.coalesce):
                end.say(data)
                data = b""
        end.say(data)
        if self.aborts is not None and self.taken >= self.aborts:
            self.close_by(0)
        elif self.taken == len(self.plan):
            if self.upgrades:
                self.talk_otherwise(end)
            self.finish()

    def finish(self):
        self.over = True
        if self.times_out and not self.upgrades:
            self.after(R.choice((.001, 5)), self.time_out)
        elif not self.stays_open:
            self.after(.001 + R.random() * .01, lambda: self.close_by(int(self.server_first)))

    def time_out(self):
        if not self.ends[1].closed:
            self.ends[1].say(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            truth.append({"conn": self.number, "unasked": 408})
            self.close_by(1)

    def close_by(self, way):
        end = self.ends[way]
        if end.closed or self.stays_open:
            return
        self.over = True
        end.sent = end.put(FIN | ACK)
        end.closed = True
        self.after(self.delay[way], lambda: self.closed_by_peer(1 - way, end.sent))

    def closed_by_peer(self, way, to):
        end = self.ends[way]
        end.got = max(end.got, to)
        if end.closed:
            end.put(ACK)
            return
        end.sent = end.put(FIN | ACK)
        end.closed = True
        peer = self.ends[1 - way]

        def last_ack():
            peer.got = max(peer.got, end.sent)
            peer.put(ACK)
        self.after(self.delay[way], last_ack)

    # ---- the server
    def server(self):
        end = self.ends[1]
        if self.busy or self.over or end.closed or self.answered >= self.sent:
            return
        x = self.plan[self.answered]
        if x.expect and end.got >= x.head_end and not hasattr(x, "continue_at"):
            end.say(x.interim)
            x.continue_at, x.interim = end.sent, b""
        if end.got < (x.head_end if x.early and not x.expect else x.end):
            return
        self.busy = True
        think = R.uniform(.1, .3) if self.slow else 0 if chance(a.fast) else R.choice((.0001, .005, .03))
        self.after(think, lambda: self.answer(x))

    def answer(self, x):
        end, n = self.ends[1], self.answered
        self.busy = False
        if end.closed:
            return
        quits, announces = n == self.quits, n == self.announces
        until_close = self.until_close and n == len(self.plan) - 1
        fields = x.fields
        if until_close:
            fields = fields.split("Content-Length")[0]
        head = "HTTP/1.1 %d %s\r\n%s%s\r\n" % (x.status, "Some Reason", fields, "Connection: close\r\n" if announces else "")
        start = end.sent
        x.truth["status"] = x.status
        end.say(x.interim)
        x.answer_head = (end.sent, end.sent + len(head))
        end.say(head.encode() + x.wire[0])
        for part in x.wire[1:]:
            end.say(part)
        self.edges[1].append((start, end.sent))
        if x.status == 101:
            self.telling.append((1, start, end.sent))
        self.answered += 1
        x.answer_end = end.sent
        if quits or announces or until_close:
            self.close_by(1)
        elif self.resets == n:
            self.over = True
            end.put(RST | ACK)
            end.closed = True
        elif self.upgrades and n == len(self.plan) - 1:
            self.talk_otherwise(end)
        self.server()

    def talk_otherwise(self, end):
        end.say(b"\x81\x05hello" + R.randbytes(30) + b"\x80")
        end.say(b"DELETE /never HTTP/1.1\r\nHost: x\r\n\r\n" if end.way == 0 else b"HTTP/1.1 204 No Content\r\n\r\n")

    # ---- what drives both
    def react(self, way):
        if way == 1:
            self.server()
            return
        while self.taken < self.answered and self.ends[0].got >= self.plan[self.taken].answer_end:
            self.taken += 1
            self.stalled |= chance(a.stall)
        if not self.ponders:
            self.client()
        elif not self.pondering:
            self.pondering = True
            self.after(R.expovariate(20), self.go_on)

    def go_on(self):
        self.pondering = False
        self.client()

    def open(self):
        one, two = self.ends
        first = self.plan[0]
        if chance(a.syn_data) and not first.expect and len(first.head + first.body) <= a.mss:
            first.start, first.head_end = 1, 1 + len(first.head)
            first.end = first.head_end + len(first.body)
            self.edges[0].append((first.start, first.end))
            truth.append(first.truth)
            self.sent = 1
            one.sent = one.put(SYN, first.head + first.body)
        else:
            one.sent = one.put(SYN)

        def answer_syn():
            two.got = one.sent
            two.sent = two.put(SYN | ACK)
            self.after(self.delay[1], established)

        def established():
            one.got = max(one.got, 1)
            one.put(ACK)
            self.server()
            self.client()
        self.after(self.delay[0], answer_syn)

    def run(self):
        self.open()
        while self.queue:
            self.now, _, do = heapq.heappop(self.queue)
            do()
        return self.shown()

    def tells(self, p):
        """
        Is it the only one that shows what is true?  Nobody can know that other bytes
        came than those that are seen, or that what looks like HTTP is no longer.
        """
        return any(way == p[2] and p[3] < end and p[3] + p[4] > start and p[5][-1:] != b"X" for way, start, end in self.telling)

    def shown(self):
        """The packets that are in the capture, with their times."""
        lost = [[(s, e) for s, e in edges if chance(a.lose_message)] +
                [(s, s + 1) for s, e in edges if chance(a.lose_edge)] for edges in self.edges]
        only = 0 if chance(a.client_only) else 1 if chance(a.server_only) else None
        out, lost_last = [], False
        for p in sorted(self.packets):
            t, _, way, at, n, seg = p
            lost_last = chance(a.loss) or (lost_last and chance(a.burst))
            if self.tells(p):
                out.append((t, way, seg))
                continue
            if lost_last or chance(a.loss_server if way else a.loss_client) or only == 1 - way:
                continue
            if any(at < e and at + n > s for s, e in lost[way] if n):
                continue
            t += R.choice((.0005, .002, .01)) if chance(a.shuffle) else 0
            for _ in range(1 + chance(a.twice)):
                out.append((t, way, seg))
        out.sort(key=lambda p: p[0])
        if chance(a.join):
            out = out[R.randrange(1, max(2, len(out) * 2 // 3)):]
        self.note_visible({p[2] for p in out})
        return out

    def note_visible(self, shown):
        """Which exchanges have both heads in these segments?"""
        whole = [sorted((p[3], p[3] + p[4]) for p in self.packets if p[2] == way and p[4] and
                        p[5] in shown and len(p[5]) + 100 < a.snaplen) for way in (0, 1)]

        def covers(way, start, end):
            for s, e in whole[way]:
                start = e if s <= start < e else start
            return start >= end
        for x in self.plan[:self.answered]:
            x.truth["visible"] = covers(0, x.start, x.head_end) and covers(1, *x.answer_head)


# -------------------------------------------------------------- the file
def main():
    frames, start, old = [], 1.7e9, None
    for number in range(a.conns):
        like = old if old and chance(a.reuse) else None
        c = Connection(number, start, like)
        shown = c.run()
        # Without its SYNs nothing would tell the new connection from the old.
        if like and all(any(p[1] == way and p[2][13] & SYN for p in shown[:4]) for way in (0, 1)):
            data = [p for p in old.packets if p[4] and not p[5][13] & SYN]
            for p in R.sample(data, min(4, len(data))):
                shown.append((R.choice(shown[4:])[0] + 1e-6, p[2], p[5]))
        for t, way, seg in shown:
            frames += [(t, len(frames) + i, p) for i, p in enumerate(tcp_packets(c, way, seg))]
        # Ports are free again only when all of it has been seen.
        start, old = (c.now + 1, c) if a.reuse else (start + R.random() * .01, c)
    frames.sort()
    with open(a.out, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, a.snaplen, LINK))
        for t, _, ip in frames:
            b = frame(ip)
            f.write(struct.pack("<IIII", int(t), int(t % 1 * 1e9), min(len(b), a.snaplen), len(b)) + b[:a.snaplen])
    with open(a.out + ".truth.jsonl", "w", encoding="ascii") as f:
        for t in truth:
            f.write(json.dumps(t, separators=(",", ":")) + "\n")


truth = []
main()
