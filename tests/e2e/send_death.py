"""Servers that execute and die before they answer see each request once."""

import os
import random
import sys
import tempfile

from obit import Tap, obit
from sending import deletions, record, send
from target import Target

MODES = ["done", "reset", "close", "garbage", "head", "body"]


def main(count):
    tap = Tap()
    choose = random.Random(count)
    modes = {
        f"/v1/things/{i}": "stall" if i % 97 == 5 else choose.choice(MODES)
        for i in range(count)
    }
    with tempfile.TemporaryDirectory() as folder:
        archive = record(folder, deletions(count))
        results = os.path.join(folder, "r.obit")
        target = Target(modes.get).start()
        status, rows, words = send(
            archive, results, "--target", target.url, "--speed", "max",
            "--order", "recorded", "--connections", "64",
            "--first-byte-timeout", "3",
        )
        twice = [k for k, n in target.ledger.items() if n != 1]
        tap.result(not twice, "no request is executed twice", twice[:9])
        tap.result(len(target.ledger) == count, "every request is executed",
                   f"{len(target.ledger)} of {count}\n{words}")
        wrong = [
            row for row in rows
            if row["outcome"] != ("deleted" if modes[row["target"]] == "done" else "unknown")
        ]
        tap.result(len(rows) == count and not wrong,
                   "what was not answered whole is unknown", wrong[:3])
        tap.result(status == 1, "and the exit status says so", status)
        verified = obit("verify", results)
        tap.result(b"is verified" in verified, "the results verify", verified)
        target.stop()
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
