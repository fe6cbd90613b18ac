"""Senders that are killed at any moment, and go on, send nothing twice.

Each round sends a few deletions and is killed at a random moment, resumed,
perhaps killed again, and at last left alone.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from obit import Tap, obit
from sending import command, deletions, digest, record
from target import Target

COUNT = 30
ORDERS = [["--order", "recorded"], ["--order", "serial"], ["--order", "causal"]]


def known(results):
    """What the results say of each source: an outcome, or None."""
    rows = subprocess.run(
        ["sqlite3", "-json", results, "SELECT source, outcome FROM sends"],
        capture_output=True, check=True,
    ).stdout
    return {r["source"]: r["outcome"] for r in json.loads(rows or b"[]")}


def kill_once(words, after):
    """Run it and kill it after so many seconds; True if it was too late."""
    process = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(after)
        return True
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return False


def judge(target, rows, before, confirmed):
    """What is wrong with a round, in words."""
    faults = [f"{k} executed {n} times" for k, n in target.ledger.items() if n > 1]
    if len(rows) != COUNT:
        faults.append(f"{len(rows)} rows")
    for row in rows:
        executed = f"DELETE {row['target']}" in target.ledger
        if row["outcome"] == "deleted" and not executed:
            faults.append(f"{row['target']} is said to be deleted")
        if row["outcome"] not in ("deleted", "unknown"):
            faults.append(f"{row['target']} is {row['outcome']}")
        if not executed and row["outcome"] != "unknown":
            faults.append(f"{row['target']} is missing")
        if confirmed.get(row["source"]) and row["outcome"] != "deleted":
            faults.append(f"{row['target']} was confirmed and is not any more")
        if before.get(row["source"], 1) is None and row["outcome"] != "unknown":
            faults.append(f"{row['target']} was in doubt and is not any more")
    return faults


def run(words):
    done = subprocess.run(words, capture_output=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, rows, done.stderr.decode()


def remove(results):
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(results + suffix):
            os.unlink(results + suffix)


def is_begun(results):
    """Killed early enough, a sender leaves no archive, or an empty one."""
    try:
        with open(results, "rb") as f:
            begun = f.read(16) == b"SQLite format 3\0"
        if begun:
            known(results)
        return begun
    except (OSError, subprocess.CalledProcessError):
        return False


def play(folder, archive, choose, number, longest):
    results = os.path.join(folder, f"r{number}.obit")
    target = Target(lambda path: "slow", delay=0.005, seed=number).start()
    options = ["--target", target.url, "--speed", "max", "--connections",
               str(choose.choice([1, 4, 32])), *choose.choice(ORDERS)]
    words = command(archive, results, *options,
                    "--confirm", digest(archive, *options))
    kills, doubts, confirmed = 0, {}, {}
    for _ in range(choose.choice([1, 1, 2, 3])):
        if kill_once(words, choose.random() * longest):
            break
        kills += 1
        if not is_begun(results):
            if target.ledger:
                return kills, 0, ["something was sent without a journal"]
            remove(results)
            continue
        doubts = known(results)
        confirmed.update({k: v for k, v in doubts.items() if v})
        if "--resume" not in words:
            words.append("--resume")
    if os.path.exists(results) and "--resume" not in words:
        words.append("--resume")
    status, rows, said = run(words)
    faults = judge(target, rows, doubts, confirmed)
    if status not in (0, 1):
        faults.append(f"exit {status}: {said}")
    elif b"is verified" not in obit("verify", results, allowed=(0, 1)):
        faults.append("the results do not verify")
    target.stop()
    remove(results)
    return kills, sum(row["outcome"] == "unknown" for row in rows), faults


def main(wanted):
    tap = Tap()
    choose = random.Random(wanted)
    kills = unknown = rounds = 0
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        archive = record(folder, deletions(COUNT))
        begun = time.monotonic()
        play(folder, archive, choose, 0, 30)
        longest = (time.monotonic() - begun) * 0.8
        while kills < wanted and len(faults) < 9:
            rounds += 1
            k, u, f = play(folder, archive, choose, rounds, longest)
            kills, unknown, faults = kills + k, unknown + u, faults + f
    tap.result(not faults, f"{kills} kills: nothing sent twice, nothing confirmed missing",
               "\n".join(faults))
    print(f"# {rounds} rounds, {unknown} requests in doubt")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
