#!/usr/bin/env python3
"""Damage a capture or an archive in seeded ways and see that obit says so.

By hand, since it takes minutes; best with a build of --enable-sanitizers:

    damage.py OBIT CAPTURE cut STEP         cut after every STEP bytes
    damage.py OBIT CAPTURE flip SEED COUNT  change one byte, COUNT times
    damage.py OBIT ARCHIVE flip SEED COUNT

A capture must end with status 0, 3 or 4, with one line of words for 3 and
none otherwise, and leave one archive that lists; a request must not get a
status that it has not in the whole capture (a flip inside a status line is
reported too: look).  Reading an archive must end with status 0 or 3.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

READS = (["ls"], ["ls", "--json"], ["audit"], ["audit", "--json"],
         ["stats"], ["stats", "--json"])


class Damage:
    """One run, in a folder of its own."""

    def __init__(self, obit, folder):
        self.obit = os.path.abspath(obit)
        self.folder = folder
        self.env = dict(os.environ, XDG_CONFIG_HOME=f"{folder}/config",
                        ASAN_OPTIONS="exitcode=99",
                        UBSAN_OPTIONS="halt_on_error=1:exitcode=99")
        self.seen, self.bad = Counter(), 0

    def run(self, *args):
        return subprocess.run([self.obit, *args], env=self.env, timeout=60,
                              cwd=self.folder, capture_output=True,
                              check=False)

    def complain(self, where, what, done=None):
        self.bad += 1
        words = done.stderr.decode("utf-8", "replace")[-800:] if done else ""
        print(where, what, done.returncode if done else "", words, flush=True)

    def write(self, name, content):
        with open(f"{self.folder}/{name}", "wb") as out:
            out.write(content)

    def left(self):
        return sorted(f for f in os.listdir(self.folder)
                      if f.startswith("a.obit"))

    def listed(self, where):
        done = self.run("ls", "--json", "a.obit")
        if done.returncode != 0:
            self.complain(where, "cannot be listed", done)
            return []
        return [json.loads(line) for line in done.stdout.splitlines()]

    def capture(self, where, content):
        """Record content; return what is listed then."""
        for name in self.left():
            os.unlink(f"{self.folder}/{name}")
        self.write("t", content)
        done = self.run("capture", "--all", "-r", "t", "a.obit")
        self.seen[done.returncode] += 1
        lines = done.stderr.count(b"\n")
        if done.returncode not in (0, 3, 4):
            self.complain(where, "status", done)
        elif lines != (done.returncode == 3):
            self.complain(where, "words", done)
        if self.left() not in ([], ["a.obit"]):
            self.complain(where, f"left {self.left()}")
        return self.listed(where) if self.left() else []

    def read(self, where, content):
        self.write("x.obit", content)
        for args in READS + (["show", "3"], ["show", "5", "--json"]):
            done = self.run(args[0], "x.obit", *args[1:])
            self.seen[done.returncode] += 1
            if done.returncode not in (0, 3):
                self.complain(where, args, done)


def key(x):
    return x["client"], x["method"], x["target"]


def variants(content, mode, numbers):
    """Each damaged form, with where it is damaged."""
    if mode == "cut":
        for n in range(0, len(content), numbers[0]):
            yield n, content[:n]
        return
    chance = random.Random(numbers[0])
    for _ in range(numbers[1]):
        at = chance.randrange(len(content))
        new = bytearray(content)
        new[at] ^= chance.randrange(1, 256)
        yield (at, content[at], new[at]), bytes(new)


def main():
    obit, path, mode = sys.argv[1:4]
    with open(path, "rb") as whole:
        content = whole.read()
    with tempfile.TemporaryDirectory() as folder:
        d = Damage(obit, folder)
        archive = content.startswith(b"SQLite format 3")
        truth = defaultdict(set)
        if not archive:
            for x in d.capture("whole", content):
                truth[key(x)].add(x["status"])
        for where, new in variants(content, mode, list(map(int,
                                                           sys.argv[4:]))):
            if archive:
                d.read(where, new)
                continue
            for x in d.capture(where, new):
                if x["status"] not in truth.get(key(x), {x["status"]}) | {None}:
                    d.complain(where, f"a wrong status: {x}")
        print(f"statuses {dict(d.seen)}, {d.bad} complaints")
    return d.bad > 0


if __name__ == "__main__":
    sys.exit(main())
