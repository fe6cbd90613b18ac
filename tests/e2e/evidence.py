#!/usr/bin/env python3
"""The evidence of an archive, checked by other code.

Written from obit-archive(5), RFC 8032, RFC 9162 and the C2SP texts
signed-note, tlog-checkpoint and tlog-proof; shares nothing with obit.

    evidence.py archive A [CHECKPOINT VKEY]
    evidence.py proof PROOF VKEY [CHECKPOINT]

Exit status 0: good; 1: not.
"""
import base64
import datetime
import hashlib
import ipaddress
import re
import sqlite3
import struct
import sys
import uuid
import zlib


class Bad(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Bad(what)


def sha256(data):
    return hashlib.sha256(data).digest()


# RFC 8032, section 5.1, on plain integers.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    need(y < P, "point out of range")
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT % P
    need((x * x - xx) % P == 0 and not (x == 0 and sign), "no such point")
    return P - x if x % 2 != sign else x


def point(data):
    n = int.from_bytes(data, "little")
    y = n % 2**255
    return recover_x(y, n >> 255), y


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    d = D * x1 * x2 * y1 * y2
    return ((x1 * y2 + y1 * x2) * pow(1 + d, P - 2, P) % P,
            (y1 * y2 + x1 * x2) * pow(1 - d, P - 2, P) % P)


def times(n, p):
    q = (0, 1)
    while n:
        if n & 1:
            q = add(q, p)
        p = add(p, p)
        n >>= 1
    return q


BASE = (recover_x(4 * pow(5, P - 2, P) % P, 0), 4 * pow(5, P - 2, P) % P)


def is_signature(sig, key, text):
    need(len(sig) == 64, "signature has another length")
    s = int.from_bytes(sig[32:], "little")
    need(s < L, "signature out of range")
    h = int.from_bytes(hashlib.sha512(sig[:32] + key + text).digest(), "little")
    return times(s, BASE) == add(point(sig[:32]), times(h % L, point(key)))


# C2SP signed-note, tlog-checkpoint and tlog-proof.
def unbase64(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 has another form")
    return data


def open_note(note, vkey):
    name, key_id, key = vkey.strip().split("+", 2)
    key = unbase64(key)
    need(len(key) == 33 and key[0] == 1, "no Ed25519 key")
    own = sha256(name.encode() + b"\n" + key)[:4]
    need(own.hex() == key_id, "the key has another id")
    text, _, lines = note.decode().rpartition("\n\n")
    text += "\n"
    need(lines.endswith("\n"), "the last line has no end")
    signed = False
    for line in lines[:-1].split("\n"):
        dash, who, sig = line.split(" ")
        need(dash == "\u2014", "no signature line")
        sig = unbase64(sig)
        if (who, sig[:4]) == (name, own):
            need(is_signature(sig[4:], key[1:], text.encode()), "bad signature")
            signed = True
    need(signed, "not signed with this key")
    lines = text.split("\n")
    need(lines[1] == str(int(lines[1])), "size has another form")
    return int(lines[1]), unbase64(lines[2])


def check_proof(proof, note, vkey):
    head, _, own_note = proof.partition(b"\n\n")
    lines = head.decode().split("\n")
    need(lines[0] == "c2sp.org/tlog-proof@v1", "no proof")
    need(lines[1].startswith("extra "), "no exchange")
    need(lines[2].startswith("index "), "no index")
    size, root = open_note(note or own_note, vkey)
    index = int(lines[2][6:])
    need(str(index) == lines[2][6:] and index < size, "index")
    node = sha256(b"\0" + unbase64(lines[1][6:]))
    path = [unbase64(line) for line in lines[3:]]
    need(node_root(node, index, size, path) == root, "another root")


def node_root(node, index, size, path):
    """RFC 9162, section 2.1.3.1, read backwards."""
    if size == 1:
        need(not path, "the path is too long")
        return node
    k = 1 << (size - 1).bit_length() - 1
    need(path, "the path is too short")
    if index < k:
        return sha256(b"\1" + node_root(node, index, k, path[:-1]) + path[-1])
    return sha256(b"\1" + path[-1] +
                  node_root(node, index - k, size - k, path[:-1]))


def tree_root(leaves):
    """RFC 9162, section 2.1.1."""
    if not leaves:
        return sha256(b"")
    while len(leaves) > 1:
        pairs = [sha256(b"\1" + leaves[i] + leaves[i + 1])
                 for i in range(0, len(leaves) - 1, 2)]
        leaves = pairs + leaves[len(pairs) * 2:]
    return leaves[0]


# obit-archive(5).
def i64(n):
    return struct.pack(">Q", int(n) & 2**64 - 1)


def i32(n):
    return struct.pack(">i", n)


def octets(b):
    if b is None:
        return i64(0)
    b = b.encode() if isinstance(b, str) else b
    return i64(1) + i64(len(b)) + b


class Packed:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self):
        n = shift = 0
        while True:
            c = self.data[self.at]
            self.at += 1
            n |= (c & 127) << shift
            shift += 7
            if c < 128:
                return n & 2**64 - 1

    def signed(self):
        n = self.number()
        return n >> 1 if n % 2 == 0 else -(n + 1 >> 1)

    def words(self, n):
        return b"".join(i64(self.number()) for _ in range(n))

    def text(self, n):
        need(self.at + n <= len(self.data), "packed bytes end")
        self.at += n
        return self.data[self.at - n:self.at]


def unchunk(body):
    out = b""
    while True:
        line, _, body = body.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        if size == 0:
            return out
        out, body = out + body[:size], body[size + 2:]


TOKEN = re.compile(rb"...,.{15}:..:.. GMT|[A-Za-z0-9_-]+", re.S)


def tokens(data, numbers):
    """Gaps and tokens in turns, and how many tokens are numbers."""
    parts, at = [], 0
    p = Packed(data)
    while p.at < numbers:
        start = p.at
        p.number()
        parts += [b"", data[start:p.at]]
    count, at = len(parts) // 2, numbers
    while True:
        word = re.compile(rb"[A-Za-z0-9_-]").search(data, at)
        if not word:
            return parts + [data[at:]], count
        token = TOKEN.match(data, word.start())
        parts += [data[at:word.start()], token[0]]
        at = token.end()


class Archive:
    def __init__(self, path):
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.db.row_factory = sqlite3.Row

    def rows(self, sql, *args):
        return self.db.execute(sql, args).fetchall()

    def row(self, sql, *args):
        found = self.rows(sql, *args)
        need(len(found) == 1, "a row is missing: " + sql)
        return found[0]

    def word(self, word):
        if word is None:
            return None
        return self.row("SELECT text FROM word WHERE id = ?", word)[0]

    def body(self, ref):
        if ref is None:
            return None
        data = self.row("SELECT data FROM body WHERE id = ?", ref)[0]
        return zlib.decompress(data, wbits=-15)

    def short(self, value):
        """Section 2: what a short text stands for."""
        if not isinstance(value, bytes):
            return value
        kind, rest = value[:1], value[1:]
        if kind == b"\0":
            return rest
        if kind == b"\1":
            need(len(rest) == 16, "a UUID has another length")
            return str(uuid.UUID(bytes=rest))
        need(kind == b"\2", "a short text has another form")
        return rest.hex()

    def message_numbers(self, p, time):
        m = {"flags": p.number()}
        f = m["flags"]
        m["first"] = time + p.signed()
        m["last"] = m["first"] + p.signed()
        m["interim"] = p.number() if f & 0x10 else None
        m["head"] = p.number()
        m["body"] = p.number() if f & 0x20 else None
        length = m["body"] or 0
        m["wire"] = p.signed() + length
        m["entity"] = p.signed() + length
        m["holes"] = [(p.number(), p.number()) for _ in range(p.number())]
        m["digest"] = p.words(4) if f & 0x80 else None
        need(f < 0x200 and (not f & 0x100 or f & 0x60 == 0x20 and length),
             "flags of a message")
        m["purged"] = p.words(4) if f & 0x100 else None
        return m

    def message(self, m, p, alone):
        if m is None:
            return i64(0)
        f = m["flags"]
        interim = p.text(m["interim"]) if f & 0x10 else None
        head = p.text(m["head"])
        body, left = None, m["purged"]
        if f & 0x40:
            body = alone
        elif f & 0x20 and not left:
            body = p.text(m["body"])
        out = i64(1) + octets(interim) + octets(head)
        if left:
            out += i64(1) + i64(m["body"]) + left
        else:
            out += i64(0) if body is None else \
                i64(1) + i64(len(body)) + sha256(body)
        out += i64(m["wire"]) + i64(m["entity"]) + i64(f >> 3 & 1)
        if f & 8:
            digest = m["digest"]
            if digest is None:
                digest = left or sha256(unchunk(body) if f & 3 == 2 else body or b"")
            out += digest
        out += i64(f & 3) + i64(f >> 2 & 1) + i64(len(m["holes"]))
        for offset, length in m["holes"]:
            out += i64(offset) + i64(length)
        return out + i64(m["first"]) + i64(m["last"])

    def context(self, d):
        texts = [d["token"], d["request_id"], d["message"]] if d else []
        for t in d["targets"] if d else []:
            texts += [t["scope"], t["id"]]
        out = b""
        for t in texts:
            t = t.encode() if isinstance(t, str) else t
            if t is not None and len(out) + len(t) < 1024:
                out += t + b"\n"
        return out

    def key(self, d):
        """Section 6: the key of a deletion that has no other."""
        def value(tag, text):
            text = text.encode() if isinstance(text, str) else text or b""
            return tag + i64(len(text)) + text

        def maybe(text):
            return b"?" if text is None else value(b"V", text)

        def order(t):
            return [t[n].encode() if isinstance(t[n], str) else t[n] or b""
                    for n in ("type", "id", "scope")]

        flags = bytes([d["dry_run"], d["force"], d["set_delete"]])
        out = value(b"D", d["operation"]) + value(b"F", flags)
        for t in sorted(d["targets"], key=order):
            out += value(b"T", t["type"]) + maybe(t["id"]) + maybe(t["scope"])
        return sha256(out)[:16]

    def template(self, number):
        row = self.row("SELECT * FROM template WHERE id = ?", number)
        parts, numbers = tokens(row["sample"], row["numbers"])
        p, slots, token = Packed(row["slots"]), {}, 0
        while p.at < len(p.data):
            token += p.number()
            form = chr(p.number())
            slots[token] = form, [p.number() for _ in range(
                {"c": 1, "s": 1, "h": 1, "m": 3}.get(form, 0))]
            token += 1
        return parts, slots

    def slot(self, form, args, p, sample, values, context, time):
        """Section 5: the value of one slot."""
        if form == "n":
            start = p.at
            p.number()
            return p.data[start:p.at]
        if form == "c":
            return context[args[0]]
        if form == "s":
            return values[args[0]]
        if form in "dt":
            t = datetime.datetime.fromtimestamp(
                time // 10**9 + p.signed(), datetime.timezone.utc)
            return t.strftime("%a, %d %b %Y %H:%M:%S GMT" if form == "d"
                              else "%Y%m%dT%H%M%SZ").encode()
        if form == "w":
            return self.word(p.number()).encode()
        if form == "u":
            return str(uuid.UUID(bytes=p.text(16))).encode()
        if form == "h":
            return p.text((args[0] + 1) // 2).hex()[:args[0]].encode()
        if form == "i":
            return str(p.number()).encode()
        if form == "m":
            front, digits, back = args
            data = p.text((digits * 6 + 7) // 8)
            text = base64.urlsafe_b64encode(data + b"\0\0")[:digits]
            return sample[:front] + text + sample[len(sample) - back:]
        need(form == "x", "a slot has another form")
        return p.text(p.number())

    def fill(self, number, p, context, time):
        parts, slots = self.template(number)
        context = tokens(context, 0)[0][1::2]
        values, out = [], b""
        for i, (gap, sample) in enumerate(zip(parts[0::2], parts[1::2])):
            value = sample
            if i in slots:
                value = self.slot(*slots[i], p, sample, values, context, time)
            values.append(value)
            out += gap + value
        need(p.at == len(p.data), "bytes follow the slots")
        return out + parts[-1]

    def unsqueeze(self, data, context, time):
        p = Packed(data)
        template = p.number()
        if template:
            return self.fill(template, p, context, time)
        dictionary, size = p.number(), p.number()
        primed = context
        if dictionary:
            primed = self.row("SELECT data FROM dictionary WHERE id = ?",
                              dictionary)[0] + context
        z = zlib.decompressobj(wbits=-13, zdict=primed) if primed \
            else zlib.decompressobj(wbits=-13)
        out = z.decompress(data[p.at:]) + z.flush()
        need(len(out) == size and z.eof, "size of what was compressed")
        return out

    def messages(self, e, d, time):
        data = self.unsqueeze(e["data"], self.context(d), time)
        p = Packed(data)
        which, number, missing = p.number(), p.number(), p.number()
        key = p.words(2) if which & 4 else self.key(d)
        parts = [self.message_numbers(p, time) if which & bit else None
                 for bit in (1, 2)]
        texts = [self.message(parts[0], p, self.body(e["request_body"])),
                 self.message(parts[1], p, self.body(e["response_body"]))]
        need(p.at == len(data), "bytes follow the messages")
        return number, missing, key, b"".join(texts)

    def deletion(self, e, p):
        """The deletion of an exchange, as its columns say."""
        d = {name: self.word(p[name]) for name in ("operation", "code")}
        d["request_id"] = self.short(e["request_id"])
        for name in ("token", "message"):
            d[name] = e[name]
        for bit, name in enumerate(("contract", "dry_run", "force",
                                    "set_delete")):
            d[name] = p["flags"] >> bit & 1
        d["attempt_of"] = e["id"] if e["attempt_of"] is None \
            else e["attempt_of"]
        d["attempt_number"] = 1 if e["attempt_number"] is None \
            else e["attempt_number"]
        for name in ("outcome", "findings"):
            d[name] = p[name]
        d["targets"] = self.targets(e, p)
        return d

    def targets(self, e, p):
        if p["target_outcome"] is None:
            return []
        first = {"type": self.word(p["type"]), "id": self.short(e["target"]),
                 "scope": self.word(e["scope"]),
                 "outcome": p["target_outcome"],
                 "code": self.word(p["target_code"])}
        rows = self.rows("SELECT * FROM target WHERE exchange = ? "
                         "ORDER BY number", e["id"])
        need(bool(rows) == bool(p["flags"] & 16), "further targets")
        return [first] + [
            {"type": self.word(t["type"]), "id": self.short(t["id"]),
             "scope": self.word(t["scope"]), "outcome": t["outcome"],
             "code": self.word(t["code"])} for t in rows]

    def deletion_octets(self, d):
        out = octets(d["operation"]) + i64(d["contract"]) + \
            i64(d["outcome"]) + octets(d["code"]) + octets(d["message"]) + \
            octets(d["request_id"]) + octets(d["token"])
        for name in ("dry_run", "force", "set_delete", "attempt_of",
                     "attempt_number", "findings"):
            out += i64(d[name])
        out += i64(len(d["targets"]))
        for t in d["targets"]:
            out += octets(t["type"]) + octets(t["id"]) + \
                octets(t["scope"]) + i64(t["outcome"]) + octets(t["code"])
        return out

    def exchange(self, e, kinds):
        p = self.row("SELECT * FROM profile WHERE id = ?", e["profile"])
        c = self.row("SELECT * FROM connection WHERE id = ?", e["connection"])
        d = self.deletion(e, p) if kinds[p["kind"]] == "deletion" else None
        follow_ups = self.rows("SELECT * FROM follow_up WHERE exchange = ?"
                               " ORDER BY number", e["id"])
        need(bool(follow_ups) == bool(p["flags"] & 32), "follow-ups")
        number, missing, key, messages = \
            self.messages(e, d, c["time"] + e["time"])
        out = i64(1) + i64(e["id"]) + i64(c["number"]) + i64(number)
        for side in ("client", "server"):
            address = ipaddress.ip_address(self.word(c[side]))
            out += octets(address.packed) + i64(c[side + "_port"])
        out += i64(missing) + i64(p["reason"] or 0) + i64(p["flaws"])
        out += messages + i64(p["kind"]) + key + \
            octets(self.word(p["principal"]))
        if d:
            out += self.deletion_octets(d)
        out += i64(len(follow_ups))
        for f in follow_ups:
            out += i64(f["deletion"]) + octets(self.word(f["state"])) + \
                i64(f["verdict"])
        return out

    def names(self):
        """Names of counts in their order."""
        flaws = [f"flaw:{r[0]}" for r in self.rows(
            "SELECT name FROM term WHERE class = 'flaw' ORDER BY value")]
        layers = "tcp fragment other-ip not-ip cut bad unknown-link".split()
        return (["packets", "bytes", "excluded"] +
                [f"layer:{x}" for x in layers] +
                ["flows:http", "flows:other", "flows:undecided",
                 "exchanges:seen", "exchanges:kept", "exchanges:filtered",
                 "exchanges:incomplete", "exchanges:orphans", "deletions"] +
                flaws +
                ["unseen_bytes", "evicted", "drops:kernel",
                 "drops:interface", "interface:downs", "watched:from",
                 "watched:until"])

    def recording(self, r):
        counts = dict(self.rows("SELECT name, count FROM coverage "
                                "WHERE recording = ?", r["id"]))
        named = [n for n in self.names() if n in counts]
        need(len(named) == len(counts), "a count has no known name")
        return i64(2) + i64(r["id"]) + octets(r["filter"]) + \
            i64(r["first"]) + i64(r["last"]) + i64(r["cut_short"]) + \
            i64(len(named)) + b"".join(octets(n) + i64(counts[n])
                                       for n in named)

    def leaves(self):
        kinds = dict(self.rows("SELECT value, name FROM term "
                               "WHERE class = 'kind'"))
        ends = self.rows("SELECT * FROM recording WHERE finished ORDER BY id")
        leaves = []

        def take_ends():
            while ends and ends[0]["position"] == len(leaves):
                r = ends.pop(0)
                leaves.append((self.recording(r), r["leaf"]))

        exchanges = self.rows("SELECT * FROM exchange ORDER BY id")
        for number, e in enumerate(exchanges, 1):
            take_ends()
            need(e["id"] == number, "a number is missing")
            leaves.append((self.exchange(e, kinds), i32(e["leaf"])))
        take_ends()
        need(not ends, "a recording is out of place")
        return leaves

    def check_tiles(self, leaves):
        tiles = [tuple(r) for r in self.rows("SELECT id, hash FROM tile "
                                             "ORDER BY id")]
        need(tiles == [(i, tree_root(leaves[256 * i:256 * i + 256]))
                       for i in range(len(leaves) // 256)], "tiles")

    def check(self, size, root):
        leaves = []
        for encoding, stored in self.leaves():
            leaf = sha256(b"\0" + encoding)
            need(leaf.startswith(stored), f"leaf {len(leaves)}")
            leaves.append(leaf)
        self.check_tiles(leaves)
        top = self.row("SELECT * FROM tree WHERE id = 1")
        need(top["size"] == len(leaves), "size of the tree")
        need(top["root"] == tree_root(leaves), "root of the tree")
        if root:
            need(size <= len(leaves), "truncated")
            need(tree_root(leaves[:size]) == root, "not what was sealed")


def read(path):
    with open(path, "rb") as f:
        return f.read()


def main(args):
    if args[0] == "archive":
        seal = (0, None)
        if len(args) > 2:
            seal = open_note(read(args[2]), read(args[3]).decode())
        Archive(args[1]).check(*seal)
    else:
        note = read(args[3]) if len(args) > 3 else None
        check_proof(read(args[1]), note, read(args[2]).decode())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Bad, ValueError, IndexError, TypeError, KeyError, struct.error,
            sqlite3.Error, zlib.error) as e:
        print(f"{sys.argv[1]}: {type(e).__name__}: {e}")
        sys.exit(1)
