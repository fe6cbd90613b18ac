#!/usr/bin/env python3
"""The evidence of an archive, checked by other code.

Written from obit-archive(5), RFC 8032, RFC 9162 and the C2SP texts
signed-note, tlog-checkpoint and tlog-proof; shares nothing with obit.

    evidence.py archive A [CHECKPOINT VKEY]
    evidence.py proof PROOF VKEY [CHECKPOINT]

Exit status 0: good; 1: not.
"""
import base64
import hashlib
import ipaddress
import sqlite3
import struct
import sys
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
        m["digest"] = p.text(32) if f & 0x80 else None
        return m

    def message(self, m, p, alone):
        if m is None:
            return i64(0)
        f = m["flags"]
        interim = p.text(m["interim"]) if f & 0x10 else None
        head = p.text(m["head"])
        body = None
        if f & 0x40:
            body = alone
        elif f & 0x20:
            body = p.text(m["body"])
        out = i64(1) + octets(interim) + octets(head)
        out += i64(0) if body is None else \
            i64(1) + i64(len(body)) + sha256(body)
        out += i64(m["wire"]) + i64(m["entity"]) + i64(f >> 3 & 1)
        if f & 8:
            digest = m["digest"]
            if digest is None:
                digest = sha256(unchunk(body) if f & 3 == 2 else body or b"")
            out += digest
        out += i64(f & 3) + i64(f >> 2 & 1) + i64(len(m["holes"]))
        for offset, length in m["holes"]:
            out += i64(offset) + i64(length)
        return out + i64(m["first"]) + i64(m["last"])

    def context(self, deletion, targets):
        texts = [deletion["token"], deletion["request_id"],
                 deletion["message"]] if deletion else []
        for t in targets:
            texts += [self.word(t["scope"]), t["id"]]
        out = b""
        for t in texts:
            t = t.encode() if isinstance(t, str) else t or b""
            if len(out) + len(t) <= 1024:
                out += t
        return out

    def messages(self, e, context):
        primed = context
        if e["dictionary"] is not None:
            primed = self.row("SELECT data FROM dictionary WHERE id = ?",
                              e["dictionary"])[0] + context
        z = zlib.decompressobj(wbits=-13, zdict=primed) if primed \
            else zlib.decompressobj(wbits=-13)
        data = z.decompress(e["data"]) + z.flush()
        need(len(data) == e["size"] and z.eof, "size of what was compressed")
        p = Packed(data)
        which, missing = p.number(), p.number()
        parts = [self.message_numbers(p, e["time"]) if which & bit else None
                 for bit in (1, 2)]
        texts = [self.message(parts[0], p, self.body(e["request_body"])),
                 self.message(parts[1], p, self.body(e["response_body"]))]
        need(p.at == len(data), "bytes follow the messages")
        return missing, b"".join(texts)

    def deletion(self, d, targets):
        out = octets(self.word(d["operation"])) + i64(d["contract"]) + \
            i64(d["outcome"]) + octets(self.word(d["code"])) + \
            octets(d["message"]) + octets(d["request_id"]) + \
            octets(d["token"])
        for name in ("dry_run", "force", "set_delete", "attempt_of",
                     "attempt_number", "findings"):
            out += i64(d[name])
        out += i64(len(targets))
        for t in targets:
            out += octets(self.word(t["type"])) + octets(t["id"]) + \
                octets(self.word(t["scope"])) + i64(t["outcome"]) + \
                octets(self.word(t["code"]))
        return out

    def exchange(self, e, kinds):
        kind = kinds[e["kind"]]
        c = self.row("SELECT * FROM connection WHERE id = ?", e["connection"])
        d, targets, follow_ups = None, [], []
        if kind == "deletion":
            d = self.row("SELECT * FROM deletion WHERE exchange = ?", e["id"])
            targets = self.rows("SELECT * FROM target WHERE deletion = ? "
                                "ORDER BY number", e["id"])
        if kind != "other":
            follow_ups = self.rows("SELECT * FROM follow_up WHERE exchange = ?"
                                   " ORDER BY number", e["id"])
        missing, messages = self.messages(e, self.context(d, targets))
        out = i64(1) + i64(e["id"]) + i64(c["number"]) + i64(e["number"])
        for side in ("client", "server"):
            out += octets(ipaddress.ip_address(c[side]).packed) + \
                i64(c[side + "_port"])
        out += i64(missing) + i64(e["reason"] or 0) + i64(e["flaws"])
        out += messages + i64(e["kind"]) + e["match"] + \
            octets(self.word(e["principal"]))
        if d:
            out += self.deletion(d, targets)
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
                 "drops:interface"])

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
            leaves.append((self.exchange(e, kinds), e["leaf"]))
        take_ends()
        need(not ends, "a recording is out of place")
        return leaves

    def check(self, size, root):
        leaves = []
        for encoding, stored in self.leaves():
            leaf = sha256(b"\0" + encoding)
            need(leaf == stored, f"leaf {len(leaves)}")
            leaves.append(leaf)
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
