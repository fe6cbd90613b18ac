"""Recorded cause and effect survive sending: no request reaches the server
before the answers that it had seen when it was recorded.

COUNT deletions on 64 connections, with random times in the recording and
random delays in the server.
"""

import os
import random
import sys
import tempfile
import threading
import time

from obit import Tap
from sending import ANSWER, record, request, send
from target import Target

CONNECTIONS = 64


class Watcher(Target):
    """Notes when each request was read, and when its answer began."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.read, self.answered = {}, {}
        self.local = threading.local()

    def mode(self, path):
        self.read[path] = time.monotonic_ns()
        self.local.path = path
        return "slow"

    def done(self, peer):
        self.answered[self.local.path] = time.monotonic_ns()
        return super().done(peer)


def conversation(count, choose):
    """Exchanges that overlap, each on a connection that is free."""
    free = {c: 0 for c in range(CONNECTIONS)}
    events, now = [], 0
    for i in range(count):
        now += choose.randint(0, 300)
        idle = [c for c, since in free.items() if since < now]
        if not idle:
            now = min(free.values()) + 1
            idle = [c for c, since in free.items() if since < now]
        c = choose.choice(idle)
        free[c] = now + choose.randint(200, 20000)
        events.append((now, i, f"@connection c{c}\n@at {now}us\n"
                       + request("DELETE", f"/v1/things/{i}")))
        events.append((free[c], i, f"@connection c{c}\n@at {free[c]}us\n" + ANSWER))
    return "".join(text for _, _, text in sorted(events, key=lambda e: e[0]))


def reversals(listed, target):
    """Pairs that were recorded one after the other, and came otherwise."""
    wrong = 0
    for after in listed:
        for before in listed:
            if (before["end"] <= after["begin"] and before is not after
                    and target.answered[before["target"]] > target.read[after["target"]]):
                wrong += 1
    return wrong


def times(archive):
    import json
    from obit import obit
    rows = [json.loads(line) for line in obit("ls", "--json", archive).splitlines()]
    for row in rows:
        clock, fraction = row["time"][11:-1].split(".")
        h, m, s = clock.split(":")
        row["begin"] = (int(h) * 3600 + int(m) * 60 + int(s)) * 10**9 + int(fraction)
        row["end"] = row["begin"] + row["duration_ns"]
    return rows


def main(count):
    tap = Tap()
    choose = random.Random(count)
    with tempfile.TemporaryDirectory() as folder:
        archive = record(folder, conversation(count, choose))
        listed = times(archive)
        pairs = sum(a["end"] <= b["begin"] for a in listed for b in listed)
        for order in ("causal", "recorded"):
            target = Watcher(None, seed=count)
            target.mode = Watcher.mode.__get__(target)
            target.start()
            status, rows, words = send(
                archive, os.path.join(folder, order), "--target", target.url,
                "--order", order, "--speed", "max", "--connections", "64",
            )
            target.stop()
            wrong = reversals(listed, target)
            if order == "causal":
                tap.result(status == 0 and len(rows) == count, "all are sent", words)
                tap.result(wrong == 0, f"none of {pairs} pairs is reversed", wrong)
            else:
                tap.result(wrong > 0, "in recorded order some are", words)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
