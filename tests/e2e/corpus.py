"""Compare obit's reading of the corpus with its truth; see corpus.sh."""

import csv
import glob
import hashlib
import os
import sys
from collections import defaultdict

from obit import Tap, capture, tshark
import obit

FIELDS = "method", "host", "target", "status", "body"


def clients(path):
    """The address that sent the first packet of each TCP stream."""
    text = tshark(
        "-r", path, "-T", "fields", "-E", "separator=|",
        "-e", "tcp.stream", "-e", "ip.src", "-e", "ipv6.src",
        "-e", "tcp.srcport", "-Y", "tcp",
    )
    first = {}
    for line in text.splitlines():
        stream, v4, v6, port = line.split("|")[:4]
        address = f"[{v6}]" if v6 else v4
        first.setdefault(stream, f"{address}:{port}")
    return first


def body_digest(archive, exchange):
    """The start of the digest of the decoded response body."""
    if exchange["response"] is None:
        return "-"
    done = obit.obit(
        "show", archive, str(exchange["id"]), "--body", "response",
        allowed=(0, 2, 3),
    )
    return hashlib.sha256(done).hexdigest()[:16]


def ours(archive, path):
    """Our rows for each stream."""
    rows = defaultdict(list)
    exchanges = capture(path, archive, "--keep-secrets")
    for stream, address in clients(path).items():
        for x in exchanges:
            if address in (x["client"], x["server"]):
                rows[stream].append((
                    x["method"] or "-", x["host"] or "-", x["target"] or "-",
                    str(x["status"] or "-"), body_digest(archive, x),
                ))
    return rows


def theirs(path):
    """Their rows; a response alone is counted by obit, but not listed."""
    rows = defaultdict(list)
    with open(path, encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t",
                                  quoting=csv.QUOTE_NONE):
            if row["method"] == "-":
                continue
            rows[row["stream"]].append((
                row["method"], row["host"], row["uri"], row["status"],
                row["resp_decoded_sha256_16"],
            ))
    return rows


def compare(name, mine, truth):
    """All differences as (file, stream, field, theirs, ours)."""
    for stream in sorted(set(mine) | set(truth), key=int):
        a, b = mine.get(stream, []), truth.get(stream, [])
        if len(a) != len(b):
            yield name, stream, "exchanges", str(len(b)), str(len(a))
            continue
        for number, (x, y) in enumerate(zip(a, b), 1):
            for field, got, want in zip(FIELDS, x, y):
                if got != want:
                    yield name, stream, f"{field} {number}", want, got


def explained(path):
    """The rows of the tables in differences.md, without the reasons."""
    with open(path, encoding="utf-8") as text:
        rows = [line.strip().strip("|").split("|") for line in text
                if line.startswith("| ")]
    return {tuple(cell.strip() for cell in row[:5]) for row in rows}


def main():
    folder, captures = sys.argv[1:3]
    known = explained(f"{captures}/differences.md")
    tap = Tap()
    for path in sorted(glob.glob(f"{captures}/corpus/*.pcap*")):
        name = os.path.basename(path)
        stem = path.rsplit(".", 1)[0]
        found = list(compare(name, ours(f"{folder}/{name}.obit", path),
                             theirs(f"{stem}.tsv")))
        new = [" | ".join(d) for d in found if d not in known]
        tap.result(not new, f"{name}: every difference is explained",
                   "\n".join(new))
        gone = [" | ".join(d) for d in known
                if d[0] == name and d not in found]
        tap.result(not gone, f"{name}: every explanation has its difference",
                   "\n".join(gone))
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
