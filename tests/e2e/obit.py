"""What the tests of this folder share: obit, tshark and TAP."""

import json
import os
import re
import sqlite3
import subprocess

OBIT = os.environ.get("OBIT", "obit")


class Tap:
    """Numbers the results and counts what failed."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, good, name, detail=""):
        self.count += 1
        self.failed += not good
        print(f"{'' if good else 'not '}ok {self.count} - {name}")
        for line in [] if good else str(detail).splitlines():
            print(f"#   {line}")

    def finish(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def obit(*args, allowed=(0,)):
    """Run obit and return what it wrote to standard output."""
    done = subprocess.run([OBIT, *args], stdout=subprocess.PIPE, check=False)
    if done.returncode not in allowed:
        raise RuntimeError(f"obit {' '.join(args)}: exit {done.returncode}")
    return done.stdout


def capture(path, archive, *options):
    """Record every exchange of a capture; 4 means that some lack bytes."""
    obit("capture", "--all", *options, "-r", path, archive, allowed=(0, 4))
    lines = obit("ls", archive, "--json").splitlines()
    return [json.loads(line) for line in lines]


def raw(archive, exchange, side):
    """The bytes of one message; none if the exchange lacks that side."""
    if exchange[side] is None:
        return b""
    return obit("show", archive, str(exchange["id"]), "--raw", side)


def tshark(*args):
    done = subprocess.run(
        ["tshark", "-n", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return done.stdout.decode("utf-8", "replace")


def follow(path, stream):
    """Client address and what each side of one TCP stream sent."""
    text = tshark("-r", path, "-q", "-z", f"follow,tcp,raw,{stream}")
    client = re.search(r"^Node 0: (.*)$", text, re.M).group(1)
    sent = {"request": b"", "response": b""}
    for line in text.splitlines():
        if re.fullmatch(r"\t?[0-9a-f]+", line):
            side = "response" if line.startswith("\t") else "request"
            sent[side] += bytes.fromhex(line.strip())
    return client, sent


def stream_count(path):
    text = tshark("-r", path, "-T", "fields", "-e", "tcp.stream")
    numbers = [int(n) for n in text.split()]
    return max(numbers) + 1 if numbers else 0


def last_id(path):
    """The highest id that another process can read, or 0."""
    if not os.path.exists(path):
        return 0
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        return db.execute("SELECT max(id) FROM exchange").fetchone()[0] or 0
    finally:
        db.close()
